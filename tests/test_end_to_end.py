"""`mnistcnn train` as a user starts it: a process of its own, with real files, signals and a terminal.

The first test starts Python anew. The others fork a process that has imported TensorFlow, which takes seconds.
"""

from __future__ import annotations

import contextlib
import csv
import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mnistcnn.runs.directory import Run
from mnistcnn.runs.finding import open_run
from tests.fork_server import Child

FAST = [
    "--set=network={conv1: 4, conv2: 4, fc1: 32}",
    "--batch-size=20",
    "--learning-rate=3e-3",
    "--set=data.source=digits",
    "--set=eval_every=20",
    "--set=summaries.enabled=false",
]


@dataclass(frozen=True)
class Command:
    """A command that was started, and the files that it writes its outputs to."""

    child: Child
    out: Path
    err: Path

    def finish(self) -> tuple[int, str, str]:
        """Wait for its end: its exit code, standard output and standard error."""
        return self.child.wait(), self.out.read_text(), self.err.read_text()


@pytest.fixture
def start(fork_server, tmp_path_factory, tmp_path):
    """Start a command in an empty directory; it is killed if the test fails before its end."""
    outputs, started = tmp_path_factory.mktemp("outputs"), []

    def call(*arguments, terminal=""):
        out, err = (outputs / f"{len(started)}.{name}" for name in ("out", "err"))
        where = {"folder": str(tmp_path), "out": str(out), "err": str(err), "terminal": terminal}
        child = fork_server.start("tests.shell_start:start", arguments=arguments, environment=dict(os.environ), **where)
        started.append(child)
        return Command(child, out, err)

    yield call
    for child in started:
        child.kill()


def wait_for(condition, seconds=300):
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "it never happened"
        time.sleep(0.02)


def newest_run(directory):
    return open_run("latest", directory / "runs")


def is_training(directory):
    """Whether a run has got past its first evaluation."""
    return any("train" in path.read_text() for path in directory.glob("runs/*/metrics.csv"))


def test_json_log_metrics_and_manifest_agree_to_the_last_digit(tmp_path):
    arguments = ["train", *FAST, "--set=summaries.enabled=true", "--steps=60", "--json"]
    command = [sys.executable, "-m", "mnistcnn_cli", *arguments]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    run = Run(tmp_path / events[0]["run"])
    with run.metrics_path.open(newline="") as file:
        rows = [(row["step"], row["split"], row["loss"], row["accuracy"]) for row in csv.DictReader(file)]
    told = [
        (str(event["step"]), event.get("split", "train"), repr(event["loss"]), repr(event["accuracy"]))
        for event in events
        if event["event"] in ("steps_done", "evaluated")
    ]
    assert rows == told
    last = events[-1]
    assert last["event"] == "run_finished"
    assert run.manifest()["results"] == {key: last[key] for key in run.manifest()["results"]}
    assert run.manifest()["state"] == last["state"] == "finished"


def test_without_a_terminal_the_log_has_dated_lines_and_no_control_characters(start, tmp_path):
    code, out, err = start("train", *FAST, "--steps=40").finish()
    assert code == 0
    assert out == f"{newest_run(tmp_path).path.relative_to(tmp_path)}\n"
    assert not re.search(r"[^\x20-\x7e\n–’…§×]", err), err
    lines = err.splitlines()
    assert all(re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  ", line) for line in lines), err
    assert sum("loss" in line and "training accuracy" in line for line in lines) == 2
    assert all("(digits" in line for line in lines if "accuracy" in line)


def test_mnist_that_cannot_be_had_falls_back_to_digits_with_a_warning_and_exit_code_0(start):
    code, _, err = start("train", *[o for o in FAST if "source" not in o], "--steps=20").finish()
    assert code == 0, err
    warnings = [line for line in err.splitlines() if "WARNING" in line]
    assert len(warnings) >= 2  # When it happens, and again beside the result.
    assert "digits" in warnings[0]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_saves_and_the_run_resumes_to_the_same_weights(start, tmp_path, number, code):
    process = start("train", *FAST, "--steps=400", "--name=stopped")
    wait_for(lambda: is_training(tmp_path))
    sent = datetime.now(UTC)
    process.child.send(number)
    returned, _, err = process.finish()
    assert returned == code, err
    run = Run(tmp_path / "runs" / "stopped")
    assert (datetime.fromisoformat(run.manifest()["ended"]) - sent).total_seconds() < 5
    assert run.manifest()["state"] == "interrupted"
    assert "mnistcnn train --resume runs/stopped" in err
    if number == signal.SIGINT:
        assert start("train", "--resume=stopped", "-q").finish()[0] == 0
        assert start("train", *FAST, "--steps=400", "--name=whole", "-q").finish()[0] == 0
        whole = Run(tmp_path / "runs" / "whole")
        assert run.manifest()["results"]["weights_digest"] == whole.manifest()["results"]["weights_digest"]
        assert run.metrics_path.read_bytes() == whole.metrics_path.read_bytes()


def test_a_terminal_that_goes_away_stops_the_run_after_saving(start, tmp_path):
    leader, follower = pty.openpty()
    process = start("train", *FAST, "--steps=100000", terminal=os.ttyname(follower))
    os.set_blocking(leader, False)

    def is_training_while_we_read():
        with contextlib.suppress(BlockingIOError):
            os.read(leader, 1 << 20)
        return is_training(tmp_path)

    wait_for(is_training_while_we_read)
    os.close(follower)
    os.close(leader)
    assert process.child.wait() == 129
    assert newest_run(tmp_path).manifest()["state"] == "interrupted"


def test_ctrl_c_twice_stops_at_once(start, tmp_path):
    process = start("train", *FAST, "--steps=100000", "--set=eval_every=100000")
    wait_for(lambda: is_training(tmp_path))
    process.child.send(signal.SIGINT)
    process.child.send(signal.SIGTERM)
    assert process.finish()[0] in (130, 143)
    assert newest_run(tmp_path).manifest()["state"] == "interrupted"


def test_a_second_process_may_not_resume_a_run_that_is_being_trained(start, tmp_path):
    process = start("train", *FAST, "--steps=100000", "--name=mine")
    wait_for(lambda: is_training(tmp_path))
    code, _, err = start("train", "--resume=mine", "-q").finish()
    assert code == 5
    assert "in use" in err
    assert Run(tmp_path / "runs" / "mine").manifest()["state"] == "running"
    process.child.send(signal.SIGINT)
    assert process.finish()[0] == 130


def test_the_real_mnist_is_learned(start, real_mnist: Path, tmp_path):
    """100 steps of a network smaller than the tutorial's, which learns faster."""
    small = ["--set=network={conv1: 8, conv2: 16, fc1: 128}", "--learning-rate=3e-3"]
    code, _, err = start("train", *small, "--steps=100", "--set=eval_every=100").finish()
    assert code == 0, err
    manifest = newest_run(tmp_path).manifest()
    assert manifest["data"]["name"] == "mnist"
    assert manifest["data"]["examples"] == {"train": 55_000, "validation": 5_000, "test": 10_000}
    assert manifest["results"]["test_accuracy"] > 0.85
    assert "WARNING" not in err
