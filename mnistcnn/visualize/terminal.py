"""Filters and maps as text for a terminal: half blocks in true colour or 256 colours, or plain characters.

A half block `▀` shows two values, one above the other, in its foreground and background colours. Without colours a
value is two characters wide, which makes it nearly square, and its character says how large it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .drawing.captions import CAPTIONS
from .drawing.style import INK, Colour, Pixels, Scale, Theme, signed_scale
from .drawing.text_drawing import number
from .picture_source import MOST_UNITS, Floats, PictureSource
from .sheets.maps import layer_scale

Depth = Literal["truecolor", "256", "ascii"]

POSITIVE, NEGATIVE = " .:+*#@", " ,;-=%&"
_GAP = 1  # values between two tiles
_CONV_MAPS = {"conv1": "conv1", "pool1": "conv1", "conv2": "conv2", "pool2": "conv2"}


def terminal_lines(source: PictureSource, layer: str, kinds: Sequence[str], width: int, depth: Depth) -> Iterator[str]:
    """Draw a layer's filters and maps, or every layer's for `all`.

    Args:
        source: what to draw.
        layer: a layer or `all`.
        kinds: `filters`, `maps`, or none for both.
        width: of the window, in characters.
        depth: the colours that it has.
    """
    layers = ("input", "conv1", "pool1", "conv2", "pool2", "fc1") if layer == "all" else (layer,)
    for name in layers:
        if name in ("conv1", "conv2") and "filters" in (kinds or ["filters"]):
            yield from _filters(source, name, width, depth)
        if "maps" in (kinds or ["maps"]):
            yield from _maps(source, name, width, depth)


def _filters(source: PictureSource, layer: str, width: int, depth: Depth) -> Iterator[str]:
    weights = source.weights[f"{layer}/weights"]
    scale = signed_scale(weights, "weight")
    units = min(weights.shape[-1], MOST_UNITS)
    if layer == "conv1":
        yield from _heading("conv1-filters", f"units 0 to {units - 1}, row by row", scale)
        tiles = [weights[:, :, 0, unit] for unit in range(units)]
        yield from encode(_mosaic(tiles, _fitting(5, width, depth)), scale, source.theme, depth)
        yield ""
        return
    across = min(_fitting(5, width, depth), weights.shape[2])
    note = f"row: unit 0 to {units - 1}, its {across} strongest of {weights.shape[2]} kernels"
    yield from _heading("conv2-filters", note, scale, count=f"{weights.shape[2] * weights.shape[3]:,}")
    norms = np.square(weights).sum(axis=(0, 1))
    strongest = np.argsort(-norms, axis=0, kind="stable")[:across]
    tiles = [weights[:, :, channel, unit] for unit in range(units) for channel in strongest[:, unit]]
    yield from encode(_mosaic(tiles, across), scale, source.theme, depth)
    yield ""


def _maps(source: PictureSource, layer: str, width: int, depth: Depth) -> Iterator[str]:
    if layer == "input":
        yield from _heading("input", source.digit.name, INK)
        yield from encode(source.digit.image, INK, source.theme, depth)
    elif layer in _CONV_MAPS:
        maps, scale = source.activations[layer], layer_scale(source, layer)
        name = f"{layer}-relu" if layer.startswith("conv") else f"{layer}-maps"
        yield from _heading(name, " × ".join(map(str, maps.shape)), scale)
        tiles = [maps[:, :, unit] for unit in range(min(maps.shape[-1], MOST_UNITS))]
        yield from encode(_mosaic(tiles, _fitting(maps.shape[1], width, depth)), scale, source.theme, depth)
    elif layer == "fc1":
        units, scale = source.activations["fc1"], layer_scale(source, "fc1")
        across = min(width // (2 if depth == "ascii" else 1), 32)
        yield from _heading("fc1-units", f"{across} in a row", scale, count=f"{len(units):,}")
        padded = np.full(-(-len(units) // across) * across, np.nan, np.float32)
        padded[: len(units)] = units
        yield from encode(padded.reshape(-1, across), scale, source.theme, depth)
    else:
        for digit, probability in enumerate(source.probabilities):
            mark = "←" if digit == source.prediction and depth != "ascii" else ""
            yield f"{digit}  {100 * probability:6.2f} % {mark}".rstrip()
    yield ""


def _heading(name: str, note: str, scale: Scale, **facts: object) -> Iterator[str]:
    yield f"{CAPTIONS[name].title.format(**facts)}: {note}"
    yield f"{scale.name} from {number(scale.low)} to {number(scale.limit)} ({scale.rule.split(',')[0]})"


def _fitting(size: int, width: int, depth: Depth) -> int:
    """How many tiles fit beside each other; at least one."""
    return max(1, (width // (2 if depth == "ascii" else 1) + _GAP) // (size + _GAP))


def _mosaic(tiles: Sequence[Floats], across: int) -> Floats:
    """Tiles of one size in rows of `across`, NaN between them."""
    height, width = tiles[0].shape
    rows, columns = -(-len(tiles) // across), min(across, len(tiles))
    # An even height, so that no half block mixes two tiles.
    pitch = height + _GAP + (height + _GAP) % 2
    values = np.full((rows * pitch - _GAP, columns * (width + _GAP) - _GAP), np.nan, np.float32)
    for index, tile in enumerate(tiles):
        y, x = index // across * pitch, index % across * (width + _GAP)
        values[y : y + height, x : x + width] = tile
    return values


def encode(values: Floats, scale: Scale, theme: Theme, depth: Depth) -> Iterator[str]:
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
