"""A run may be killed at any instant, or run out of disk, and nobody is ever told something untrue.

`make soak` kills many more times; see `KILLS`. What a test did to runs, it tells `tests.soak_figures`.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import NamedTuple

import pytest

from mnistcnn.runs.directory import Run
from mnistcnn.runs.finding import find_runs
from tests.fork_server import Child, ForkServer

KILLS = int(os.environ.get("MNISTCNN_SOAK_KILLS", "2"))


class Trainer:
    """Trains in children of the fork server."""

    def __init__(self, server: ForkServer) -> None:
        self._server = server

    def start(self, log_dir: Path, **order: object) -> Child:
        """Start `tests.faults.trainer.train`."""
        return self._server.start("tests.faults.trainer:train", log_dir=str(log_dir), **order)

    def train(self, log_dir: Path, kill_after: float | None = None, **order: object) -> int:
        """Train to the end, or for so many seconds; the exit code, or minus the signal that killed it."""
        child = self.start(log_dir, **order)
        timer = threading.Timer(kill_after or 0, child.send, (signal.SIGKILL,))
        if kill_after is not None:
            timer.start()
        status = child.wait()
        timer.cancel()
        return status


@pytest.fixture(scope="module")
def trainer(fork_server: ForkServer) -> Trainer:
    return Trainer(fork_server)


class Whole(NamedTuple):
    """A run that nothing happened to."""

    run: Run
    seconds: float
    syncs: int
    """Calls of fsync. A checkpoint that is the best so far adds some, so processors have different numbers."""


@pytest.fixture(scope="module")
def whole(trainer: Trainer, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    log_dir = tmp_path_factory.mktemp("whole")
    assert trainer.train(log_dir, syncs_path=str(log_dir / "syncs")) == 0
    started = time.monotonic()
    assert trainer.train(log_dir / "again") == 0
    return Whole(Run(log_dir / "run"), time.monotonic() - started, int((log_dir / "syncs").read_text()))


def assert_same_end(run: Run, whole: Whole) -> None:
    assert run.manifest()["state"] == "finished"
    assert run.manifest()["results"]["weights_digest"] == whole.run.manifest()["results"]["weights_digest"]
    assert run.metrics_path.read_bytes() == whole.run.metrics_path.read_bytes()
    assert not list(run.path.rglob(".mnistcnn-tmp-*"))


def finish(trainer: Trainer, log_dir: Path) -> Run:
    """Go on with what is there; a run that was killed before it had a name is simply started again."""
    runs = find_runs(log_dir)
    assert trainer.train(log_dir, resume="run" if runs else None) == 0
    return Run(log_dir / "run")


@pytest.mark.parametrize("seed", range(KILLS))
def test_a_run_that_is_killed_at_a_random_instant_resumes_to_the_same_end(
    record_property, trainer, whole, tmp_path, seed
):
    draw = random.Random(seed)
    statuses = [trainer.train(tmp_path, kill_after=draw.uniform(0, whole.seconds))]
    if draw.random() < 0.3 and find_runs(tmp_path):  # Killed again while it resumes.
        statuses.append(trainer.train(tmp_path, resume="run", kill_after=draw.uniform(0, whole.seconds)))
    assert set(statuses) <= {0, -signal.SIGKILL}
    record_property("kills", statuses.count(-signal.SIGKILL))
    assert_same_end(finish(trainer, tmp_path), whole)


@pytest.mark.parametrize("seed", range(KILLS))
def test_a_run_that_is_killed_inside_a_write_resumes_to_the_same_end(record_property, trainer, whole, tmp_path, seed):
    sync = random.Random(seed).randint(1, whole.syncs)
    assert trainer.train(tmp_path, die_at_sync=sync) == -signal.SIGKILL
    record_property("kills", 1)
    assert_same_end(finish(trainer, tmp_path), whole)


def test_every_instant_of_a_checkpoint_write_leaves_a_run_that_loads(record_property, trainer, whole, tmp_path):
    first = whole.syncs // 3  # By then, a checkpoint is there.
    syncs = range(first, min(first + KILLS, whole.syncs + 1))
    for sync in syncs:
        log_dir = tmp_path / str(sync)
        assert trainer.train(log_dir, die_at_sync=sync) == -signal.SIGKILL
        checkpoint, problems = Run(log_dir / "run").checkpoints().newest_intact()
        assert checkpoint.step > 0
        assert problems == []
    record_property("kills", len(syncs))


def test_files_that_may_not_grow_end_the_run_with_an_error_and_it_goes_on_once_they_may(
    record_property, trainer, whole, tmp_path
):
    weights = (whole.run.checkpoints_path / "last" / "weights.npz").stat().st_size
    assert trainer.train(tmp_path, file_limit=weights // 2) == 5
    run = Run(tmp_path / "run")
    assert run.manifest()["state"] == "failed"
    record_property("faults", 1)
    assert "File too large" in run.manifest()["reason"]
    assert list(run.checkpoints_path.iterdir()) == []
    assert_same_end(finish(trainer, tmp_path), whole)


@pytest.mark.parametrize("checkpoints", [0.5, 2.5, 4.5])
def test_a_full_disk_ends_the_run_with_an_error_and_what_was_saved_is_intact(
    record_property, trainer, whole, tmp_path, small_disk, checkpoints
):
    one = sum(file.stat().st_size for file in (whole.run.checkpoints_path / "last").iterdir())
    disk = small_disk(int(one * checkpoints) + 20_000)
    assert trainer.train(disk) == 5
    record_property("faults", 1)
    run = Run(disk / "run")
    assert not list(run.path.rglob(".mnistcnn-tmp-*"))
    saved = run.checkpoints().steps()
    assert len(saved) == int(checkpoints)
    if saved:
        assert run.checkpoints().newest_intact()[1] == []
    subprocess.run(["mount", "-o", f"remount,size={50 * one}", disk], check=True)
    assert_same_end(finish(trainer, disk), whole)


@pytest.mark.parametrize("seed", range(KILLS))
def test_whatever_is_damaged_in_the_newest_checkpoint_the_run_ends_the_same(
    record_property, trainer, whole, tmp_path, seed
):
    draw = random.Random(seed)
    assert trainer.train(tmp_path, die_at_sync=draw.randint(whole.syncs // 2, whole.syncs)) == -signal.SIGKILL
    record_property("kills", 1)
    record_property("damages", 1)
    last = (tmp_path / "run" / "checkpoints" / "last").resolve()
    victim = draw.choice(sorted(last.iterdir()))
    content = bytearray(victim.read_bytes())
    if draw.random() < 0.5:
        content = content[: draw.randrange(len(content))]
    else:
        content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
    victim.write_bytes(content)
    assert_same_end(finish(trainer, tmp_path), whole)


def test_processes_that_start_at_once_in_one_directory_get_as_many_intact_runs(trainer, tmp_path):
    together = 50 if KILLS >= 50 else 4
    children = [trainer.start(tmp_path, overrides=["name=", "steps=3"]) for _ in range(together)]
    assert [child.wait() for child in children] == [0] * together
    runs = find_runs(tmp_path)
    assert len(runs) == together
    assert {run.manifest()["state"] for run in runs} == {"finished"}
    assert len({run.manifest()["results"]["weights_digest"] for run in runs}) == 1
    for run in runs:
        assert run.checkpoints().newest_intact()[1] == []
    assert not list(tmp_path.rglob(".mnistcnn-tmp-*"))
