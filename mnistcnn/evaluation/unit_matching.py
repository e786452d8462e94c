"""Which unit of one network does the work of which unit of another.

Two networks of the same recipe and different seeds learn similar units in a different order. Each unit of one is
matched with one of the other so that the sum of the correlations of their activations is as large as possible: the
one-to-one matching of Y. Li, J. Yosinski, J. Clune, H. Lipson, J. Hopcroft, "Convergent Learning: Do different neural
networks learn the same representations?" (ICLR 2016), section 3.2, found by SciPy's `linear_sum_assignment`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..network.model import Network, to_input

LAYERS = ("conv1", "conv2", "fc1")
"""Layers whose units have an order that means nothing; those of fc2 are the digits."""
_BATCH = 100  # Images at once: 20 MB of conv1's activations with the tutorial's widths.

Correlations = NDArray[np.float64]


class Pair(NamedTuple):
    """A unit of the first network, one of the second, and how their activations correlate, from -1 to 1."""

    first: int
    second: int
    correlation: float


@dataclass(frozen=True)
class LayerMatch:
    """The units of one layer of two networks."""

    layer: str
    units: tuple[int, int]
    """How many each network has."""
    silent: tuple[tuple[int, ...], tuple[int, ...]]
    """Of each network, the units that had the same activation everywhere, such as dead ones. They have no partner."""
    pairs: tuple[Pair, ...]
    """The best correlation first. A network with more units has some without a partner."""

    @property
    def mean(self) -> float | None:
        """The mean correlation of the pairs; None if there are none."""
        return float(np.mean([pair.correlation for pair in self.pairs])) if self.pairs else None

    def count_from(self, correlation: float) -> int:
        """How many pairs correlate at least so much."""
        return sum(pair.correlation >= correlation for pair in self.pairs)


def match_networks(first: Network, second: Network, images: NDArray[np.uint8]) -> list[LayerMatch]:
    """Match the units of every layer, by their activations after ReLU.

    Args:
        first: a network.
        second: another, with as many units in each layer or not.
        images: [n, 28, 28], n ≥ 2; convolutional units are compared at every place of each.
    """
    found = correlations(first, second, images)
    return [match_layer(layer, found[layer]) for layer in LAYERS]


def match_layer(layer: str, matrix: Correlations) -> LayerMatch:
    """Match the units of one layer.

    Args:
        layer: its name.
        matrix: correlations, [units of the first, units of the second]; NaN for units that never change.
    """
    from scipy.optimize import linear_sum_assignment

    known = ~np.isnan(matrix)
    rows, columns = linear_sum_assignment(np.where(known, matrix, 0.0), maximize=True)
    pairs = [
        Pair(int(row), int(column), float(matrix[row, column]))
        for row, column in zip(rows, columns, strict=True)
        if known[row, column]
    ]
    pairs.sort(key=lambda pair: -pair.correlation)
    silent = (_false(np.any(known, axis=1)), _false(np.any(known, axis=0)))
    return LayerMatch(layer, (matrix.shape[0], matrix.shape[1]), silent, tuple(pairs))


def correlations(first: Network, second: Network, images: NDArray[np.uint8]) -> Mapping[str, Correlations]:
    """Pearson's correlation of every unit of one network with every unit of the other, by layer.

    Returns:
        [units of the first, units of the second]; NaN for a unit that has the same activation everywhere.
    """
    sums = {layer: _Moments() for layer in LAYERS}
    for start in range(0, len(images), _BATCH):
        batch = to_input(images[start : start + _BATCH])
        one, other = first.activations(batch), second.activations(batch)
        for layer in LAYERS:
            sums[layer].add(one[layer].numpy(), other[layer].numpy())
    return {layer: moments.correlation() for layer, moments in sums.items()}


class _Moments:
    """Sums over images and places, of which correlations are made."""

    def __init__(self) -> None:
        self._count = 0
        self._sums: Sequence[NDArray[np.float64]] = ()

    def add(self, first: NDArray[np.float32], second: NDArray[np.float32]) -> None:
        """Count activations in: [..., units] each."""
        x, y = (values.reshape(-1, values.shape[-1]).astype(np.float64) for values in (first, second))
        sums = (x.sum(axis=0), y.sum(axis=0), np.square(x).sum(axis=0), np.square(y).sum(axis=0), x.T @ y)
        self._sums = [old + new for old, new in zip(self._sums, sums, strict=True)] if self._sums else sums
        self._count += len(x)

    def correlation(self) -> Correlations:
        """Covariances over standard deviations."""
        x, y, xx, yy, xy = (total / self._count for total in self._sums)
        spread = [np.where((v := s - m**2) > 1e-12 * s, v, np.nan) ** 0.5 for m, s in ((x, xx), (y, yy))]
        return np.asarray(np.clip((xy - np.outer(x, y)) / np.outer(*spread), -1, 1))


def _false(flags: NDArray[np.bool_]) -> tuple[int, ...]:
    return tuple(int(number) for number in np.flatnonzero(~flags))
