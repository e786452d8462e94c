"""Chunks of steps: what they see, how long they may be, and how fast they were, by a clock that the test sets."""

from __future__ import annotations

import numpy as np
import pytest

from mnistcnn.config.schema import load_config
from mnistcnn.data.sampling import batch_indices
from mnistcnn.training.chunks import Chunks


class Steps:
    """Stands in for the compiled steps: each takes `seconds`."""

    def __init__(self, seconds):
        self.compiled_length = None
        self.seconds, self.now, self.seen = seconds, 100.0, []

    def __call__(self, step, indices):
        self.now += self.seconds * len(indices)
        self.seen.append((step, indices))
        return f"results of {len(indices)}"


@pytest.fixture
def make():
    def make_chunks(seconds):
        steps = Steps(seconds)
        return steps, Chunks(steps, load_config(None, ["batch_size=20", "seed=3"]), 240, lambda: steps.now)

    return make_chunks


def test_a_chunk_sees_the_batches_of_its_steps_and_is_timed(make):
    steps, chunks = make(seconds=0.5)
    assert chunks.run(7, 4) == ("results of 4", 2.0)
    ((step, indices),) = steps.seen
    assert step == 7
    np.testing.assert_array_equal(indices, batch_indices(3, 7, 4, 20, 240))
    np.testing.assert_array_equal(indices[1], chunks.batches(8, 1)[0])


@pytest.mark.parametrize(("seconds", "most"), [(0.03, 10), (0.003, 100), (5.0, 1)])
def test_a_chunk_lasts_at_most_a_third_of_a_second_or_one_step(make, seconds, most):
    _, chunks = make(seconds)
    assert chunks.most_steps() == 1  # Nothing is known yet.
    chunks.run(0, 1)
    assert chunks.most_steps() in (most, most - 1)  # Sums of the clock are rounded.


def test_throughput_is_of_the_chunks_since_it_was_last_asked_for(make):
    _, chunks = make(seconds=0.5)
    chunks.run(0, 1)
    chunks.run(1, 3)
    first = chunks.throughput()
    assert (first.seconds, first.images_per_second) == (2.0, 40.0)
    chunks.run(4, 1)
    assert chunks.throughput().seconds == 0.5


def test_a_chunk_that_is_compiled_is_never_longer_than_what_was_compiled(make):
    steps, chunks = make(seconds=0.003)
    chunks.run(0, 1)
    steps.compiled_length = 20
    assert chunks.most_steps() == 20
