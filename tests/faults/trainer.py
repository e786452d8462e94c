"""Training that stops at a given instant, for a child of `tests.fork_server`."""

from __future__ import annotations

import os
import resource
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from mnistcnn.config.schema import load_config
from mnistcnn.data.dataset import Dataset
from mnistcnn.errors import MnistCnnError
from mnistcnn.events import Event
from mnistcnn.runs.directory import open_run
from mnistcnn.runs.resuming import resumed_config
from mnistcnn.training import loop as training
from tests.conftest import make_examples

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


def train(
    log_dir: str,
    resume: str | None = None,
    overrides: Sequence[str] = (),
    die_at_sync: int | None = None,
    file_limit: int | None = None,
) -> int:
    """Train a new run, or resume one; 5 for an error that a user would be shown.

    Args:
        log_dir: holds the runs.
        resume: the name of a run.
        overrides: of a new run's settings.
        die_at_sync: kill the process at its so-many-th fsync.
        file_limit: bytes that a file may grow to.
    """
    if die_at_sync:
        kill_at_sync(die_at_sync)
    if file_limit:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, file_limit))
    try:
        for _ in training_events(Path(log_dir), resume, overrides):
            pass
    except MnistCnnError as error:
        print(error, file=sys.stderr)
        return 5
    return 0


def training_events(log_dir: Path, resume: str | None, overrides: Sequence[str]) -> Iterator[Event]:
    """What training yields, of a new run or a resumed one."""
    if resume:
        run = open_run(resume, log_dir)
        return training.resume(run, resumed_config(run), dataset())
    return training.train(load_config(None, [f"log_dir={log_dir}", *SETTINGS, *overrides]), dataset())


def kill_at_sync(number: int) -> None:
    """Kill this process at its `number`-th fsync: in the middle of writing a checkpoint, a manifest or a link."""
    sync, calls = os.fsync, iter(range(1, number))

    def fsync(handle: int) -> None:
        if next(calls, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        sync(handle)

    os.fsync = fsync
