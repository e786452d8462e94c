"""Predictions with their probabilities."""

from __future__ import annotations

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


def to_predictions(logits: NDArray[np.float32]) -> list[Prediction]:
    """Turn the logits of images, [n, 10], into n predictions. Of equal logits, the first is the larger."""
    return [_to_prediction(row) for row in softmax(logits.astype(np.float64), axis=1)]


def _to_prediction(probabilities: NDArray[np.float64]) -> Prediction:
    first, second = (int(digit) for digit in np.argsort(-probabilities, stable=True)[:2])
    return Prediction(
        digit=first,
        probability=float(probabilities[first]),
        runner_up=second,
        runner_up_probability=float(probabilities[second]),
        probabilities=tuple(map(float, probabilities)),
    )
