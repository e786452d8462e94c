"""Any worker may be killed at any instant: the others end, and all together resume to the same end.

`make soak` has three workers and kills one of them, each in turn, many times; see `KILLS`.
"""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from mnistcnn.runs.directory import Run
from mnistcnn.runs.finding import find_runs
from tests.distributed.conftest import KILLS, Launcher, assert_same_end, await_step, kill
from tests.fork_server import Child

WORKERS = 3 if KILLS > 1 else 2
# Of two workers, test_workers_together.py kills the chief.
SEEDS = range(max(KILLS, WORKERS)) if KILLS > 1 else [1]


class Whole(NamedTuple):
    """A run of all workers that nothing happened to."""

    run: Run
    seconds: float


def start_group(launcher: Launcher, tiny: Sequence[str], log_dir: Path) -> list[Child]:
    """Train together: resume the run if there is one."""
    resumed = ["--resume", "run"] if find_runs(log_dir) else [*tiny, "--set", "batch_size=24", "--name", "run"]
    return launcher.group(WORKERS, [*resumed, "--set", "workers.join_timeout=20", "--log-dir", log_dir])


@pytest.fixture(scope="module")
def whole(launcher: Launcher, tiny: list[str], tmp_path_factory: pytest.TempPathFactory) -> Whole:
    log_dir = tmp_path_factory.mktemp("group")
    started = time.monotonic()
    workers = start_group(launcher, tiny, log_dir)
    assert [worker.wait() for worker in workers] == [0] * WORKERS, workers[0].log
    return Whole(Run(log_dir / "run"), time.monotonic() - started)


@pytest.mark.parametrize(("seed", "victim"), [(seed, seed % WORKERS) for seed in SEEDS])
def test_a_group_of_which_a_worker_is_killed_at_a_random_instant_resumes_to_the_same_end(
    record_property, launcher, tiny, whole, tmp_path, seed, victim
):
    workers = start_group(launcher, tiny, tmp_path)
    draw = random.Random(seed)
    if draw.random() < 0.5:
        time.sleep(draw.uniform(0, whole.seconds))
    else:  # Surely in the middle, however busy the machine is.
        await_step(workers[(victim + 1) % WORKERS], draw.randrange(0, 36, 4))
    kill(workers[victim])
    statuses = [worker.wait() for worker in workers]
    killed = statuses.pop(victim)
    assert killed in (0, -signal.SIGKILL)
    record_property("kills", int(killed != 0))
    logs = "\n".join(worker.log for worker in workers)
    assert set(statuses) <= {0, 5}, logs
    assert "Traceback" not in logs
    again = start_group(launcher, tiny, tmp_path)
    assert [worker.wait() for worker in again] == [0] * WORKERS, again[0].log
    assert_same_end(Run(tmp_path / "run"), whole.run)
