"""Finds what is written: the ground is estimated at every place, and what differs from it is ink.

The ground is a morphological closing of the picture: whatever is narrower than a window is filled with what is around
it. A closing keeps a straight edge exactly where it is, so a hard shadow, a desk beside the paper and the bars of a
screenshot all belong to the ground (J. Serra, "Image Analysis and Mathematical Morphology", 1982, chapter XI; what is
left is called the black top-hat).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.filters import rank, threshold_otsu

Pixels = NDArray[np.float32]
Mask = NDArray[np.bool_]

FAINTEST = 0.025
"""Ink must differ from its background by so much of the range from black to white..."""
NOISE_MARGIN = 6.0
"""...and by so many standard deviations of the paper's noise and texture."""
NOISY = 0.01
"""Noise from pixel to pixel above which the picture is blurred a little."""
WRITTEN = 0.45
"""Of the strength of the ink around, what a pixel needs to belong to a stroke."""
WINDOW = 0.22
"""Of the picture's shorter side: strokes are narrower. At the border, what is narrower than half of it."""
PALEST = 0.35
"""Ink may be so much weaker than the picture's usual ink, as glare makes it. What is weaker is no ink."""
_DARKEST_PAPER = 0.15
_NEIGHBOURHOOD = 0.06
_EIGHT = np.ones((3, 3))


@dataclass(frozen=True, eq=False)
class Ink:
    """A picture taken apart into ink and ground; every array is [height, width]."""

    strength: Pixels
    """0 (ground) to 1 (as much ink as around there), with the grey edges that anti-aliasing made."""
    written: Mask
    """Where the strokes are."""
    gray: Pixels
    """The picture, negated if the ink is light, so that ink is always darker than its ground."""
    ground: Pixels
    """What `gray` would be without the ink."""


