"""Workers that train together: to the same end as one process, and never hanging."""

from __future__ import annotations

import json
import signal
import time

import numpy as np
import pytest

from mnistcnn.config.workers import WorkersConfig
from mnistcnn.runs.checkpoint import Checkpoint, load
from mnistcnn.runs.directory import Run
from tests.distributed.conftest import assert_same_end, await_step, free_ports, kill, settings


def last(run: Run) -> Checkpoint:
    return load(run.checkpoints().find("last"))


def largest_difference(one: Run, other: Run) -> float:
    pairs = [(last(one).weights, last(other).weights), (last(one).evaluated_weights, last(other).evaluated_weights)]
    return max(float(np.abs(a[name] - b[name]).max()) for a, b in pairs for name in a)


def test_two_workers_come_to_what_one_process_comes_to(launcher, tiny, whole, tmp_path):
    alone = launcher.train(*tiny, "--log-dir", tmp_path, "--name", "one")
    assert alone.wait() == 0, alone.log
    run, _ = whole
    assert run.manifest()["workers"] == 2
    assert largest_difference(run, Run(tmp_path / "one")) < 2e-5
    for column in ("step", "split", "examples"):
        ours, theirs = (r.metrics_path.read_text().splitlines() for r in (run, Run(tmp_path / "one")))
        index = ours[0].split(",").index(column)
        assert [row.split(",")[index] for row in ours] == [row.split(",")[index] for row in theirs]


def test_all_workers_start_from_the_weights_that_the_chief_was_given(launcher, tiny, whole, tmp_path):
    options = [*tiny, "--steps", "4", "--log-dir", tmp_path]
    start = ["--from", whole[0].path]
    workers = launcher.group(2, [*options, "--name", "two"], [start, []])
    assert [worker.wait() for worker in workers] == [0, 0], workers[0].log + workers[1].log
    alone = launcher.train(*options, *start, "--name", "one")
    assert alone.wait() == 0, alone.log
    assert largest_difference(Run(tmp_path / "two"), Run(tmp_path / "one")) < 2e-5


def test_only_the_chief_writes_and_every_worker_says_where_it_is(whole):
    run, (chief, other) = whole
    assert [path.name for path in run.path.parent.iterdir()] == ["two"]
    assert "40 steps of 20 shared by 2 workers" in chief
    assert "worker 1 of 2 at 127.0.0.1:" in other
    assert "of which 10 here" in other
    assert "step 20/40" in other
    assert "step 40/40  finished" in other


def test_two_devices_of_one_machine_come_to_what_one_comes_to(launcher, tiny, whole, tmp_path):
    mirrored = launcher.train(*tiny, "--log-dir", tmp_path, "--name", "mirrored", mirrored=2)
    assert mirrored.wait() == 0, mirrored.log
    assert largest_difference(whole[0], Run(tmp_path / "mirrored")) < 2e-5


def kill_one_of_two(launcher, options, victim):
    """Let a worker die in the middle of a run, and check how the other takes it."""
    workers = launcher.group(2, options)
    await_step(workers[1], 12)
    kill(workers[victim])
    killed = time.monotonic()
    survivor = workers[1 - victim]
    assert survivor.wait() == 5, survivor.log
    assert time.monotonic() - killed < WorkersConfig().lost_timeout
    assert f"lost worker {victim}" in survivor.log
    assert workers[victim].wait() == -signal.SIGKILL


def test_a_killed_worker_ends_the_chief_which_says_so_in_the_run(launcher, tiny, tmp_path):
    kill_one_of_two(launcher, [*tiny, "--log-dir", tmp_path, "--name", "two"], victim=1)
    manifest = Run(tmp_path / "two").manifest()
    assert manifest["state"] == "failed"
    assert "lost worker 1" in manifest["reason"]


