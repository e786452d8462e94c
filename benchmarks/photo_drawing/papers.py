"""Pens, papers and what is printed on them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .pen import Digit, Random, drawn, stroke
from .sheet import BLACK, PAPER, Photo, camera, encoded, middle, paper, photographed, said, sheet, sized, write


def redrawn(digits: Sequence[Digit], random: Random) -> Photo:
    """Black on white, without any flaw: what the pen alone costs."""
    _, height, pen = sized(random)
    ink = np.pad(drawn(digits[0], height, pen), 40)
    return Photo(encoded(1 - ink, "PNG", "L"), said(digits))


def photo(digits: Sequence[Digit], random: Random) -> Photo:
    """A sheet that fills the picture, in uneven light."""
    return photographed(sheet(digits, random), digits, random)


def lined(digits: Sequence[Digit], random: Random, strength: float, columns: bool = False, tilt: float = 0.02) -> Photo:
    """Ruled or squared paper, its lines slightly tilted."""
    shape, height, pen = sized(random)
    page = paper(shape, random)
    distance = int(height * random.uniform(0.28, 0.7))
    width = max(1.5, pen * random.uniform(0.15, 0.35))
    y, x = np.meshgrid(*(np.arange(side) for side in shape), indexing="ij")
    slant = random.uniform(-tilt, tilt)
    for along, across in ((x, y), (y, x))[: 2 if columns else 1]:
        offset = (across + (slant if across is y else -slant) * along + random.integers(distance)) % distance
        line = np.clip(width / 2 + 0.5 - np.abs(offset - distance / 2), 0, 1)[..., None] * strength
        page = page * (1 - line) + np.array([0.25, 0.35, 0.6]) * line
    ink = drawn(digits[0], height, pen)
    write(page, ink, *middle(page, ink, random))
    return photographed(page, digits, random)


def faint(digits: Sequence[Digit], random: Random) -> Photo:
    """A hard pencil."""
    page = sheet(digits, random, PAPER * 0.8)
    return Photo(encoded(camera(page, random, noise=0.01), quality=90), said(digits))


def marker(digits: Sequence[Digit], random: Random) -> Photo:
    """Strokes a fifth as wide as the digit is high."""
    shape, height, _ = sized(random)
    page = paper(shape, random)
    ink = drawn(digits[0], height, height * random.uniform(0.14, 0.2))
    write(page, ink, *middle(page, ink, random), BLACK)
    return photographed(page, digits, random)


def coloured_ink(digits: Sequence[Digit], random: Random) -> Photo:
    """A pen of any colour on paper of any colour that differs from it."""
    while True:
        colors = random.uniform(0.15, 0.95, (2, 3))
        if np.linalg.norm(colors[0] - colors[1]) > 0.5:
            break
    shape, height, pen = sized(random)
    page = paper(shape, random, colors[0])
    ink = drawn(digits[0], height, pen)
    write(page, ink, *middle(page, ink, random), colors[1])
    return photographed(page, digits, random)


def blackboard(digits: Sequence[Digit], random: Random) -> Photo:
    """Chalk."""
    shape, height, pen = sized(random)
    page = paper(shape, random, np.array([0.12, 0.2, 0.16]))
    ink = drawn(digits[0], height, pen) * random.uniform(0.7, 1)
    write(page, ink, *middle(page, ink, random), np.array([0.9, 0.9, 0.88]))
    return photographed(page, digits, random)


def crumbs(digits: Sequence[Digit], random: Random) -> Photo:
    """Small dark specks."""
    page = sheet(digits, random)
    for _ in range(12):
        place = [int(random.integers(10, side - 20)) for side in page.shape[:2]]
        write(page, stroke(random.uniform(0, 4, (2, 2)), random.uniform(2, 5)), *place, BLACK)
    return photographed(page, digits, random)


def form_box(digits: Sequence[Digit], random: Random) -> Photo:
    """A frame around the digit, which may touch it."""
    shape, height, pen = sized(random)
    page = paper(shape, random)
    ink = drawn(digits[0], height, pen)
    top, left = middle(page, ink, random)
    gap = int(height * random.uniform(-0.02, 0.4))
    line = int(max(2, pen * random.uniform(0.15, 0.5)))
    frame = np.ones((ink.shape[0] + 2 * (gap + line), max(ink.shape[1], ink.shape[0] * 2 // 3) + 2 * (gap + line)))
    frame[line:-line, line:-line] = 0
    write(page, frame, top - gap - line, left - gap - line - (frame.shape[1] - 2 * (gap + line) - ink.shape[1]) // 2,
          BLACK * 2)  # fmt: skip
    write(page, ink, top, left)
    return photographed(page, digits, random)
