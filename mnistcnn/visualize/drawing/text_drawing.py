"""How wide text is, before it is drawn, where its baseline is, and how numbers are written."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import matplotlib as mpl
from PIL import ImageFont

_CAPITALS = 0.73
"""Height of DejaVu Sans' capital letters and digits, as a part of the font's size."""


def number(value: float) -> str:
    """Three digits, with a real minus."""
    return f"{value:.3g}".replace("-", "−")


def text_width(text: str, size: int, *, bold: bool = False) -> float:
    """How wide a line is, in pixels."""
    return float(font(size, bold).getlength(text))


def baseline(middle: float, size: int) -> int:
    """The pixel row on which letters stand whose capitals have their middle at `middle`."""
    return round(middle + size * _CAPITALS / 2)


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
def font(size: int, bold: bool) -> ImageFont.FreeTypeFont:
    """DejaVu Sans, which Matplotlib contains, at a size in pixels."""
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(str(Path(mpl.get_data_path()) / "fonts" / "ttf" / name), size)
