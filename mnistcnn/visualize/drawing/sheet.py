"""A sheet: a title, one sentence, what is drawn, its colour bars, and the small print.

Positions are pixels from the top left of the sheet's content. Arrays are painted into the sheet's own pixels, so
that they come out sharp in every format; text and charts are Matplotlib's.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

from .style import LABEL_SIZE, SMALL_SIZE, TEXT_SIZE, TITLE_SIZE, Colour, Pixels, Scale, Theme, colour_table, paint
from .text_drawing import number, text_width, wrap, write

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.backend_bases import RendererBase

Format = Literal["png", "svg", "pdf"]

MARGIN = 28
LEAST_WIDTH = 740
_DPI = 72  # So that a point is a pixel, and SVG and PDF, which know only points, agree with PNG.
_GRAIN = 9  # A side is a multiple of this: then side / 72 has no rounding, and not a pixel is lost.
_BAR_WIDTH, _BAR_HEIGHT = 220, 12
_LINE = 1.4
_COMPRESSION = 3  # of PNGs: half the time of the usual 6, and files a sixth larger


@dataclass(frozen=True)
class Words:
    """What a sheet says, in words; see `captions`."""

    title: str
    shape: str
    sentence: str
    description: str
    """Of what the picture looks like, for those who cannot see it."""
    small_print: str

    @property
    def alt(self) -> str:
        """The whole alternative text, for a file that stands alone."""
        return f"{self.title}. {self.description} {self.sentence}"


@dataclass
class Sheet:
    """A picture in the making.

    Args:
        width: of the content, in pixels.
        height: of the content.
        words: what it says.
        theme: its colours.
        scales: each gets a colour bar.
    """

    width: int
    height: int
    words: Words
    theme: Theme
    scales: Sequence[Scale] = ()
    units: Sequence[int] = ()
    """The units that are shown, in order, for the manifest."""
    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)
    """The numbers behind the picture, for arrays.npz."""

    def __post_init__(self) -> None:
        inner = max(self.width, LEAST_WIDTH, round(text_width(self.words.title, TITLE_SIZE, bold=True)))
        self._sentence = wrap(self.words.sentence, inner, TEXT_SIZE)
        self._small_print = wrap(self.words.small_print, inner, SMALL_SIZE)
        self._left = MARGIN + (inner - self.width) // 2
        self._top = MARGIN + 66 + _height(self._sentence, TEXT_SIZE) + 18
        self._bars_top = self._top + self.height + 16
        space = max([_BAR_WIDTH, *(round(text_width(_bar_text(scale), SMALL_SIZE)) for scale in self.scales)]) + 32
        per_row = max(1, (inner + 32) // space)
        self._bar_places = [(MARGIN + space * (i % per_row), 62 * (i // per_row)) for i in range(len(self.scales))]
        bars = self._bar_places[-1][1] + 62 if self.scales else 0
        total = self._bars_top + bars + _height(self._small_print, SMALL_SIZE) + MARGIN
        self.size = (_rounded(inner + 2 * MARGIN), _rounded(total))
        self.pixels = np.full((self.size[1], self.size[0], 3), self.theme.background, np.uint8)
        self.figure = Figure(figsize=(self.size[0] / _DPI, self.size[1] / _DPI), dpi=_DPI)
        self.figure.patch.set_facecolor(hex_colour(self.theme.background))
        self.canvas = self.figure.add_axes((0, 0, 1, 1))
        self.canvas.set(xlim=(0, self.size[0]), ylim=(self.size[1], 0))
        self.canvas.axis("off")
        self.figure.add_artist(_Painting(self.pixels))
        self._draw_frame()

    def image(self, x: int, y: int, pixels: Pixels, *, frame: bool = False) -> None:
        """Put pixels down as they are."""
        left, top = self._left + x, self._top + y
        height, width = pixels.shape[:2]
        if frame:
            self.pixels[top - 1 : top + height + 1, left - 1 : left + width + 1] = self.theme.stripes
        self.pixels[top : top + height, left : left + width] = pixels

    def array(
        self, x: int, y: int, values: NDArray[np.floating], scale: Scale, zoom: int, *, frame: bool = False
    ) -> None:
        """Put an array down in the colours of its scale; see `style.paint`."""
        self.image(x, y, paint(values, scale, self.theme, zoom), frame=frame)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: int = LABEL_SIZE,
        *,
        align: Literal["left", "center", "right"] = "left",
        faint: bool = False,
        bold: bool = False,
        colour: Colour | None = None,
    ) -> None:
        """Write a line whose middle is at `y`."""
        shade = colour or (self.theme.faint if faint else self.theme.text)
        self.canvas.text(
            self._left + x,
            self._top + y,
            text,
            fontsize=size,
            color=hex_colour(shade),
            ha=align,
            va="center_baseline",
            fontweight="bold" if bold else "normal",
            fontfamily="DejaVu Sans",
            parse_math=False,
        )

    def line(self, points: Sequence[tuple[float, float]], *, faint: bool = True, width: float = 1.0) -> None:
        """Draw straight lines from point to point."""
        xs, ys = zip(*((self._left + x, self._top + y) for x, y in points), strict=True)
        self.canvas.plot(xs, ys, color=hex_colour(self.theme.faint if faint else self.theme.text), linewidth=width)

    def arrow(self, x0: float, y0: float, x1: float, y1: float) -> None:
        """Draw an arrow."""
        start, end = (self._left + x0, self._top + y0), (self._left + x1, self._top + y1)
        arrow = FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=12, linewidth=1.4, shrinkA=0, shrinkB=0)
        arrow.set_color(hex_colour(self.theme.faint))
        self.canvas.add_patch(arrow)

    def box(self, x: float, y: float, width: float, height: float, colour: Colour, *, line: float = 1.5) -> None:
        """Draw the outline of a rectangle."""
        corner = (self._left + x, self._top + y)
        self.canvas.add_patch(
            Rectangle(corner, width, height, fill=False, edgecolor=hex_colour(colour), linewidth=line)
        )

    def bar(self, x: float, y: float, width: float, height: float, colour: Colour) -> None:
        """Draw a filled rectangle."""
        corner = (self._left + x, self._top + y)
        self.canvas.add_patch(Rectangle(corner, width, height, facecolor=hex_colour(colour), linewidth=0))

    def chart(self, x: float, y: float, width: float, height: float) -> Axes:
        """Axes for a chart, in the theme's colours."""
        total_width, total_height = self.size
        left, bottom = (self._left + x) / total_width, 1 - (self._top + y + height) / total_height
        axes = self.figure.add_axes((left, bottom, width / total_width, height / total_height))
        axes.set_facecolor("none")
        axes.tick_params(
            labelsize=SMALL_SIZE, colors=hex_colour(self.theme.faint), labelcolor=hex_colour(self.theme.text)
        )
        for side, spine in axes.spines.items():
            spine.set_color(hex_colour(self.theme.faint))
            spine.set_visible(side in ("left", "bottom"))
        for axis in (axes.xaxis, axes.yaxis):
            axis.label.set(color=hex_colour(self.theme.text), size=LABEL_SIZE)
        axes.grid(color=hex_colour(self.theme.stripes), linewidth=0.5, alpha=0.6)
        axes.set_axisbelow(True)
        return axes

    def suffix(self, kind: Format) -> str:
        """The end of the file's name."""
        return kind

    def raster(self) -> Image.Image:
        """The sheet as pixels.

        Pillow writes the text: Matplotlib took three quarters of a sheet's time for it (cards of 16 units, 2026-11).
        """
        for text in self.canvas.texts:
            text.set_visible(False)
        canvas: Any = FigureCanvasAgg(self.figure)  # Matplotlib gives these methods no types.
        canvas.draw()
        image = Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3])
        brush = ImageDraw.Draw(image)
        for text in self.canvas.texts:
            text.set_visible(True)
            write(brush, text)
        return image

    def render(self, kind: Format, keywords: str) -> bytes:
        """The file's content; its metadata hold the title and the alternative text.

        Args:
            kind: the format.
            keywords: where it comes from, for programs.
        """
        buffer = io.BytesIO()
        metadata = _metadata(kind, self.words, keywords)
        if kind == "png":
            self.raster().save(buffer, "PNG", compress_level=_COMPRESSION, pnginfo=_png_info(metadata))
        else:
            self.figure.savefig(buffer, format=kind, dpi=_DPI, metadata=metadata)
        return buffer.getvalue()

    def _draw_frame(self) -> None:
        x, y = MARGIN - self._left, MARGIN - self._top
        self.text(x, y + 12, self.words.title, TITLE_SIZE, bold=True)
        self.text(x, y + 44, self.words.shape, TEXT_SIZE, faint=True)
        for row, line in enumerate(self._sentence):
            self.text(x, y + 74 + row * TEXT_SIZE * _LINE, line, TEXT_SIZE)
        for scale, (left, top) in zip(self.scales, self._bar_places, strict=True):
            self._draw_bar(scale, left - self._left, self._bars_top - self._top + top)
        bottom = self.size[1] - MARGIN - _height(self._small_print, SMALL_SIZE) - self._top + SMALL_SIZE
        for row, line in enumerate(self._small_print):
            self.text(x, bottom + row * SMALL_SIZE * _LINE, line, SMALL_SIZE, faint=True)

    def _draw_bar(self, scale: Scale, x: int, y: int) -> None:
        """Draw the colours of a scale with its ends, and say how the ends were found."""
        steps = np.linspace(0, 255, _BAR_WIDTH).round().astype(int)
        colours = colour_table(scale.kind, self.theme.name)[steps]
        self.image(x, y, np.broadcast_to(colours, (_BAR_HEIGHT, _BAR_WIDTH, 3)), frame=True)
        ends = [scale.low, 0.0, scale.limit] if scale.kind == "signed" else [0.0, scale.limit]
        places = np.linspace(0, _BAR_WIDTH, len(ends))
        for value, place, align in zip(ends, places, _alignments(len(ends)), strict=True):
            self.text(x + place, y + _BAR_HEIGHT + 11, number(value), SMALL_SIZE, align=align)
        self.text(x, y + _BAR_HEIGHT + 28, _bar_text(scale), SMALL_SIZE, faint=True)


