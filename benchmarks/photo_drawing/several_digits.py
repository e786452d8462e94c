"""Numbers of several digits."""

from __future__ import annotations

from collections.abc import Sequence

from .pen import Digit, Random, drawn
from .sheet import Photo, paper, photographed, sized, write


def several(digits: Sequence[Digit], random: Random, count: int) -> Photo:
    """A number: digits side by side, of about the same size and on about the same line."""
    shape, height, pen = sized(random)
    height = int(min(height, shape[1] / count * 0.75))
    pen = height * pen / min(shape) * 2
    inks = [drawn(digit, int(height * random.uniform(0.85, 1.1)), max(3, pen)) for digit in digits[:count]]
    gaps = [int(height * random.uniform(0.08, 0.4)) for _ in inks]
    page = paper((shape[0], max(shape[1], sum(ink.shape[1] for ink in inks) + sum(gaps) + 60)), random)
    left = int(random.integers(20, page.shape[1] - sum(ink.shape[1] for ink in inks) - sum(gaps) - 19))
    top = int((page.shape[0] - height) * random.uniform(0.3, 0.7))
    for ink, gap in zip(inks, gaps, strict=True):
        write(page, ink, top + int(height * random.uniform(-0.08, 0.08)), left)
        left += ink.shape[1] + gap
    return photographed(page, digits[:count], random)


def two_lines(digits: Sequence[Digit], random: Random) -> Photo:
    """Two digits on each of two lines."""
    height = int(random.integers(70, 140))
    page = paper((height * 4, height * 5), random)
    for place, digit in enumerate(digits[:4]):
        ink = drawn(digit, int(height * random.uniform(0.85, 1.1)), height * 0.09)
        row, column = divmod(place, 2)
        top = int(height * (0.6 + 1.5 * row + random.uniform(-0.1, 0.1)))
        write(page, ink, top, int(height * (1.2 + 1.3 * column + random.uniform(-0.1, 0.1))))
    return photographed(page, digits[:4], random)
