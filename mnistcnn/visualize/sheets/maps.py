"""What the layers make of the digit: maps, units, and the answer."""

from __future__ import annotations

import numpy as np

from ...statistics import certainty
from ..drawing.captions.what_it_sees import PADDING
from ..drawing.grid import Grid, draw_maps
from ..drawing.sheet import Sheet
from ..drawing.style import ACTIVATION_PERCENTILE, INK, SMALL_SIZE, TEXT_SIZE, Scale, zoom_to
from ..drawing.text_drawing import number
from ..picture_source import MOST_UNITS, REFERENCE_IMAGES, Floats, PictureSource
from .field_drawing import FIELD_HEIGHT, FIELD_WIDTH, draw_field
from .words import words

_RULE = f"{ACTIVATION_PERCENTILE:g}th percentile over {REFERENCE_IMAGES} test images, a dot marks more"
_NAMES = {
    "conv1/preactivation": "conv1-convolved",
    "conv1": "conv1-relu",
    "pool1": "pool1-maps",
    "conv2/preactivation": "conv2-convolved",
    "conv2": "conv2-relu",
    "pool2": "pool2-maps",
}
_CONV_OF = {"pool1": "conv1", "pool2": "conv2"}


def layer_scale(source: PictureSource, layer: str) -> Scale:
    """The scale of a layer's activations, the same for every digit.

    Before ReLU it reaches as far below zero as above, so that a value has the same colour before and after.
    """
    name, _, before = layer.partition("/")
    if before:
        return Scale("signed", source.limit(name), "value before ReLU", _RULE)
    return Scale("activation", source.limit(name), "activation", _RULE)


def maps_sheet(source: PictureSource, layer: str) -> Sheet:
    """Every map of a layer; `layer` is a key of `PictureSource.activations`."""
    maps = source.activations[layer]
    height, width, total = maps.shape
    count = min(total, MOST_UNITS)
    tile = 112 if count <= 32 else 98
    grid = Grid(count, 8 if count <= 64 else 16, tile, tile)
    unit_layer = _CONV_OF.get(layer, layer.partition("/")[0])
    dead = source.dead(unit_layer)
    shape = f"{height} × {width} × {total}" + (f"; the first {count} are shown" if count < total else "")
    said = words(source, _NAMES[layer], shape, count=total, dead=int(dead.sum()), padding=_padding(source))
    scale = layer_scale(source, layer)
    scales = [_own_scale(maps[:, :, i], scale) if source.autoscale else scale for i in range(count)]
    bars = [_varying(scale)] if source.autoscale else [scale]
    top = FIELD_HEIGHT
    sheet = Sheet(max(grid.width, FIELD_WIDTH), top + grid.height, said, source.theme, bars, units=range(count))
    draw_field(sheet, layer.partition("/")[0], source.digit.image)
    labels = [f"{i}  ±{number(own.limit)}" if source.autoscale else str(i) for i, own in enumerate(scales)]
    draw_maps(sheet, grid, maps, scales, zoom_to(width, tile), labels, list(dead), top=top)
    sheet.arrays = {layer: maps}
    return sheet


def _padding(source: PictureSource) -> str:
    """Why conv2's maps have a frame; empty if they cannot have one."""
    biases = source.weights["conv1/biases"]
    paper = int((biases > 0).sum())
    return PADDING.format(paper=paper, filters=len(biases)) if paper else ""


def _own_scale(values: Floats, common: Scale) -> Scale:
    return Scale(common.kind, float(np.abs(values).max()) or 1.0, common.name, "its own largest")


def _varying(scale: Scale) -> Scale:
    return Scale(scale.kind, 1.0, scale.name, "AUTOSCALE: 1 is each map's own largest, written above it")


