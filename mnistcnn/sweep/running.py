"""One worker of a sweep: takes trials until none is left, trains each, and reports its accuracy to the study."""

from __future__ import annotations

import gc
import os
import platform
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from optuna.exceptions import UpdateFinishedTrialError
from optuna.trial import TrialState

from ..data.dataset import Dataset
from ..errors import DivergedError, MnistCnnError, RunError
from ..events import (
    Evaluated,
    Event,
    RunFinished,
    RunStarted,
    SeedStarted,
    State,
    SweepFinished,
    SweepProgress,
    SweepStarted,
    TrialFinished,
    TrialStarted,
    Warned,
)
from ..training.signatures import Stop, Train
from .plots import draw_plots
from .results import best_results, count_states, result_of
from .settings import SweepConfig, check_fit
from .slots import OUTCOME, RETRY_OF
from .space import trial_config
from .storage import storage_errors
from .study import Claim, SharedStudy
from .trial_runs import Attempt, TrialRun, find_trial_runs, in_turns, mean_at, run_name, taken

BEST = 10
"""Trials in a table of the best."""
_POLL_SECONDS = 0.5


def sweep(settings: SweepConfig, dataset: Dataset, train: Train, stop: Stop = lambda: False) -> Iterator[Event]:
    """Work on a study until all of its trials have ended, in this process or another one.

    Args:
        settings: the study, what varies, and where it is kept.
        dataset: what every trial learns from; its validation split decides, its test split is only reported.
        train: `mnistcnn.training.loop.train`, from outside, so that this file needs no TensorFlow.
        stop: when it says yes, the trial in hand is saved and queued again, and this worker ends.

    Returns:
        `SweepStarted`; for each trial of this process `TrialStarted`, the events of its run, and `TrialFinished`,
        with `SweepProgress` in between; `SweepFinished`.

    Raises:
        ConfigError: the settings do not fit the data, or the study was begun with others. Before the first event.
        UsageError: the storage's address makes no sense.
        RunError: the storage or a run's directory cannot be read or written, or runs of another study of this name
            are in the way.
    """
    check_fit(settings, dataset)
    # Before the study is read, so that it has every trial whose run is found, also those of other processes.
    found = find_trial_runs(settings.log_dir, settings.study)
    study = SharedStudy(settings, {"name": dataset.name, "sha256": dict(dataset.checksums)})
    for number, path in found:
        if number >= study.made:
            raise taken(path)
    return _Worker(settings, study, dataset, train, stop).events()


