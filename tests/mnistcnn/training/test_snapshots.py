"""Snapshots of a run: when they are taken, what is in them, and that they change nothing."""

from __future__ import annotations

import dataclasses
import shutil

import numpy as np
import pytest

from mnistcnn.config.schema import load_config
from mnistcnn.data.dataset import Dataset, Examples
from mnistcnn.network.evaluator import Evaluator
from mnistcnn.network.model import Network, to_input
from mnistcnn.runs import checkpoint as checkpoints
from mnistcnn.runs.directory import Run
from mnistcnn.runs.resuming import resumed_config
from mnistcnn.runs.snapshots import SnapshotDirectory
from mnistcnn.training.divergence import NotFiniteError
from mnistcnn.training.loop import resume, train
from mnistcnn.training.snapshots import SnapshotTaker, steps_to_take
from tests.conftest import make_examples

SETTINGS = [
    "network.conv1=3", "network.conv2=4", "network.fc1=16", "summaries.enabled=false", "batch_size=20",
    "learning_rate=3e-3", "steps=24", "report_every=12", "eval_every=12", "checkpoints.every=6", "averaging.decay=0.5",
]  # fmt: skip


@pytest.fixture(scope="module")
def dataset():
    splits = (make_examples(count, seed) for seed, count in enumerate((240, 40, 60)))
    return Dataset("tiny", "idx", "/data/tiny", {}, *splits)


@pytest.fixture(scope="module")
def runs(dataset, tmp_path_factory):
    """A run with snapshots, and the same without."""
    log_dir = tmp_path_factory.mktemp("runs")
    for name, enabled in (("with", "true"), ("without", "false")):
        place = [f"log_dir={log_dir}", f"name={name}", f"snapshots.enabled={enabled}"]
        list(train(load_config(None, [*SETTINGS, *place]), dataset))
    return log_dir


@pytest.fixture
def whole(runs):
    return Run(runs / "with")


@pytest.fixture
def plain(runs):
    return Run(runs / "without")


@pytest.fixture
def make_taker(tmp_path, dataset):
    def make(*overrides, data=dataset):
        config = load_config(None, [*SETTINGS, *overrides])
        network, directory = Network(config.network, 0), SnapshotDirectory(tmp_path / "snapshots")
        return SnapshotTaker(directory, config, data, network, Evaluator(network)), directory, network

    return make


def copied(run, tmp_path):
    return Run(shutil.copytree(run.path, tmp_path / "copy", symlinks=True))


def contents(run):
    return {path.name: path.read_bytes() for path in run.snapshots_path.iterdir()}


@pytest.mark.parametrize(
    ("steps", "most", "expected"),
    [
        (1, 9, (0, 1)),
        (10, 9, (0, 10)),
        (11, 9, (0, 10, 11)),
        (860, 17, (0, 10, 20, 50, 100, 200, 500, 860)),
        (3000, 17, (0, 10, 20, 50, 100, 200, 500, 1000, 2000, 3000)),
        (3000, 4, (0, 50, 500, 3000)),
        (3000, 2, (0, 3000)),
        (3000, 1, ()),
        (3000, 0, ()),
    ],
)
def test_snapshots_follow_round_numbers_and_end_with_the_last_step(steps, most, expected):
    assert steps_to_take(steps, most) == expected


def test_of_too_many_steps_distinct_ones_stay_with_the_first_and_the_last():
    everything = steps_to_take(100_000_000, 99)
    for most in range(2, len(everything)):
        steps = steps_to_take(100_000_000, most)
        assert len(set(steps)) == len(steps) == most
        assert set(steps) <= set(everything)
        assert (steps[0], steps[-1]) == (0, 100_000_000)


def test_a_run_with_snapshots_has_the_bits_and_the_files_of_one_without(whole, plain):
    assert not plain.snapshots_path.exists()
    assert whole.snapshots().steps() == [0, 10, 20, 24]
    assert whole.manifest()["results"]["weights_digest"] == plain.manifest()["results"]["weights_digest"]
    assert whole.metrics_path.read_bytes() == plain.metrics_path.read_bytes()
    assert whole.checkpoints().steps() == plain.checkpoints().steps() == [0, 6, 12, 18, 24]


