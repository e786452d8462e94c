"""Small pictures in a terminal: two pixels in a character, or one shade for both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from rich.color import Color
    from rich.console import Console
    from rich.text import Text

    from mnistcnn.data.box import Box
    from mnistcnn.data.preview import Preview

OUTLINED_SIDE = 56
"""Pixels: the longer side of a picture with outlines, which is 56 columns or 28 lines."""
SHADES = " .:-=+*#%@"


def picture(image: NDArray[np.uint8], console: Console) -> Text:
    """Draw an image for a console: in colours where it has them, else in characters.

    Args:
        image: [height, width], height even; 0 (background) to 255 (ink).
        console: decides what can be shown.
    """
    return half_blocks(image) if _has_colours(console) else shades(image)


def outlined_picture(preview: Preview, boxes: Sequence[Box], console: Console) -> Text:
    """Draw a small version of a picture with a line around each box.

    Args:
        preview: the small version.
        boxes: in pixels of the displayed picture.
        console: decides what can be shown.
    """
    if _has_colours(console):
        return half_blocks(_even(preview.outlined(boxes, OUTLINED_SIDE)))
    return shades(_even(preview.outlined_ink(boxes, OUTLINED_SIDE)))


def half_blocks(image: NDArray[np.uint8]) -> Text:
    """Draw two pixels, one above the other, in each character, which is twice as high as wide.

    Args:
        image: [height, width] or [height, width, 3], height even.
    """
    from rich.style import Style
    from rich.text import Text

    lines = [
        Text.assemble(*(("▀", Style(color=_colour(a), bgcolor=_colour(b))) for a, b in zip(upper, lower, strict=True)))
        for upper, lower in zip(image[::2].tolist(), image[1::2].tolist(), strict=True)
    ]
    return Text("\n", no_wrap=True).join(lines)


def _colour(pixel: int | list[int]) -> Color:
    from rich.color import Color

    red, green, blue = [pixel] * 3 if isinstance(pixel, int) else pixel
    return Color.from_rgb(red, green, blue)


def _even(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """With an even number of rows."""
    return image.repeat([1] * (len(image) - 1) + [1 + len(image) % 2], axis=0)


def shades(image: NDArray[np.uint8]) -> Text:
    """Draw the mean of two pixels, one above the other, as a character of more or less ink."""
    from rich.text import Text

    means = (image[::2].astype(int) + image[1::2]) // 2
    lines = ["".join(SHADES[mean * len(SHADES) // 256] for mean in row) for row in means.tolist()]
    return Text("\n".join(lines), no_wrap=True)


def _has_colours(console: Console) -> bool:
    """Whether the console is a terminal with at least 256 colours, in an encoding that has the half block."""
    colours = console.color_system in {"256", "truecolor"} and not console.no_color
    return console.is_terminal and colours and console.encoding.startswith("utf")
