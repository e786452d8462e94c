"""Small grey pictures in a terminal: two pixels in a character, or one shade for both."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from rich.console import Console
    from rich.text import Text

SHADES = " .:-=+*#%@"


def picture(image: NDArray[np.uint8], console: Console) -> Text:
    """Draw an image for a console: in colours where it has them, else in characters.

    Args:
        image: [height, width], height even; 0 (background) to 255 (ink).
        console: decides what can be shown.
    """
    return half_blocks(image) if _has_greys(console) else shades(image)


def half_blocks(image: NDArray[np.uint8]) -> Text:
    """Draw two pixels, one above the other, in each character, which is twice as high as wide."""
    from rich.color import Color
    from rich.style import Style
    from rich.text import Text

    greys = [Color.from_rgb(grey, grey, grey) for grey in range(256)]
    lines = [
        Text.assemble(*(("▀", Style(color=greys[a], bgcolor=greys[b])) for a, b in zip(upper, lower, strict=True)))
        for upper, lower in zip(image[::2].tolist(), image[1::2].tolist(), strict=True)
    ]
    return Text("\n", no_wrap=True).join(lines)


def shades(image: NDArray[np.uint8]) -> Text:
    """Draw the mean of two pixels, one above the other, as a character of more or less ink."""
    from rich.text import Text

    means = (image[::2].astype(int) + image[1::2]) // 2
    lines = ["".join(SHADES[mean * len(SHADES) // 256] for mean in row) for row in means.tolist()]
    return Text("\n".join(lines), no_wrap=True)


def _has_greys(console: Console) -> bool:
    """Whether the console is a terminal with at least 24 greys, in an encoding that has the half block."""
    colours = console.color_system in {"256", "truecolor"} and not console.no_color
    return console.is_terminal and colours and console.encoding.startswith("utf")