def input_sheet(source: PictureSource) -> Sheet:
    """The digit with its numbers."""
    image, zoom = source.digit.image, 26
    said = words(source, "input", "28 × 28 × 1")
    sheet = Sheet(28 * zoom + 24, 28 * zoom + 20, said, source.theme, [INK])
    sheet.array(24, 20, image, INK, zoom, frame=True)
    for position in range(28):
        centre = position * zoom + zoom / 2
        sheet.text(24 + centre, 10, str(position), SMALL_SIZE, align="center", faint=True)
        sheet.text(16, 20 + centre, str(position), SMALL_SIZE, align="right", faint=True)
    ink, paper = source.theme.ink[-1], source.theme.ink[0]
    for row, column in np.argwhere(image > 0):
        value = image[row, column]
        text = f"{100 * value:.0f}" if value >= 0.005 else "<1"
        colour = paper if value > 0.5 else ink
        x, y = 24 + column * zoom + zoom / 2, 20 + row * zoom + zoom / 2
        sheet.text(x, y, text, SMALL_SIZE, align="center", colour=colour)
    sheet.arrays = {"input": image}
    return sheet


def fc1_sheet(source: PictureSource) -> Sheet:
    """The units of fc1 as a grid as square as can be; cells beyond the last unit are hatched."""
    units = source.activations["fc1"]
    count = len(units)
    columns = int(np.ceil(np.sqrt(count)))
    rows = -(-count // columns)
    cells = np.full(rows * columns, np.nan, np.float32)
    cells[:count] = units
    dead = source.dead("fc1")
    cells[:count][dead] = np.nan
    zoom = zoom_to(columns, 704)
    scale = layer_scale(source, "fc1")
    gone = int(dead.sum())
    shape = f"{count:,} units, {columns} in a row; {int((units > 0).sum())} are active, {gone} dead (hatched)"
    said = words(source, "fc1-units", shape, count=f"{count:,}", columns=columns, dead=gone)
    sheet = Sheet(40 + columns * zoom, 18 + rows * zoom, said, source.theme, [scale])
    sheet.array(40, 18, cells.reshape(rows, columns), scale, zoom, frame=True)
    for row in range(0, rows, max(1, rows // 16)):
        sheet.text(32, 18 + row * zoom + zoom / 2, str(row * columns), SMALL_SIZE, align="right", faint=True)
    for column in range(0, columns, max(1, columns // 16)):
        sheet.text(40 + column * zoom + zoom / 2, 8, f"+{column}", SMALL_SIZE, align="center", faint=True)
    sheet.arrays = {"fc1": units}
    return sheet


def prediction_sheet(source: PictureSource) -> Sheet:
    """The digit, its ten logits and its ten probabilities."""
    winner = source.prediction
    chance = certainty(source.probabilities[winner])
    shape = f"fc2: {len(source.activations['fc1']):,} → 10"
    said = words(source, "prediction", shape, prediction=winner, probability=chance)
    sheet = Sheet(900, 330, said, source.theme)
    sheet.array(0, 50, source.digit.image, INK, 8, frame=True)
    sheet.text(0, 34, source.digit.name, SMALL_SIZE, faint=True)
    sheet.text(390, 16, "logits", align="center", bold=True)
    sheet.text(610, 16, "probabilities (softmax)", bold=True)
    for digit in range(10):
        _draw_answer(sheet, source, digit, 40 + digit * 29)
    sheet.line([(390, 36), (390, 326)])
    sheet.line([(610, 36), (610, 326)])
    sheet.arrays = {"fc2": source.activations["fc2"], "probabilities": source.probabilities}
    return sheet


def _draw_answer(sheet: Sheet, source: PictureSource, digit: int, y: int) -> None:
    """Draw the bars of one digit's logit and probability."""
    logits, probability = source.activations["fc2"], float(source.probabilities[digit])
    chosen = digit == source.prediction
    sheet.text(262, y + 10, str(digit), TEXT_SIZE, align="right", bold=chosen)
    length = 76 * float(logits[digit]) / (float(np.abs(logits).max()) or 1.0)
    positive = length >= 0
    sheet.bar(390 + min(length, 0), y, abs(length), 20, source.theme.orange if positive else source.theme.blue)
    text, end = f"{logits[digit]:.2f}".replace("-", "−"), 390 + length + (6 if positive else -6)
    sheet.text(end, y + 10, text, SMALL_SIZE, align="left" if positive else "right", bold=chosen)
    colour = source.theme.orange if chosen else source.theme.stripes
    sheet.bar(610, y, 210 * probability, 20, colour)
    sheet.text(616 + 210 * probability, y + 10, certainty(probability), SMALL_SIZE, bold=chosen)
