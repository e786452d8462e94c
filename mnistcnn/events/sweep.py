"""Events of a sweep, besides those of its runs; see `mnistcnn.events`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

TrialState = Literal["finished", "pruned", "diverged", "interrupted", "failed", "lost", "running", "waiting"]
"""`interrupted`, `failed` and `lost` trials are tried again; `lost`: its process died."""


@dataclass(frozen=True)
class TrialRepeat:
    """One seed of a trial that is trained with several."""

    seed: int
    validation_accuracy: float | None
    """The best in the run."""
    best_step: int | None
    """The step that it was reached at."""
    test_accuracy: float | None
    """On the test split at `best_step`."""
    run: Path | None


@dataclass(frozen=True)
class TrialResult:
    """What is known about one trial."""

    trial: int
    """Its number in the study."""
    state: TrialState
    params: Mapping[str, object]
    """The values that it tries, by their dotted keys."""
    validation_accuracy: float | None = None
    """The best in the run: what the sweep maximises. Of a pruned trial, the best until then. With several seeds, their
    mean; so is `test_accuracy`."""
    best_step: int | None = None
    """The step that it was reached at in `run`."""
    test_accuracy: float | None = None
    """On the test split at `best_step`; it is never what a trial is chosen by."""
    run: Path | None = None
    """Of several seeds, the one with the best validation accuracy."""
    host: str | None = None
    """The machine that worked on it."""
    seconds: float | None = None
    reason: str | None = None
    """Why it failed or diverged."""
    repeats: tuple[TrialRepeat, ...] = ()
    """What each seed achieved; empty for a sweep that trains each trial once."""


@dataclass(frozen=True)
class SweepStarted:
    """A process has joined the study."""

    study: str
    storage: str
    """The journal file, or the database without its password."""
    data: str
    trials: int
    """Of all processes together."""
    done: int
    """Of which have an end already."""
    sampler: str
    pruner: str
    log_dir: Path


@dataclass(frozen=True)
class TrialStarted:
    """The process has taken a trial; the events of its run follow."""

    trial: int
    params: Mapping[str, object]
    retry_of: int | None
    """The trial that was lost or interrupted and had these values."""


@dataclass(frozen=True)
class SweepProgress:
    """The progress of the study, in all processes."""

    trials: int
    done: int
    running: int
    """In all processes."""
    best: tuple[TrialResult, ...]
    """The best finished trials, the best one first."""


@dataclass(frozen=True)
class TrialFinished:
    """How a trial of this process ended."""

    result: TrialResult
    data: str


@dataclass(frozen=True)
class SweepFinished:
    """No trial is left, or this process was asked to stop."""

    study: str
    storage: str
    data: str
    trials: int
    finished: int
    pruned: int
    diverged: int
    failed: int
    """Given up after several attempts."""
    retries: int
    """Trials that were lost or interrupted, and tried again."""
    best: tuple[TrialResult, ...]
    plots: tuple[Path, ...]
    seconds: float
    """Wall time of this process."""
