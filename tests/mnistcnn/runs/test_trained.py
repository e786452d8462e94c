"""Networks that are taken from a run's checkpoints."""

from __future__ import annotations

import numpy as np
import pytest

from mnistcnn.config.schema import NetworkConfig, load_config
from mnistcnn.errors import CheckpointError, RunError
from mnistcnn.network.evaluator import evaluate
from mnistcnn.network.model import Network, to_input
from mnistcnn.runs import checkpoint as checkpoints
from mnistcnn.runs.checkpoint import Checkpoint
from mnistcnn.runs.directory import Run
from mnistcnn.runs.resuming import rewind_to_checkpoint
from mnistcnn.runs.trained import load_trained
from mnistcnn.training.loop import train


@pytest.fixture
def run(tmp_path, tiny_dataset):
    small = [
        "network.conv1=2",
        "network.conv2=3",
        "network.fc1=8",
        "summaries.enabled=false",
        "batch_size=10",
        "steps=2",
        "eval_every=1",
    ]
    events = list(train(load_config(None, [f"log_dir={tmp_path}", "summaries.enabled=false", *small]), tiny_dataset))
    return Run(events[-1].run)


def test_the_last_checkpoint_is_the_network_at_the_end_of_the_run(run, tiny_dataset):
    trained = load_trained(run, "last")
    assert (trained.step, trained.data) == (2, "tiny")
    assert trained.digest == run.manifest()["results"]["weights_digest"]
    assert trained.network(to_input(tiny_dataset.test.images)).shape == (60, 10)


def test_the_network_of_a_run_that_averages_has_the_averaged_weights(tmp_path, tiny_dataset):
    recipe = ["averaging.decay=0.9", "network={conv1: 2, conv2: 3, fc1: 8}", "batch_size=10", "steps=3"]
    events = list(train(load_config(None, [f"log_dir={tmp_path}", *recipe]), tiny_dataset))
    run = Run(events[-1].run)
    trained = load_trained(run, "last")
    saved = checkpoints.load(run.checkpoints().find("last"))
    assert all((saved.average[name] == array).all() for name, array in trained.network.read().items())
    assert (saved.average["fc1/weights"] != saved.weights["fc1/weights"]).any()
    assert trained.digest == run.manifest()["results"]["weights_digest"]
    assert events[-1].test_accuracy == evaluate(trained.network, tiny_dataset.test).accuracy


def test_a_step_is_its_own_network(run):
    first, last = load_trained(run, "0"), load_trained(run, "last")
    assert first.step == 0
    assert first.digest != last.digest
    initial = Network(first.config.network, first.config.seed).read()
    assert all(np.array_equal(initial[name], array) for name, array in first.network.read().items())


def test_the_runs_own_number_of_threads_is_used(run, monkeypatch):
    asked = []
    monkeypatch.setattr("mnistcnn.runs.trained.limit_threads", asked.append)
    run.config_path.write_text(run.config_path.read_text().replace("threads: null", "threads: 3"))
    load_trained(run)
    assert asked == [3]


def test_weights_that_do_not_fit_the_configuration_are_an_error(run):
    other = Network(NetworkConfig(conv1=5, conv2=3, fc1=8), seed=0)
    run.checkpoints().save(Checkpoint(9, other.read(), {}), best=False)
    problem = r"conv1/biases has shape \[5\], not \[2\]; set network.conv1 back to 5$"
    with pytest.raises(CheckpointError, match=f"step-0000009: does not fit the network of config.yaml: {problem}"):
        load_trained(run, "9")
    with pytest.raises(CheckpointError, match=problem):
        rewind_to_checkpoint(run, load_config(run.config_path))


def test_a_directory_that_is_no_run_is_an_error(tmp_path):
    with pytest.raises(RunError, match="not a run"):
        load_trained(Run(tmp_path / "nothing"))
