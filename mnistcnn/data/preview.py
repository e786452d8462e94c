"""A small version of a picture, on which its digits can be outlined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from .box import Box
from .imagefile import Picture

Pixels = NDArray[np.uint8]
"""[height, width, 3], 0 to 255."""

SIDE = 480
"""Of a preview, the longer side at most."""
OUTLINE = (255, 106, 0)
"""Orange, red, green and blue: seen on paper, on a blackboard and beside blue ink."""
HALF = 128
"""The outline without colours: unlike ink, which is 255, and unlike the ground."""


@dataclass(frozen=True, eq=False)
class Preview:
    """A small version of a picture, upright."""

    pixels: Pixels
    """No side above `SIDE`."""
    width: int
    """Of the displayed picture, in its own pixels, in which boxes are measured."""
    height: int

    def outlined(self, boxes: Sequence[Box], side: int = SIDE) -> Pixels:
        """Draw a line around each box.

        Args:
            boxes: in pixels of the displayed picture.
            side: of the result, the longer one at most.
        """
        return np.asarray(self._draw(self._reduced(side), boxes, OUTLINE))

    def outlined_ink(self, boxes: Sequence[Box], side: int) -> NDArray[np.uint8]:
        """The same without colours, [height, width]: how much each pixel differs from the ground, 0 to 255."""
        gray = np.asarray(self._reduced(side).convert("L"), np.float32)
        difference = np.abs(gray - np.median(gray))
        ink = np.rint(difference * (255 / max(1, difference.max()))).astype(np.uint8)
        return np.asarray(self._draw(Image.fromarray(ink), boxes, HALF))

    def _reduced(self, side: int) -> Image.Image:
        image = Image.fromarray(self.pixels)
        image.thumbnail((side, side), Image.Resampling.BOX)
        return image

    def _draw(self, image: Image.Image, boxes: Sequence[Box], colour: int | tuple[int, int, int]) -> Image.Image:
        draw = ImageDraw.Draw(image)
        line = max(1, max(image.size) // 240)
        for box in boxes:
            draw.rectangle(_around(self._scaled(box, image.size), image.size, line), outline=colour, width=line)
        return image

    def _scaled(self, box: Box, size: tuple[int, int]) -> tuple[float, float, float, float]:
        across, down = size[0] / self.width, size[1] / self.height
        return box.left * across, box.top * down, box.right * across, box.bottom * down


def to_preview(picture: Picture) -> Preview:
    """Reduce a picture, without the margin that was put around it."""
    inner = slice(picture.margin, -picture.margin or None)
    pixels = np.rint(picture.pixels[inner, inner] * 255).astype(np.uint8)
    image = Image.fromarray(np.broadcast_to(pixels, (*pixels.shape[:2], 3)).copy())
    image.thumbnail((SIDE, SIDE), Image.Resampling.BOX)
    return Preview(np.asarray(image), picture.width, picture.height)


def _around(edges: tuple[float, float, float, float], size: tuple[int, int], line: int) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of a line just outside of the edges, but within the picture."""
    left, top, right, bottom = edges
    width, height = size
    first = max(0, int(left) - line), max(0, int(top) - line)
    last = min(width - 1, int(np.ceil(right)) + line - 1), min(height - 1, int(np.ceil(bottom)) + line - 1)
    return *first, max(first[0], last[0]), max(first[1], last[1])
