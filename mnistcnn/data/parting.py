"""Strokes → digits: which of them belong together, which are no digits, and in which order they are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from .box import Box
from .ink import Ink, Mask, border

SMALLEST = 6
"""Pixels: a digit's longer side. What is smaller is a speck."""
LEAST_INK = 8
"""Pixels that a digit has at least."""
THICKEST = 0.6
"""Of its longer side, how thick a part may be: a thumb or a stain is thicker."""
SMALLER = 0.45
"""Of the largest digit, how large another is at least; what is smaller belongs to the nearest one, or is dirt."""
ALONG, ALONG_BORDER = 0.1, 0.6
"""The same of a part of whose longer side so much lies along the picture's border."""
AS_DARK = 0.2
"""Of the way from ink to paper: what is no lighter is as dark as the ink."""
FLAT = 0.35
"""Of the usual size of digits: what is less high is a part of one. Of its own width: it is no digit by itself."""
UNDERLINE = 0.25
"""Of its width, how high a line below a digit is at most, ..."""
CLEAR_OF = 0.04
"""...and of the digit's size, how far it is below it at least."""
CLOSE = 0.15
"""Of the usual size of digits: a part that is no further from a digit belongs to it."""
DIRT = 0.02
"""A part with less than this share of the largest part's pixels is dirt."""

_EIGHT = np.ones((3, 3))


@dataclass(frozen=True)
class Part:
    """Strokes that hang together, or that belong together."""

    labels: frozenset[int]
    box: Box
    area: int
    """Pixels."""
    thickness: float
    """Pixels: the widest circle that fits in."""
    contact: float
    """How much of the picture's border it touches, where it may have been cut off, as a share of its longer side."""

    @property
    def is_flat(self) -> bool:
        """Whether it is so much wider than high that it is no digit by itself."""
        return self.box.height < FLAT * self.box.width

    def joined(self, other: Part) -> Part:
        """Both as one."""
        return Part(
            self.labels | other.labels,
            self.box.joined(other.box),
            self.area + other.area,
            max(self.thickness, other.thickness),
            max(self.contact, other.contact),
        )


def find_parts(mask: Mask, depth: NDArray[np.floating]) -> tuple[NDArray[np.integer], list[Part]]:
    """The strokes that hang together and are larger than specks.

    Args:
        mask: [height, width].
        depth: [height, width]: how far each pixel is inside a stroke.

    Returns:
        The label of each pixel, [height, width], and the parts with their labels.
    """
    labels = ndimage.label(ndimage.maximum_filter(mask, 3), _EIGHT)[0] * mask
    areas = np.bincount(labels.ravel())
    at_border = np.bincount(border(labels), minlength=len(areas))
    parts = []
    for label, place in enumerate(ndimage.find_objects(labels), 1):
        if place is None or areas[label] < LEAST_INK:
            continue
        box = Box(place[0].start, place[1].start, place[0].stop, place[1].stop)
        if box.size >= SMALLEST:
            thickness = 2 * float(depth[place][labels[place] == label].max())
            contact = float(at_border[label]) / box.size
            parts.append(Part(frozenset([label]), box, int(areas[label]), thickness, contact))
    return labels, parts


def stands_free(label: int, box: Box, labels: NDArray[np.integer], ink: Ink) -> bool:
    """Whether strokes end where their box ends.

    What does not is the edge of something larger that is as dark: a thumb's tip, a shadow's corner, the desk.
    """
    around = slice(max(box.top - 5, 0), box.bottom + 5), slice(max(box.left - 5, 0), box.right + 5)
    own = labels[around] == label
    near, close = (ndimage.maximum_filter(own, side) for side in (9, 5))
    darkness, paper = (float(np.median(values[around][own])) for values in (ink.gray, ink.ground))
    others = ndimage.maximum_filter(ink.written[around], 5)
    # Paper in a shadow is darker than elsewhere, but lighter than ink.
    as_dark = near & ~others & (ink.gray[around] < darkness + AS_DARK * (paper - darkness))
    return bool(as_dark.sum() <= 0.1 * (near & ~close).sum())


