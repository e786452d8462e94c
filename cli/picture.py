"""A small grey picture in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from rich.console import Console
    from rich.text import Text

RAMP = " .:-=+*#%@"
"""From no ink to full ink."""


def can_show_gray(console: Console) -> bool:
    """Whether `console` has colours, and the character for half a cell."""
    return console.color_system is not None and not console.no_color and console.encoding.startswith("utf")


def picture(image: NDArray[np.uint8], *, color: bool) -> Text:
    """Draw an image so that a cell is one pixel wide and two high, as most fonts' cells are.

    Args:
        image: [height, width], height even; 0 (black) to 255 (white).
        color: half blocks, one exact grey for each pixel; else ASCII, one character for the mean of two pixels.

    Returns:
        height / 2 lines of `width` cells.
    """
    from rich.text import Text

    lines = zip(image[::2], image[1::2], strict=True)
    return Text("\n").join([(_half_blocks if color else _characters)(upper, lower) for upper, lower in lines])


def _half_blocks(upper: NDArray[np.uint8], lower: NDArray[np.uint8]) -> Text:
    from rich.color import Color
    from rich.style import Style
    from rich.text import Text

    def gray(value: int) -> Color:
        return Color.from_rgb(value, value, value)

    pairs = zip(upper.tolist(), lower.tolist(), strict=True)
    return Text.assemble(*[("▀", Style(color=gray(top), bgcolor=gray(bottom))) for top, bottom in pairs])


def _characters(upper: NDArray[np.uint8], lower: NDArray[np.uint8]) -> Text:
    from rich.text import Text

    means = ((top + bottom) / 510 for top, bottom in zip(upper.tolist(), lower.tolist(), strict=True))
    return Text("".join(RAMP[round(mean * (len(RAMP) - 1))] for mean in means))
