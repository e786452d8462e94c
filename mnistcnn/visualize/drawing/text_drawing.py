"""How wide text is, before it is drawn, how it is drawn as pixels, and how numbers are written."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import matplotlib as mpl
from matplotlib.text import Text
from PIL import ImageDraw, ImageFont

_CAPITALS = 0.73
"""Height of DejaVu Sans' capital letters and digits, as a part of the font's size."""


def number(value: float) -> str:
    """Three digits, with a real minus."""
    return f"{value:.3g}".replace("-", "−")


def text_width(text: str, size: int, *, bold: bool = False) -> float:
    """How wide a line is, in pixels."""
    return float(_font(size, bold).getlength(text))


def write(brush: ImageDraw.ImageDraw, text: Text) -> None:
    """Draw a line of text of Matplotlib's with Pillow.

    Args:
        brush: of the image.
        text: its position is in pixels from the top left, and its middle is half the height of capital letters.
    """
    x, y = text.get_position()
    size, bold = round(float(text.get_fontsize())), text.get_fontweight() == "bold"
    anchor = {"left": "ls", "center": "ms", "right": "rs"}[text.get_horizontalalignment()]
    baseline = round(y + size * _CAPITALS / 2)
    brush.text((x, baseline), text.get_text(), str(text.get_color()), _font(size, bold), anchor)


def wrap(text: str, width: int, size: int) -> list[str]:
    """Break text into lines of at most `width` pixels, at spaces."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


@lru_cache
def _font(size: int, bold: bool) -> ImageFont.FreeTypeFont:
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(str(Path(mpl.get_data_path()) / "fonts" / "ttf" / name), size)
