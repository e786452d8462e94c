"""The ink of one digit → what MNIST would have made of it.

MNIST's makers took black-and-white digits, fitted each into 20×20 keeping its shape, where anti-aliasing made grey
edges, and put it into 28×28 with its centre of mass in the middle (LeCun, Cortes and Burges, "The MNIST database").
What a network learned from such images it knows only of such images.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from ..errors import DataError
from .box import Box
from .finding import find_ink
from .idx import IMAGE_SIDE

Ink = NDArray[np.float32]

BOX = 20
CENTER = IMAGE_SIDE // 2
"""Where the centre of mass is: measured on MNIST's test set, between 13.5 and 14.5 in each of 10,000 images,
counting from the middle of pixel 0."""
THINNEST = 1.5
"""Pixels of 28×28. Thinner strokes are thickened to `USUAL`: of MNIST's test digits, 5 % are below 1.55 and half
below 2.33, as `stroke_width` measures them."""
USUAL = 2.2

MNIST_STRONGEST = 254
"""The strongest pixel of each of MNIST's 70,000 images is 254 or 255; a picture whose is weaker is scaled."""

_EDGE = 0.3
_FINE = 8


@dataclass(frozen=True, eq=False)
class FoundDigit:
    """One digit of a picture, as the network gets it."""

    box: Box
    """In pixels of the picture that was searched."""
    line: int
    """Which line of digits it stands in, from 0 at the top."""
    image: NDArray[np.uint8]
    """[28, 28], 0 (background) to 255 (ink)."""


def find_digits(pixels: NDArray[np.float32]) -> list[FoundDigit]:
    """Find every digit in a picture, and frame each as MNIST would have.

    Args:
        pixels: [height, width, channels], 0 to 1; as from `read_pixels`.

    Returns:
        In reading order: lines from top to bottom, and each from left to right. Empty if there is no digit. An image
        of MNIST, black on white or white on black, comes back as it is.
    """
    height, width = pixels.shape[:2]
    framed = already_framed(pixels)
    if framed is not None:
        return [FoundDigit(Box(0, 0, height, width), 0, framed)]
    return [FoundDigit(_within(found.box, height, width), found.line, frame(found.ink)) for found in find_ink(pixels)]


def _within(box: Box, height: int, width: int) -> Box:
    return Box(max(0, box.top), max(0, box.left), min(height, box.bottom), min(width, box.right))


def to_mnist_image(pixels: NDArray[np.float32], name: str) -> NDArray[np.uint8]:
    """Find the only digit in a picture, and frame it as MNIST would have.

    Args:
        pixels: [height, width, channels], 0 to 1; as from `read_pixels`.
        name: of the image, for the message.

    Returns:
        [28, 28], 0 (background) to 255 (ink).

    Raises:
        DataError: there is no digit, or there are several.
    """
    digits = find_digits(pixels)
    if not digits:
        raise no_digit(name)
    return only_one(digits, name).image


def only_one(digits: Sequence[FoundDigit], name: str) -> FoundDigit:
    """The digit, if there is one.

    Raises:
        DataError: there are several.
    """
    if len(digits) > 1:
        raise DataError(f"{name}: {len(digits)} digits, but one is needed. Cut one of them out.")
    return digits[0]


def no_digit(name: str, *, is_first_of_several: bool = False) -> DataError:
    """The error for a picture without any digit, which may be the first page or frame of several in a file."""
    only = " Only the first of its pages or frames is read." if is_first_of_several else ""
    return DataError(f"{name}: no digit: the ink is missing, too faint, or too little to be one.{only}")


def frame(ink: Ink) -> NDArray[np.uint8]:
    """Fit one digit into 20×20, thicken thin strokes, and centre it by mass.

    Args:
        ink: [height, width], 0 to 1, with one digit somewhere.

    Returns:
        [28, 28], 0 (background) to 255 (ink).
    """
    return _centered(_fitted(_cropped(ink)))


