"""What stands on a sheet besides arrays and charts: lines of text, straight lines, arrows and rectangles.

They are kept as data, so that Pillow can draw them for PNGs and Matplotlib for vector formats: Matplotlib takes most of
a sheet's time for the same hundreds of labels. Positions are pixels from the top left of the sheet.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import floor
from typing import Literal

from PIL import Image, ImageDraw

from .style import Colour
from .text_drawing import baseline, font

Align = Literal["left", "center", "right"]
_ANCHORS: dict[Align, str] = {"left": "ls", "center": "ms", "right": "rs"}
ARROW_HEAD = 6
"""Pixels, the length and the width of an arrow's head."""


@dataclass(frozen=True)
class Text:
    """A line of text whose middle, half the height of its capitals, is at `y`."""

    x: float
    y: float
    text: str
    size: int
    align: Align
    bold: bool
    colour: Colour

    def draw(self, brush: ImageDraw.ImageDraw) -> None:
        """Draw it with Pillow."""
        place = (self.x, baseline(self.y, self.size))
        brush.text(place, self.text, self.colour, font(self.size, self.bold), _ANCHORS[self.align])


@dataclass(frozen=True)
class Line:
    """Straight lines from point to point."""

    points: Sequence[tuple[float, float]]
    width: float
    colour: Colour

    def draw(self, brush: ImageDraw.ImageDraw) -> None:
        """Draw it with Pillow."""
        brush.line([(round(x), round(y)) for x, y in self.points], self.colour, max(1, round(self.width)))


@dataclass(frozen=True)
class Arrow:
    """A horizontal arrow, from left to right."""

    start: float
    end: float
    y: float
    colour: Colour

    def draw(self, brush: ImageDraw.ImageDraw) -> None:
        """Draw it with Pillow."""
        end, y = round(self.end) - 1, round(self.y)
        brush.line([(round(self.start), y), (end - ARROW_HEAD, y)], self.colour, 1)
        for column in range(ARROW_HEAD):
            half = column * ARROW_HEAD // (2 * (ARROW_HEAD - 1))
            brush.line([(end - column, y - half), (end - column, y + half)], self.colour, 1)


@dataclass(frozen=True)
class Box:
    """A rectangle: an outline of `line` pixels, or filled if that is 0."""

    x: float
    y: float
    width: float
    height: float
    colour: Colour
    line: float = 0

    def draw(self, brush: ImageDraw.ImageDraw) -> None:
        """Draw it with Pillow."""
        reach = self.line / 2
        left, top = floor(self.x - reach + 0.5), floor(self.y - reach + 0.5)
        right, bottom = floor(self.x + self.width + reach + 0.5) - 1, floor(self.y + self.height + reach + 0.5) - 1
        if self.line:
            brush.rectangle((left, top, right, bottom), outline=self.colour, width=round(self.line))
        elif right >= left and bottom >= top:
            brush.rectangle((left, top, right, bottom), fill=self.colour)


Mark = Text | Line | Arrow | Box


def draw_marks(image: Image.Image, marks: Iterable[Mark]) -> None:
    """Draw marks into an image, each over those before it."""
    brush = ImageDraw.Draw(image)
    for mark in marks:
        mark.draw(brush)
