"""The part of a sheet that Matplotlib draws: charts, and for vector formats everything.

Matplotlib's figures take half a second to import, so a sheet imports this file when it has a chart or becomes a vector.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle
from PIL import Image

from .marks import ARROW_HEAD, Arrow, Box, Line, Mark, Text
from .style import LABEL_SIZE, SMALL_SIZE, Pixels, Theme, hex_colour

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.backend_bases import RendererBase

DPI = 72
"""So that a point is a pixel, and SVG and PDF, which know only points, agree with PNG."""


def make_figure(pixels: Pixels, theme: Theme) -> Figure:
    """A figure on which nothing stands but the pixels, which may still change."""
    height, width = pixels.shape[:2]
    figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI)
    figure.patch.set_facecolor(hex_colour(theme.background))
    figure.add_artist(_Painting(pixels))
    return figure


def add_chart(figure: Figure, place: tuple[float, float, float, float], theme: Theme) -> Axes:
    """Axes in the theme's colours; `place` is left, top, width and height in pixels."""
    total_width, total_height = figure.get_size_inches() * DPI
    left, top, width, height = place
    bottom = 1 - (top + height) / total_height
    axes = figure.add_axes((left / total_width, bottom, width / total_width, height / total_height))
    axes.set_facecolor("none")
    axes.tick_params(labelsize=SMALL_SIZE, colors=hex_colour(theme.faint), labelcolor=hex_colour(theme.text))
    for side, spine in axes.spines.items():
        spine.set_color(hex_colour(theme.faint))
        spine.set_visible(side in ("left", "bottom"))
    for axis in (axes.xaxis, axes.yaxis):
        axis.label.set(color=hex_colour(theme.text), size=LABEL_SIZE)
    axes.grid(color=hex_colour(theme.stripes), linewidth=0.5, alpha=0.6)
    axes.set_axisbelow(True)
    return axes


def rasterise(figure: Figure) -> Image.Image:
    """The figure as pixels."""
    canvas: Any = FigureCanvasAgg(figure)  # Matplotlib gives these methods no types.
    canvas.draw()
    return Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3])


def add_marks(figure: Figure, marks: Iterable[Mark]) -> None:
    """Add marks to a figure, below its charts."""
    width, height = figure.get_size_inches() * DPI
    axes = figure.add_axes((0, 0, 1, 1), zorder=-1)
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.axis("off")
    for mark in marks:
        _add(axes, mark)


def _add(axes: Axes, mark: Mark) -> None:
    colour = hex_colour(mark.colour)
    match mark:
        case Text():
            axes.text(
                mark.x, mark.y, mark.text, fontsize=mark.size, color=colour, ha=mark.align, va="center_baseline",
                fontweight="bold" if mark.bold else "normal", fontfamily="DejaVu Sans", parse_math=False,
            )  # fmt: skip
        case Line():
            axes.plot(*zip(*mark.points, strict=True), color=colour, linewidth=mark.width)
        case Arrow():
            arrow = FancyArrowPatch(
                (mark.start, mark.y), (mark.end, mark.y), arrowstyle="-|>", mutation_scale=2 * ARROW_HEAD,
                linewidth=1.4, shrinkA=0, shrinkB=0,
            )  # fmt: skip
            arrow.set_color(colour)
            axes.add_patch(arrow)
        case Box():
            box = Rectangle((mark.x, mark.y), mark.width, mark.height, fill=not mark.line, linewidth=mark.line)
            box.set_color(colour)
            axes.add_patch(box)


class _Painting(Artist):
    """Pixels that become the figure's as they are: `figimage` would resample them, which takes half of the time."""

    def __init__(self, pixels: Pixels) -> None:
        super().__init__()
        self.set_zorder(-10)
        self._pixels = pixels

    def draw(self, renderer: RendererBase) -> None:
        """Put the pixels down from the lower left corner."""
        opaque = np.full((*self._pixels.shape[:2], 4), 255, np.uint8)
        opaque[..., :3] = self._pixels[::-1]
        renderer.draw_image(renderer.new_gc(), 0, 0, opaque)
