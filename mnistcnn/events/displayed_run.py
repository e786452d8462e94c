"""What is known about a run so far, gathered from its events: everything that a display shows."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from . import Event
from .run import CheckpointSaved, Evaluated, Evaluating, RunFinished, RunStarted, StepsDone, Warned

Point = tuple[int, float]


@dataclass
class DisplayedRun:
    """The state of one run as its events describe it; only `update` changes it."""

    started: RunStarted | None = None
    finished: RunFinished | None = None
    last: StepsDone | None = None
    tests: dict[int, Evaluated] = field(default_factory=dict)
    last_test: Evaluated | None = None
    last_validation: Evaluated | None = None
    best_validation: Evaluated | None = None
    losses: list[Point] = field(default_factory=list)
    test_errors: list[Point] = field(default_factory=list)
    """Test error rates, as fractions."""
    warnings: list[str] = field(default_factory=list)
    evaluating: Evaluating | None = None
    """How far the evaluation is that goes on now."""
    seconds_per_step: float = math.nan
    evaluation_seconds: dict[str, float] = field(default_factory=dict)
    """Of the newest evaluation of each split."""
    saving_seconds: float = 0.0
    """Checkpoints so far."""

    def update(self, event: Event) -> None:
        """Take in one event."""
        match event:
            case RunStarted():
                self.started = event
            case StepsDone():
                self._update_steps(event)
            case Evaluating():
                self.evaluating = event
            case Evaluated():
                self._update_evaluation(event)
            case CheckpointSaved():
                self.saving_seconds += event.seconds
            case Warned() if event.message not in self.warnings:
                self.warnings.append(event.message)
            case RunFinished():
                self.finished = event

    def _update_steps(self, event: StepsDone) -> None:
        steps = event.step - self.step
        if steps > 0:
            self.seconds_per_step = event.seconds / steps
        self.last = event
        self.losses.append((event.step, event.loss))

    def _update_evaluation(self, event: Evaluated) -> None:
        self.evaluating = None
        self.evaluation_seconds[event.split] = event.seconds
        if event.split == "validation":
            self.last_validation = event
            if event.best:
                self.best_validation = event
        elif event.split == "test":
            self.tests[event.step] = self.last_test = event
            self.test_errors.append((event.step, event.errors / event.examples))

    @property
    def step(self) -> int:
        """Steps done so far."""
        if self.last is not None:
            return self.last.step
        return self.started.step if self.started else 0

    @property
    def seconds_left(self) -> float | None:
        """An estimate from the last report, the newest evaluations and the checkpoints so far; None before any."""
        if self.started is None or self.last is None or not math.isfinite(self.seconds_per_step):
            return None
        done, left = self.step - self.started.step, self.started.steps - self.step
        saving = self.saving_seconds / done if done > 0 else 0.0
        evaluation = sum(self.evaluation_seconds.values())
        return left * (self.seconds_per_step + saving) + self._evaluations_left(self.started) * evaluation

    def _evaluations_left(self, started: RunStarted) -> float:
        """How many evaluations are to come, with the rest of the one that goes on."""
        if self.evaluating is None:
            return _evaluations_after(self.step, started)
        rest = 1 - self.evaluating.done / self.evaluating.examples
        return _evaluations_after(self.evaluating.step, started) + rest

    @property
    def test_at_best(self) -> Evaluated | None:
        """The test accuracy at the step that *validation* found best; the test set never chooses."""
        return None if self.best_validation is None else self.tests.get(self.best_validation.step)


def _evaluations_after(step: int, started: RunStarted) -> int:
    """How many of the steps that are evaluated come after this one: multiples of `eval_every`, and the last."""
    every = started.eval_every or started.steps
    return -(-started.steps // every) - step // every if step < started.steps else 0
