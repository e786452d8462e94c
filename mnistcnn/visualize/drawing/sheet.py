"""A sheet: a title, one sentence, what is drawn, its colour bars, and the small print.

Positions are pixels from the top left of the sheet's content. Arrays are painted into the sheet's own pixels, so
that they come out sharp in every format; text and charts are Matplotlib's.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from .marks import Align, Arrow, Box, Line, Mark, Text, draw_marks
from .style import LABEL_SIZE, SMALL_SIZE, TEXT_SIZE, TITLE_SIZE, Colour, Pixels, Scale, Theme, colour_table, paint
from .text_drawing import number, text_width, wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Format = Literal["png", "svg", "pdf"]

MARGIN = 28
LEAST_WIDTH = 740
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
        self.marks: list[Mark] = []
        self._has_charts = False
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
        align: Align = "left",
        faint: bool = False,
        bold: bool = False,
        colour: Colour | None = None,
    ) -> None:
        """Write a line whose middle is at `y`."""
        shade = colour or (self.theme.faint if faint else self.theme.text)
        self.marks.append(Text(self._left + x, self._top + y, text, size, align, bold, shade))

    def line(self, points: Sequence[tuple[float, float]], *, faint: bool = True, width: float = 1.0) -> None:
        """Draw straight lines from point to point."""
        moved = [(self._left + x, self._top + y) for x, y in points]
        self.marks.append(Line(moved, width, self.theme.faint if faint else self.theme.text))

    def arrow(self, start: float, end: float, y: float) -> None:
        """Draw a horizontal arrow from left to right."""
        self.marks.append(Arrow(self._left + start, self._left + end, self._top + y, self.theme.faint))

    def box(self, x: float, y: float, width: float, height: float, colour: Colour, *, line: float = 1.5) -> None:
        """Draw the outline of a rectangle."""
        self.marks.append(Box(self._left + x, self._top + y, width, height, colour, line))

    def bar(self, x: float, y: float, width: float, height: float, colour: Colour) -> None:
        """Draw a filled rectangle."""
        self.marks.append(Box(self._left + x, self._top + y, width, height, colour))

    def chart(self, x: float, y: float, width: float, height: float) -> Axes:
        """Axes for a chart, in the theme's colours."""
        from .figure import add_chart

        self._has_charts = True
        return add_chart(self.figure, (self._left + x, self._top + y, width, height), self.theme)

    @cached_property
    def figure(self) -> Figure:
        """What Matplotlib draws: the pixels and the charts."""
        from .figure import make_figure

        return make_figure(self.pixels, self.theme)

    def suffix(self, kind: Format) -> str:
        """The end of the file's name."""
        return kind

    def raster(self) -> Image.Image:
        """The sheet as pixels."""
        if self._has_charts:
            from .figure import rasterise

            image = rasterise(self.figure)
        else:
            image = Image.fromarray(self.pixels)
        draw_marks(image, self.marks)
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
            return buffer.getvalue()
        from .figure import DPI, add_marks

        add_marks(self.figure, self.marks)
        self.figure.savefig(buffer, format=kind, dpi=DPI, metadata=metadata)
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


def _alignments(count: int) -> list[Align]:
    return ["left", "center", "right"] if count == 3 else ["left", "right"]


def _height(lines: Sequence[str], size: int) -> int:
    return round(len(lines) * size * _LINE)


def _rounded(size: int) -> int:
    return -(-size // _GRAIN) * _GRAIN


@contextmanager
def same_everywhere() -> Iterator[None]:
    """Draw and render inside: nobody's matplotlibrc changes a picture, and the same network gives the same bytes."""
    defaults = {name: value for name, value in mpl.rcParamsDefault.items() if not name.startswith("backend")}
    with mpl.rc_context({**defaults, "svg.hashsalt": "mnistcnn"}):
        yield
