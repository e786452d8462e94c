"""What single units look for: the patches that excite them, the input that would excite them most, and cards."""

from __future__ import annotations

import numpy as np

from ...network.evaluator import EvaluationResult
from ...statistics import certainty
from ..analysis.maximisation import Maximised
from ..analysis.receptive_fields import RECEPTIVE_FIELDS
from ..drawing.grid import Grid
from ..drawing.sheet import Sheet
from ..drawing.style import INK, SMALL_SIZE, TEXT_SIZE, Scale, hatching, signed_scale, zoom_to
from ..drawing.text_drawing import number
from ..picture_source import PictureSource
from .maps import layer_scale
from .words import plural, sample_in_words, words

_SIDE = 3  # patches in a row and in a column
_STRONGEST = 5


def patches_sheet(source: PictureSource, layer: str) -> Sheet:
    """For each unit of a convolution, the nine test patches that excite it most."""
    found, field = source.patches(layer), RECEPTIVE_FIELDS[layer]
    units, zoom = len(found.values), {"conv1": 8, "conv2": 3}[layer]
    cell = field.size * zoom + 2
    grid = Grid(units, 8, _SIDE * cell - 2, _SIDE * cell - 2, gap=16)
    sample = sample_in_words(source)
    shape = f"{plural(units, 'unit')}, each with its patches of {field.size} × {field.size} pixels out of {sample}"
    said = words(source, f"{layer}-patches", shape, digit=False, size=field.size)
    sheet = Sheet(grid.width, grid.height, said, source.theme, [INK], units=range(units))
    for unit in range(units):
        x, y = grid.place(unit)
        _draw_patches(sheet, source, layer, unit, x, y, zoom)
        most = float(found.values[unit, 0])
        label = f"{unit}" if most > 0 else f"{unit} dead"
        sheet.text(x, y - 8, label, SMALL_SIZE, faint=True)
        if most > 0:
            sheet.text(x + grid.tile_width, y - 8, number(most), SMALL_SIZE, align="right", faint=True)
    sheet.arrays = {
        f"{layer}/patches": found.pixels,
        f"{layer}/patch_images": found.images,
        f"{layer}/patch_values": found.values,
    }
    return sheet


def _draw_patches(sheet: Sheet, source: PictureSource, layer: str, unit: int, x: int, y: int, zoom: int) -> None:
    """Draw nine patches in a square, the strongest at the top left, the next beside it."""
    found = source.patches(layer)
    cell = found.pixels.shape[-1] * zoom + 2
    for rank in range(found.values.shape[1]):
        row, column = divmod(rank, _SIDE)
        sheet.array(x + column * cell, y + row * cell, found.pixels[unit, rank], INK, zoom, frame=True)


def maximised_sheet(source: PictureSource, layer: str) -> Sheet:
    """For each unit of a layer the input that excites it most of all."""
    found = source.maximised(layer)
    size, count = found.images.shape[-1], len(found.units)
    columns = 5 if count <= 10 else 8
    zoom = zoom_to(size, {10: 168}.get(count, 98))
    grid = Grid(count, columns, size * zoom, size * zoom)
    said = words(source, f"{layer}-maximised", f"{plural(count, 'unit')}, inputs of {size} × {size} pixels",
                 digit=layer == "fc1", count=count, least=_least(source, found) if layer == "fc2" else "")  # fmt: skip
    sheet = Sheet(grid.width, grid.height, said, source.theme, [INK], units=found.units)
    for index, unit in enumerate(found.units):
        x, y = grid.place(index)
        sheet.array(x, y, found.images[index], INK, zoom, frame=True)
        sheet.text(x, y - 8, str(unit), SMALL_SIZE, faint=True, bold=layer == "fc2")
        sheet.text(x + size * zoom, y - 8, number(float(found.values[index])), SMALL_SIZE, align="right", faint=True)
    sheet.arrays = {f"{layer}/maximised": found.images, f"{layer}/maximised_values": found.values}
    return sheet


def _least(source: PictureSource, found: Maximised) -> str:
    """The smallest probability that the network gives a class for the class's own maximised input."""
    logits = source.network(found.images[..., np.newaxis]).numpy()
    result = EvaluationResult(logits, np.array(found.units, np.uint8))
    probabilities = np.exp(result.log_probabilities[np.arange(len(logits)), found.units])
    least = certainty(float(probabilities.min()))
    return f"more than {least[1:]}" if least.startswith(">") else f"at least {least}"


CARDS_PER_SHEET = 16
_CARD_WIDTH, _CARD_HEIGHT = 620, 176


def cards_sheet(source: PictureSource, first: int) -> Sheet | None:
    """Cards of the 16 units of conv2 from `first` on; None if there are none."""
    units = range(first, min(first + CARDS_PER_SHEET, source.weights["conv2/biases"].shape[0]))
    if not units:
        return None
    weights = source.weights["conv2/weights"]
    scales = [signed_scale(weights, "weight"), INK, layer_scale(source, "conv2")]
    pitch = _CARD_HEIGHT + 26
    rows = -(-len(units) // 2)
    shape = f"units {units[0]} to {units[-1]} of {weights.shape[3]}; each reads {weights.shape[2]} maps"
    said = words(source, "conv2-cards", shape, first=units[0], last=units[-1])
    sheet = Sheet(2 * _CARD_WIDTH + 30, rows * pitch - 16, said, source.theme, scales, units=units)
    for index, unit in enumerate(units):
        x, y = index % 2 * (_CARD_WIDTH + 30), index // 2 * pitch
        _draw_card(sheet, source, unit, x, y, scales)
    return sheet


def _draw_card(sheet: Sheet, source: PictureSource, unit: int, x: int, y: int, scales: list[Scale]) -> None:
    sheet.line([(x, y), (x + _CARD_WIDTH, y)])
    dead = bool(source.dead("conv2")[unit])
    sheet.text(x, y + 18, f"{unit}{' dead' if dead else ''}", TEXT_SIZE, bold=True)
    for left, title in zip(
        (0, 185, 335, 485), ("strongest kernels", "patches", "maximised", "this digit"), strict=True
    ):
        sheet.text(x + left + (54 if left == 0 else 0), y + 18, title, SMALL_SIZE, faint=True)
    _draw_kernels(sheet, source, unit, x, y + 32, scales[0])
    _draw_patches(sheet, source, "conv2", unit, x + 185, y + 34, 3)
    sheet.array(x + 335, y + 34, source.maximised("conv2").images[unit], INK, 9, frame=True)
    if dead:
        sheet.image(x + 485, y + 34, hatching(126, 126, source.theme), frame=True)
    else:
        sheet.array(x + 485, y + 34, source.activations["conv2"][:, :, unit], scales[2], 9, frame=True)


def _draw_kernels(sheet: Sheet, source: PictureSource, unit: int, x: int, y: int, scale: Scale) -> None:
    """Draw the kernels with the largest norms, and say which map each reads."""
    kernels = source.weights["conv2/weights"][:, :, :, unit]
    norms = np.linalg.norm(kernels.reshape(25, -1), axis=0)
    for rank, channel in enumerate(np.argsort(-norms, kind="stable")[:_STRONGEST]):
        left, top = x + rank % 3 * 56, y + rank // 3 * 68
        sheet.array(left, top + 2, kernels[:, :, channel], scale, 10, frame=True)
        sheet.text(left + 25, top + 60, f"map {channel}", SMALL_SIZE, align="center", faint=True)