class _Worker:
    """One process's part of a sweep."""

    def __init__(self, settings: SweepConfig, study: SharedStudy, dataset: Dataset, train: Train, stop: Stop) -> None:
        self._settings, self._study, self._dataset, self._train, self._stop = settings, study, dataset, train, stop
        self._began = time.monotonic()
        self._said: set[str] = set()
        """Warnings: one that holds for every trial is given once."""

    def events(self) -> Iterator[Event]:
        """All trials that fall to this process."""
        yield self._started()
        if self._study.warning:
            self._said.add(self._study.warning)
            yield Warned(self._study.warning)
        told = self._progress()
        yield told
        while not self._stop():
            claim = self._study.claim()
            if claim is not None:
                yield from self._work(claim)
            elif all(slot.is_done for slot in self._study.slots()):
                break
            else:  # Others have the last trials. If one of them dies, its trial is this process's.
                time.sleep(_POLL_SECONDS)
            if (progress := self._progress()) != told:
                yield progress
                told = progress
        try:
            plots = draw_plots(self._study.study, self._settings.log_dir)
        except OSError as error:
            plots = ()
            yield Warned(f"{error.filename or self._settings.log_dir}: cannot write the plots: {error.strerror}")
        yield self._finished(plots)

    def _work(self, claim: Claim) -> Iterator[Event]:
        """Train one trial, and say what became of it, whatever that is."""
        first = trial_config(self._settings.base, claim.params).seed
        attempt = Attempt(claim, [TrialRun(first + number) for number in range(self._settings.repeats)])
        self._check_free(attempt)
        yield TrialStarted(claim.number, claim.params, claim.slot.last.user_attrs.get(RETRY_OF))
        try:
            yield from self._run(attempt)
        except DivergedError as error:
            self._end(attempt, "diverged", str(error))
            attempt.mark_stopped(str(error))
        except MnistCnnError as error:
            self._end(attempt, "failed", str(error))
            raise
        except OSError as error:  # In what the sweep itself writes into a run.
            self._end(attempt, "failed", str(error))
            run = attempt.best.run
            where = error.filename or (run.path if run else self._settings.log_dir)
            raise RunError(f"{where}: cannot write: {error.strerror or error}") from error
        except (KeyboardInterrupt, GeneratorExit):
            self._end(attempt, "interrupted")
            raise
        except Exception as error:
            self._end(attempt, "failed", repr(error))
            raise
        else:
            self._end(attempt, attempt.state)
        gc.collect()  # A network and its compiled steps refer to each other.
        yield self._trial_finished(attempt)
        if attempt.is_taken_away:
            yield Warned(
                f"trial {claim.number} counted as lost, because this process gave no sign of life for "
                f"{self._settings.lost_after} s; another one has it now"
            )
        self._dataset = replace(self._dataset, warning=None)  # Said once.

    def _run(self, attempt: Attempt) -> Iterator[Event]:
        """Train every seed of a trial, in turns."""
        told = None
        for number, event in in_turns([self._training(attempt, run.seed) for run in attempt.runs]):
            run = attempt.runs[number]
            run.update(event)
            if number != told and len(attempt.runs) > 1:
                yield SeedStarted(run.seed, number + 1, len(attempt.runs))
                told = number
            match event:
                case RunStarted():
                    self._label(attempt, run)
                case Evaluated(split="validation") if event.step:
                    self._judge(attempt, event.step)
                case Warned() if event.message in self._said:
                    continue
                case Warned():
                    self._said.add(event.message)
                case RunFinished():
                    event = self._run_finished(attempt, run, event)
            yield event
            if isinstance(event, Evaluated) and event.split == "validation":
                yield self._progress()

    def _training(self, attempt: Attempt, seed: int) -> Iterator[Event]:
        """The events of one seed. Its run is made when its first turn comes, unless the trial is over by then."""
        config = trial_config(self._settings.base, attempt.claim.params)
        config = config.model_copy(update={"name": self._path(attempt, seed).name, "seed": seed})

        def stop() -> bool:
            return self._stop() or attempt.is_pruned or attempt.is_taken_away

        if not stop():
            yield from self._train(config, self._dataset, stop)

    def _path(self, attempt: Attempt, seed: int) -> Path:
        """Where the run of one seed is made."""
        several = len(attempt.runs) > 1
        return self._settings.log_dir / run_name(self._settings.study, attempt.claim.number, seed if several else None)

    def _check_free(self, attempt: Attempt) -> None:
        """Give a trial back whose run cannot be made, which says nothing about its values."""
        for path in (self._path(attempt, run.seed) for run in attempt.runs):
            if os.path.lexists(path):
                self._end(attempt, "interrupted")
                raise taken(path)

    def _judge(self, attempt: Attempt, step: int) -> None:
        """Tell the study the mean at this step, if it is known, and ask whether the trial is worth continuing."""
        mean = mean_at(attempt.runs, step)
        if mean is None:
            return
        trial, params = attempt.claim.trial, attempt.claim.params
        steps = trial_config(self._settings.base, params).steps
        try:
            with storage_errors(self._study.where):
                trial.report(mean, step)
                attempt.is_pruned = step < steps and trial.should_prune()
        except UpdateFinishedTrialError:
            attempt.is_taken_away = True

    def _run_finished(self, attempt: Attempt, run: TrialRun, event: RunFinished) -> RunFinished:
        """Mark a run that was stopped because of other trials, so that nobody takes it for interrupted."""
        if event.state == "interrupted" and attempt.is_pruned and run.run is not None:
            event = replace(event, state="pruned")
            run.run.update_manifest({"state": "pruned"})
        run.state = event.state
        return event

    def _label(self, attempt: Attempt, run: TrialRun) -> None:
        """Write into the run which trial it is."""
        claim = attempt.claim
        if run.run is not None:
            told = {"study": self._settings.study, "storage": self._study.where, "trial": claim.number}
            run.run.update_manifest({"sweep": {**told, "params": dict(claim.params)}})

    def _end(self, attempt: Attempt, state: State, reason: str | None = None) -> None:
        """Tell the study. A trial that diverged has an end: the same values would diverge again."""
        facts = {
            OUTCOME: state if state != "failed" else None,
            "host": platform.node(),
            "seconds": time.monotonic() - attempt.began,
            "reason": reason,
            **attempt.facts(),
        }
        ends = {"finished": TrialState.COMPLETE, "pruned": TrialState.PRUNED, "diverged": TrialState.PRUNED}
        value = attempt.accuracy if state == "finished" else None
        known = {name: fact for name, fact in facts.items() if fact is not None}
        if not self._study.finish(attempt.claim, ends.get(state, TrialState.FAIL), value, known):
            attempt.is_taken_away = True

    def _trial_finished(self, attempt: Attempt) -> TrialFinished:
        number = attempt.claim.number
        trial = self._study.study.get_trials(deepcopy=False)[number]
        return TrialFinished(result_of(trial), self._dataset.name)

    def _started(self) -> SweepStarted:
        settings = self._settings
        return SweepStarted(
            study=settings.study,
            storage=self._study.where,
            data=self._dataset.name,
            trials=self._study.size,
            done=sum(slot.is_done for slot in self._study.slots()),
            sampler=settings.sampler,
            pruner=settings.pruner,
            log_dir=settings.log_dir,
        )

    def _progress(self) -> SweepProgress:
        slots = self._study.slots()
        running = sum(slot.last.state == TrialState.RUNNING for slot in slots)
        done = sum(slot.is_done for slot in slots)
        return SweepProgress(self._study.size, done, running, best_results(slots, BEST))

    def _finished(self, plots: tuple[Path, ...]) -> SweepFinished:
        slots = self._study.slots()
        counts = count_states(slots)
        return SweepFinished(
            study=self._settings.study,
            storage=self._study.where,
            data=self._dataset.name,
            trials=self._study.size,
            **{name: counts[name] for name in ("finished", "pruned", "diverged", "failed", "retries")},
            best=best_results(slots, BEST),
            plots=plots,
            seconds=time.monotonic() - self._began,
        )
