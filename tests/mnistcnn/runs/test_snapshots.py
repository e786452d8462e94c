"""Snapshots on the disk: what comes back from a file, and what a damaged one is told about."""

from __future__ import annotations

import hashlib
import io
import random

import numpy as np
import pytest

from mnistcnn import files
from mnistcnn.errors import CheckpointError
from mnistcnn.runs.snapshots import Snapshot, SnapshotDirectory, stored_bytes

SHAPES = {
    "conv1/weights": (5, 5, 1, 3), "conv1/biases": (3,), "conv2/weights": (5, 5, 3, 4), "conv2/biases": (4,),
    "fc1/weights": (196, 16), "fc1/biases": (16,), "fc2/weights": (16, 10), "fc2/biases": (10,),
}  # fmt: skip


@pytest.fixture
def make():
    def make_snapshot(step=10, scale=0.1):
        draw = np.random.default_rng(step)
        weights = {name: draw.normal(0, scale, shape).astype(np.float32) for name, shape in SHAPES.items()}
        return Snapshot(step, weights, 12, 40, np.arange(10), draw.normal(size=(10, 10)).astype(np.float32))

    return make_snapshot


@pytest.fixture
def directory(tmp_path):
    return SnapshotDirectory(tmp_path / "snapshots")


def test_every_layer_comes_back_exactly_except_for_fc1_which_is_off_by_half_a_step_at_most(directory, make):
    saved = make()
    directory.save(saved)
    loaded = directory.load(10)
    for name, array in saved.weights.items():
        if name != "fc1/weights":
            np.testing.assert_array_equal(loaded.weights[name], array)
    step = np.abs(saved.weights["fc1/weights"]).max(axis=0) / 127
    off = np.abs(loaded.weights["fc1/weights"] - saved.weights["fc1/weights"])
    assert np.all(off <= 0.51 * step)
    assert off.max() > 0
    assert (loaded.step, loaded.errors, loaded.examples, loaded.accuracy) == (10, 12, 40, 0.7)
    np.testing.assert_array_equal(loaded.logits, saved.logits)
    np.testing.assert_array_equal(loaded.digits, np.arange(10))


def test_a_file_is_no_larger_than_was_reckoned_and_the_same_every_time(directory, make):
    directory.save(make())
    content = directory.path_of(10).read_bytes()
    sizes = {name: int(np.prod(shape)) for name, shape in SHAPES.items()}
    assert 0.3 * stored_bytes(sizes) < len(content) <= stored_bytes(sizes)
    directory.save(make())
    assert directory.path_of(10).read_bytes() == content
    assert [path.name for path in directory.path.iterdir()] == ["step-0000010.npz"]


def test_the_tutorials_network_takes_three_and_a_half_megabytes():
    sizes = {"conv1/weights": 800, "conv1/biases": 32, "conv2/weights": 51_200, "conv2/biases": 64,
             "fc1/weights": 3_211_264, "fc1/biases": 1024, "fc2/weights": 10_240, "fc2/biases": 10}  # fmt: skip
    assert 3_400_000 < stored_bytes(sizes) < 3_500_000


def test_without_validation_images_the_accuracy_is_not_known(make):
    snapshot = make()
    assert Snapshot(0, snapshot.weights, 0, 0, snapshot.digits, snapshot.logits).accuracy is None


def test_a_run_without_snapshots_has_none(directory):
    assert directory.steps() == []
    directory.rewind(0)


def test_what_came_after_a_step_is_forgotten(directory, make):
    for step in (0, 10, 20):
        directory.save(make(step))
    directory.rewind(10)
    assert directory.steps() == [0, 10]


def test_a_full_disk_leaves_what_was_there(directory, make, monkeypatch):
    directory.save(make())
    content = directory.path_of(10).read_bytes()

    def full_disk(path, content):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(files, "write_synced", full_disk)
    with pytest.raises(OSError, match="No space left"):
        directory.save(make(scale=0.2))
    assert directory.path_of(10).read_bytes() == content
    assert directory.steps() == [10]


def test_not_a_byte_can_be_wrong_unnoticed(directory, make):
    directory.save(make())
    path, draw = directory.path_of(10), random.Random(0)
    content = path.read_bytes()
    wrong = [
        content[:at] + bytes([content[at] ^ draw.randint(1, 255)]) + content[at + 1 :]
        for at in [*draw.sample(range(len(content)), 30), *range(len(content) - 90, len(content))]
    ]
    for damaged in [*wrong, *(content[:length] for length in (0, 10, len(content) // 2, len(content) - 1))]:
        path.write_bytes(damaged)
        with pytest.raises(CheckpointError, match=r"step-0000010\.npz: damaged: .*delete it"):
            directory.load(10)


def test_a_missing_and_a_newer_file_are_told_by_name(directory, make, tmp_path):
    with pytest.raises(CheckpointError, match=r"step-0000005\.npz: not readable: No such file"):
        directory.load(5)
    directory.save(make())
    with np.load(directory.path_of(10)) as file:
        newer = {**file, "format": 99}
    buffer = io.BytesIO()
    np.savez(buffer, **newer)
    content = buffer.getvalue()
    directory.path_of(10).write_bytes(content + hashlib.sha256(content).hexdigest().encode())
    with pytest.raises(CheckpointError, match="format 99, of a newer version of mnistcnn"):
        directory.load(10)


def test_what_cannot_be_read_is_left_out_and_named_and_a_folder_stays_where_it_is(directory, make):
    for step in (0, 10, 20):
        directory.save(make(step))
    directory.path_of(10).write_bytes(b"damaged")
    directory.path_of(15).mkdir()
    snapshots, problems = directory.load_intact(SHAPES)
    assert [snapshot.step for snapshot in snapshots] == [0, 20]
    assert [problem.split(": ")[1] for problem in problems] == ["damaged", "not readable"]
    assert ["step-0000010.npz" in problems[0], "step-0000015.npz" in problems[1]] == [True, True]
    others, problems = directory.load_intact({**SHAPES, "fc1/biases": (17,)})
    assert (others, problems[0]) == ([], f"{directory.path_of(0)}: of a network of another shape")
    directory.rewind(0)
    assert directory.steps() == [0, 15]