def to_gray(pixels: Pixels) -> Pixels:
    """One number for each pixel, along the colour in which the picture's edges differ most: [height, width].

    So red on green of the same brightness stands out as well. The direction is that of the strongest gradients (Di
    Zenzo, "A note on the gradient of a multi-image", Computer Vision, Graphics, and Image Processing 33 (1986)).

    Args:
        pixels: [height, width, channels], 0 to 1.
    """
    if pixels.shape[2] == 1:
        return pixels[..., 0]
    factor = max(1, max(pixels.shape) // 400)
    small = ndimage.uniform_filter(reduced(pixels, factor), (3, 3, 1))
    steps = np.concatenate([np.diff(small, axis=axis).reshape(-1, pixels.shape[2]) for axis in (0, 1)])
    # Strong differences decide: each counts with the square of its own.
    weights = np.einsum("ij,ij->i", steps, steps)
    direction = np.linalg.eigh(steps.T @ (steps * weights[:, np.newaxis]))[1][:, -1]
    direction *= (1 if direction.sum() >= 0 else -1) / np.abs(direction).sum()
    return np.asarray(pixels @ direction, np.float32)


def window_of(gray: Pixels) -> int:
    """The width in pixels, odd, below which something is a stroke."""
    return max(3, int(WINDOW * min(gray.shape)) | 1)


def darkness(gray: Pixels) -> float:
    """How much the dark structures outweigh the light ones: above 1, ink is probably darker than its ground.

    Both are what a median of the surroundings lacks.
    """
    small = reduced(gray, -(-max(gray.shape) // 128), edge=True)
    low, high = float(small.min()), float(small.max())
    levels = np.rint((small - low) / max(high - low, 1e-9) * 255).astype(np.uint8)
    radius = max(2, window_of(small))
    padded = np.pad(levels, radius, mode="symmetric")
    side = 2 * radius + 1
    median = rank.median(padded, np.ones((side, side), np.uint8))[radius:-radius, radius:-radius]
    usual = median / 255 * (high - low) + low
    # Edges of the paper lie somewhere else in the median: the nearest values count as well.
    dark = np.clip(ndimage.minimum_filter(usual, 5) - small, 0, None)
    light = np.clip(small - ndimage.maximum_filter(usual, 5), 0, None)
    return float((dark**3).sum() + 1e-9) / float((light**3).sum() + 1e-9)


def extract_ink(gray: Pixels, dark: bool) -> Ink | None:
    """Part a picture into ink and ground.

    Args:
        gray: [height, width], as from `to_gray`.
        dark: whether the ink is darker than its ground, or else lighter.

    Returns:
        The parts; None if nothing stands out from noise.
    """
    gray = gray if dark else -gray
    ground = _closing(ndimage.gaussian_filter(gray, 1), window_of(gray))
    contrast = ground - gray
    if _spread(gray - ndimage.uniform_filter(gray, 3)) > NOISY:
        contrast = ndimage.gaussian_filter(contrast, float(np.clip(max(gray.shape) / 500, 0.7, 2)))
    contrast = contrast - np.median(contrast)
    if dark:  # Light multiplies: in a shadow both paper and ink are darker by the same factor.
        contrast = contrast / np.clip(ground, _DARKEST_PAPER, None)
    full = _full_strength(contrast, max(FAINTEST, NOISE_MARGIN * _spread(contrast)))
    if full is None:
        return None
    return Ink(np.clip(contrast / full, 0, 1).astype(np.float32), contrast > WRITTEN * full, gray, ground)


def _spread(values: Pixels) -> float:
    """The standard deviation of normal noise around values most of which are ground."""
    some = values[:: 1 + values.shape[0] // 256]
    return float(1.4826 * np.median(np.abs(some - np.median(some))))


def reduced(values: Pixels, factor: int, edge: bool = False) -> Pixels:
    """Means of `factor`×`factor` pixels, [height, width, ...]; a rest at the end is left out, or filled up."""
    if edge:
        rest = [(0, -side % factor) for side in values.shape[:2]]
        values = np.pad(values, [*rest, *[(0, 0)] * (values.ndim - 2)], mode="edge")
    height, width = (side // factor for side in values.shape[:2])
    cut = values[: height * factor, : width * factor]
    return np.asarray(cut.reshape(height, factor, width, factor, *values.shape[2:]).mean(axis=(1, 3)))


def _closing(gray: Pixels, window: int) -> Pixels:
    """What is darker and narrower than the window is filled; beyond the border is the mirror image."""
    return np.asarray(ndimage.grey_closing(gray, window, mode="reflect"))


def _full_strength(contrast: Pixels, faintest: float) -> Pixels | None:
    """The contrast that full ink has at each place: weaker in glare; None if there is no ink."""
    usual = _usual_strength(contrast, faintest)
    if usual is None:
        return None
    height, width = contrast.shape
    factor = -(-max(height, width) // 128)
    strong = np.where(contrast > 0.3 * usual, contrast, 0)
    size = _NEIGHBOURHOOD * max(height, width) / factor
    square, plain = (ndimage.gaussian_filter(reduced(v, factor, edge=True), size) for v in (strong * strong, strong))
    local = ndimage.zoom(square / np.maximum(plain, 1e-6), factor, order=1, mode="nearest", grid_mode=True)
    full = np.clip(local[:height, :width], PALEST * usual, 1.15 * usual)
    return np.asarray(np.maximum(full, faintest), np.float32)


def _usual_strength(contrast: Pixels, faintest: float) -> float | None:
    """The contrast of the picture's ink; what touches the border counts only if there is hardly anything else."""
    some = contrast[contrast > faintest]
    if len(some) < 3:
        return None
    # In float64: float32 has too few values for 256 bins between numbers that hardly differ.
    clipped = np.minimum(some, np.percentile(some, 99.5)).astype(np.float64)
    threshold = float(threshold_otsu(clipped)) if np.ptp(clipped) > 1e-6 else 0.0
    parts, count = ndimage.label(contrast > max(faintest, 0.8 * threshold), _EIGHT)
    if not count:
        return None
    weights = np.bincount(parts.ravel(), contrast.ravel())
    weights[0] = 0
    inner = weights.copy()
    inner[np.unique(border(parts))] = 0
    counted = inner if inner.sum() > 0.1 * weights.sum() else weights
    usual = float(np.percentile(contrast[(counted > 0.02 * counted.max())[parts]], 80))
    return usual if usual >= faintest else None


def border(values: NDArray[np.generic]) -> NDArray[np.generic]:
    """The outermost pixels, [n]."""
    return np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]])
