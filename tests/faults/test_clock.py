"""The time of day may jump, forward or back, while a run goes on: nothing is timed by it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from mnistcnn.runs.directory import Run
from mnistcnn.runs.finding import open_run
from mnistcnn.runs.listing import summarize
from tests.fork_server import ForkServer

JUMPS = (-5.0, 5.0)


def train(
    server: ForkServer, log_dir: Path, hours: float, *settings: str, at_step: int = 20, pause: float = 0.0
) -> Run:
    """Train a run `run`, unless the settings name it otherwise."""
    order = {"log_dir": str(log_dir), "hours": hours, "at_step": at_step, "pause": pause, "settings": settings}
    child = server.start("tests.faults.trainer:train_while_the_clock_jumps", **order)
    assert child.wait() == 0, child.log
    assert all(0 <= json.loads(seconds) < 3600 for seconds in child.log.splitlines()), child.log
    return Run(log_dir / "run")


@pytest.fixture(scope="module")
def usual(fork_server: ForkServer, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run during which no clock jumped."""
    return train(fork_server, tmp_path_factory.mktemp("usual"), hours=0)


@pytest.mark.parametrize("hours", JUMPS)
def test_a_clock_that_jumps_makes_no_duration_negative_or_hours_long_and_no_run_unreadable(
    record_property, fork_server, usual, tmp_path, hours
):
    run = train(fork_server, tmp_path, hours, "summaries.enabled=true")
    record_property("faults", 1)
    summary = summarize(run)
    assert (summary.state, summary.problem) == ("finished", None)
    assert 0 < summary.seconds < 3600
    assert summary.weights_digest == summarize(usual).weights_digest
    assert abs((summary.ended - summary.started).total_seconds()) > 3600  # The clock has jumped indeed.


def test_checkpoints_by_the_clock_go_on_after_it_was_put_back(record_property, fork_server, tmp_path):
    by_the_clock = ("checkpoints.every=1s", "checkpoints.keep=9", "eval_every=40")
    run = train(fork_server, tmp_path, -5, *by_the_clock, at_step=8, pause=0.3)
    record_property("faults", 1)
    after = [step for step in run.checkpoints().steps() if 8 < step < 40]
    assert after


@pytest.mark.parametrize("hours", JUMPS)
def test_latest_is_the_run_that_began_last_whatever_the_clock_did_since(
    record_property, fork_server, usual, tmp_path, hours
):
    shutil.copytree(usual.path, tmp_path / usual.name, symlinks=True)
    train(fork_server, tmp_path, hours, "name=second")
    record_property("faults", 1)
    assert open_run("latest", tmp_path).name == "second"
