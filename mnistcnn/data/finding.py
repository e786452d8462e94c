"""Finds the digits in a picture: paper, shadows, ruled lines, frames and dirt are taken away, the rest is parted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.filters import threshold_otsu

from .box import Box
from .ink import Ink, Mask, Pixels, border, darkness, extract_ink, reduced, to_gray
from .lines import without_frames, without_lines
from .parting import Part, digits_of, find_parts, lines_of, stands_free

SLENDER = 0.45
"""Of its longer side, how thick a digit's strokes are at most. What is thicker is rather a hole between strokes, or a
shadow."""
CLEAR = 100
"""If dark or light structures outweigh the others so many times, the others are not looked at."""
FAINT = 0.3
"""Of dark and light ink: what has less than this share of the other's contrast is noise."""
FINER = 0.5
"""Strokes that are so much thinner for their size than the shape that they lie in were written on it."""
HARDLY = 0.12
"""Of one picture's digits, of which one may lie in a shadow and another in glare: what has less than this share of the
clearest one's contrast is noise."""
PALER, THINNER = 0.5, 0.6
"""What has less than these shares of the clearest digit's contrast and thickness is printed on the paper."""

_LEAST_SIDE = 160
_TINY = 64
_EIGHT = np.ones((3, 3))


@dataclass(frozen=True, eq=False)
class FoundInk:
    """One digit's ink and its place."""

    box: Box
    """In pixels of the picture."""
    line: int
    """Which line of digits it stands in, from 0."""
    ink: Pixels
    """[height, width], 0 to 1."""
    thickness: float
    """Of its strokes, as a share of the longer side."""
    contrast: float
    """Between ink and ground, of the range from black to white."""

    @property
    def is_slender(self) -> bool:
        """Whether it is made of strokes."""
        return self.thickness <= SLENDER


def find_ink(pixels: Pixels) -> list[FoundInk]:
    """Find the ink of every digit.

    Args:
        pixels: [height, width, channels], 0 to 1.

    Returns:
        In reading order; empty if no digit can be found.
    """
    gray, scale = _enlarged(to_gray(_stretched(pixels)))
    gray, margin = _with_margin(gray, scale)
    dark = darkness(gray)
    likely = _find(gray, dark >= 1, margin, scale)
    if max(dark, 1 / dark) >= CLEAR and any(digit.is_slender for digit in likely):
        return likely
    return _better(likely, _find(gray, dark < 1, margin, scale))


def _better(likely: list[FoundInk], other: list[FoundInk]) -> list[FoundInk]:
    """Of what was found as dark and as light ink: strokes instead of the holes in them, and clear instead of faint."""
    slender = [[digit for digit in found if digit.is_slender] for found in (likely, other)]
    if not all(slender):
        return other if slender[1] else likely or other
    for inner, outer, found in ((0, 1, (likely, other)), (1, 0, (other, likely))):
        if _lie_in(slender[inner], slender[outer]):
            return found[0] if _thickest(slender[inner]) < FINER * _thickest(slender[outer]) else found[1]
    strengths = [max(digit.contrast for digit in found) for found in slender]
    return other if strengths[0] < FAINT * strengths[1] else likely


def _thickest(digits: list[FoundInk]) -> float:
    return max(digit.thickness for digit in digits)


def _lie_in(inner: list[FoundInk], outer: list[FoundInk]) -> bool:
    return all(any(digit.box.within(around.box) for around in outer) for digit in inner)


def _find(gray: Pixels, dark: bool, margin: int, scale: int) -> list[FoundInk]:
    ink = extract_ink(gray, dark)
    if ink is None:
        return []
    mask, depth = ink.written, _depth(ink.written)
    ruled = without_lines(without_frames(mask), _stroke(depth))
    # If nothing is left, what looked like lines is all that there is.
    labels, digits = _digits(ruled, ink, depth)
    if not digits:
        labels, digits = _digits(mask, ink, depth)
    digits = _clear([digit for digit in digits if digit.box.size >= 6 * scale], labels, ink)
    erased = mask & ~ruled
    return [
        _cut_out(digit, line, ink, (np.isin(labels, list(digit.labels)), erased), margin, scale)
        for line, members in enumerate(lines_of(digits))
        for digit in members
    ]


def _clear(digits: list[Part], labels: NDArray[np.integer], ink: Ink) -> list[Part]:
    """Without what is hardly there compared with the clearest digit: the grain of a desk, what is left of a grid."""
    contrasts = [_contrast(np.isin(labels[d.box.slices], list(d.labels)), d.box.slices, ink) for d in digits]
    strongest, thickness = max(zip(contrasts, (d.thickness for d in digits), strict=True), default=(0.0, 0.0))
    return [
        digit
        for digit, contrast in zip(digits, contrasts, strict=True)
        if contrast >= (PALER if digit.thickness < THINNER * thickness else HARDLY) * strongest
    ]


