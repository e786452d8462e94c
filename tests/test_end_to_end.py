"""`mnistcnn train` as a user starts it: a process of its own, with real files, pipes, signals and a terminal."""

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
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mnistcnn.runs.directory import Run, open_run

COMMAND = [sys.executable, "-m", "mnistcnn_cli"]
# As a shell starts a program: with SIGHUP at its default, which whoever started the tests may have changed, and where a
# terminal is given, with it as its own.
LIKE_A_SHELL = """
import os, signal, sys
signal.signal(signal.SIGHUP, signal.SIG_DFL)
if sys.argv[1]:
    terminal = os.open(sys.argv[1], os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(terminal, standard)
os.execv(sys.argv[2], sys.argv[2:])
"""
FAST = [
    "--set=network={conv1: 4, conv2: 4, fc1: 32}",
    "--batch-size=20",
    "--learning-rate=3e-3",
    "--set=data.source=digits",
    "--set=eval_every=20",
]


@pytest.fixture
def start(tmp_path):
    """Start a command in an empty directory; what is still running at the end is killed."""
    started = []

    def popen(*arguments, terminal=""):
        process = subprocess.Popen(
            [sys.executable, "-c", LIKE_A_SHELL, terminal, *COMMAND, *arguments],
            cwd=tmp_path,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=bool(terminal),
        )
        started.append(process)
        return process

    yield popen
    for process in started:
        process.kill()
        process.communicate()


def finished(process):
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def wait_for(condition, seconds=60):
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "it never happened"
        time.sleep(0.02)


def newest_run(directory):
    return open_run("latest", directory / "runs")


def is_training(directory):
    """Whether a run has got past its first evaluation."""
    return any("train" in path.read_text() for path in directory.glob("runs/*/metrics.csv"))


def test_json_log_metrics_and_manifest_agree_to_the_last_digit(start, tmp_path):
    code, out, err = finished(start("train", *FAST, "--steps=60", "--json"))
    assert code == 0, err
    events = [json.loads(line) for line in out.splitlines()]
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
    code, out, err = finished(start("train", *FAST, "--steps=40"))
    assert code == 0
    assert out == f"{newest_run(tmp_path).path.relative_to(tmp_path)}\n"
    assert not re.search(r"[^\x20-\x7e\n–’…§×]", err), err
    lines = err.splitlines()
    assert all(re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  ", line) for line in lines), err
    assert sum("loss" in line and "training accuracy" in line for line in lines) == 2
    assert all("(digits" in line for line in lines if "accuracy" in line)


def test_mnist_that_cannot_be_had_falls_back_to_digits_with_a_warning_and_exit_code_0(start):
    code, _, err = finished(start("train", *[o for o in FAST if "source" not in o], "--steps=20"))
    assert code == 0, err
    warnings = [line for line in err.splitlines() if "WARNING" in line]
    assert len(warnings) >= 2  # When it happens, and again beside the result.
    assert "digits" in warnings[0]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_saves_and_the_run_resumes_to_the_same_weights(start, tmp_path, number, code):
    process = start("train", *FAST, "--steps=400", "--name=stopped")
    wait_for(lambda: is_training(tmp_path))
    sent = datetime.now(UTC)
    process.send_signal(number)
    returned, _, err = finished(process)
    assert returned == code, err
    run = Run(tmp_path / "runs" / "stopped")
    assert (datetime.fromisoformat(run.manifest()["ended"]) - sent).total_seconds() < 5
    assert run.manifest()["state"] == "interrupted"
    assert "mnistcnn train --resume runs/stopped" in err
    if number == signal.SIGINT:
        assert finished(start("train", "--resume=stopped", "-q"))[0] == 0
        assert finished(start("train", *FAST, "--steps=400", "--name=whole", "-q"))[0] == 0
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
    process.wait(timeout=30)
    assert process.returncode == 129
    assert newest_run(tmp_path).manifest()["state"] == "interrupted"


def test_ctrl_c_twice_stops_at_once(start, tmp_path):
    process = start("train", *FAST, "--steps=100000", "--set=eval_every=100000")
    wait_for(lambda: is_training(tmp_path))
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    assert finished(process)[0] in (130, 143)
    assert newest_run(tmp_path).manifest()["state"] == "interrupted"


def test_a_second_process_may_not_resume_a_run_that_is_being_trained(start, tmp_path):
    process = start("train", *FAST, "--steps=100000", "--name=mine")
    wait_for(lambda: is_training(tmp_path))
    code, _, err = finished(start("train", "--resume=mine", "-q"))
    assert code == 5
    assert "in use" in err
    assert Run(tmp_path / "runs" / "mine").manifest()["state"] == "running"
    process.send_signal(signal.SIGINT)
    assert finished(process)[0] == 130


def test_threads_limits_the_cores_that_are_used(start):
    def busy_share(*options):
        before = os.times()
        started = time.monotonic()
        assert finished(start("train", *FAST, "--set=network.fc1=1024", "--steps=150", "-q", *options))[0] == 0
        after = os.times()
        cpu = after.children_user + after.children_system - before.children_user - before.children_system
        return cpu / (time.monotonic() - started)

    assert busy_share("--set=threads=1") < 1.25


def test_the_real_mnist_is_learned(start, real_mnist: Path, tmp_path):
    """200 steps of the default recipe: the tutorial's network is well past 85 % by then."""
    code, _, err = finished(start("train", "--steps=200", "--set=eval_every=200"))
    assert code == 0, err
    manifest = newest_run(tmp_path).manifest()
    assert manifest["data"]["name"] == "mnist"
    assert manifest["data"]["examples"] == {"train": 55_000, "validation": 5_000, "test": 10_000}
    assert manifest["results"]["test_accuracy"] > 0.85
    assert "WARNING" not in err
