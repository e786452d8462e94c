"""Arrays as PNG files, pixel by pixel, on a scale that stays the same for the whole run."""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Pixels = NDArray[np.uint8]

# As large as the viewer shows it, so that the numbers stay sharp.
_CELL, _MARGIN = 30, 36
_FULL_RED = 0.05
"""The share of a digit's images at which the confusion matrix shows a mistake as red as it gets."""


def to_grey(values: NDArray[np.float32], white: float) -> Pixels:
    """0 as black, `white` and above as white; what is not a number is black."""
    return _rounded(255.0 * np.clip(np.nan_to_num(values / white), 0.0, 1.0))


def to_signed_grey(values: NDArray[np.float32], white: float) -> Pixels:
    """0 as middle grey (128), `white` and above as white (255), -`white` and below as black (1)."""
    return _rounded(128.0 + 127.0 * np.clip(np.nan_to_num(values / white), -1.0, 1.0))


def png(pixels: Pixels) -> bytes:
    """Encode a picture.

    By hand, because Pillow takes seven times as long for a small one, and there are a hundred in each set.

    Args:
        pixels: [height, width] grey or [height, width, 3] RGB.

    Source: W3C, "Portable Network Graphics (PNG) Specification", sections 5 and 11.
    """
    height, width = pixels.shape[:2]
    colour_type = 2 if pixels.ndim == 3 else 0
    rows = np.zeros((height, 1 + pixels[0].size), np.uint8)  # Each row begins with its filter: 0 is none.
    rows[:, 1:] = pixels.reshape(height, -1)
    header = struct.pack(">IIBBBBB", width, height, 8, colour_type, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in chunks)


def confusion_matrix(labels: NDArray[np.uint8], predictions: NDArray[np.int64]) -> Pixels:
    """The confusion matrix as a picture: a row for each true digit, a column for each prediction, with the counts.

    Right answers are blue; mistakes are red, on a scale of their own, because they are few.

    Returns:
        [336, 336, 3].
    """
    counts = np.bincount(10 * labels.astype(np.int64) + predictions, minlength=100).reshape(10, 10)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    size = _MARGIN + 10 * _CELL
    picture = Image.new("RGB", (size, size), "white")
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(12)
    for true, predicted in np.ndindex(10, 10):
        left, top = _MARGIN + predicted * _CELL, _MARGIN + true * _CELL
        colour = _colour(shares[true, predicted], right=true == predicted)
        draw.rectangle((left, top, left + _CELL - 2, top + _CELL - 2), fill=colour)
        ink = "white" if min(colour) < 110 else "black"
        if counts[true, predicted]:
            centre = (left + _CELL // 2 - 1, top + _CELL // 2 - 1)
            draw.text(centre, str(counts[true, predicted]), ink, font, anchor="mm")
    _label(draw, font)
    return np.asarray(picture)


def _label(draw: ImageDraw.ImageDraw, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> None:
    for digit in range(10):
        middle = _MARGIN + digit * _CELL + _CELL // 2 - 1
        draw.text((middle, _MARGIN - 9), str(digit), "black", font, anchor="mm")
        draw.text((_MARGIN - 10, middle), str(digit), "black", font, anchor="mm")
    draw.text((_MARGIN + 5 * _CELL, 10), "taken for", "dimgrey", font, anchor="mm")
    draw.text((2, _MARGIN - 9), "digit", "dimgrey", font, anchor="lm")


def _colour(share: float, *, right: bool) -> tuple[int, int, int]:
    """From white to dark blue for right answers, to dark red for mistakes."""
    depth = share if right else min(share / _FULL_RED, 1.0)
    full = np.array([8, 69, 148] if right else [178, 24, 43])
    red, green, blue = np.rint(247 + depth * (full - 247)).astype(int).tolist()
    return red, green, blue


def _rounded(values: NDArray[np.floating]) -> Pixels:
    return np.asarray(np.rint(values), np.uint8)


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
