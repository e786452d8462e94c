"""Checkpoints are whole or not there, and a damaged one is never believed."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import itertools
import json
import pickle
import random
import shutil

import numpy as np
import pytest

from mnistcnn import files
from mnistcnn.errors import CheckpointError
from mnistcnn.network.weights import weights_digest
from mnistcnn.runs import checkpoint as checkpoints
from mnistcnn.runs.checkpoint import Best, Checkpoint, CheckpointDirectory, TrainingProgress, steps_to_drop
from tests.conftest import forbid


def make_checkpoint(step=0, seed=0):
    draw = np.random.default_rng(seed).normal
    weights = {"conv1/weights": draw(size=(2, 3)).astype(np.float32), "conv1/biases": np.zeros(3, np.float32)}
    slots = {f"{slot}/{name}": draw(size=a.shape).astype(np.float32) for slot in "mv" for name, a in weights.items()}
    progress = TrainingProgress(Best(step, errors=7), seconds=1.25, losses=(0.1, 0.2))
    return Checkpoint(step, weights, slots, progress)


def make_averaged_checkpoint(step=0):
    plain = make_checkpoint(step)
    return dataclasses.replace(plain, average={name: array + 1 for name, array in plain.weights.items()})


def assert_same(one, other):
    assert (one.step, one.progress) == (other.step, other.progress)
    assert (one.average is None) == (other.average is None)
    for kind in ("weights", "slots", "evaluated_weights"):
        left, right = getattr(one, kind), getattr(other, kind)
        assert left.keys() == right.keys()
        for name in left:
            np.testing.assert_array_equal(left[name], right[name])


@pytest.fixture
def directory(tmp_path):
    return CheckpointDirectory(tmp_path, keep=5)


def test_a_checkpoint_loads_as_it_was_saved(tmp_path):
    saved = make_checkpoint(step=12)
    assert_same(checkpoints.load(checkpoints.save(tmp_path / "step-0000012", saved)), saved)


def test_averaged_weights_are_saved_beside_the_others_and_are_what_the_run_stands_by(tmp_path):
    saved = make_averaged_checkpoint()
    path = checkpoints.save(tmp_path / "step-0000000", saved)
    assert_same(checkpoints.load(path), saved)
    assert checkpoints.load(path).evaluated_weights is not checkpoints.load(path).weights
    manifest = json.loads((path / "manifest.json").read_text())
    assert manifest["weights_digest"] == weights_digest(saved.average) != weights_digest(saved.weights)


def test_a_manifest_has_the_figures_of_the_best_evaluation_beside_the_other_counts(tmp_path):
    progress = TrainingProgress(Best(40, 3, 0.97, 0.98), evaluated_step=60, seconds=1.5, losses=(0.25,))
    saved = dataclasses.replace(make_checkpoint(60), progress=progress)
    path = checkpoints.save(tmp_path / "step-0000060", saved)
    assert list(json.loads((path / "manifest.json").read_text())["progress"].items()) == [
        ("best_step", 40),
        ("best_errors", 3),
        ("best_validation_accuracy", 0.97),
        ("best_test_accuracy", 0.98),
        ("evaluated_step", 60),
        ("seconds", 1.5),
        ("training_seconds", 0.0),
        ("losses", [0.25]),
    ]
    assert checkpoints.load(path).progress == progress


@pytest.mark.parametrize(
    "record",
    [[], {}, {"losses": [], "best_day": 1}, {"losses": 1}, {"losses": ["x"]}, {"losses": [], "seconds": "long"}],
)
def test_a_progress_that_cannot_be_understood_is_damage_even_with_a_valid_checksum(tmp_path, monkeypatch, record):
    monkeypatch.setattr(TrainingProgress, "to_record", lambda self: record)
    path = checkpoints.save(tmp_path / "step-0000001", make_checkpoint())
    with pytest.raises(CheckpointError, match=r"manifest\.json: damaged"):
        checkpoints.load(path)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("step", "x"),
        ("step", -1),
        ("progress", None),
        ("files", []),
        ("files", {}),
        ("files", {"weights.npz": {}, "optimizer.npz": {}}),
        ("format", 99),
        ("format", None),
    ],
)
def test_a_manifest_with_a_value_of_another_type_is_an_error_even_with_a_valid_checksum(tmp_path, key, value):
    path = checkpoints.save(tmp_path / "step-0000001", make_checkpoint())
    content = json.loads((path / "manifest.json").read_text())
    del content["sha256"]
    content[key] = value
    digest = hashlib.sha256(files.to_json(content)).hexdigest()
    (path / "manifest.json").write_bytes(files.to_json({**content, "sha256": digest}))
    with pytest.raises(CheckpointError, match=r"manifest\.json: (damaged: |format )"):
        checkpoints.load(path)


def test_a_directory_that_cannot_be_read_is_an_error_that_says_so(tmp_path, monkeypatch):
    forbid(monkeypatch, tmp_path)
    for look in (lambda: CheckpointDirectory(tmp_path).steps(), lambda: CheckpointDirectory(tmp_path).find("best")):
        with pytest.raises(CheckpointError, match="not readable: Permission denied"):
            look()


def test_the_same_state_makes_the_same_bytes(tmp_path):
    one, other = (checkpoints.save(tmp_path / name, make_checkpoint()) for name in ("one", "other"))
    for file in one.iterdir():
        assert file.read_bytes() == (other / file.name).read_bytes()


def test_saving_a_step_again_replaces_it(tmp_path):
    path = tmp_path / "step-0000001"
    checkpoints.save(path, make_checkpoint(seed=1))
    checkpoints.save(path, make_checkpoint(seed=2))
    assert_same(checkpoints.load(path), make_checkpoint(seed=2))
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("name", ["weights.npz", "optimizer.npz", "average.npz", "manifest.json"])
def test_every_flipped_bit_and_every_truncation_is_found(tmp_path, name):
    path = checkpoints.save(tmp_path / "step-0000001", make_averaged_checkpoint())
    intact = (path / name).read_bytes()
    choose = random.Random(name)
    for _ in range(200):
        damaged = bytearray(intact)
        damaged[choose.randrange(len(damaged))] ^= 1 << choose.randrange(8)
        (path / name).write_bytes(damaged)
        with pytest.raises(CheckpointError, match=name):
            checkpoints.load(path)
    for _ in range(50):
        (path / name).write_bytes(intact[: choose.randrange(len(intact))])
        with pytest.raises(CheckpointError, match=name):
            checkpoints.load(path)


@pytest.mark.parametrize("name", ["weights.npz", "optimizer.npz", "average.npz", "manifest.json"])
def test_a_missing_file_is_damage_that_names_the_file(tmp_path, name):
    path = checkpoints.save(tmp_path / "step-0000001", make_averaged_checkpoint())
    (path / name).unlink()
    with pytest.raises(CheckpointError, match=f"{name}: damaged: No such file"):
        checkpoints.load(path)


def test_a_pickle_with_valid_checksums_is_not_run(tmp_path, monkeypatch):
    ran = []
    monkeypatch.setattr(checkpoints, "_pack", lambda arrays: pickle.dumps(Bomb()))
    monkeypatch.setattr(Bomb, "ran", ran)
    path = checkpoints.save(tmp_path / "step-0000001", make_checkpoint())
    with pytest.raises(CheckpointError, match=r"weights\.npz"):
        checkpoints.load(path)
    assert ran == []


def test_an_array_of_objects_with_valid_checksums_is_not_unpickled(tmp_path, monkeypatch):
    buffer = io.BytesIO()
    np.savez(buffer, w=np.array([Bomb()], dtype=object))
    monkeypatch.setattr(checkpoints, "_pack", lambda arrays: buffer.getvalue())
    path = checkpoints.save(tmp_path / "step-0000001", make_checkpoint())
    with pytest.raises(CheckpointError, match=r"weights\.npz"):
        checkpoints.load(path)


class Bomb:
    ran: list[int] = []  # noqa: RUF012

    def __reduce__(self):
        return (Bomb.ran.append, (1,))


def test_a_manifest_of_a_later_format_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, "FORMAT", 2)
    path = checkpoints.save(tmp_path / "step-0000001", make_checkpoint())
    monkeypatch.undo()
    with pytest.raises(CheckpointError, match="format 2, of a newer version of mnistcnn; this one reads format 1"):
        checkpoints.load(path)


def test_a_save_that_fails_leaves_the_old_checkpoint_and_nothing_else(directory, monkeypatch):
    directory.save(make_checkpoint(step=1), best=True)
    before = sorted(path.name for path in directory.path.iterdir())

    def full_disk(path, content):
        path.write_bytes(content[: len(content) // 2])
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(files, "write_synced", full_disk)
    with pytest.raises(OSError, match="No space"):
        directory.save(make_checkpoint(step=2), best=True)
    assert sorted(path.name for path in directory.path.iterdir()) == before
    assert checkpoints.load(directory.find("last")).step == 1


def test_best_and_last_are_found_by_name_and_steps_by_number(directory):
    directory.save(make_checkpoint(step=10), best=True)
    directory.save(make_checkpoint(step=20), best=False)
    assert [directory.find(which).name for which in ("best", "last", "10")] == [
        "step-0000010",
        "step-0000020",
        "step-0000010",
    ]


def lose(link):
    link.unlink()


def replace_by_a_file(link):
    target = str(link.readlink())
    link.unlink()
    link.write_text(target)


@pytest.mark.parametrize("damage", [lose, replace_by_a_file])
def test_best_and_last_are_found_without_their_links(directory, damage):
    progress = TrainingProgress(best=Best(step=10))
    directory.save(dataclasses.replace(make_checkpoint(step=10), progress=progress), best=True)
    directory.save(dataclasses.replace(make_checkpoint(step=20), progress=progress), best=False)
    for link in ("best", "last"):
        damage(directory.path / link)
    assert [directory.find(which).name for which in ("best", "last")] == ["step-0000010", "step-0000020"]
    shutil.rmtree(directory.path_of(10))
    with pytest.raises(CheckpointError, match="no checkpoint 'best'; there are: 20; choose one, such as 20"):
        directory.find("best")


@pytest.mark.parametrize("which", ["30", "newest", "", "-1", "../../etc", "²", "9" * 300, "9" * 5000])
def test_a_checkpoint_that_is_not_there_is_answered_with_those_that_are(directory, which):
    directory.save(make_checkpoint(step=10), best=True)
    with pytest.raises(CheckpointError, match="there are: 10"):
        directory.find(which)


def test_the_newest_intact_checkpoint_is_found_behind_damaged_ones(directory):
    for step in (1, 2, 3):
        directory.save(make_checkpoint(step=step), best=False)
    (directory.path_of(3) / "weights.npz").write_bytes(b"")
    (directory.path_of(2) / "manifest.json").unlink()
    found, problems = directory.newest_intact()
    assert found.step == 1
    assert len(problems) == 2
    assert "step-0000003/weights.npz" in problems[0]


def test_no_intact_checkpoint_is_an_error_that_lists_the_damage(directory):
    directory.save(make_checkpoint(step=1), best=False)
    (directory.path_of(1) / "weights.npz").write_bytes(b"")
    with pytest.raises(CheckpointError, match=r"no intact checkpoint\n.*weights\.npz: damaged"):
        directory.newest_intact()


def test_the_best_checkpoint_is_never_dropped(tmp_path):
    directory = CheckpointDirectory(tmp_path, keep=2)
    directory.save(make_checkpoint(step=1), best=True)
    for step in range(2, 8):
        directory.save(make_checkpoint(step=step), best=False)
    assert directory.steps() == [1, 6, 7]


def test_going_back_forgets_what_came_later(directory):
    for step in (1, 2, 3):
        directory.save(make_checkpoint(step=step), best=True)
    directory.rewind(step=2, best_step=1)
    assert directory.steps() == [1, 2]
    assert directory.find("last").name == "step-0000002"
    assert directory.find("best").name == "step-0000001"


@pytest.mark.parametrize(
    ("keep", "left"),
    [(1, [90]), (2, [80, 90]), (3, [0, 80, 90]), (4, [0, 40, 80, 90]), (20, list(range(0, 100, 10)))],
)
def test_the_first_and_the_newest_stay_and_the_others_thin_out(keep, left):
    steps = list(range(0, 100, 10))
    assert [step for step in steps if step not in steps_to_drop(steps, keep)] == left


def test_thinning_again_and_again_keeps_the_whole_course_covered():
    kept = []
    for step in range(0, 3001, 100):
        kept.append(step)
        kept = [step for step in kept if step not in steps_to_drop(kept, 6)]
    assert kept[0] == 0
    assert kept[-1] == 3000
    assert max(after - before for before, after in itertools.pairwise(kept)) <= 1600


def test_the_digest_depends_on_every_name_shape_and_value_but_not_on_the_order():
    weights = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.zeros(2, np.float32)}
    digest = weights_digest(weights)
    assert digest == weights_digest(dict(reversed(weights.items())))
    changed = weights["a"].copy()
    changed[1, 2] = np.nextafter(changed[1, 2], np.float32(9))
    others = [
        {"a": changed, "b": weights["b"]},
        {"a": weights["a"].reshape(3, 2), "b": weights["b"]},
        {"c": weights["a"], "b": weights["b"]},
    ]
    assert len({digest, *map(weights_digest, others)}) == 4


def test_the_manifest_lists_every_file_with_its_size_and_checksum(tmp_path):
    path = checkpoints.save(tmp_path / "step-0000001", make_checkpoint())
    listed = json.loads((path / "manifest.json").read_text())["files"]
    assert {name: entry["bytes"] for name, entry in listed.items()} == {
        file.name: file.stat().st_size for file in path.glob("*.npz")
    }
