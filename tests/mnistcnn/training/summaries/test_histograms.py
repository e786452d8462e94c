"""Histograms against NumPy's, over everything that a network may hold."""

from __future__ import annotations

import numpy as np
import pytest
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.data_compat import migrate_value
from tensorboard.util.tensor_util import make_ndarray

from mnistcnn.training.summaries import histograms
from mnistcnn.training.summaries.histograms import BUCKETS, HistogramCounter, histogram

RANDOM = np.random.default_rng(0)
ARRAYS = {
    "weights": RANDOM.normal(0, 0.1, 200_000),
    "activations": np.maximum(RANDOM.normal(-0.2, 1, 200_000), 0),
    "logits": RANDOM.normal(3, 8, 5_000),
    "biases": 0.1 + RANDOM.normal(0, 1e-5, 64),
    "negative": -np.exp(RANDOM.normal(0, 2, 200_000)),
    "both ends of float32": RANDOM.normal(0, 1, 200_000) * 10.0 ** RANDOM.integers(-40, 38, 200_000),
    "equal": np.full(200_000, 0.1),
    "few equal": np.full(32, 0.1),
    "zeros": np.zeros(200_000),
    "one": np.array([-3.5]),
    "powers of two": np.repeat(2.0 ** np.arange(-5, 5), 20_000) * np.tile([1, -1], 100_000),
    "minus zero": np.tile([-0.0, 1.0, -1.0], 50_000),
}


def counted(values):
    counter = HistogramCounter()
    for part in np.array_split(values, 3) if len(values) > 2 else [values]:
        counter.add(part)
    return counter.histogram()


@pytest.mark.parametrize("values", ARRAYS.values(), ids=ARRAYS)
@pytest.mark.parametrize("count", [histogram, counted])
def test_every_bucket_holds_what_numpy_counts_between_its_edges(values, count):
    values = values.astype(np.float32)
    found = count(values)
    edges = [found.min, *found.bucket_limit]
    if found.min == found.max:
        assert list(found.bucket) == [len(values)]
    else:
        assert list(found.bucket) == np.histogram(values.astype(np.float64), edges)[0].tolist()
    assert (found.min, found.max, found.num) == (values.min(), values.max(), len(values))


@pytest.mark.parametrize("name", ["weights", "activations", "logits", "biases"])
def test_sums_are_numpys(name):
    values = ARRAYS[name].astype(np.float32)
    exact = values.astype(np.float64)
    for found in (histogram(values), counted(values)):
        assert found.sum == pytest.approx(exact.sum(), abs=1e-6 * float(np.abs(exact).sum()))
        assert found.sum_squares == pytest.approx(float(np.square(exact).sum()), rel=1e-5)


@pytest.mark.parametrize("name", ["weights", "activations", "negative"])
def test_buckets_of_large_arrays_are_almost_uniform(name):
    values = ARRAYS[name].astype(np.float32)
    found = histogram(values)
    uniform = np.linspace(found.min, found.max, BUCKETS + 1)[1:]
    assert len(found.bucket) == BUCKETS
    assert np.allclose(found.bucket_limit, uniform, atol=0.01 * np.abs(values).max())


@pytest.mark.parametrize("size", [5, 200_000])
def test_what_is_not_finite_is_left_out(size):
    values = np.linspace(-1, 1, size, dtype=np.float32)
    values[:3] = np.nan, np.inf, -np.inf
    found = histogram(values)
    assert found.num == sum(found.bucket) == size - 3
    assert (found.min, found.max) == (values[3:].min(), 1)
    assert histogram(np.full(size, np.nan, np.float32)).num == 0


def test_tensorboard_shows_the_same_buckets():
    values = ARRAYS["weights"].astype(np.float32)
    found = histogram(values)
    shown = make_ndarray(migrate_value(Summary.Value(tag="t", histo=found)).tensor)
    assert shown[:, 2].tolist() == list(found.bucket)
    assert np.allclose(shown[:, 1], found.bucket_limit)
    assert shown[0, 0] == values.min()
    assert shown[-1, 1] == values.max()


def test_the_fine_bins_are_in_order():
    assert (np.diff(histograms._LOWEST) > 0).all()