def _contrast(own: Mask, around: tuple[slice, slice], ink: Ink) -> float:
    """How much darker the own pixels of a part of the picture are than their ground."""
    return float(np.median((ink.ground[around] - ink.gray[around])[own]))


def _cut_out(digit: Part, line: int, ink: Ink, masks: tuple[Mask, Mask], margin: int, scale: int) -> FoundInk:
    """The ink near a digit's strokes, without erased lines."""
    box = digit.box
    top, left = (max(edge - 3, 0) // scale * scale for edge in (box.top, box.left))
    around = slice(top, box.bottom + 3 * scale), slice(left, box.right + 3 * scale)
    own, erased = (mask[around] for mask in masks)
    near = ndimage.maximum_filter(own, 1 + 2 * max(2, max(ink.gray.shape) // 100))
    strength = np.where(near & (own | ~erased), ink.strength[around], 0)
    edges = [(edge - margin) / scale for edge in (box.top, box.left, box.bottom, box.right)]
    place = Box(*map(int, edges[:2]), *(int(np.ceil(edge)) for edge in edges[2:]))
    thickness = digit.thickness / box.size
    return FoundInk(place, line, reduced(strength, scale), thickness, _contrast(own, around, ink))


def _digits(mask: Mask, ink: Ink, depth: NDArray[np.floating]) -> tuple[NDArray[np.integer], list[Part]]:
    labels, parts = find_parts(mask, depth)
    return labels, digits_of([part for part in parts if stands_free(min(part.labels), part.box, labels, ink)])


def _depth(mask: Mask) -> NDArray[np.floating]:
    """How far each pixel is inside a stroke, [height, width], computed only around the strokes."""
    depth = np.zeros(mask.shape)
    for sides in ndimage.find_objects(mask.view(np.uint8)):
        around = tuple(slice(max(side.start - 1, 0), side.stop + 1) for side in sides)
        depth[around] = ndimage.distance_transform_edt(mask[around])
    return depth


def _stroke(depth: NDArray[np.floating]) -> float:
    """How thick most strokes are: twice the depth of their middle, in pixels."""
    middle = depth[(depth >= 1) & (depth >= ndimage.maximum_filter(depth, 3))]
    return float(2 * np.percentile(middle, 90)) if len(middle) else 1.0


def _stretched(pixels: Pixels) -> Pixels:
    """A tiny picture is no photo: however weak it is, its values are meant."""
    low, high = float(pixels.min()), float(pixels.max())
    if max(pixels.shape[:2]) > _TINY or not 0 < high - low < 0.2:
        return pixels
    return (pixels - low) / (high - low)


def _enlarged(gray: Pixels) -> tuple[Pixels, int]:
    """So large that what is measured in pixels holds, and how many times that is."""
    scale = -(-_LEAST_SIDE // max(gray.shape))
    if scale == 1:
        return gray, 1
    return gray.repeat(scale, axis=0).repeat(scale, axis=1), scale


def _with_margin(gray: Pixels, scale: int) -> tuple[Pixels, int]:
    """With paper around a digit that was cut out so tightly that it touches all four sides, and how wide it is."""
    paper = _paper_of_tight_crop(gray)
    if paper is None:
        return gray, 0
    margin = max(gray.shape) // 4 // scale * scale
    return np.pad(gray, margin, constant_values=paper), margin


def _paper_of_tight_crop(gray: Pixels) -> float | None:
    """How light the paper is, if the picture has two shades and one of them looks like a digit from side to side."""
    if np.ptp(np.percentile(gray, [2, 98])) < 0.1:
        return None
    dark = gray < threshold_otsu(gray)
    means = gray[dark].mean(), gray[~dark].mean()
    if dark.mean() * (1 - dark.mean()) * (means[0] - means[1]) ** 2 < 0.8 * gray.var():
        return None
    shares = [(_share_as_digit(ink), float(np.median(gray[~ink]))) for ink in (dark, ~dark)]
    likely = [(share, paper) for share, paper in shares if share is not None]
    return min(likely)[1] if likely else None


def _share_as_digit(ink: Mask) -> float | None:
    """How much of the picture and of its border is ink; None if that cannot be a digit from side to side."""
    parts, _ = ndimage.label(ink, _EIGHT)
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0
    largest = parts == sizes.argmax()
    sides = (largest[0], largest[-1], largest[:, 0], largest[:, -1])
    corners = int(ink[[0, 0, -1, -1], [0, -1, 0, -1]].sum())
    at_border = float(border(ink).mean())
    if not all(side.any() for side in sides) or sizes.max() < 0.8 * sizes.sum() or ink.mean() < 0.04:
        return None
    if (
        at_border > 0.75
        or corners == 4
        or sum(side.mean() > 0.95 for side in sides) > 1
        or 2 * _depth(np.pad(ink, 1)).max() > SLENDER * max(ink.shape)
    ):
        return None
    return float(ink.mean()) + at_border + corners / 4