def already_framed(pixels: NDArray[np.float32]) -> NDArray[np.uint8] | None:
    """The image, if it already is one of MNIST: 28×28, grey, on a plain ground, and framed as there.

    Args:
        pixels: [height, width, channels], 0 to 1.

    Returns:
        [28, 28], 0 (background) to 255 (ink): as it is, but for values that are all weak, as 0 and 1. Else None.
    """
    if pixels.shape[:2] != (IMAGE_SIDE, IMAGE_SIDE) or np.ptp(pixels, axis=2).any():
        return None
    gray = np.rint(pixels[..., 0] * 255).astype(np.int16)
    background = int(np.median(gray))
    if background not in (gray.min(), gray.max()):
        return None
    ink = np.abs(gray - background)
    if not ink.any() or max(_bounds(ink > 0)[2:]) not in (BOX - 1, BOX) or any(_shift_to_center(ink)):
        return None
    strongest = ink.max()
    return (ink if strongest >= MNIST_STRONGEST else np.rint(ink * (255 / strongest))).astype(np.uint8)


def _bounds(mask: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """Top, left, height and width of what is true."""
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    return int(rows[0]), int(columns[0]), int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1


def _cropped(ink: Ink) -> Ink:
    top, left, height, width = _bounds(ink > _EDGE)
    return ink[top : top + height, left : left + width]


def _fitted(ink: Ink) -> Ink:
    """Scale so that the longer side is 20; in between at eight times that, where thin strokes are thickened."""
    fine = _thickened(_resized(ink, BOX * _FINE), _FINE)
    coarse = _resized(fine, BOX)
    return np.asarray(coarse / coarse.max())


def _resized(ink: Ink, side: int) -> Ink:
    height, width = (max(1, round(side * length / max(ink.shape))) for length in ink.shape)
    smaller = height < ink.shape[0]
    kernel = Image.Resampling.BOX if smaller else Image.Resampling.BICUBIC
    return np.asarray(Image.fromarray(ink).resize((width, height), kernel)).clip(0, 1)


def _thickened(ink: Ink, scale: int) -> Ink:
    width = stroke_width(ink > 0.5) / scale
    if width >= THINNEST:
        return ink
    radius = (USUAL - width) / 2 * scale
    margin = int(np.ceil(radius))
    y, x = np.ogrid[-margin : margin + 1, -margin : margin + 1]
    return np.asarray(ndimage.grey_dilation(np.pad(ink, margin), footprint=x * x + y * y <= radius * radius))


def stroke_width(mask: NDArray[np.bool_]) -> float:
    """The mean width of the strokes in pixels.

    Across a stroke w wide the distance to its edge goes 1, 2, … w/2, … 2, 1, whose mean is w/4 + 1/2.
    """
    distance = ndimage.distance_transform_edt(np.pad(mask, 1))
    return float(4 * distance[distance > 0].mean() - 2) if mask.any() else 0.0


def _centered(ink: Ink) -> NDArray[np.uint8]:
    height, width = ink.shape
    frame = np.zeros((IMAGE_SIDE, IMAGE_SIDE), np.uint8)
    top, left = (IMAGE_SIDE - height) // 2, (IMAGE_SIDE - width) // 2
    frame[top : top + height, left : left + width] = np.rint(ink * 255)
    return np.roll(frame, _shift_to_center(frame), axis=(0, 1))


def _shift_to_center(frame: NDArray[np.uint8]) -> tuple[int, int]:
    """How far to move down and to the right; at most as far as no ink is lost."""
    top, left, height, width = _bounds(frame > 0)
    middle = ndimage.center_of_mass(frame.astype(np.float64))
    ranges = ((-top, IMAGE_SIDE - height - top), (-left, IMAGE_SIDE - width - left))
    down, right = (
        int(np.clip(np.floor(CENTER + 0.5 - mass), *bounds)) for mass, bounds in zip(middle, ranges, strict=True)
    )
    return down, right
