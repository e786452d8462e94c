"""A sheet of paper, what is written on it, and the picture that a camera takes of it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from .pen import Digit, Pixels, Random, drawn

PAPER = np.array([0.9, 0.88, 0.83])
BLUE, BLACK = np.array([0.13, 0.15, 0.32]), np.array([0.1, 0.1, 0.1])


@dataclass(frozen=True)
class Photo:
    """A picture file and what is written in it."""

    content: bytes
    digits: str
    """In reading order."""


def paper(shape: tuple[int, int], random: Random, color: NDArray[np.floating] = PAPER) -> Pixels:
    """A sheet with a slight texture."""
    texture = ndimage.gaussian_filter(random.normal(0, 1, shape), 3) * 0.03
    return np.clip(color + texture[..., None], 0, 1)


def write(page: Pixels, ink: Pixels, top: int, left: int, color: NDArray[np.floating] = BLUE) -> None:
    """Put ink on a page; what lies beyond it is cut off."""
    height, width = page.shape[:2]
    rows = slice(max(top, 0), min(top + ink.shape[0], height))
    columns = slice(max(left, 0), min(left + ink.shape[1], width))
    part = ink[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left, None]
    page[rows, columns] = page[rows, columns] * (1 - part) + color * part


def middle(page: Pixels, ink: Pixels, random: Random, play: float = 0.6) -> tuple[int, int]:
    """Top and left of a place near the middle, where the ink stays clear of the border."""
    top, left = (
        int((room := outer - inner) / 2 + random.uniform(-1, 1) * play * room / 2)
        for outer, inner in zip(page.shape, ink.shape, strict=False)
    )
    return top, left


def slope(shape: tuple[int, int], random: Random, strength: float) -> Pixels:
    """Light that falls off across the picture, [height, width, 1]."""
    y, x = np.meshgrid(*(np.linspace(-1, 1, side) for side in shape), indexing="ij")
    angle = random.uniform(0, 2 * np.pi)
    return (1 - strength * (0.5 + 0.5 * (x * np.cos(angle) + y * np.sin(angle))))[..., None]


def camera(page: Pixels, random: Random, blur: float = 1.0, noise: float = 0.015) -> Pixels:
    """Blur and noise."""
    soft = ndimage.gaussian_filter(page, (blur, blur, 0))
    return np.clip(soft + random.normal(0, noise, page.shape), 0, 1)


def encoded(page: Pixels, kind: str = "JPEG", mode: str = "RGB", **options: object) -> bytes:
    """The picture as a file."""
    buffer = io.BytesIO()
    image = Image.fromarray(np.rint(page * 255).astype(np.uint8)).convert(mode)
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def sized(random: Random) -> tuple[tuple[int, int], int, float]:
    """A sheet's shape, a digit's height and a pen's width that suit each other."""
    shape = (int(random.integers(300, 560)), int(random.integers(300, 560)))
    height = int(min(shape) * random.uniform(0.25, 0.6))
    return shape, height, height * random.uniform(0.06, 0.11)


def sheet(digits: Sequence[Digit], random: Random, color: NDArray[np.floating] = BLUE) -> Pixels:
    """A sheet with one digit."""
    shape, height, pen = sized(random)
    page = paper(shape, random)
    ink = drawn(digits[0], height, pen)
    write(page, ink, *middle(page, ink, random), color)
    return page


def said(digits: Sequence[Digit]) -> str:
    """What is written."""
    return "".join(str(digit.label) for digit in digits)


def photographed(page: Pixels, digits: Sequence[Digit], random: Random) -> Photo:
    """A usual photo of a page."""
    lit = page * slope((page.shape[0], page.shape[1]), random, 0.25)
    return Photo(encoded(camera(lit, random), quality=85), said(digits))
