"""A small drawing of a layer's receptive field: one square of a map, and the pixels that it is computed from."""

from __future__ import annotations

from ..analysis.receptive_fields import IMAGE_SIZE, RECEPTIVE_FIELDS
from ..drawing.sheet import Sheet
from ..drawing.style import INK, SMALL_SIZE, Colour, hatching
from ..picture_source import Floats

_ZOOM = 3
_SIDE = 120  # pixels of the image with its padding, and of the map
_MAP_LEFT = _SIDE + 56
_TEXT_LEFT = _MAP_LEFT + _SIDE + 16
FIELD_WIDTH, FIELD_HEIGHT = 720, _SIDE + 24


def draw_field(sheet: Sheet, layer: str, image: Floats) -> None:
    """Draw the receptive fields of two units, in the middle of the layer's maps and in a corner.

    Args:
        sheet: `FIELD_HEIGHT` pixels at the top of its content are used.
        layer: `conv1`, `pool1`, `conv2` or `pool2`.
        image: [28, 28], drawn below the fields.
    """
    field = RECEPTIVE_FIELDS[layer]
    margin = (_SIDE - IMAGE_SIZE * _ZOOM) // 2
    sheet.image(0, 0, hatching(_SIDE, _SIDE, sheet.theme))
    sheet.array(margin, margin, image, INK, _ZOOM)
    cells = IMAGE_SIZE // field.stride
    cell = _SIDE // cells
    sheet.box(_MAP_LEFT, 0, cells * cell, cells * cell, sheet.theme.faint, line=1)
    sheet.arrow(_SIDE + 8, _MAP_LEFT - 8, _SIDE / 2)
    for place, colour in ((0, sheet.theme.blue), (cells // 2, sheet.theme.orange)):
        sheet.bar(_MAP_LEFT + place * cell, place * cell, cell, cell, colour)
        start, side = margin + field.start(place) * _ZOOM, field.size * _ZOOM
        sheet.box(start, start, side, side, colour, line=2)
    _draw_key(sheet, field.size)


def _draw_key(sheet: Sheet, size: int) -> None:
    lines: tuple[tuple[str, Colour], ...] = (
        ("Left: the digit. Right: a map, of which each square is one value.", sheet.theme.text),
        (f"Each value comes from {size} × {size} pixels, its receptive field.", sheet.theme.orange),
        ("Near the border, a part of them is padding (hatched): zeros.", sheet.theme.blue),
    )
    for row, (line, colour) in enumerate(lines):
        sheet.text(_TEXT_LEFT, 24 + 22 * row, line, SMALL_SIZE, colour=colour)
