"""Shadows and glare."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .pen import Digit, Pixels, Random, drawn
from .sheet import Photo, middle, paper, photographed, sheet, sized, write


def shadowed(page: Pixels, random: Random, softness: float) -> Pixels:
    """A straight shadow across the middle that takes 35 to 60 % of the light."""
    height, width = page.shape[:2]
    y, x = np.meshgrid(np.arange(height) - height / 2, np.arange(width) - width / 2, indexing="ij")
    angle = random.uniform(0, 2 * np.pi)
    distance = x * np.cos(angle) + y * np.sin(angle) + random.uniform(-0.2, 0.2) * min(height, width)
    dark = np.clip(0.5 + distance / softness, 0, 1)[..., None]
    return page * (1 - random.uniform(0.35, 0.6) * dark)


def soft_shadow(digits: Sequence[Digit], random: Random) -> Photo:
    """A shadow with a wide edge."""
    return photographed(shadowed(sheet(digits, random), random, random.uniform(80, 250)), digits, random)


def hard_shadow(digits: Sequence[Digit], random: Random) -> Photo:
    """A shadow with a sharp edge."""
    return photographed(shadowed(sheet(digits, random), random, random.uniform(1, 6)), digits, random)


def glare(digits: Sequence[Digit], random: Random) -> Photo:
    """A whiteboard that mirrors a lamp beside or over the digit."""
    shape, height, pen = sized(random)
    page = paper(shape, random, np.array([0.72, 0.73, 0.75]))
    ink = drawn(digits[0], height, pen)
    write(page, ink, *middle(page, ink, random))
    y, x = np.meshgrid(*(np.arange(side) / side for side in shape), indexing="ij")
    center, size = random.uniform(0.3, 0.7, 2), random.uniform(0.08, 0.25)
    spot = np.exp(-((((x - center[0]) ** 2 + (y - center[1]) ** 2) / size**2) ** 2))[..., None]
    bright = page + spot * random.uniform(0.3, 0.7)
    return photographed(np.clip(bright, 0, 1), digits, random)
