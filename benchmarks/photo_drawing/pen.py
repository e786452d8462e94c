"""Test digits as strokes of a round pen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.morphology import skeletonize

Pixels = NDArray[np.float64]
"""[height, width, 3], 0 to 1; of ink, [height, width]."""
Random = np.random.Generator


@dataclass(frozen=True, eq=False)
class Digit:
    """One test image and its label."""

    image: NDArray[np.uint8]
    """[28, 28]."""
    label: int


def drawn(digit: Digit, height: int, pen: float) -> Pixels:
    """The digit's strokes as ink, [height + pen, width], 0 to 1.

    Args:
        digit: the image whose skeleton is drawn.
        height: of the skeleton, in pixels.
        pen: diameter in pixels.
    """
    rows, columns = np.nonzero(digit.image > 100)
    crop = digit.image[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1] / 255
    scale = height / max(crop.shape)
    fine = ndimage.zoom(np.pad(crop, 1), max(8, 120 / max(crop.shape)), order=3)
    skeleton = skeletonize(ndimage.gaussian_filter(fine, 3) > 0.45)
    factor = height / max(np.ptp(axis) + 1 for axis in np.nonzero(skeleton))
    return stroke(np.argwhere(skeleton) * min(factor, 2 * scale), pen)


def stroke(points: NDArray[np.floating], pen: float) -> Pixels:
    """A pen of this diameter that goes through [n, 2] points: [height, width], 0 to 1."""
    margin = pen / 2 + 1
    points = points - points.min(axis=0) + margin
    height, width = (int(np.ceil(length + margin)) for length in points.max(axis=0))
    scale = max(1, round(4 / pen))
    free = np.ones((height * scale, width * scale), bool)
    inside = np.minimum((points * scale).astype(int), np.array(free.shape) - 1)
    free[tuple(inside.T)] = False
    distance = ndimage.distance_transform_edt(free) / scale
    ink = np.clip(pen / 2 + 0.5 - distance, 0, 1)
    return ink.reshape(height, scale, width, scale).mean(axis=(1, 3))
