"""A small curve in a terminal, drawn with braille: two by four dots in every character."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

Point = tuple[int, float]

_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
"""Bits of U+2800's dots, by column and by row from the top."""


def braille(points: Sequence[Point], x_range: tuple[int, int], width: int, height: int) -> list[str]:
    """Draw a line through `points`, on a logarithmic y axis that just holds them.

    Args:
        points: x ascending; points whose y is not finite are left out.
        x_range: what the left and the right edge stand for.
        width: characters per row.
        height: rows.

    Returns:
        `height` rows of `width` characters each, from the top.
    """
    levels = _levels(_columns(points, x_range, 2 * width), 4 * height)
    cells = [[0x2800] * width for _ in range(height)]
    previous: int | None = None
    for x, level in enumerate(levels):
        if level is not None:
            for y in _stroke(previous, level):
                cells[y // 4][x // 2] |= _DOTS[x % 2][y % 4]
        previous = level
    return ["".join(map(chr, row)) for row in cells]


def y_range(points: Sequence[Point]) -> tuple[float, float] | None:
    """Find the lowest and the highest finite y, or None when there is none."""
    values = [y for _, y in points if math.isfinite(y)]
    return (min(values), max(values)) if values else None


def _columns(points: Sequence[Point], x_range: tuple[int, int], columns: int) -> list[float | None]:
    """Reduce to one logarithm per column of dots: means where points fall, straight lines between."""
    sums: dict[int, list[float]] = {}
    first, last = x_range
    for x, y in points:
        if math.isfinite(y):
            column = round((x - first) / max(last - first, 1) * (columns - 1))
            # A test error of 0 has no logarithm; half an error in a million is the bottom of any range.
            sums.setdefault(min(max(column, 0), columns - 1), []).append(math.log(max(y, 5e-7)))
    means = {column: sum(logs) / len(logs) for column, logs in sums.items()}
    return _interpolated(means, columns)


def _interpolated(known: dict[int, float], columns: int) -> list[float | None]:
    values: list[float | None] = [known.get(column) for column in range(columns)]
    ordered = sorted(known)
    for left, right in pairwise(ordered):
        for column in range(left + 1, right):
            part = (column - left) / (right - left)
            values[column] = known[left] + part * (known[right] - known[left])
    return values


def _levels(values: Sequence[float | None], rows: int) -> list[int | None]:
    """Turn values into rows of dots from the top; a flat curve lies in the middle."""
    known = [value for value in values if value is not None]
    if not known:
        return [None] * len(values)
    low, high = min(known), max(known)
    span = high - low
    return [
        None if value is None else rows // 2 if span == 0 else round((high - value) / span * (rows - 1))
        for value in values
    ]


def _stroke(previous: int | None, level: int) -> range:
    """Choose the rows to fill so that a steep curve stays one line."""
    if previous is None or previous == level:
        return range(level, level + 1)
    if previous < level:
        return range(previous + 1, level + 1)
    return range(level, previous)
