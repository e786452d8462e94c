"""Trials as Optuna keeps them, turned into what people ask: which were best, how many are done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import optuna
from optuna.trial import FrozenTrial
from optuna.trial import TrialState as OptunaState

from ..events import TrialRepeat, TrialResult, TrialState
from .slots import OUTCOME, Slot, slots_of
from .study import SIZE

VALIDATION_ACCURACY = "validation_accuracy"
"""User attributes of a trial, by the names of `TrialResult`."""
REPEATS = "repeats"
"""User attribute of a trial with several seeds: a list of `TrialRepeat`, as JSON."""

_STATES: dict[OptunaState, TrialState] = {
    OptunaState.COMPLETE: "finished",
    OptunaState.PRUNED: "pruned",
    OptunaState.FAIL: "lost",
    OptunaState.RUNNING: "running",
    OptunaState.WAITING: "waiting",
}


def study_slots(study: optuna.Study) -> list[Slot]:
    """Every slot of a study that was opened for reading."""
    trials = study.get_trials(deepcopy=False)
    return slots_of(trials, study.user_attrs.get(SIZE, len(trials)))


def result_of(trial: FrozenTrial) -> TrialResult:
    """What is known about a trial; a manipulated attribute is not believed to be a number."""
    facts = trial.user_attrs
    run = facts.get("run")
    return TrialResult(
        trial=trial.number,
        state=facts.get(OUTCOME) or ("failed" if facts.get("reason") else _STATES[trial.state]),
        params=dict(trial.params),
        validation_accuracy=_number(facts.get(VALIDATION_ACCURACY)),
        best_step=facts.get("best_step"),
        test_accuracy=_number(facts.get("test_accuracy")),
        run=Path(run) if isinstance(run, str) else None,
        host=facts.get("host"),
        seconds=_number(facts.get("seconds")),
        reason=facts.get("reason"),
        repeats=tuple(_repeat(repeat) for repeat in facts.get(REPEATS, ()) if isinstance(repeat, dict)),
    )


def _repeat(facts: Mapping[str, Any]) -> TrialRepeat:
    run = facts.get("run")
    return TrialRepeat(
        seed=facts.get("seed", 0),
        validation_accuracy=_number(facts.get(VALIDATION_ACCURACY)),
        best_step=facts.get("best_step"),
        test_accuracy=_number(facts.get("test_accuracy")),
        run=Path(run) if isinstance(run, str) else None,
    )


def best_results(slots: Sequence[Slot], most: int | None = None) -> tuple[TrialResult, ...]:
    """The finished trials, the best validation accuracy first; of equals, the earlier one."""
    results = [result_of(slot.last) for slot in slots if slot.last.state == OptunaState.COMPLETE]
    return tuple(sorted(results, key=lambda each: (-(each.validation_accuracy or 0.0), each.trial))[:most])


def count_states(slots: Sequence[Slot]) -> dict[str, int]:
    """How many slots are in which state, and how many `retries` there were."""
    counts = dict.fromkeys(("finished", "pruned", "diverged", "failed", "running", "waiting"), 0)
    for slot in slots:
        state = "failed" if slot.is_given_up else result_of(slot.last).state
        # A lost trial is queued again by whoever looks next.
        counts[state if state in counts else "waiting"] += 1
    return {**counts, "retries": sum(len(slot.attempts) - 1 for slot in slots)}


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
