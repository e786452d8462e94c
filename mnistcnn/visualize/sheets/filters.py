"""What the convolutions learned: conv1's filters, and conv2's matrix of kernels."""

from __future__ import annotations

from ..drawing.grid import Grid, draw_maps
from ..drawing.sheet import Sheet
from ..drawing.style import LABEL_SIZE, SMALL_SIZE, hatching, signed_scale, zoom_to
from ..picture_source import MOST_UNITS, PictureSource
from .words import words

_TILE = 90  # pixels, for one of conv1's filters
_KERNEL_ZOOM = 4
_MOST_ROWS, _MOST_COLUMNS = 128, 64


def conv1_filters(source: PictureSource) -> Sheet:
    """Every filter of conv1, [5, 5] each."""
    filters = source.weights["conv1/weights"][:, :, 0, :]
    count, total = min(filters.shape[-1], MOST_UNITS), filters.shape[-1]
    grid = Grid(count, 8 if count <= 64 else 16, _TILE, _TILE)
    scale = signed_scale(filters, "weight")
    said = words(source, "conv1-filters", _shape(total, "filters of 5 × 5 weights", count), digit=False, count=count)
    sheet = Sheet(grid.width, grid.height, said, source.theme, [scale], units=range(count))
    scales = [signed_scale(filters[:, :, i], "weight", 100) if source.autoscale else scale for i in range(count)]
    dead = source.survey.dead("conv1")
    draw_maps(sheet, grid, filters, scales, zoom_to(5, _TILE), [str(i) for i in range(count)], [False] * count)
    for index in range(count):
        if dead[index]:
            x, y = grid.place(index)
            sheet.text(x + _TILE, y - 8, "dead", SMALL_SIZE, align="right", faint=True)
    sheet.arrays = {"conv1/weights": source.weights["conv1/weights"], "conv1/biases": source.weights["conv1/biases"]}
    return sheet


def conv2_filters(source: PictureSource) -> Sheet:
    """Every kernel of conv2: a row for each unit, a column for each map of pool1 that it reads."""
    weights = source.weights["conv2/weights"]
    inputs, units = weights.shape[2:]
    rows, columns = min(units, _MOST_ROWS), min(inputs, _MOST_COLUMNS)
    scale = signed_scale(weights, "weight")
    pitch = 5 * _KERNEL_ZOOM + 4
    shape = f"{units} units × {inputs} inputs = {units * inputs:,} kernels of 5 × 5 weights, none of them averaged"
    if (rows, columns) != (units, inputs):
        shape += f"; the first {rows} × {columns} are shown"
    said = words(source, "conv2-filters", shape, digit=False, count=f"{units * inputs:,}", rows=rows, columns=columns)
    sheet = Sheet(40 + columns * pitch, 40 + rows * pitch, said, source.theme, [scale], units=range(rows))
    sheet.text(40, 6, "input: map of pool1 →", LABEL_SIZE, faint=True)
    sheet.text(0, 6, "unit", LABEL_SIZE, faint=True)
    for column in range(columns):
        sheet.text(40 + column * pitch + 10, 26, str(column), SMALL_SIZE, align="center", faint=True)
    dead = source.survey.dead("conv2")
    for row in range(rows):
        y = 40 + row * pitch
        sheet.text(30, y + 10, str(row), SMALL_SIZE, align="right", faint=True)
        for column in range(columns):
            x = 40 + column * pitch
            sheet.array(x, y, weights[:, :, column, row], scale, _KERNEL_ZOOM)
        if dead[row]:
            sheet.image(0, y, hatching(20, 10, source.theme))
    sheet.arrays = {"conv2/weights": weights, "conv2/biases": source.weights["conv2/biases"]}
    return sheet


def _shape(total: int, what: str, shown: int) -> str:
    return f"{total} {what}" + ("" if shown == total else f"; the first {shown} are shown")
