"""What the convolutions learned: conv1's filters beside the random ones of the start, and conv2's matrix of kernels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..analysis.change import change_in_words, correlation
from ..drawing.grid import Grid, draw_maps
from ..drawing.sheet import Sheet
from ..drawing.style import LABEL_SIZE, SMALL_SIZE, Scale, hatching, signed_scale, zoom_to
from ..picture_source import MOST_UNITS, Floats, PictureSource
from .words import words

_TILE = 90  # pixels, for one of conv1's filters
_THIRD, _SPACE = 60, 6  # pixels, for start, end and change, and between them
_KERNEL_ZOOM = 4
_MOST_ROWS, _MOST_COLUMNS = 128, 64


def conv1_filters(source: PictureSource) -> Sheet:
    """Every filter of conv1, [5, 5] each: at the start of training, now, and the change; of some runs only now."""
    filters = source.weights["conv1/weights"]
    sheet = _filters_now(source) if source.start is None else _filters_compared(source, source.start["conv1/weights"])
    sheet.arrays |= {"conv1/weights": filters, "conv1/biases": source.weights["conv1/biases"]}
    return sheet


def _filters_now(source: PictureSource) -> Sheet:
    """Of a run that has not kept how it began."""
    filters = source.weights["conv1/weights"][:, :, 0, :]
    count, total = min(filters.shape[-1], MOST_UNITS), filters.shape[-1]
    grid = Grid(count, 8 if count <= 64 else 16, _TILE, _TILE)
    scale = signed_scale(filters, "weight")
    said = words(
        source, "conv1-filters", _shape(total, "filters of 5 × 5 weights", count), digit=False, count=count, moved=""
    )
    sheet = Sheet(grid.width, grid.height, said, source.theme, [scale], units=range(count))
    scales = [signed_scale(filters[:, :, i], "weight", 100) if source.autoscale else scale for i in range(count)]
    draw_maps(sheet, grid, filters, scales, zoom_to(5, _TILE), [str(i) for i in range(count)], [False] * count)
    for index in np.flatnonzero(source.dead("conv1")[:count]).tolist():
        x, y = grid.place(index)
        sheet.text(x + _TILE, y - 8, "dead", SMALL_SIZE, align="right", faint=True)
    return sheet


def _filters_compared(source: PictureSource, start: Floats) -> Sheet:
    """Three squares for each filter."""
    end = source.weights["conv1/weights"]
    count, total = min(end.shape[-1], MOST_UNITS), end.shape[-1]
    grid = Grid(count, 4 if count <= 64 else 8, 3 * _THIRD + 2 * _SPACE, _THIRD, gap=22)
    shape = (
        f"{_shape(total, 'filters of 5 × 5 weights', count)}: at step 0, at step {source.trained.step:,}, the change"
    )
    said = words(source, "conv1-filters", shape, digit=False, count=count, moved=f" {change_in_words(start, end)}")
    change = (end - start)[:, :, 0, :]
    scales = [signed_scale(end, "weight"), signed_scale(change, "change of weight")]
    sheet = Sheet(grid.width, grid.height + 18, said, source.theme, scales, units=range(count))
    for column in range(min(grid.columns, count)):
        for place, title in enumerate(("start", "end", "change")):
            x = grid.place(column)[0] + place * (_THIRD + _SPACE)
            sheet.text(x + _THIRD / 2, 6, title, SMALL_SIZE, align="center")
    dead = source.dead("conv1")
    for index in range(count):
        x, y = grid.place(index)
        trio = (start[:, :, 0, index], end[:, :, 0, index], change[:, :, index])
        _draw_trio(sheet, x, y + 18, trio, scales, autoscale=source.autoscale)
        sheet.text(x, y + 10, f"{index}{' dead' if dead[index] else ''}", SMALL_SIZE, faint=True)
        likeness = f"{correlation(trio[0], trio[1]):.2f}"
        sheet.text(x + grid.tile_width, y + 10, likeness, SMALL_SIZE, align="right", faint=True)
    sheet.arrays = {"conv1/weights/start": start}
    return sheet


def _draw_trio(
    sheet: Sheet, x: int, y: int, trio: tuple[Floats, Floats, Floats], scales: list[Scale], *, autoscale: bool
) -> None:
    weight, change = scales
    if autoscale:
        weight = replace(weight, limit=signed_scale(np.stack(trio[:2]), "weight", 100).limit)
        change = replace(change, limit=signed_scale(trio[2], "change", 100).limit)
    for place, (values, scale) in enumerate(zip(trio, (weight, weight, change), strict=True)):
        sheet.array(x + place * (_THIRD + _SPACE), y, values, scale, zoom_to(5, _THIRD), frame=True)


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
    moved = "" if source.start is None else f" {change_in_words(source.start['conv2/weights'], weights)}"
    said = words(
        source, "conv2-filters", shape, digit=False, count=f"{units * inputs:,}", rows=rows, columns=columns,
        moved=moved,
    )  # fmt: skip
    sheet = Sheet(40 + columns * pitch, 40 + rows * pitch, said, source.theme, [scale], units=range(rows))
    sheet.text(40, 6, "input: map of pool1 →", LABEL_SIZE, faint=True)
    sheet.text(0, 6, "unit", LABEL_SIZE, faint=True)
    for column in range(columns):
        sheet.text(40 + column * pitch + 10, 26, str(column), SMALL_SIZE, align="center", faint=True)
    dead = source.dead("conv2")
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
