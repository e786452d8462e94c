"""Training that stops at a given instant, for a child of `tests.fork_server`."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from mnistcnn.config.schema import load_config
from mnistcnn.data.dataset import Dataset
from mnistcnn.errors import MnistCnnError
from mnistcnn.events import Event, StepsDone
from mnistcnn.runs.finding import open_run
from mnistcnn.runs.resuming import resumed_config
from mnistcnn.training import loop as training
from tests.conftest import make_examples
from tests.faults import clock
from tests.faults.injection import injected

SETTINGS = (
    "network.conv1=3",
    "network.conv2=4",
    "network.fc1=64",
    "summaries.enabled=false",
    "batch_size=20",
    "learning_rate=3e-3",
    "steps=40",
    "report_every=4",
    "eval_every=10",
    "checkpoints.every=3",
    "name=run",
)


def dataset() -> Dataset:
    """Small enough to train on in a second."""
    splits = (make_examples(count, seed) for seed, count in enumerate((240, 40, 60)))
    return Dataset("tiny", "idx", "/data/tiny", {"train-images-idx3-ubyte": "0" * 64}, *splits)


def train(log_dir: str, resume: str | None = None, overrides: Sequence[str] = (), **faults: Any) -> int:
    """Train a new run, or resume one; 5 for an error that a user would be shown.

    Args:
        log_dir: holds the runs.
        resume: the name of a run.
        overrides: of a new run's settings.
        faults: see `tests.faults.injection.injected`.
    """
    try:
        with injected(**faults):
            for _ in training_events(Path(log_dir), resume, overrides):
                pass
    except MnistCnnError as error:
        print(error, file=sys.stderr)
        return 5
    return 0


def train_while_the_clock_jumps(
    log_dir: str, hours: float, at_step: int, pause: float, settings: Sequence[str]
) -> None:
    """Train a new run, and move the time of day in the middle.

    Args:
        log_dir: holds the runs.
        hours: how far; negative is back.
        at_step: at the report of this step.
        pause: seconds after each event.
        settings: override `SETTINGS`.
    """
    for event in training_events(Path(log_dir), None, settings):
        if isinstance(event, StepsDone) and event.step == at_step:
            clock.move(hours)
        print(json.dumps(getattr(event, "seconds", 0)))
        time.sleep(pause)


def training_events(log_dir: Path, resume: str | None, overrides: Sequence[str]) -> Iterator[Event]:
    """What training yields, of a new run or a resumed one."""
    if resume:
        run = open_run(resume, log_dir)
        return training.resume(run, resumed_config(run), dataset())
    return training.train(load_config(None, [f"log_dir={log_dir}", *SETTINGS, *overrides]), dataset())
