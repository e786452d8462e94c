"""The rules that every picture shares: themes, colour scales, integer magnification, hatching.

- Signed values are blue below zero, neutral at zero, orange above it; the limit is the same on both sides.
- Activations after ReLU use the neutral-to-orange half of the same scale, so that a value keeps its colour.
- Pixels of digits are ink: neutral for 0, black (or white, in the dark theme) for 1.
- A pixel of an array becomes a square of whole pixels: nothing is interpolated.
- A value beyond its scale has the colour of the scale's end and a dot in the middle of its square.
- What is no value (padding, dead units) is hatched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""[height, width, 3]."""
Colour = tuple[int, int, int]
_Kind = TypeVar("_Kind", bound=np.generic)
ScaleKind = Literal["signed", "activation", "ink"]
ThemeName = Literal["light", "dark"]

TITLE_SIZE, TEXT_SIZE, LABEL_SIZE, SMALL_SIZE = 22, 14, 12, 11
"""Heights of text in pixels; below 11 it cannot be read at 100 %."""
WEIGHT_PERCENTILE = 99.5
ACTIVATION_PERCENTILE = 99.9
_DOT_FROM = 3  # pixels; in a smaller square a dot would hide the colour
_STRIPE = 6  # pixels between two lines of a hatching


@dataclass(frozen=True)
class Theme:
    """The colours of a sheet, and the stops of its scales from -1 to 1."""

    name: ThemeName
    background: Colour
    text: Colour
    faint: Colour
    """Small print, frames and grids."""
    stripes: Colour
    """Of a hatching, on the background."""
    dot: Colour
    signed: Sequence[Colour]
    ink: Sequence[Colour]
    blue: Colour
    orange: Colour


# Blue and orange stay apart under every common colour blindness; both ends are equally far from the neutral.
LIGHT = Theme(
    name="light",
    background=(255, 255, 255),
    text=(28, 30, 33),
    faint=(112, 117, 124),
    stripes=(190, 194, 199),
    dot=(255, 255, 255),
    signed=(
        (10, 48, 108), (33, 102, 172), (102, 163, 213), (188, 214, 236),
        (244, 243, 240),
        (250, 208, 162), (240, 150, 70), (205, 94, 14), (122, 50, 0),
    ),
    ink=((255, 255, 255), (16, 16, 18)),
    blue=(33, 102, 172),
    orange=(205, 94, 14),
)  # fmt: skip
DARK = Theme(
    name="dark",
    background=(22, 24, 28),
    text=(232, 234, 237),
    faint=(150, 155, 163),
    stripes=(78, 83, 91),
    dot=(0, 0, 0),
    signed=(
        (190, 226, 255), (116, 184, 245), (52, 132, 204), (30, 76, 124),
        (36, 38, 43),
        (116, 64, 18), (196, 108, 28), (246, 160, 72), (255, 222, 178),
    ),
    ink=((22, 24, 28), (250, 250, 250)),
    blue=(116, 184, 245),
    orange=(246, 160, 72),
)  # fmt: skip
THEMES: dict[str, Theme] = {"light": LIGHT, "dark": DARK}

DIGIT_COLOURS = (
    "#4e79a7", "#f28e2b", "#e15759", "#76b7b2", "#59a14f", "#b6992d", "#b07aa1", "#ff77a8", "#9c755f", "#79706e",
)  # fmt: skip
"""One for each class, far apart; digits are always named beside their colour as well."""


@dataclass(frozen=True)
class Scale:
    """What the colours of an array mean."""

    kind: ScaleKind
    limit: float
    """Colours run from -limit (`signed`) or 0 to this."""
    name: str
    """What is measured: `weight`, `activation`."""
    rule: str
    """How the limit was found, in words."""

    @property
    def low(self) -> float:
        """The value of the first colour."""
        return -self.limit if self.kind == "signed" else 0.0

    def clips(self, values: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Which values lie beyond the scale; NaN does not."""
        slack = 1e-6 * self.limit
        return (values > self.limit + slack) | (values < self.low - slack)

    def colours(self, values: NDArray[np.floating], theme: Theme) -> Pixels:
        """The colour of each value: [...] → [..., 3] uint8."""
        position = (np.nan_to_num(values) - self.low) / (self.limit - self.low)
        colours: Pixels = colour_table(self.kind, theme.name)[np.clip(np.rint(position * 255), 0, 255).astype(np.intp)]
        return colours


INK = Scale("ink", 1.0, "ink", "0 is paper, 1 is full ink")


def signed_scale(values: NDArray[np.floating], name: str, percentile: float = WEIGHT_PERCENTILE) -> Scale:
    """Zero in the middle, and the given percentile of |values| at both ends; NaN takes no part."""
    return Scale("signed", _limit(np.abs(values), percentile), name, f"{percentile:g}th percentile, a dot marks more")


def _limit(values: NDArray[np.floating], percentile: float) -> float:
    finite = values[np.isfinite(values)]
    limit = float(np.percentile(finite, percentile)) if finite.size else 0.0
    # Of values that are (nearly) all zero, the percentile is zero, which is no scale.
    return limit or float(finite.max(initial=0.0)) or 1.0


@lru_cache
def colour_table(kind: ScaleKind, theme: ThemeName) -> Pixels:
    """The 256 colours of a scale, [256, 3]."""
    colours = THEMES[theme]
    middle = len(colours.signed) // 2
    stops = {"signed": colours.signed, "activation": colours.signed[middle:], "ink": colours.ink}[kind]
    places = np.linspace(0, 255, len(stops))
    channels = np.array(stops, float).T
    return np.rint([np.interp(np.arange(256), places, channel) for channel in channels]).astype(np.uint8).T


def paint(values: NDArray[np.floating], scale: Scale, theme: Theme, zoom: int) -> Pixels:
    """An array as pixels.

    Args:
        values: [height, width]; NaN is hatched.
        scale: what the colours mean.
        theme: which colours.
        zoom: the side of one value's square, in pixels.

    Returns:
        [height * zoom, width * zoom, 3].
    """
    pixels = magnify(scale.colours(values, theme), zoom)
    _mark_clipped(pixels, scale.clips(values), theme, zoom)
    missing = magnify(np.isnan(values), zoom)
    if missing.any():
        pixels[missing] = hatching(pixels.shape[0], pixels.shape[1], theme)[missing]
    return pixels


def magnify(array: NDArray[_Kind], zoom: int) -> NDArray[_Kind]:
    """Repeat every pixel `zoom` times in both directions."""
    return array.repeat(zoom, axis=0).repeat(zoom, axis=1)


def _mark_clipped(pixels: Pixels, clipped: NDArray[np.bool_], theme: Theme, zoom: int) -> None:
    if zoom < _DOT_FROM:
        return
    side = max(1, zoom // 5)
    start = (zoom - side) // 2
    for row, column in np.argwhere(clipped):
        top, left = row * zoom + start, column * zoom + start
        pixels[top : top + side, left : left + side] = theme.dot


def hatching(height: int, width: int, theme: Theme) -> Pixels:
    """Diagonal stripes on the background, [height, width, 3]: there is no value here."""
    rows, columns = np.indices((height, width))
    pixels = np.full((height, width, 3), theme.background, np.uint8)
    pixels[(rows + columns) % _STRIPE == 0] = theme.stripes
    return pixels


def hex_colour(colour: Colour) -> str:
    """As Matplotlib takes it: `#rrggbb`."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def zoom_to(size: int, wanted: int) -> int:
    """The largest whole magnification that keeps `size` values within `wanted` pixels; at least 1."""
    return max(1, wanted // size)
