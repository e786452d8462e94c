"""The network as a diagram: every layer with its shape and its number of parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..analysis.receptive_fields import RECEPTIVE_FIELDS
from ..drawing.sheet import Sheet
from ..drawing.style import INK, SMALL_SIZE, TEXT_SIZE
from ..picture_source import PictureSource
from .words import words

_SCALE = 4  # pixels for one unit of a map's height
_PITCH = 186
_SHEETS = 7  # squares that stand for a stack of maps
_OFFSET = 6


@dataclass(frozen=True)
class _Layer:
    name: str
    shape: str
    operation: str
    side: int
    """Of a map; 0 for a dense layer."""
    maps: int


def architecture_sheet(source: PictureSource) -> Sheet:
    """Input, six layers, and how many numbers each learns."""
    weights = source.weights
    conv1, conv2, fc1 = (weights[f"{name}/biases"].shape[0] for name in ("conv1", "conv2", "fc1"))
    layers = (
        _Layer("input", "28 × 28 × 1", "", 28, 1),
        _Layer("conv1", f"28 × 28 × {conv1}", "5×5 convolution, ReLU", 28, conv1),
        _Layer("pool1", f"14 × 14 × {conv1}", "2×2 max pooling", 14, conv1),
        _Layer("conv2", f"14 × 14 × {conv2}", "5×5 convolution, ReLU", 14, conv2),
        _Layer("pool2", f"7 × 7 × {conv2}", "2×2 max pooling", 7, conv2),
        _Layer("fc1", f"{fc1:,}", "dense, ReLU, dropout", 0, fc1),
        _Layer("fc2", "10", "dense, softmax", 0, 10),
    )
    total = source.network.parameter_count
    said = words(source, "architecture", f"{total:,} parameters", total=f"{total:,}", most=_largest(source))
    sheet = Sheet(len(layers) * _PITCH - 20, 350, said, source.theme)
    sheet.array(0, 44, source.digit.image, INK, _SCALE)
    for index, layer in enumerate(layers):
        _draw_layer(sheet, index * _PITCH, layer)
        _draw_facts(sheet, index * _PITCH, layer, _parameters(source, layer.name), total)
    return sheet


def _draw_layer(sheet: Sheet, x: int, layer: _Layer) -> None:
    middle = 100
    colour = sheet.theme.blue if layer.name.startswith(("conv", "fc")) else sheet.theme.faint
    if layer.side == 0:
        height = 190 if layer.name == "fc1" else 80
        sheet.bar(x, middle - height / 2, 12, height, sheet.theme.stripes)
        sheet.box(x, middle - height / 2, 12, height, colour)
        end = x + 12
    else:
        side, count = layer.side * _SCALE, min(layer.maps, _SHEETS)
        for depth in reversed(range(count)):
            left, top = x + depth * _OFFSET, middle - side / 2 - (depth - (count - 1) / 2) * _OFFSET
            if layer.name != "input":
                sheet.bar(left, top, side, side, sheet.theme.background)
            sheet.box(left, top, side, side, colour, line=1.2)
        end = x + side + (count - 1) * _OFFSET
    if layer.name != "fc2" and end + 12 < x + _PITCH - 8:
        sheet.arrow(end + 6, x + _PITCH - 8, middle)


def _draw_facts(sheet: Sheet, x: int, layer: _Layer, parameters: Sequence[tuple[int, ...]], total: int) -> None:
    count = sum(_size(shape) for shape in parameters)
    field = RECEPTIVE_FIELDS.get(layer.name)
    seen = f"{field.size} × {field.size} pixels" if field else "the whole image"
    lines = [layer.operation, f"→ {layer.shape}", f"from {seen}"]
    if count:
        learned = " + ".join(" × ".join(map(str, shape)) for shape in parameters)
        lines += [learned, f"= {count:,} parameters", f"({100 * count / total:.2g} % of all)"]
    sheet.text(x, 214, layer.name, TEXT_SIZE, bold=True)
    for number, line in enumerate(lines if layer.operation else [layer.shape]):
        sheet.text(x, 236 + 18 * number, line, SMALL_SIZE, faint=number != 1)


def _parameters(source: PictureSource, layer: str) -> list[tuple[int, ...]]:
    return [array.shape for name, array in source.weights.items() if name.startswith(f"{layer}/")]


def _size(shape: tuple[int, ...]) -> int:
    product = 1
    for length in shape:
        product *= length
    return product


def _largest(source: PictureSource) -> str:
    sizes = {name: array.size for name, array in source.weights.items()}
    name = max(sizes, key=lambda key: sizes[key])
    return f"{100 * sizes[name] / sum(sizes.values()):.0f} % of all parameters are {name.replace('/', '’s ')}"
