"""How unlike the training digits an image is, by a network's last two layers: above 0, its answer is to be doubted.

With h what fc1 makes of an image (after ReLU), μ its mean over training images, P its `axes` principal components
there, and z the logits,

    strangeness = ‖(h − μ) − P Pᵀ (h − μ)‖ / √‖h‖
    doubt       = slope · strangeness − weight · max(z) − offset

The first term is what of h lies outside of the directions in which training digits differ, as in Wang, Li, Feng and
Zhang, "ViM: Out-Of-Distribution with Virtual-logit Matching" (CVPR 2022), section 4; the root of ‖h‖ lies between
their residual, which misses faint images, and its share of h, which misses strong ones. The largest logit is the score
of Hendrycks et al., "Scaling Out-of-Distribution Detection for Real-World Settings" (ICML 2022), section 3. Both count
alike: `slope` and `weight` make the distance between their median and their most doubtful hundredth on the validation
split 1. Decision 0013 has what else was tried.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .responses import Responses

Floats = NDArray[np.float32]

SHARE = 0.01
"""Of the validation images, so many are doubted."""
MOST_AXES = 128
"""64 lost 0.2 points of AUROC on letters (default recipe), 256 gained none."""
LEAST_NORM = 1e-9
"""Added to ‖h‖² so that an fc1 that answers nothing is as strange as can be, and finite."""


@dataclass(frozen=True, eq=False)
class Doubt:
    """A fitted doubt; see the module for the formula."""

    mean: Floats
    """μ, [units]."""
    components: Floats
    """P, orthonormal columns, [units, axes]."""
    slope: float
    weight: float
    offset: float
    share: float = SHARE
    """Of the validation images, the share that the offset makes doubted."""

    def __call__(self, responses: Responses) -> NDArray[np.float64]:
        """The doubt of n images, [n]; an answer is doubted above 0."""
        strange = strangeness(responses.features, self.mean, self.components)
        return np.asarray(self.slope * strange - self.weight * responses.logits.max(axis=1) - self.offset)

    def to_arrays(self) -> dict[str, Any]:
        """Everything as arrays, for a file."""
        numbers = {name: np.float64(getattr(self, name)) for name in ("slope", "weight", "offset", "share")}
        return {"mean": self.mean, "components": self.components, **numbers}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Doubt:
        """The inverse of `to_arrays`.

        Raises:
            KeyError, ValueError: something is missing or has another shape.
        """
        mean, components = arrays["mean"], arrays["components"]
        if mean.ndim != 1 or components.ndim != 2 or len(components) != len(mean):
            raise ValueError(f"mean {list(mean.shape)} and components {list(components.shape)} do not fit")
        numbers = {name: float(arrays[name]) for name in ("slope", "weight", "offset", "share")}
        return cls(mean.astype(np.float32), components.astype(np.float32), **numbers)


def strangeness(features: Floats, mean: Floats, components: Floats) -> NDArray[np.float64]:
    """The part of each image's features outside of the components, over the root of their length: [n]."""
    centered = features - mean
    inside = np.square(centered @ components, dtype=np.float64).sum(axis=1)
    outside = np.maximum(np.square(centered, dtype=np.float64).sum(axis=1) - inside, 0)
    norm = np.sqrt(np.square(features, dtype=np.float64).sum(axis=1) + LEAST_NORM)
    return np.asarray(np.sqrt(outside / norm))


def fit_doubt(train: Responses, validation: Responses, share: float = SHARE) -> Doubt:
    """Fit a doubt.

    Args:
        train: responses to training images, from which the mean and the components are.
        validation: responses to other images of the same kind, from which the slopes and the offset are.
        share: how many of `validation` are doubted, in (0, 1).
    """
    mean = train.features.mean(axis=0)
    components = _principal_components(train.features - mean)
    strange = strangeness(validation.features, mean, components)
    largest = validation.logits.max(axis=1).astype(np.float64)
    slope, weight = 1 / _spread(strange, share), 1 / _spread(-largest, share)
    offset = np.quantile(slope * strange - weight * largest, 1 - share, method="higher")
    return Doubt(mean, components, float(slope), float(weight), float(offset), share)


def _principal_components(centered: Floats) -> Floats:
    """At most `MOST_AXES`, [units, axes]; at most half of what the images span, so that something lies outside."""
    covariance = (centered.T @ centered / len(centered)).astype(np.float64)
    variances, axes = np.linalg.eigh(covariance)
    spanned = int(np.count_nonzero(variances > variances[-1] * 1e-6))
    count = min(MOST_AXES, max(1, spanned // 2))
    return np.ascontiguousarray(axes[:, ::-1][:, :count], np.float32)


def _spread(values: NDArray[np.float64], share: float) -> float:
    """From the median to where the most doubtful share begins; 1 if all values are the same."""
    middle, end = np.quantile(values, (0.5, 1 - share))
    return float(end - middle) or 1.0
