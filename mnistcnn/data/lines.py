"""Takes ruled lines, boxes and frames away from strokes, without cutting the strokes that cross them.

Straight lines are found with a Hough transform (Duda and Hart, "Use of the Hough transformation to detect lines and
curves in pictures", Communications of the ACM 15 (1972)). Each is followed pixel by pixel, and erased wherever it is no
thicker than usual: where it is thicker, a stroke crosses it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.transform import hough_line, hough_line_peaks

Mask = NDArray[np.bool_]
Positions = NDArray[np.intp]

SHORTEST = 0.3
"""A line is at least so long, as a share of the picture's width, or of its height if it stands upright."""
SLIMMEST = 25
"""A line is at least so many times as long as it is thick, unless it goes from border to border."""
ROOM = 0.08
"""A frame's sides lie within this share of its size of its outline."""
SMALLEST_FRAME = 20
"""Pixels."""

_FINEST = 400
_GAP = 15
_EIGHT = np.ones((3, 3))


@dataclass(frozen=True, eq=False)
class _Line:
    """A line as it was followed from left to right."""

    columns: Positions
    """[n], ascending: where ink was met, in the longest stretch without a large gap."""
    top: Positions
    """[n]: the first row of the ink in each of `columns`."""
    bottom: Positions
    """[n]: the last."""
    thickness: float
    """In pixels."""
    width: int
    """Of the mask that the line was followed in."""

    @property
    def length(self) -> int:
        return int(self.columns[-1] - self.columns[0]) + 1

    def spans(self, share: float) -> bool:
        """Whether it begins and ends within this share of the width of the sides."""
        room = share * self.width
        return bool(self.columns[0] <= room + 2 and self.columns[-1] >= self.width - room - 3)


@dataclass(frozen=True, eq=False)
class _Runs:
    """Of each pixel of a mask, the upright run of ink that it is in; every line that is followed looks there."""

    first: NDArray[np.int32]
    """[height, width]: the first row of the run. In a pixel without ink, the row below it."""
    last: NDArray[np.int32]
    """[height, width]: the last row. In a pixel without ink, the row above it."""

    @classmethod
    def of(cls, mask: Mask) -> _Runs:
        """The runs of a mask, [height, width]."""
        rows = np.arange(mask.shape[0], dtype=np.int32)[:, np.newaxis]
        above = np.maximum.accumulate(np.where(mask, np.int32(-1), rows), axis=0)
        below = np.minimum.accumulate(np.where(mask, np.int32(len(rows)), rows)[::-1], axis=0)[::-1]
        return cls(above + 1, below - 1)


def without_frames(mask: Mask) -> Mask:
    """Erase the sides of boxes: parts of which at least three straight sides lie on their outline."""
    left = mask.copy()
    parts, _ = ndimage.label(mask, _EIGHT)
    for number, place in enumerate(ndimage.find_objects(parts), 1):
        if min(side.stop - side.start for side in place) < SMALLEST_FRAME:
            continue
        part = parts[place] == number
        if part.mean() < 0.35:
            left[place] &= ~_sides(part)
    return left


def _sides(part: Mask) -> Mask:
    """The straight sides of a part, if it is a frame."""
    erased = np.zeros_like(part)
    found = set()
    for line, upright in _lines(part, 6, 0.5):
        if not line.spans(0.06) or line.length < 10 * line.thickness:
            continue
        where = float(np.median(line.top + line.bottom)) / 2 / part.shape[1 if upright else 0]
        found |= {(upright, end) for end in (0, 1) if abs(where - end) <= ROOM}
        _erase(erased.T if upright else erased, line)
    return erased if len(found) >= 3 else np.zeros_like(part)


def without_lines(mask: Mask, stroke: float) -> Mask:
    """Erase what is ruled: long, straight, almost level or upright, and thinner than strokes or from side to side.

    Args:
        mask: [height, width].
        stroke: how thick strokes are, in pixels.
    """
    erased = np.zeros_like(mask)
    for line, upright in _lines(mask, 12, SHORTEST):
        slim = line.length >= SLIMMEST * line.thickness and line.length >= SHORTEST * line.width
        differs = line.thickness <= 0.75 * stroke or line.length > 0.6 * line.width
        if (slim and differs) or (line.spans(0.03) and line.length >= 12 * line.thickness):
            _erase(erased.T if upright else erased, line)
    return mask & ~erased