def test_a_killed_chief_ends_the_others_and_the_group_resumes_to_the_same_end(launcher, tiny, whole, tmp_path):
    kill_one_of_two(launcher, [*tiny, "--log-dir", tmp_path, "--name", "two"], victim=0)
    # The other worker needs no run directory.
    resumed = launcher.group(2, ["--resume", "two"], [["--log-dir", tmp_path], ["--log-dir", tmp_path / "elsewhere"]])
    assert [worker.wait() for worker in resumed] == [0, 0], resumed[1].log
    assert_same_end(Run(tmp_path / "two"), whole[0])


def test_a_signal_to_one_worker_stops_all_at_the_same_step(launcher, tiny, tmp_path):
    workers = launcher.group(2, [*tiny, "--log-dir", tmp_path, "--name", "two"])
    await_step(workers[1], 4)
    workers[1].send(signal.SIGTERM)
    assert [worker.wait() for worker in workers] == [143, 143], workers[0].log
    run = Run(tmp_path / "two")
    assert run.manifest()["state"] == "interrupted"
    assert f"{last(run).step}/40  interrupted" in workers[1].log


def test_workers_with_different_configurations_refuse_each_other_and_name_the_key(launcher, tiny, tmp_path):
    workers = launcher.group(2, [*tiny, "--log-dir", tmp_path], [[], ["--keep-prob", "0.7"]])
    assert [worker.wait() for worker in workers] == [3, 3]
    assert "keep_prob: the chief has 0.5, this worker 0.7" in workers[1].log
    assert "worker 1 at 127.0.0.1:" in workers[0].log
    assert "cannot take part" in workers[0].log
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("cause", "code", "told"),
    [
        (["--name", "taken"], 5, "worker 0, the chief, at 127.0.0.1:"),
        (["--set", "learning_rate=1e12"], 6, "training diverged; the chief's log has the step"),
    ],
    ids=["taken-name", "divergence"],
)
def test_what_ends_the_chief_ends_the_others_with_the_same_exit_code(launcher, tiny, tmp_path, cause, code, told):
    (tmp_path / "taken").mkdir()
    workers = launcher.group(2, [*tiny, "--log-dir", tmp_path, *cause])
    assert [worker.wait() for worker in workers] == [code, code], workers[0].log
    assert told in workers[1].log


@pytest.mark.parametrize("here", [0, 1])
def test_a_worker_that_never_comes_ends_the_wait_with_its_address(launcher, tiny, tmp_path, here):
    addresses = [f"127.0.0.1:{port}" for port in free_ports(2)]
    task = {"type": "worker", "index": here}
    variable = json.dumps({"cluster": {"worker": addresses}, "task": task})
    options = [*tiny, "--set", "workers.join_timeout=2", "--log-dir", tmp_path]
    worker = launcher.train(*options, TF_CONFIG=variable)
    assert worker.wait() == 5, worker.log
    assert f"at {addresses[1 - here]} did not join within 2 s" in worker.log
    assert not list(tmp_path.iterdir())


def test_two_workers_agree_with_one_process_on_the_real_mnist(launcher, real_mnist_dir, tmp_path):
    recipe = (
        "network={conv1: 8, conv2: 12, fc1: 64}",
        "steps=10",
        "eval_every=10",
        "summaries.enabled=false",
    )
    data = ("data.source=mnist", "data.validation_size=500", f"data.dir={real_mnist_dir}")
    options = [*settings(*recipe, *data), "--log-dir", tmp_path]
    assert launcher.train(*options, "--name", "one").wait() == 0
    workers = launcher.group(2, [*options, "--name", "two"])
    assert [worker.wait() for worker in workers] == [0, 0]
    one, two = Run(tmp_path / "one"), Run(tmp_path / "two")
    assert largest_difference(one, two) <= 1e-4
    accuracies = [run.manifest()["results"]["test_accuracy"] for run in (one, two)]
    assert accuracies[0] == pytest.approx(accuracies[1], abs=1e-3)
