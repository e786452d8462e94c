"""Rectangles of pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Box:
    """A rectangle of pixels."""

    top: int
    left: int
    bottom: int
    """The first row below it."""
    right: int
    """The first column beside it."""

    @property
    def height(self) -> int:
        """In pixels."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """In pixels."""
        return self.right - self.left

    @property
    def size(self) -> int:
        """The longer side."""
        return max(self.height, self.width)

    @property
    def slices(self) -> tuple[slice, slice]:
        """Its rows and columns, to index an array with."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def joined(self, other: Box) -> Box:
        """The smallest box around both."""
        return Box(
            min(self.top, other.top),
            min(self.left, other.left),
            max(self.bottom, other.bottom),
            max(self.right, other.right),
        )

    def within(self, other: Box) -> bool:
        """Whether it lies inside the other and is not the same."""
        return self != other and self.joined(other) == other

    def distance(self, other: Box) -> float:
        """Pixels between the two, 0 if they overlap."""
        beside = max(self.left - other.right, other.left - self.right, 0)
        above = max(self.top - other.bottom, other.top - self.bottom, 0)
        return math.hypot(beside, above)
