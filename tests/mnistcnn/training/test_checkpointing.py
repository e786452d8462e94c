"""When a checkpoint is due, by steps or by a clock that the test sets."""

from __future__ import annotations

import numpy as np
import pytest

from mnistcnn.config.schema import load_config
from mnistcnn.runs.checkpoint import Checkpoint, CheckpointDirectory
from mnistcnn.training.checkpointing import CheckpointSaver
from mnistcnn.training.divergence import NotFiniteError


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def saver(tmp_path, clock):
    def make(every, saved_step=None):
        config = load_config(None, [f"checkpoints.every={every}"])
        return CheckpointSaver(CheckpointDirectory(tmp_path), config, saved_step, clock)

    return make


def checkpoint(step, value=0.0):
    return Checkpoint(step, {"w": np.array([value], np.float32)}, {})


def test_every_so_many_steps_one_is_due(saver):
    assert [step for step in range(25) if saver(every=10).is_due(step)] == [0, 10, 20]


def test_every_so_many_seconds_one_is_due_since_the_last(saver, clock):
    seconds = saver(every="10s")
    clock.now = 9.0
    assert not seconds.is_due(1)
    clock.now = 10.0
    assert seconds.is_due(1)
    seconds.save(checkpoint(1), best=False)
    assert not seconds.is_due(2)
    clock.now = 20.0
    assert seconds.is_due(2)


def test_a_step_that_is_saved_is_not_saved_twice(saver):
    steps = saver(every=10, saved_step=20)
    assert not steps.is_due(20)
    steps.save(checkpoint(30), best=True)
    assert steps.saved_step == 30
    assert not steps.is_due(30)


def test_weights_that_are_not_finite_are_refused_before_anything_is_written(saver, tmp_path):
    with pytest.raises(NotFiniteError, match="after step 7"):
        saver(every=1).save(checkpoint(7, np.nan), best=True)
    assert not list(tmp_path.iterdir())
