"""One worker of a sweep, for a child of `tests.fork_server`."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from mnistcnn.events import StepsDone
from mnistcnn.sweep.running import sweep
from mnistcnn.sweep.settings import SweepConfig
from mnistcnn.training import loop as training
from tests.faults.trainer import dataset

CONFIG = {
    "steps": 20,
    "batch_size": 20,
    "eval_every": 5,
    "report_every": 5,
    "threads": 1,
    "network": {"conv1": 3, "conv2": 4, "fc1": 16, "initializer": "he"},
    "summaries": {"enabled": False},
    "checkpoints": {"keep": 1},
}
SPACE = {"learning_rate": {"log_uniform": [1e-4, 3e-2]}, "keep_prob": {"uniform": [0.3, 1.0]}}


def work(storage: str | None, log_dir: str, trials: int, *, dies: bool) -> None:
    """Take trials of a small sweep over small runs; who `dies` kills itself in the middle of one."""
    for event in sweep(settings(storage, log_dir, trials), dataset(), training.train):
        if dies and isinstance(event, StepsDone) and event.step == 10:
            os.kill(os.getpid(), signal.SIGKILL)


def settings(storage: str | None, log_dir: str, trials: int) -> SweepConfig:
    return SweepConfig(trials=trials, storage=storage, log_dir=Path(log_dir), lost_after=5, config=CONFIG, space=SPACE)
