"""A small version of every picture, side by side."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

from ..drawing.sheet import Sheet
from ..drawing.style import LABEL_SIZE, Pixels
from ..drawing.text_drawing import wrap
from ..manifest import Drawn
from ..picture_source import PictureSource
from .words import plural, words

_COLUMNS = 5
_WIDTH, _HEIGHT, _LABEL, _GAP = 264, 230, 40, 18


def thumbnail(png: bytes) -> Pixels:
    """The picture in a PNG file, made small."""
    with Image.open(io.BytesIO(png)) as image:
        small = image.convert("RGB")
    small.thumbnail((_WIDTH, _HEIGHT), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return np.asarray(small)


def contact_sheet(source: PictureSource, pictures: Sequence[Drawn]) -> Sheet:
    """Every picture with its number and title."""
    columns = min(_COLUMNS, len(pictures))
    rows = -(-len(pictures) // columns)
    pitch_x, pitch_y = _WIDTH + _GAP, _HEIGHT + _LABEL + _GAP
    said = words(source, "contact-sheet", plural(len(pictures), "picture"), count=len(pictures))
    sheet = Sheet(columns * pitch_x - _GAP, rows * pitch_y - _GAP, said, source.theme)
    for index, picture in enumerate(pictures):
        x, y = index % columns * pitch_x, index // columns * pitch_y
        small = picture.thumbnail
        sheet.image(x + (_WIDTH - small.shape[1]) // 2, y + (_HEIGHT - small.shape[0]) // 2, small, frame=True)
        label = wrap(f"{picture.path.name[:2]}  {picture.words.title}", _WIDTH, LABEL_SIZE)[:2]
        for number, line in enumerate(label):
            sheet.text(x + _WIDTH / 2, y + _HEIGHT + 14 + 16 * number, line, LABEL_SIZE, align="center")
    return sheet
