"""Filters and maps as text for a terminal; `drawing/half_blocks.py` makes lines of arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import UsageError
from ..statistics import certainty
from .drawing.captions import CAPTIONS
from .drawing.half_blocks import Depth, encode
from .drawing.style import INK, Scale, magnify, signed_scale
from .drawing.text_drawing import number
from .names import ALL, LAYERS
from .picture_source import MOST_UNITS, Floats, PictureSource
from .sheets.maps import layer_scale

_GAP = 1  # values between two tiles
_MARGIN = 5  # characters for the number of a unit
_LEGEND = 21  # values from the lowest to the highest
_MAP_NAMES = {"conv1": "conv1-relu", "pool1": "pool1-maps", "conv2": "conv2-relu", "pool2": "pool2-maps"}


def terminal_lines(
    source: PictureSource, layer: str, kinds: Sequence[str], width: int, depth: Depth, unit: int | None = None
) -> Iterator[str]:
    """Draw a layer's filters and maps, or every layer's for `all`; units are numbered from 0.

    Args:
        source: what to draw.
        layer: a layer or `all`.
        kinds: `filters`, `maps`, or none for both.
        width: of the window, in characters.
        depth: the colours that it has.
        unit: draw only this unit, larger or with its numbers; None for all units.

    Raises:
        UsageError: no layer that is drawn has such a unit.
    """
    layers: Sequence[str] = LAYERS if layer == ALL else (layer,)
    if unit is not None:
        layers = _layers_with(source, layers, unit)
    screen = _Screen(source, width, depth)
    for name in layers:
        if name in ("conv1", "conv2") and "filters" in (kinds or ["filters"]):
            yield from (_filters(screen, name) if unit is None else _filter(screen, name, unit))
        if "maps" in (kinds or ["maps"]):
            yield from (_maps(screen, name) if unit is None else _map(screen, name, unit))


@dataclass(frozen=True, eq=False)
class _Screen:
    """What is drawn, and on what."""

    source: PictureSource
    width: int
    """In characters."""
    depth: Depth

    @property
    def values(self) -> int:
        """How many values fit beside each other."""
        return self.width // (2 if self.depth == "ascii" else 1)

    def draw(self, values: Floats, scale: Scale) -> Iterator[str]:
        """An array as lines."""
        return encode(values, scale, self.source.theme, self.depth)

    def heading(self, name: str, note: str, scale: Scale, **facts: object) -> Iterator[str]:
        """What it is, and a legend: the colours or characters from the lowest value to the highest."""
        yield f"{CAPTIONS[name].title.format(**facts)}: {note}"
        ramp = np.linspace(scale.low, scale.limit, _LEGEND)
        (bar,) = self.draw(np.stack([ramp] * (1 if self.depth == "ascii" else 2)), scale)
        yield f"{number(scale.low)} {bar} {number(scale.limit)}  {scale.name} ({scale.rule.split(',')[0]})"

    def tiles(self, tiles: Sequence[Floats], labels: Sequence[object], scale: Scale, margin: str = "") -> Iterator[str]:
        """Tiles of one size beside each other, as many as fit, each below its label.

        Args:
            tiles: [height, width] each.
            labels: what stands above them: numbers of units.
            scale: of all of them.
            margin: stands at the left of the first row of labels, and so much space in front of all other lines.
        """
        size = tiles[0].shape[1] + _GAP
        across = self.across(size - _GAP, len(margin))
        cell = size * (2 if self.depth == "ascii" else 1)
        for start in range(0, len(tiles), across):
            row = slice(start, start + across)
            front = margin if start == 0 else " " * len(margin)
            yield front + "".join(f"{label:<{cell}}" for label in labels[row]).rstrip()
            yield from (" " * len(margin) + line for line in self.draw(_beside(tiles[row]), scale))

    def across(self, size: int, margin: int = 0) -> int:
        """How many tiles of `size` values fit beside each other; at least one."""
        room = self.values - -(-margin // (2 if self.depth == "ascii" else 1))
        return max(1, (room + _GAP) // (size + _GAP))


def _layers_with(source: PictureSource, layers: Sequence[str], unit: int) -> list[str]:
    """Those of the layers that have a unit of this number; the input, which has no units, is none of them."""
    sizes = {layer: source.activations[layer].shape[-1] for layer in layers if layer != "input"}
    found = [layer for layer, size in sizes.items() if unit < size]
    if not found:
        there = "; ".join(f"{layer} has units 0 to {size - 1}" for layer, size in sizes.items()) or "input has no units"
        raise UsageError(f"--unit {unit}: {there}")
    return found


def _filters(screen: _Screen, layer: str) -> Iterator[str]:
    weights = screen.source.weights[f"{layer}/weights"]
    scale = signed_scale(weights, "weight")
    units = range(min(weights.shape[-1], MOST_UNITS))
    if layer == "conv1":
        yield from screen.heading("conv1-filters", f"units 0 to {units[-1]}", scale)
        yield from screen.tiles([weights[:, :, 0, unit] for unit in units], units, scale)
        yield ""
        return
    channels = weights.shape[2]
    across = min(screen.across(weights.shape[1], _MARGIN), channels)
    note = f"a row for each unit, with its {across} strongest of {channels} kernels below the units of conv1 they read"
    yield from screen.heading("conv2-filters", note, scale, count=f"{channels * weights.shape[3]:,}")
    strongest = np.argsort(-np.square(weights).sum(axis=(0, 1)), axis=0, kind="stable")[:across]
    for unit in units:
        kernels = [weights[:, :, channel, unit] for channel in strongest[:, unit]]
        yield from screen.tiles(kernels, strongest[:, unit].tolist(), scale, f"{unit:<{_MARGIN}}")
    yield ""


def _filter(screen: _Screen, layer: str, unit: int) -> Iterator[str]:
    """All kernels of one unit; of conv1, which has one, also its numbers."""
    weights = screen.source.weights[f"{layer}/weights"]
    scale = signed_scale(weights, "weight")
    channels = weights.shape[2]
    if layer == "conv1":
        yield from screen.heading("conv1-filters", f"unit {unit}", scale)
        yield from screen.draw(magnify(weights[:, :, 0, unit], 2), scale)
        yield from ("".join(f"{number(float(value)):>9}" for value in row) for row in weights[:, :, 0, unit])
    else:
        note = f"unit {unit}, a kernel for each of conv1's {channels} units"
        yield from screen.heading("conv2-filters", note, scale, count=f"{channels * weights.shape[3]:,}")
        yield from screen.tiles([weights[:, :, channel, unit] for channel in range(channels)], range(channels), scale)
    yield ""


def _maps(screen: _Screen, layer: str) -> Iterator[str]:
    source = screen.source
    if layer == "input":
        reason = source.digit.reason
        yield from screen.heading("input", source.digit.name + (f", {reason}" if reason else ""), INK)
        yield from screen.draw(source.digit.image, INK)
    elif layer in _MAP_NAMES:
        maps, scale = source.activations[layer], layer_scale(source, layer)
        units = range(min(maps.shape[-1], MOST_UNITS))
        yield from screen.heading(_MAP_NAMES[layer], f"units 0 to {units[-1]}", scale)
        yield from screen.tiles([maps[:, :, unit] for unit in units], units, scale)
    elif layer == "fc1":
        yield from _dense(screen)
    else:
        yield from (_answer(screen, digit) for digit in range(len(source.probabilities)))
    yield ""


def _map(screen: _Screen, layer: str, unit: int) -> Iterator[str]:
    """What one unit makes of the digit."""
    values = screen.source.activations[layer]
    if layer in _MAP_NAMES:
        scale = layer_scale(screen.source, layer)
        yield from screen.heading(_MAP_NAMES[layer], f"unit {unit}", scale)
        yield from screen.draw(values[:, :, unit], scale)
    elif layer == "fc1":
        yield f"fc1, unit {unit}: {number(float(values[unit]))}"
    else:
        yield _answer(screen, unit)
    yield ""


def _dense(screen: _Screen) -> Iterator[str]:
    """The units of fc1, row by row, with the number of the first one in front of each line."""
    units, scale = screen.source.activations["fc1"], layer_scale(screen.source, "fc1")
    across = max(1, min(screen.values - _MARGIN, 32))
    note = f"{across} in a row, numbered at the left"
    yield from screen.heading("fc1-units", note, scale, count=f"{len(units):,}")
    padded = np.full(-(-len(units) // across) * across, np.nan, np.float32)
    padded[: len(units)] = units
    rows_per_line = 1 if screen.depth == "ascii" else 2
    for line, text in enumerate(screen.draw(padded.reshape(-1, across), scale)):
        yield f"{line * rows_per_line * across:<{_MARGIN}}{text}"


def _answer(screen: _Screen, digit: int) -> str:
    source = screen.source
    mark = "←" if digit == source.prediction and screen.depth != "ascii" else ""
    return f"{digit}  {certainty(float(source.probabilities[digit])):>8} {mark}".rstrip()


def _beside(tiles: Sequence[Floats]) -> Floats:
    """Tiles of one size in one row, NaN between them."""
    height, width = tiles[0].shape
    values = np.full((height, len(tiles) * (width + _GAP) - _GAP), np.nan, np.float32)
    for index, tile in enumerate(tiles):
        x = index * (width + _GAP)
        values[:, x : x + width] = tile
    return values
