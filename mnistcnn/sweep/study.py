"""One process's view of a study: joins it, takes trials from it, and gives them back."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import optuna
from optuna.exceptions import UpdateFinishedTrialError
from optuna.pruners import BasePruner, HyperbandPruner, MedianPruner, NopPruner
from optuna.samplers import BaseSampler, PartialFixedSampler, RandomSampler, TPESampler
from optuna.trial import FrozenTrial, Trial, TrialState, create_trial

from ..config.differences import flat_config
from ..errors import ConfigError, RunError
from .leases import without_experimental_warnings
from .settings import SweepConfig
from .slots import RETRY_OF, Slot, slots_of
from .space import Dimension, Value
from .storage import open_storage, open_to_look, storage_errors, storage_name

_SETTINGS = "settings"
"""Attribute of a study: what all its workers must agree on."""
SIZE = "trials"
"""Attribute of a study: how many trials it is to have, as the worker said that joined last."""


@dataclass(frozen=True)
class Claim:
    """A trial that this process has taken, with the values that it has to try."""

    trial: Trial
    slot: Slot
    params: Mapping[str, Value]

    @property
    def number(self) -> int:
        """Of the trial, in the study."""
        return self.trial.number


class SharedStudy:
    """A study that other processes may be working on as well.

    Args:
        settings: what is searched, and where the study is kept.
        data: the name and the checksums of the images that trials are compared on.

    Raises:
        UsageError: the storage's address makes no sense.
        RunError: the storage cannot be opened, or its study of this name was made by another program.
        ConfigError: there is a study of this name that looks for something else.
    """

    def __init__(self, settings: SweepConfig, data: Mapping[str, object]) -> None:
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._settings = settings
        self.where = storage_name(settings)
        self._dimensions = settings.dimensions
        self._grid = _shuffled_grid(settings) if settings.sampler == "grid" else []
        self.size = min(settings.trials, len(self._grid)) if self._grid else settings.trials
        self._storage, self._leases = open_storage(settings)
        with storage_errors(self.where):
            self._study = optuna.create_study(
                study_name=settings.study,
                storage=self._storage,
                direction="maximize",
                pruner=_pruner(settings),
                load_if_exists=True,
            )
            self._agree({**_agreed(settings), "data": dict(data)})
            self._study.set_user_attr(SIZE, self.size)

    @property
    def study(self) -> optuna.Study:
        """Optuna's own object, to look at."""
        return self._study

    @property
    def warning(self) -> str | None:
        """What the user should know of how its workers keep apart."""
        return self._leases.warning

    @property
    def made(self) -> int:
        """How many trials there are so far, retries included; their numbers count from 0."""
        with storage_errors(self.where):
            return len(self._study.get_trials(deepcopy=False))

    def slots(self) -> list[Slot]:
        """What is done and under way."""
        with storage_errors(self.where):
            return slots_of(self._study.get_trials(deepcopy=False), self.size)

    def claim(self) -> Claim | None:
        """Take the next trial; None when all are done or in other hands. Not to be called with a trial in hand."""
        with storage_errors(self.where):
            self._leases.fail_dead(self._study)
            self._retry_lost()
            while True:
                slots = self.slots()
                for slot in slots:
                    if slot.last.state == TrialState.WAITING and (trial := self._take(slot.last)):
                        return Claim(trial, slot, self._params(trial, slot))
                if len(slots) >= self.size:
                    return None
                self._study.enqueue_trial({})

    def finish(self, claim: Claim, state: TrialState, value: float | None, facts: Mapping[str, object]) -> bool:
        """Record how a trial ended, and release it; a failed one is queued again.

        Returns:
            False if it counted as lost before, because this process gave no sign of life for too long.
        """
        with storage_errors(self.where):
            try:
                for name, fact in facts.items():
                    claim.trial.set_user_attr(name, fact)
                self._study.tell(claim.trial, value, state)
            except (UpdateFinishedTrialError, ValueError):
                return False
            finally:
                self._leases.drop(claim.trial._trial_id)
            if state == TrialState.FAIL:
                self._retry_lost()
            return True

    def _retry_lost(self) -> None:
        for slot in self.slots():
            if slot.needs_retry:
                self._retry(slot.last)

    def _take(self, waiting: FrozenTrial) -> Trial | None:
        """Make a waiting trial this process's own; None if another one was faster."""
        trial_id = waiting._trial_id
        if not self._leases.take(trial_id):
            return None
        if self._storage.set_trial_state_values(trial_id, state=TrialState.RUNNING):
            return Trial(self._study, trial_id)
        self._leases.drop(trial_id)
        return None

    def _params(self, trial: Trial, slot: Slot) -> dict[str, Value]:
        """Draw the values; a retry has them already."""
        with without_experimental_warnings():
            self._study.sampler = self._sampler(slot.rank)
        return {dimension.key: dimension.suggest(trial) for dimension in self._dimensions}

    def _sampler(self, rank: int) -> BaseSampler:
        """A sampler for one slot, so that what a slot is given does not depend on which process takes it."""
        seed = random.Random(f"{self._settings.seed}-{rank}").randrange(2**32)  # noqa: S311
        if self._grid:
            return PartialFixedSampler(self._grid[rank], RandomSampler(seed))
        return TPESampler(seed=seed, constant_liar=True) if self._settings.sampler == "tpe" else RandomSampler(seed)

    def _retry(self, lost: FrozenTrial) -> None:
        self._study.add_trial(
            create_trial(
                state=TrialState.WAITING,
                params=lost.params,
                distributions=lost.distributions,
                user_attrs={RETRY_OF: lost.number},
            )
        )

    def _agree(self, wanted: dict[str, object]) -> None:
        """Record what this study is about, or refuse to join one that is about something else."""
        name, has_trials = self._settings.study, self.made > 0  # Before the settings, which come before any trial.
        if _SETTINGS not in self._study.user_attrs:
            if has_trials:
                raise RunError(f"{self.where}: study '{name}' is another program's; choose another --study")
            self._study.set_user_attr(_SETTINGS, wanted)
        found = self._study.user_attrs[_SETTINGS]
        different = [key for key in {**wanted, **found} if wanted.get(key) != found.get(key)]
        if different:
            raise ConfigError(
                [
                    f"study '{name}' in {self.where} was started with another {', '.join(different)}; "
                    "choose another --study, or continue with the settings that it was started with"
                ]
            )


