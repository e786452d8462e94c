"""Scores of how unlike the training digits an image is, for `benchmarks/doubt.py --compare`: more is stranger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp, softmax

from mnistcnn.network.doubt import fit_doubt
from mnistcnn.network.responses import Responses

Floats = NDArray[np.float64]
AXES = 128
ROUND_AXES = 64
NEIGHBOURS = 5
REMEMBERED = 3000


@dataclass(frozen=True, eq=False)
class Fitted:
    """What the scores need of the training images."""

    train: Responses
    mean: NDArray[np.float32]
    axes: NDArray[np.float32]
    """Principal components of fc1, [units, units], the widest first."""
    whitening: NDArray[np.float32]
    """[units, ROUND_AXES]: makes the classes' common covariance the identity."""
    middles: NDArray[np.float32]
    """The class means there, [10, ROUND_AXES]."""
    whitening_of_all: NDArray[np.float32]
    """The same for the covariance of all images together."""

    @classmethod
    def of(cls, train: Responses, labels: NDArray[np.uint8]) -> Fitted:
        """Fit to training images."""
        features = train.features
        mean = features.mean(axis=0)
        means = np.stack([features[labels == label].mean(axis=0) for label in range(10)])
        axes = np.linalg.eigh(np.cov(features.T).astype(np.float64))[1][:, ::-1].astype(np.float32)
        kept = axes[:, :ROUND_AXES]
        within, total = _whitening(kept, features - means[labels]), _whitening(kept, features - mean)
        return cls(train, mean, axes, within, (means - mean) @ within, total)


def _whitening(axes: NDArray[np.float32], centered: NDArray[np.float32]) -> NDArray[np.float32]:
    variances, turn = np.linalg.eigh(np.cov((centered @ axes).T))
    return np.asarray(axes @ (turn / np.sqrt(np.maximum(variances, variances[-1] * 1e-6))), np.float32)


def residual(fitted: Fitted, responses: Responses) -> Floats:
    """The length of what lies outside of the components."""
    centered = responses.features - fitted.mean
    return np.asarray(np.linalg.norm(centered - centered @ fitted.axes[:, :AXES] @ fitted.axes[:, :AXES].T, axis=1))


def distance(fitted: Fitted, responses: Responses) -> Floats:
    """Mahalanobis' distance to the nearest class, squared."""
    placed = (responses.features - fitted.mean) @ fitted.whitening
    return np.asarray(np.square(placed[:, None] - fitted.middles).sum(axis=2).min(axis=1))


def relative_distance(fitted: Fitted, responses: Responses) -> Floats:
    """Less that to all classes together: Ren et al., "A Simple Fix to Mahalanobis Distance" (2021)."""
    placed = (responses.features - fitted.mean) @ fitted.whitening_of_all
    return np.asarray(distance(fitted, responses) - np.square(placed).sum(axis=1))


def nearest(fitted: Fitted, responses: Responses) -> Floats:
    """Less the cosine to the fifth nearest training image: Sun et al., "Deep Nearest Neighbors" (ICML 2022)."""
    known, asked = (
        (one.features - fitted.mean) @ fitted.axes[:, :ROUND_AXES] for one in (fitted.train, responses)
    )  # fmt: skip
    known, asked = (placed / np.linalg.norm(placed, axis=1, keepdims=True) for placed in (known[:REMEMBERED], asked))
    return -np.partition(asked @ known.T, -NEIGHBOURS, axis=1)[:, -NEIGHBOURS]


def margin(responses: Responses) -> Floats:
    """How close the two largest logits are."""
    second, first = np.sort(responses.logits, axis=1)[:, -2:].T
    return np.asarray(second - first)


def virtual_logit(fitted: Fitted, responses: Responses, validation: Responses) -> Floats:
    """ViM: the residual as an eleventh logit, scaled to be as large as the largest usually is."""
    scale = validation.logits.max(axis=1).mean() / residual(fitted, validation).mean()
    return np.asarray(scale * residual(fitted, responses) - logsumexp(responses.logits, axis=1))


SCORES: dict[str, Callable[[Fitted, Responses, Responses], Floats]] = {
    "1 − probability": lambda _, responses, __: 1 - softmax(responses.logits, axis=1).max(axis=1),
    "margin": lambda _, responses, __: margin(responses),
    "largest logit": lambda _, responses, __: -responses.logits.max(axis=1),
    "energy": lambda _, responses, __: -logsumexp(responses.logits, axis=1),
    "Mahalanobis": lambda fitted, responses, _: distance(fitted, responses),
    "relative Mahalanobis": lambda fitted, responses, _: relative_distance(fitted, responses),
    "nearest neighbours": lambda fitted, responses, _: nearest(fitted, responses),
    "residual": lambda fitted, responses, _: residual(fitted, responses),
    "residual ÷ length": lambda fitted, responses, _: (
        residual(fitted, responses) / np.linalg.norm(responses.features, axis=1)
    ),
    "ViM": virtual_logit,
    "doubt (chosen)": lambda fitted, responses, validation: fit_doubt(fitted.train, validation)(responses),
}
