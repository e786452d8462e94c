"""Finds what is written: the background is estimated and taken away, and what is left is ink.

The background is what the image's border shows, so dark on light and light on dark, in any colours, are the same.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Pixels = NDArray[np.float32]

FAINTEST = 0.025
"""Ink must differ from its background by so much of the range from black to white..."""
NOISE_MARGIN = 5.0
"""...and by so many standard deviations of the background's noise."""
SMALLEST_PART = 0.02
"""A separate speck with less than this share of the largest part is dirt."""

_FLAT = 2.5 / 255
_GRID = 64
_SAMPLE = 50_000


def extract_ink(pixels: Pixels) -> Pixels | None:
    """How much ink covers each pixel.

    Args:
        pixels: [height, width, channels], 0 to 1.

    Returns:
        [height, width], 0 (background) to 1 (full ink), with the grey edges that anti-aliasing made; or None if
        nothing is written there.
    """
    contrast = _contrast(pixels)
    if contrast.max() < FAINTEST:
        return None
    noise = _noise(_ring(contrast))
    smooth = _smoothed(contrast, noise)
    threshold = otsu_threshold(smooth)
    strong = smooth > threshold
    full = float(np.percentile(smooth[strong], 95))
    if full < max(FAINTEST, NOISE_MARGIN * _noise(_ring(smooth))):
        return None
    strong = _without_specks(strong)
    near = ndimage.maximum_filter(strong, 1 + 2 * max(2, max(strong.shape) // 100))
    floor = min(2 * noise, threshold / 2)
    ink = np.clip((smooth - floor) / (full - floor), 0, 1)
    return np.where(near, ink, 0).astype(np.float32)


def _contrast(pixels: Pixels) -> Pixels:
    """How far each pixel is from the background in the direction of the ink's colour, [height, width]."""
    difference = pixels - _background(pixels)
    flat = difference.reshape(-1, pixels.shape[2])
    flat = flat[:: 1 + len(flat) // _SAMPLE]
    # Strong differences decide: each pixel counts with the square of its own.
    weighted = flat * np.linalg.norm(flat, axis=1, keepdims=True)
    direction = np.linalg.eigh(weighted.T @ weighted)[1][:, -1]
    contrast: Pixels = difference @ (direction / np.abs(direction).sum())
    return contrast if np.vdot(contrast, np.square(contrast)) >= 0 else -contrast


def _background(pixels: Pixels) -> Pixels:
    """The paper: one colour if the border has one, else a smooth surface, as uneven light makes it."""
    ring = _ring(pixels)
    color = np.median(ring, axis=0)
    if np.percentile(np.abs(ring - color), 90) <= _FLAT:
        return np.asarray(color)
    return np.stack([_surface(pixels[..., channel]) for channel in range(pixels.shape[2])], axis=-1)


def _surface(values: Pixels) -> Pixels:
    """A quadratic surface through most of the border and then through all that is near it, [height, width].

    Least squares with Tukey's biweight, iterated, so that ink does not count (Beaton and Tukey 1974, "The fitting of
    power series, meaning polynomials, illustrated on band-spectroscopic data", Technometrics 16, 147-185).
    """
    small = ndimage.zoom(values, [min(1, _GRID / side) for side in values.shape], order=1)
    terms = _quadratic_terms(small.shape)
    on_ring = np.ones(small.shape, bool)
    on_ring[2:-2, 2:-2] = False
    plain = np.linalg.lstsq(terms[on_ring], small[on_ring], rcond=None)[0]
    coefficients = _robust_fit(terms[on_ring], small[on_ring], plain)
    coefficients = _robust_fit(terms.reshape(-1, 6), small.ravel(), coefficients)
    return (_quadratic_terms(values.shape) @ coefficients).astype(np.float32)


def _robust_fit(terms: NDArray[np.float64], values: Pixels, coefficients: NDArray[np.floating]) -> NDArray[np.floating]:
    """Improve `coefficients` so that `terms` @ `coefficients` is close to most of `values`."""
    for _ in range(10):
        residual = np.abs(values - terms @ coefficients)
        # 1.4826 makes the median a standard deviation; 4.685 is the biweight's usual width.
        scaled = residual / max(4.685 * 1.4826 * float(np.median(residual)), _FLAT)
        root = np.clip(1 - scaled**2, 0, None)
        coefficients = np.linalg.lstsq(terms * root[:, np.newaxis], values * root, rcond=None)[0]
    return coefficients


def _quadratic_terms(shape: tuple[int, ...]) -> NDArray[np.float64]:
    """1, x, y, x², xy, y² with x and y from -1 to 1: [height, width, 6]."""
    y, x = np.meshgrid(*(np.linspace(-1, 1, side) for side in shape), indexing="ij")
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)


def _ring(pixels: Pixels) -> Pixels:
    """The pixels along the border, [n] or [n, channels]."""
    width = max(1, min(pixels.shape[:2]) // 50)
    inside = np.zeros(pixels.shape[:2], bool)
    inside[width:-width, width:-width] = True
    return pixels[~inside]


def _noise(values: NDArray[np.floating]) -> float:
    """The standard deviation of normal noise around values most of which are background."""
    return float(1.4826 * np.median(np.abs(values - np.median(values))))


def _smoothed(contrast: Pixels, noise: float) -> Pixels:
    """Blur noise away, as far as the image has pixels to spare."""
    if noise < _FLAT:
        return contrast
    return np.asarray(ndimage.gaussian_filter(contrast, min(3.0, max(contrast.shape) / 150)))


def _without_specks(strong: NDArray[np.bool_]) -> NDArray[np.bool_]:
    parts, _ = ndimage.label(strong, structure=np.ones((3, 3)))
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0
    return np.asarray((sizes >= SMALLEST_PART * sizes.max())[parts] & strong)


def otsu_threshold(values: NDArray[np.floating]) -> float:
    """The value that parts `values` into the two groups with the largest variance between them.

    N. Otsu, "A threshold selection method from gray-level histograms", IEEE Transactions on Systems, Man, and
    Cybernetics 9 (1979), 62-66, equation 18.
    """
    counts, edges = np.histogram(values, bins=256)
    centers = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)
    above = below[-1] - below
    sums = np.cumsum(counts * centers)
    with np.errstate(invalid="ignore", divide="ignore"):
        between = below * above * (sums / below - (sums[-1] - sums) / above) ** 2
    return float(edges[1:][np.nanargmax(between[:-1])])