def test_a_snapshot_is_of_what_the_run_stands_by_with_its_answers_and_errors_back_then(whole, dataset):
    network = Network(load_config(whole.config_path).network, 0)
    snapshots = [whole.snapshots().load(step) for step in (0, 24)]
    for snapshot in snapshots:
        # Of a run that averages its weights, the average.
        own = checkpoints.load(whole.checkpoints().path_of(snapshot.step)).evaluated_weights
        for name, array in snapshot.weights.items():
            np.testing.assert_allclose(array, own[name], atol=2e-3 if name == "fc1/weights" else 0)
        network.load(own)
        assert dataset.test.labels[snapshot.digits].tolist() == list(range(10))
        assert all(label not in dataset.test.labels[:index] for label, index in enumerate(snapshot.digits))
        expected = network(to_input(dataset.test.images[snapshot.digits])).numpy()
        np.testing.assert_allclose(snapshot.logits, expected, atol=1e-5)
        wrong = network(to_input(dataset.validation.images)).numpy().argmax(1) != dataset.validation.labels
        assert (snapshot.errors, snapshot.examples) == (int(wrong.sum()), 40)
    assert snapshots[1].errors < snapshots[0].errors


def test_a_resumed_run_takes_those_that_are_missing_or_of_another_trajectory(whole, dataset, tmp_path):
    run = copied(whole, tmp_path)
    # Killed between the checkpoint of step 18 and the next, on a disk that has kept what came after it.
    (run.checkpoints().path_of(24) / "manifest.json").write_text("damaged")
    run.snapshots().path_of(20).write_bytes(b"of another trajectory")
    (run.snapshots_path / ".mnistcnn-tmp-1-half").write_bytes(b"half")
    list(resume(run, resumed_config(run), dataset))
    assert contents(run) == contents(whole)
    run.snapshots().path_of(24).unlink()  # Killed between the last checkpoint and its snapshot.
    list(resume(run, resumed_config(run), dataset))
    assert contents(run) == contents(whole)


def test_a_run_of_before_takes_them_from_now_on_and_an_extended_one_keeps_its_former_end(plain, dataset, tmp_path):
    run = copied(plain, tmp_path)
    list(resume(run, resumed_config(run, ["snapshots.enabled=true", "steps=60"]), dataset))
    assert run.snapshots().steps() == [50, 60]
    list(resume(run, resumed_config(run, ["steps=61"]), dataset))
    assert run.snapshots().steps() == [50, 60, 61]


def test_there_are_never_more_than_the_limit_allows(make_taker):
    wide = ["network.conv2=64", "network.fc1=128", "snapshots.megabytes=1"]  # 0.45 MB each
    taker, directory, _ = make_taker(*wide, "steps=11")
    for step in (0, 10, 11):
        taker.take_if_due(step)
    assert directory.steps() == [0, 11]
    taker, directory, _ = make_taker(*wide, "steps=12")
    taker.take_if_due(12)
    assert directory.steps() == [0, 11]
    assert sum(path.stat().st_size for path in directory.path.iterdir()) < 1_000_000
    taker, _, _ = make_taker("network.conv2=64", "network.fc1=256", "snapshots.megabytes=1")
    assert taker.steps_to_next(0) > 10**9


def test_chunks_end_where_a_snapshot_is_due(make_taker):
    taker, _, _ = make_taker()
    assert [taker.steps_to_next(step) for step in (0, 9, 10, 15, 20, 23)] == [10, 1, 10, 5, 4, 1]


def test_data_without_validation_images_or_without_some_classes_has_snapshots_as_well(make_taker, dataset):
    nothing = Examples(np.empty((0, 28, 28), np.uint8), np.empty(0, np.uint8))
    few = Examples(dataset.test.images[3:5], dataset.test.labels[3:5])
    for step, test in ((0, few), (10, nothing)):
        taker, directory, _ = make_taker(data=dataclasses.replace(dataset, validation=nothing, test=test))
        taker.take_if_due(step)
        assert directory.load(step).accuracy is None
        assert directory.load(step).logits.shape == (len(test), 10)


def test_weights_that_are_not_finite_have_no_snapshot(make_taker):
    taker, directory, network = make_taker()
    network.biases["fc2"].assign(np.full(10, np.nan))
    with pytest.raises(NotFiniteError, match="after step 10"):
        taker.take_if_due(10)
    assert directory.steps() == []
