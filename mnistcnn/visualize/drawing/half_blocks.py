"""Arrays as lines of text: half blocks in true colour or 256 colours, or plain characters.

A half block `▀` shows two values, one above the other, in its foreground and background colours. Without colours a
value is two characters wide, which makes it nearly square, and its character says how large it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .style import Colour, Pixels, Scale, Theme

Depth = Literal["truecolor", "256", "ascii"]
"""The colours that a terminal has; none for `ascii`."""

POSITIVE, NEGATIVE = " .:+*#@", " ,;-=%&"


def encode(values: NDArray[np.float32], scale: Scale, theme: Theme, depth: Depth) -> Iterator[str]:
    """An array as lines of text; NaN is left blank."""
    if depth == "ascii":
        yield from ("".join(2 * _character(float(value), scale) for value in row).rstrip() for row in values)
        return
    if len(values) % 2:
        values = np.vstack([values, np.full((1, values.shape[1]), np.nan, np.float32)])
    colours, there = scale.colours(values, theme), ~np.isnan(values)
    for top in range(0, len(values), 2):
        pairs = zip(colours[top], colours[top + 1], there[top], there[top + 1], strict=True)
        yield "".join(_block(upper, lower, up, down, depth) for upper, lower, up, down in pairs).rstrip() + "\x1b[0m"


def _character(value: float, scale: Scale) -> str:
    if np.isnan(value):
        return " "
    ramp = NEGATIVE if value < 0 else POSITIVE
    return ramp[min(round(abs(value) / scale.limit * (len(ramp) - 1)), len(ramp) - 1)]


def _block(upper: Pixels, lower: Pixels, up: bool, down: bool, depth: Depth) -> str:
    if up and down:
        return f"\x1b[38;{_code(upper, depth)};48;{_code(lower, depth)}m▀"
    if not up and not down:
        return "\x1b[0m "
    return f"\x1b[0;38;{_code(upper if up else lower, depth)}m{'▀' if up else '▄'}"


def _code(colour: Pixels, depth: Depth) -> str:
    red, green, blue = (int(channel) for channel in colour)
    return f"2;{red};{green};{blue}" if depth == "truecolor" else f"5;{nearest_of_256((red, green, blue))}"


@lru_cache(maxsize=1024)
def nearest_of_256(colour: Colour) -> int:
    """The nearest of xterm's 6 × 6 × 6 cube and 24 greys, which no theme of a terminal changes."""
    return 16 + int(np.square(_xterm() - np.array(colour)).sum(axis=1).argmin())


@lru_cache
def _xterm() -> NDArray[np.int64]:
    """Colours 16 to 255, [240, 3]."""
    steps = (0, 95, 135, 175, 215, 255)
    cube = [(red, green, blue) for red in steps for green in steps for blue in steps]
    greys = [(8 + 10 * step,) * 3 for step in range(24)]
    return np.array([*cube, *greys])