def load_study(settings: SweepConfig) -> optuna.Study:
    """Open a study to look at it.

    Raises:
        RunError: there is no such study, or no such storage.
    """
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    where = storage_name(settings)
    storage = open_to_look(settings)
    with storage_errors(where):
        names = optuna.get_all_study_names(storage)
        if settings.study not in names:
            there = ", ".join(sorted(names)) or "none"
            raise RunError(f"{where}: no study '{settings.study}'; there are: {there}")
        return optuna.load_study(study_name=settings.study, storage=storage)


def _agreed(settings: SweepConfig) -> dict[str, object]:
    """Everything that must be the same for all trials; where they are stored does not count, nor how many they are."""
    config = {key: value for key, value in flat_config(settings.base).items() if key not in ("log_dir", "name")}
    changing = ("threads", "data.dir")
    # Studies from before there were repeats have none.
    repeats = {"repeats": settings.repeats} if settings.repeats > 1 else {}
    return {
        **repeats,
        "space": settings.space,
        "sampler": settings.sampler,
        "seed": settings.seed,
        "pruner": settings.pruner,
        "prune_after": settings.prune_after,
        **{f"config.{key}": value for key, value in config.items() if key not in changing},
    }


def _pruner(settings: SweepConfig) -> BasePruner:
    match settings.pruner:
        case "median":
            return MedianPruner(n_startup_trials=5, n_warmup_steps=settings.prune_after)
        case "hyperband":
            config = settings.base
            first = max(settings.prune_after, min(config.eval_every, config.steps))
            return HyperbandPruner(min_resource=first, max_resource=max(_most_steps(settings), first))
        case "none":
            return NopPruner()


def _most_steps(settings: SweepConfig) -> int:
    searched = [each for each in settings.dimensions if each.key == "steps"]
    values = searched[0].values if searched else (settings.base.steps,)
    return max(value for value in values if isinstance(value, int))


def _shuffled_grid(settings: SweepConfig) -> Sequence[dict[str, Value]]:
    """Every combination, in an order that looks everywhere from the beginning."""
    axes: list[Dimension] = settings.dimensions
    points = [
        dict(zip([axis.key for axis in axes], values, strict=True)) for values in product(*(a.grid() for a in axes))
    ]
    random.Random(settings.seed).shuffle(points)  # noqa: S311
    return points