def digits_of(parts: Sequence[Part]) -> list[Part]:
    """Leave out what is no digit, and join what is one."""
    some = [part for part in parts if part.thickness < THICKEST * part.box.size] or list(parts)
    some = _not_cut_off([part for part in some if not _is_around_others(part, some) and not _underlines(part, some)])
    if not some:
        return []
    largest = max(part.area for part in some)
    size = max(part.box.size for part in some if part.area >= 0.3 * largest)
    main = [part for part in some if part.box.size >= SMALLER * size and part.area >= 0.08 * largest]
    usual = float(np.median([part.box.size for part in main]))
    for part in some:
        nearest = min(range(len(main)), key=lambda index: part.box.distance(main[index].box))
        if part not in main and part.area >= DIRT * largest and part.box.distance(main[nearest].box) <= CLOSE * usual:
            main[nearest] = main[nearest].joined(part)
    return _joined(main, usual)


def _is_around_others(part: Part, parts: Sequence[Part]) -> bool:
    """Whether it is a circle or a frame that holds a digit."""
    return any(
        other.box.within(part.box) and other.box.size > 0.25 * part.box.size and other.area > 0.15 * part.area
        for other in parts
    )


def _underlines(part: Part, parts: Sequence[Part]) -> bool:
    """Whether it is a line below a digit."""
    box = part.box
    return box.height < UNDERLINE * box.width and any(
        other.height > 2 * box.height
        and CLEAR_OF * other.size <= box.top - other.bottom < other.height
        and min(box.right, other.right) - max(box.left, other.left) > 0.5 * other.width
        for other in (one.box for one in parts)
    )


def _not_cut_off(parts: Sequence[Part]) -> list[Part]:
    """Without what the border cuts, unless nothing else is nearly as large: then the largest of that, and its bar."""
    inner = [part for part in parts if not part.contact]
    largest = max((part.box.size for part in inner if not part.is_flat), default=0)
    # What lies along the border is a desk or the edge of a scan: much smaller digits are preferred to it.
    cut = [
        part
        for part in parts
        if part.contact and largest < (ALONG if part.contact > ALONG_BORDER else SMALLER) * part.box.size
    ]
    if not cut:
        return inner
    largest_cut = max(cut, key=lambda part: part.area)
    return inner + [part for part in cut if part.box.distance(largest_cut.box) <= CLOSE * largest_cut.box.size]


def _joined(digits: Sequence[Part], usual: float) -> list[Part]:
    """Join what is together as high as one digit, and then each low part, such as the bar of a 5, to its digit.

    A flat part without a digit, such as a dash, is left out, unless there is nothing else.
    """
    whole: list[Part] = []
    for part in sorted(digits, key=lambda part: part.box.top):
        for index, other in enumerate(whole):
            if _are_one(other.box, part.box, usual):
                whole[index] = other.joined(part)
                break
        else:
            whole.append(part)
    high = [part for part in whole if part.box.height >= FLAT * usual]
    for part in whole:
        nearest = min(high, key=lambda other: part.box.distance(other.box), default=None)
        if part not in high and nearest is not None and part.box.distance(nearest.box) <= 0.25 * usual:
            high[high.index(nearest)] = nearest.joined(part)
        elif part not in high and not (part.is_flat and high):
            high.append(part)
    return high


def _are_one(upper: Box, lower: Box, usual: float) -> bool:
    overlap = min(upper.right, lower.right) - max(upper.left, lower.left)
    gap = max(upper.top, lower.top) - min(upper.bottom, lower.bottom)
    if overlap <= 0.5 * min(upper.width, lower.width):
        return False
    if gap < 0.04 * usual:
        return True
    together = upper.joined(lower).height < 1.5 * usual and min(upper.height, lower.height) < 0.7 * usual
    return together and gap < 0.12 * usual


def lines_of(digits: Sequence[Part]) -> list[list[Part]]:
    """In reading order: lines from top to bottom, and in each of them digits from left to right."""
    lines: list[list[Part]] = []
    for digit in sorted(digits, key=lambda part: part.box.top):
        for line in lines:
            top, bottom = (float(np.median([getattr(d.box, side) for d in line])) for side in ("top", "bottom"))
            shared = min(digit.box.bottom, bottom) - max(digit.box.top, top)
            if shared > 0.4 * min(digit.box.height, bottom - top):
                line.append(digit)
                break
        else:
            lines.append([digit])
    return [sorted(line, key=lambda part: part.box.left) for line in lines]
