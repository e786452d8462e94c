"""The runs of one trial: one for each seed, trained in turns so that all of them are compared at the same step.

A turn ends with an evaluation of the validation images. When every seed has had its turn, the trial has a mean at that
step, which the study compares with other trials.
"""

from __future__ import annotations

import re
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import fmean

from ..errors import RunError
from ..events import Evaluated, Event, RunFinished, RunStarted, State, TrialRepeat
from ..runs.directory import Run
from .results import REPEATS, VALIDATION_ACCURACY
from .study import Claim


@dataclass
class TrialRun:
    """What is known about the run of one seed."""

    seed: int
    run: Run | None = None
    accuracies: dict[int, float] = field(default_factory=dict)
    """On the validation split, after each step that was evaluated; never at step 0."""
    test_accuracies: dict[int, float] = field(default_factory=dict)
    state: State | None = None
    """How it ended; None as long as it goes on."""

    def update(self, event: Event) -> None:
        """Take in one event of the run."""
        match event:
            case RunStarted():
                self.run = Run(event.run)
            case Evaluated(split="validation") if event.step:
                self.accuracies[event.step] = event.accuracy
            case Evaluated(split="test"):
                self.test_accuracies[event.step] = event.accuracy
            case RunFinished():
                self.state = event.state

    @property
    def best_step(self) -> int | None:
        """The step with the best validation accuracy; of equals, the first."""
        return max(self.accuracies, key=lambda step: self.accuracies[step], default=None)

    @property
    def best_accuracy(self) -> float | None:
        """On the validation split at `best_step`."""
        return None if self.best_step is None else self.accuracies[self.best_step]

    def result(self) -> TrialRepeat:
        """What it achieved so far."""
        step = self.best_step
        test = None if step is None else self.test_accuracies.get(step)
        return TrialRepeat(self.seed, self.best_accuracy, step, test, self.run.path if self.run else None)


@dataclass
class Attempt:
    """What a process knows about the trial in its hands."""

    claim: Claim
    runs: Sequence[TrialRun]
    """One for each seed."""
    began: float = field(default_factory=time.monotonic)
    is_pruned: bool = False
    is_taken_away: bool = False

    @property
    def state(self) -> State:
        """How the trial ended, if none of its runs failed or diverged."""
        if self.is_pruned:
            return "pruned"
        return "finished" if all(run.state == "finished" for run in self.runs) else "interrupted"

    @property
    def best(self) -> TrialRun:
        """The run with the best validation accuracy; of equals, the first."""
        return max(self.runs, key=lambda run: run.best_accuracy or 0.0)

    @property
    def accuracy(self) -> float | None:
        """The mean of the best validation accuracies of all seeds; None until each has one."""
        return _mean([run.best_accuracy for run in self.runs])

    def facts(self) -> dict[str, object]:
        """What the trial achieved, as attributes of Optuna's trial."""
        best, results = self.best, [run.result() for run in self.runs]
        repeats = [{**asdict(result), "run": str(result.run) if result.run else None} for result in results]
        return {
            "run": str(best.run.path) if best.run else None,
            VALIDATION_ACCURACY: self.accuracy,
            "best_step": best.best_step,
            "test_accuracy": _mean([result.test_accuracy for result in results]),
            REPEATS: repeats if len(repeats) > 1 else None,
        }

    def mark_stopped(self, reason: str) -> None:
        """Mark the runs that were stopped because another seed diverged, so that nobody takes them for interrupted."""
        for run in self.runs:
            if run.run is not None and run.state is None:
                with suppress(OSError, RunError):  # The trial has its end, whatever the manifest says.
                    run.run.update_manifest({"state": "pruned", "reason": f"another seed of the trial: {reason}"})


def run_name(study: str, trial: int, seed: int | None) -> str:
    """How the run of a trial is called; with a seed if the trial has several."""
    return f"{study}-{trial:04}" if seed is None else f"{study}-{trial:04}-seed{seed}"


def find_trial_runs(log_dir: Path, study: str) -> list[tuple[int, Path]]:
    """Everything that is called like a run of this study, with the number of its trial, in the order of numbers."""
    form = re.compile(rf"{re.escape(study)}-([0-9]{{4,9}})(?:-seed[0-9]+)?")
    with suppress(OSError):  # Where nothing can be found, nothing can be made, which is told by others.
        return sorted((int(name[1]), path) for path in log_dir.iterdir() if (name := form.fullmatch(path.name)))
    return []


def taken(path: Path) -> RunError:
    """The error for a trial whose run cannot be made, because another one has its name."""
    return RunError(f"{path}: exists already, and is not of this study; choose another --study or --log-dir")


def mean_at(runs: Sequence[TrialRun], step: int) -> float | None:
    """The mean validation accuracy after `step` steps; None until every seed has been evaluated there."""
    found = [run.accuracies[step] for run in runs if step in run.accuracies]
    return fmean(found) if len(found) == len(runs) else None


def in_turns(trainings: Sequence[Iterator[Event]]) -> Iterator[tuple[int, Event]]:
    """Train several runs in one process, each until its next evaluation of the validation split, in turns.

    However this ends, all of them are closed.

    Args:
        trainings: the events of each run.

    Returns:
        The events with the number of their run.
    """
    with ExitStack() as stack:
        left = {number: stack.enter_context(closing(_closable(events))) for number, events in enumerate(trainings)}
        while left:
            for number, events in list(left.items()):
                for event in events:
                    yield number, event
                    if isinstance(event, Evaluated) and event.split == "validation":
                        break
                else:
                    del left[number]


def _mean(values: Sequence[float | None]) -> float | None:
    """The mean of all seeds; None if one has no value."""
    known = [value for value in values if value is not None]
    return fmean(known) if len(known) == len(values) else None


def _closable(events: Iterator[Event]) -> Generator[Event]:
    yield from events
