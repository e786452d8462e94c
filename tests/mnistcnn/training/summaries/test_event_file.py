"""Event files: what is cut off when a run goes on from an earlier step."""

from __future__ import annotations

import os

import pytest
import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from mnistcnn.training.summaries.event_file import EventFile, rewind, scalar_values


def write(directory, first, steps):
    file = EventFile(directory, first)
    for step in steps:
        file.write_values(step, scalar_values({"loss": float(step)}))
    file.close()
    return file.path


def steps_in(directory):
    accumulator = EventAccumulator(str(directory)).Reload()
    return [event.step for event in accumulator.Scalars("loss")] if accumulator.Tags()["scalars"] else []


def test_later_steps_are_cut_off_and_earlier_ones_stay(tmp_path):
    write(tmp_path, 0, range(10))
    rewind(tmp_path, 6)
    assert steps_in(tmp_path) == [0, 1, 2, 3, 4, 5]


def test_a_folder_need_not_have_a_name_in_utf_8(tmp_path):
    path = write(tmp_path / "\udcff", 0, range(3))
    rewind(path.parent, 2)
    assert path.stat().st_size > 0


def test_a_file_with_nothing_left_is_removed(tmp_path):
    first, second = write(tmp_path, 0, range(5)), write(tmp_path, 5, range(5, 9))
    rewind(tmp_path, 5)
    assert list(tmp_path.iterdir()) == [first]
    assert not second.exists()
    rewind(tmp_path, 0)
    assert list(tmp_path.iterdir()) == []


def test_a_session_from_the_same_step_has_a_file_of_its_own_that_is_read_later(tmp_path):
    paths = [write(tmp_path, 3, [3]), write(tmp_path, 3, [4]), write(tmp_path, 20, [20])]
    assert sorted(tmp_path.iterdir()) == paths
    assert steps_in(tmp_path) == [4, 20]  # TensorBoard purges what a new session writes again.


@pytest.mark.parametrize("lost", [1, 4, 20, 45])
def test_a_torn_record_goes_and_the_whole_ones_before_it_stay(tmp_path, lost):
    path = write(tmp_path, 0, range(10))
    os.truncate(path, path.stat().st_size - lost)
    rewind(tmp_path, 100)
    size = path.stat().st_size
    left = steps_in(tmp_path)
    assert left == list(range(len(left)))
    assert 7 <= len(left) <= 9
    rewind(tmp_path, 100)
    assert path.stat().st_size == size


def test_a_record_that_is_no_event_ends_what_is_kept(tmp_path):
    path = write(tmp_path, 0, range(3))
    whole = path.stat().st_size
    with path.open("ab") as file:
        file.write((5).to_bytes(8, "little") + bytes(4) + b"\xff" * 5 + bytes(4))
    rewind(tmp_path, 100)
    assert path.stat().st_size == whole


@pytest.mark.parametrize("size", [2**30, 2**62, 2**64 - 1])
def test_a_record_with_a_damaged_length_ends_what_is_kept(tmp_path, size):
    path = write(tmp_path, 0, range(3))
    whole = path.stat().st_size
    with path.open("ab") as file:
        file.write(size.to_bytes(8, "little") + bytes(20))
    rewind(tmp_path, 100)
    assert path.stat().st_size == whole


def test_a_full_disk_is_the_systems_error_that_names_the_file(tmp_path):
    file = EventFile(tmp_path, 0)
    file.close()
    file._file = tf.io.TFRecordWriter("/dev/full")
    file.write_values(0, scalar_values({"loss": 0.0}))
    with pytest.raises(OSError, match="No space left on device") as caught:
        file.flush()
    assert caught.value.filename == str(file.path)