def _bar_text(scale: Scale) -> str:
    return f"{scale.name}; {scale.rule}"


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


def _metadata(kind: Format, words: Words, keywords: str) -> dict[str, str | None]:
    if kind == "png":
        return {"Title": words.title, "Description": words.alt, "Source": keywords, "Software": "mnistcnn"}
    if kind == "svg":
        return {"Title": words.title, "Description": words.alt, "Source": keywords, "Date": None}
    return {"Title": words.title, "Subject": words.alt, "Keywords": keywords, "CreationDate": None}


def _png_info(metadata: dict[str, str | None]) -> PngInfo:
    info = PngInfo()
    for key, value in metadata.items():
        info.add_itxt(key, value or "")
    return info


def _alignments(count: int) -> list[Literal["left", "center", "right"]]:
    return ["left", "center", "right"] if count == 3 else ["left", "right"]


def _height(lines: Sequence[str], size: int) -> int:
    return round(len(lines) * size * _LINE)


def _rounded(size: int) -> int:
    return -(-size // _GRAIN) * _GRAIN


def hex_colour(colour: Colour) -> str:
    """As Matplotlib takes it: `#rrggbb`."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


@contextmanager
def same_everywhere() -> Iterator[None]:
    """Draw and render inside: nobody's matplotlibrc changes a picture, and the same network gives the same bytes."""
    defaults = {name: value for name, value in mpl.rcParamsDefault.items() if not name.startswith("backend")}
    with mpl.rc_context({**defaults, "svg.hashsalt": "mnistcnn"}):
        yield