def _lines(mask: Mask, tilt: float, share: float) -> Iterator[tuple[_Line, bool]]:
    """Straight lines, and whether each is upright; its rows and columns are then those of the transposed mask.

    Args:
        mask: [height, width].
        tilt: the largest angle to the horizontal or vertical, in degrees.
        share: of the shorter side, how long a line is at least.
    """
    factor = -(-max(mask.shape) // _FINEST)
    small = _reduced(mask, factor)
    steps = np.arange(-tilt, tilt + 0.1, 0.5)
    space = hough_line(small, np.deg2rad(np.concatenate([steps, steps + 90])))
    threshold = share * min(small.shape)
    peaks = hough_line_peaks(*space, min_distance=3, min_angle=2, threshold=threshold, num_peaks=120)
    runs = cache(lambda upright: _Runs.of(mask.T if upright else mask))
    for _, angle, distance in zip(*peaks, strict=True):
        upright = bool(abs(np.cos(angle)) > 0.7)
        # x cos + y sin = distance, in reduced pixels, whose middles lie (factor - 1) / 2 further.
        along, across = (np.sin(angle), np.cos(angle)) if upright else (np.cos(angle), np.sin(angle))
        offset = distance * factor + (factor - 1) / 2 * (along + across)
        columns = np.arange(mask.shape[0 if upright else 1])
        rows = np.asarray(np.rint((offset - columns * along) / across), np.intp)
        line = _followed(runs(upright), rows, factor + 1)
        if line is not None:
            yield line, upright


def _followed(runs: _Runs, expected: Positions, play: int) -> _Line | None:
    """Follow a line through every column, where it may be up to `play` rows away; None if it is broken.

    Args:
        runs: of the mask.
        expected: [width]: in which row the line is in each column.
        play: in rows.
    """
    height, width = runs.first.shape
    columns: Positions = np.arange(width)
    rows = np.full(width, -1)
    for step in sorted(range(-play, play + 1), key=abs):
        there = expected + step
        seen = (rows < 0) & (there >= 0) & (there < height)
        seen[seen] = runs.first[there[seen], columns[seen]] <= there[seen]
        rows[seen] = there[seen]
    columns = _longest_stretch(np.flatnonzero(rows >= 0))
    if len(columns) < 10 or len(columns) < 0.8 * (columns[-1] - columns[0] + 1):
        return None
    top, bottom = (ends[rows[columns], columns].astype(np.intp) for ends in (runs.first, runs.last))
    run = bottom - top + 1
    usual = float(np.median(run))
    thin = run <= max(2 * usual, usual + 2)
    if thin.mean() < 0.5:
        return None
    return _Line(columns, top, bottom, float(np.median(run[thin])), width)


def _longest_stretch(columns: Positions) -> Positions:
    """Of ascending columns, those in the longest stretch without a gap of `_GAP` columns."""
    stretches = np.split(columns, np.flatnonzero(np.diff(columns) > _GAP) + 1)
    return max(stretches, key=lambda stretch: np.ptp(stretch) if len(stretch) else -1)


def _erase(erased: Mask, line: _Line) -> None:
    """Mark the line, with a pixel of margin, except where a stroke crosses it."""
    thin = line.bottom - line.top + 1 <= max(1.6 * line.thickness, line.thickness + 1.5)
    columns = line.columns[thin]
    top, bottom = np.maximum(line.top[thin] - 1, 0), np.minimum(line.bottom[thin] + 1, erased.shape[0] - 1)
    for step in range(int((bottom - top).max(initial=0)) + 1):
        erased[np.minimum(top + step, bottom), columns] = True


def _reduced(mask: Mask, factor: int) -> Mask:
    height, width = (side // factor for side in mask.shape)
    cut = mask[: height * factor, : width * factor]
    return np.asarray(cut.reshape(height, factor, width, factor).any(axis=(1, 3)))
