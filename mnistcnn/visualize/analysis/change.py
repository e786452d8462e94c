"""How far training has moved weights from the random values that they began with, and an axis of its steps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_FIRST = 10
"""The first snapshot after step 0."""
_HARDLY = 0.9
"""Correlation from which the eye finds a filter and its beginning alike."""


def place_of_step(step: int, last: int) -> float:
    """Where a step stands on an axis from 0 to `last`, in [0, 1]; as `placeOf` in page/time_curve.js.

    Logarithmic, and linear near step 0, which a logarithm has no place for.
    """
    return float(np.log1p(step / _FIRST) / np.log1p(max(last, 1) / _FIRST))


def correlation(before: NDArray[np.float32], after: NDArray[np.float32]) -> float:
    """Pearson's correlation of two arrays of the same shape: 1 is no change but of size; NaN if one is constant."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return float(np.corrcoef(before.ravel(), after.ravel())[0, 1])


def change_in_words(before: NDArray[np.float32], after: NDArray[np.float32]) -> str:
    """A sentence that says how much of the start is left."""
    found = correlation(before, after)
    if np.isnan(found):
        return "They have no correlation with their start, because all of one are equal."
    verdict = "training hardly changed them" if found >= _HARDLY else "training changed them visibly"
    return f"Their correlation with the random start is {found:.2f}, where 1 is no change: {verdict}."
