"""Histograms of millions of values in milliseconds, with exact counts.

TensorBoard's own function compares every value with every bucket. Here the upper 16 bits of a float32 (its sign, its
exponent and 7 bits of its fraction) say which of 65,536 fine bins it is in, and the buckets that are shown are runs of
fine bins: nearly uniform, with edges that lie exactly between two floats. So every count is exact; what is rounded, by
less than a hundredth of the values there, is where a bucket ends.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from tensorboard.compat.proto.summary_pb2 import HistogramProto

BUCKETS = 64
# Below this many values np.histogram is as fast, and its buckets are uniform.
_FEW = 2**17
_FINE_BINS = 2**16
_INFINITY = 0x7F80  # The upper 16 bits of +inf; with the sign bit, of -inf. What is above is NaN.


class HistogramCounter:
    """Counts float32 values that come in parts. Values that are not finite are left out."""

    def __init__(self) -> None:
        self._counts = np.zeros(_FINE_BINS, np.int64)
        self._min, self._max = np.inf, -np.inf
        self._sum = self._sum_squares = 0.0

    def add(self, values: NDArray[np.float32]) -> None:
        """Count some more.

        Args:
            values: float32, contiguous, of any shape; at least one.
        """
        flat = values.reshape(-1)
        low, high = float(flat.min()), float(flat.max())
        if not np.isfinite([low, high]).all():
            flat = flat[np.isfinite(flat)]
            if not flat.size:
                return
            low, high = float(flat.min()), float(flat.max())
        self._min, self._max = min(self._min, low), max(self._max, high)
        with np.errstate(over="ignore"):  # Close to the end of float32 it is infinite.
            self._sum += float(flat.sum())
            self._sum_squares += float(np.vdot(flat, flat))
        upper_halves = flat.astype("<f4", copy=False).view(np.uint16)[1::2]
        self._counts += np.bincount(upper_halves, minlength=_FINE_BINS)

    def histogram(self) -> HistogramProto:
        """At most `BUCKETS` buckets from the smallest to the largest value."""
        counts = self._counts[_ORDER]
        if not counts.any():
            return HistogramProto()
        targets = np.linspace(self._min, self._max, BUCKETS + 1)[1:-1]
        first, last = np.flatnonzero(counts)[[0, -1]]
        starts = np.searchsorted(_LOWEST, targets)
        starts = np.unique(np.where(starts == _ZERO, _ZERO - 1, starts))
        starts = np.concatenate([[first], starts[(starts > first) & (starts <= last)]])
        edges = [self._min, *_LOWEST[starts[1:]], self._max]
        return self._proto(np.add.reduceat(counts[: last + 1], starts), np.asarray(edges))

    def _proto(self, counts: NDArray[np.int64], edges: NDArray[np.float64]) -> HistogramProto:
        return HistogramProto(
            min=self._min,
            max=self._max,
            num=float(counts.sum()),
            sum=self._sum,
            sum_squares=self._sum_squares,
            bucket_limit=edges[1:],
            bucket=counts,
        )


def histogram(values: NDArray[np.float32]) -> HistogramProto:
    """The histogram of one array.

    Args:
        values: float32, of any shape.

    Returns:
        At most `BUCKETS` buckets; bucket i holds the values from limit i - 1 (the first: from `min`) to below limit i
        (the last: to `max`).
    """
    if values.size >= _FEW:
        counter = HistogramCounter()
        counter.add(values)
        return counter.histogram()
    finite = values[np.isfinite(values)].astype(np.float64)
    if not finite.size:
        return HistogramProto()
    low, high = finite.min(), finite.max()
    counts, edges = np.histogram(finite, np.linspace(low, high, BUCKETS + 1)) if high > low else ([finite.size], [low])
    return HistogramProto(
        min=low,
        max=high,
        num=finite.size,
        sum=finite.sum(),
        sum_squares=np.square(finite).sum(),
        bucket_limit=[*edges[1:-1], high],
        bucket=counts,
    )


def _lowest_of_fine_bins(bits: NDArray[np.uint32]) -> NDArray[np.float64]:
    """The smallest value in each fine bin; of a negative one, that is the one with the largest magnitude."""
    lowest = np.where(bits >= 0x8000, (bits << 16) | 0xFFFF, bits << 16).astype(np.uint32)
    return lowest.view(np.float32).astype(np.float64)


# The fine bins of finite values in ascending order: the negative ones from the largest magnitude down, then the others.
_ORDER = np.concatenate([np.arange(0x8000 + _INFINITY - 1, 0x7FFF, -1), np.arange(_INFINITY)]).astype(np.uint32)
_LOWEST = _lowest_of_fine_bins(_ORDER)
# No bucket begins here: -0 is in the fine bin before, and it equals 0.
_ZERO = _INFINITY
