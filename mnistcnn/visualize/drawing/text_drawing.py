"""How wide text is, before it is drawn, and how numbers are written."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import matplotlib as mpl
from PIL import ImageFont


def number(value: float) -> str:
    """Three digits, with a real minus."""
    return f"{value:.3g}".replace("-", "−")


def text_width(text: str, size: int, *, bold: bool = False) -> float:
    """How wide a line is, in pixels."""
    return float(_font(size, bold).getlength(text))


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
