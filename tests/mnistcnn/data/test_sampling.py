from __future__ import annotations

import numpy as np
import pytest

from mnistcnn.data.sampling import _permutation, batch_indices


def flat(seed: int, step: int, count: int, batch_size: int, examples: int) -> list[int]:
    return batch_indices(seed, step, count, batch_size, examples).ravel().tolist()


def test_the_shape_is_steps_by_batch() -> None:
    indices = batch_indices(0, 5, 3, 4, 100)
    assert indices.shape == (3, 4)
    assert indices.dtype == np.int32


def test_the_same_arguments_give_the_same_batches_whatever_was_asked_before() -> None:
    first = flat(1, 40, 5, 7, 50)
    _permutation.cache_clear()
    flat(2, 0, 30, 7, 50)
    assert flat(1, 40, 5, 7, 50) == first


@pytest.mark.parametrize(("batch_size", "examples"), [(1, 1), (1, 7), (7, 7), (5, 7), (50, 120)])
def test_many_single_steps_are_one_large_chunk(batch_size: int, examples: int) -> None:
    singles = [index for step in range(2, 32) for index in flat(3, step, 1, batch_size, examples)]
    assert singles == flat(3, 2, 30, batch_size, examples)


@pytest.mark.parametrize(("batch_size", "examples"), [(1, 1), (4, 10), (10, 10), (7, 10)])
def test_every_epoch_has_every_example_once(batch_size: int, examples: int) -> None:
    epochs = 6 * batch_size
    order = flat(0, 0, epochs * examples // batch_size, batch_size, examples)
    for epoch in range(epochs):
        assert sorted(order[epoch * examples : (epoch + 1) * examples]) == list(range(examples))


def test_a_batch_takes_the_end_of_one_epoch_and_the_beginning_of_the_next() -> None:
    batch = flat(0, 1, 1, 6, 10)
    assert batch[:4] == _permutation(0, 0, 10)[6:].tolist()
    assert batch[4:] == _permutation(0, 1, 10)[:2].tolist()


def test_epochs_and_seeds_differ() -> None:
    orders = {tuple(_permutation(seed, epoch, 50)) for seed in range(10) for epoch in range(10)}
    assert len(orders) == 100


def test_first_places_are_spread_evenly_over_seeds() -> None:
    firsts = np.bincount([_permutation(seed, 0, 10)[0] for seed in range(2000)], minlength=10)
    assert firsts.min() > 140
    assert firsts.max() < 260


def test_the_order_of_a_seed_never_changes() -> None:
    """Runs must be repeatable under another NumPy, so these numbers are for ever."""
    assert flat(0, 0, 1, 10, 10) == [0, 2, 9, 1, 8, 5, 4, 3, 6, 7]
    assert flat(2**64 - 1, 10**12, 1, 3, 60_000) == [56920, 35580, 46082]


def test_no_steps_are_no_batches() -> None:
    assert batch_indices(0, 0, 0, 5, 10).shape == (0, 5)


@pytest.mark.parametrize(
    ("seed", "step", "count", "batch_size"),
    [(0, 0, 1, 11), (0, 0, 1, 0), (-1, 0, 1, 5), (2**64, 0, 1, 5), (0, -1, 1, 5), (0, 0, -1, 5)],
)
def test_arguments_out_of_range_are_refused(seed: int, step: int, count: int, batch_size: int) -> None:
    with pytest.raises(ValueError, match=r"batch_size must be 1 to 10|out of range"):
        batch_indices(seed, step, count, batch_size, 10)


def test_a_caller_cannot_change_the_order_of_later_batches() -> None:
    before = flat(0, 0, 1, 10, 10)
    batch_indices(0, 0, 1, 10, 10)[:] = 0
    assert flat(0, 0, 1, 10, 10) == before
