"""Predictions with their probabilities."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax


@dataclass(frozen=True)
class Prediction:
    """The classes that a network finds most likely. Probabilities are softmax outputs, in [0, 1]."""

    digit: int
    probability: float
    runner_up: int
    runner_up_probability: float
    probabilities: tuple[float, ...]
    """Of every class, in their order; they add up to 1."""
    doubt: float | None = None
    """How unlike the training digits the image is; it is doubted above 0. None if that was not measured."""

    @property
    def is_doubted(self) -> bool:
        """Whether the image is so unlike the training digits that the prediction means little."""
        return self.doubt is not None and self.doubt > 0


def to_predictions(logits: NDArray[np.float32], doubts: Iterable[float] | None = None) -> list[Prediction]:
    """Turn the logits of images, [n, 10], into n predictions. Of equal logits, the first is the larger.

    Args:
        logits: [n, 10].
        doubts: of the images, [n]; None if they were not measured.
    """
    rows = softmax(logits.astype(np.float64), axis=1)
    of_rows = [None] * len(rows) if doubts is None else doubts
    return [_to_prediction(row, doubt) for row, doubt in zip(rows, of_rows, strict=True)]


def _to_prediction(probabilities: NDArray[np.float64], doubt: float | None) -> Prediction:
    first, second = (int(digit) for digit in np.argsort(-probabilities, stable=True)[:2])
    return Prediction(
        digit=first,
        probability=float(probabilities[first]),
        runner_up=second,
        runner_up_probability=float(probabilities[second]),
        probabilities=tuple(map(float, probabilities)),
        doubt=None if doubt is None else float(doubt),
    )
