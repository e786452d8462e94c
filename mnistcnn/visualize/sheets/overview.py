"""One digit's way through the whole network, from left to right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...statistics import certainty
from ..drawing.sheet import Sheet
from ..drawing.style import ACTIVATION_PERCENTILE, INK, LABEL_SIZE, SMALL_SIZE, Pixels, Scale, paint
from ..picture_source import REFERENCE_IMAGES, PictureSource
from .maps import layer_scale
from .words import words

_GAP = 62  # pixels between two layers, for the arrow and what it does
_TOP = 44
_BARS = 150
_LAYERS = ("conv1", "pool1", "conv2", "pool2", "fc1", "fc2")
_STEPS = ("5×5\nconv\nReLU", "2×2\nmax\npool", "5×5\nconv\nReLU", "2×2\nmax\npool", "dense\nReLU", "dense\nsoftmax")


@dataclass(frozen=True)
class _Column:
    name: str
    shape: str
    pixels: Pixels


def overview_sheet(source: PictureSource) -> Sheet:
    """Input, conv1, pool1, conv2, pool2, fc1 and the ten probabilities."""
    columns = _columns(source)
    height = max(column.pixels.shape[0] for column in columns)
    width = sum(column.pixels.shape[1] for column in columns) + len(columns) * _GAP + _BARS
    probability = certainty(source.probabilities[source.prediction])
    shape = " → ".join([*(column.shape for column in columns), "10"])
    said = words(source, "overview", shape, prediction=source.prediction, probability=probability)
    scales = [INK, *(_named(layer_scale(source, layer), layer) for layer in _LAYERS[:-1])]
    sheet = Sheet(width, _TOP + height + 4, said, source.theme, scales)
    x, middle = 0, _TOP + height // 2
    for column, step in zip(columns, _STEPS, strict=True):
        tall, wide = column.pixels.shape[:2]
        sheet.text(x + wide / 2, 8, column.name, 14, align="center", bold=True)
        sheet.text(x + wide / 2, 27, column.shape, LABEL_SIZE, align="center", faint=True)
        sheet.image(x, middle - tall // 2, column.pixels, frame=column.name in ("input", "fc1"))
        x += wide
        _draw_step(sheet, x, middle, step)
        x += _GAP
    _draw_answer(sheet, source, x, middle)
    sheet.arrays = {"input": source.digit.image, **{name: source.activations[name] for name in _LAYERS}}
    return sheet


def _named(scale: Scale, layer: str) -> Scale:
    return replace(scale, name=layer, rule=f"{ACTIVATION_PERCENTILE:g}th percentile, {REFERENCE_IMAGES} test images")


def _columns(source: PictureSource) -> list[_Column]:
    theme, found = source.theme, source.activations
    columns = [_Column("input", "28 × 28", paint(source.digit.image, INK, theme, 4))]
    for layer, across, zoom in (("conv1", 4, 2), ("pool1", 4, 3), ("conv2", 8, 3), ("pool2", 8, 4)):
        maps = found[layer]
        scale = layer_scale(source, layer)
        tiles = [paint(maps[:, :, unit], scale, theme, zoom) for unit in range(min(maps.shape[-1], 8 * across))]
        shape = " × ".join(map(str, maps.shape))
        columns.append(_Column(layer, shape, mosaic(tiles, across, theme.background)))
    units = found["fc1"]
    side = int(np.ceil(np.sqrt(len(units))))
    cells = np.full(side * -(-len(units) // side), np.nan, np.float32)
    cells[: len(units)] = units
    pixels = paint(cells.reshape(-1, side), layer_scale(source, "fc1"), theme, max(1, 160 // side))
    columns.append(_Column("fc1", f"{len(units):,}", pixels))
    return columns


def mosaic(tiles: Sequence[Pixels], across: int, background: tuple[int, int, int], gap: int = 4) -> Pixels:
    """Tiles of the same size in rows of `across`."""
    height, width = tiles[0].shape[:2]
    rows, columns = -(-len(tiles) // across), min(across, len(tiles))
    pixels = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap, 3), background, np.uint8)
    for index, tile in enumerate(tiles):
        y, x = index // across * (height + gap), index % across * (width + gap)
        pixels[y : y + height, x : x + width] = tile
    return pixels


def _draw_step(sheet: Sheet, x: float, middle: float, step: str) -> None:
    lines = step.split("\n")
    for number, line in enumerate(lines):
        y = middle - 14 - (len(lines) - 1 - number) * 14
        sheet.text(x + _GAP / 2, y, line, SMALL_SIZE, align="center", faint=True)
    sheet.arrow(x + 8, x + _GAP - 8, middle)


def _draw_answer(sheet: Sheet, source: PictureSource, x: int, middle: int) -> None:
    top = middle - 110
    sheet.text(x + 20, 8, "fc2", 14, bold=True)
    sheet.text(x + 20, 27, "10 probabilities", LABEL_SIZE, faint=True)
    for digit, probability in enumerate(source.probabilities):
        y, chosen = top + 22 * digit, digit == source.prediction
        sheet.text(x + 12, y + 8, str(digit), 14, align="right", bold=chosen)
        colour = source.theme.orange if chosen else source.theme.stripes
        sheet.bar(x + 20, y, 1 + 76 * float(probability), 16, colour)
        if probability >= 0.005:
            text = certainty(float(probability), 1)
            sheet.text(x + 26 + 76 * float(probability), y + 8, text, SMALL_SIZE, bold=chosen)
