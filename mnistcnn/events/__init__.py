"""Events of a run and of a sweep, as frozen dataclasses. Import them from here."""

from __future__ import annotations

from .run import (
    Baseline,
    CheckpointSaved,
    Compiled,
    Compiling,
    Evaluated,
    Evaluating,
    RunFinished,
    RunStarted,
    SeedFinished,
    SeedsFinished,
    SeedStarted,
    Split,
    State,
    StepsDone,
    Warned,
    WorkerFinished,
    WorkerStarted,
    WorkerStepped,
)
from .sweep import (
    SweepFinished,
    SweepProgress,
    SweepStarted,
    TrialFinished,
    TrialRepeat,
    TrialResult,
    TrialStarted,
    TrialState,
)

__all__ = [
    "Baseline",
    "CheckpointSaved",
    "Compiled",
    "Compiling",
    "Evaluated",
    "Evaluating",
    "Event",
    "RunFinished",
    "RunStarted",
    "SeedFinished",
    "SeedStarted",
    "SeedsFinished",
    "Split",
    "State",
    "StepsDone",
    "SweepFinished",
    "SweepProgress",
    "SweepStarted",
    "TrialFinished",
    "TrialRepeat",
    "TrialResult",
    "TrialStarted",
    "TrialState",
    "Warned",
    "WorkerFinished",
    "WorkerStarted",
    "WorkerStepped",
]

Event = (
    RunStarted
    | Compiling
    | Compiled
    | StepsDone
    | Evaluating
    | Evaluated
    | CheckpointSaved
    | Warned
    | RunFinished
    | SeedStarted
    | SeedFinished
    | SeedsFinished
    | WorkerStarted
    | WorkerStepped
    | WorkerFinished
    | SweepStarted
    | TrialStarted
    | SweepProgress
    | TrialFinished
    | SweepFinished
)
