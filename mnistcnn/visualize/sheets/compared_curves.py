"""The curves of several runs in one picture; the seeds of a recipe become one line with a band."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl

from ...runs.curves import Band, SeedGroup, Splits, band
from ..drawing.sheet import Format, Sheet, Words, same_everywhere
from ..drawing.style import LABEL_SIZE, LIGHT
from ..drawing.text_drawing import text_width

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_PANELS = (
    ("train", 1, 1.0, "training loss (nats)"),
    ("validation", 2, 100.0, "validation errors (%)"),
    ("test", 2, 100.0, "test errors (%)"),
)
"""Split, row of its `Splits` array, factor, and the name of the axis."""
_WIDTH, _HEIGHT, _GAP = 380, 320, 70
_LEGEND_LINE = 20
_SENTENCE = (
    "Logarithmic, so a step without errors has no point. A line with a band is the mean of several seeds, and the band "
    "reaches from the smallest to the largest of them."
)


def compared_curves(groups: Sequence[SeedGroup], curves: Mapping[Path, Splits], kind: Format) -> bytes:
    """Draw training loss, validation and test errors over the steps.

    Args:
        groups: each becomes a line.
        curves: of each run in a group, by its path.
        kind: the format of the file.

    Returns:
        The file's content.
    """
    lines = [[band([curves[run.path] for run in group.runs], *panel[:2]) for group in groups] for panel in _PANELS]
    panels = [(panel, bands) for panel, bands in zip(_PANELS, lines, strict=True) if any(bands)]
    with same_everywhere():
        sheet = _sheet(groups, len(panels))
        for number, ((_, _, factor, label), bands) in enumerate(panels):
            axes = sheet.chart(50 + number * (_WIDTH + _GAP), 8, _WIDTH, _HEIGHT)
            for place, found in enumerate(bands):
                if found is not None:
                    _draw(axes, found, factor, place)
            _finish(axes, label)
        _draw_legend(sheet, groups)
        return sheet.render(kind, "mnistcnn runs compare")


def _sheet(groups: Sequence[SeedGroup], panels: int) -> Sheet:
    count = sum(len(group.runs) for group in groups)
    data = sorted({run.data for group in groups for run in group.runs if run.data})
    shape = f"{count} run{'s' if count > 1 else ''} on {', '.join(data)}"
    words = Words(
        "Curves of several runs",
        shape,
        _SENTENCE,
        f"Line charts of {shape}: training loss, validation errors and test errors.",
        "mnistcnn runs compare",
    )
    legend = max(text_width(group.label, LABEL_SIZE) for group in groups)
    width = max(panels * (_WIDTH + _GAP), round(legend) + 60)
    return Sheet(width, _HEIGHT + 70 + _LEGEND_LINE * len(groups), words, LIGHT)


def _draw(axes: Axes, found: Band, factor: float, place: int) -> None:
    colour, dashes = _style(place)
    mean, low, high = (factor * values for values in (found.mean, found.low, found.high))
    shown = mean > 0  # A logarithm has no place for a batch without errors.
    marker = "o" if shown.sum() == 1 else ""
    axes.plot(
        found.steps[shown], mean[shown], color=colour, linestyle=dashes, linewidth=1.6, marker=marker, markersize=4
    )
    if (low != high).any():
        floor = mean[shown].min() / 10  # Where the best of the seeds makes no error, the band ends within the picture.
        axes.fill_between(found.steps[shown], low[shown].clip(floor), high[shown], color=colour, alpha=0.2, linewidth=0)


def _finish(axes: Axes, label: str) -> None:
    from matplotlib.ticker import LogLocator, NullLocator

    axes.set(xlabel="step", ylabel=label, yscale="log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_locator(NullLocator())


def _draw_legend(sheet: Sheet, groups: Sequence[SeedGroup]) -> None:
    """One line for each group, below the panels, where it hides nothing."""
    top = _HEIGHT + 62
    axes = sheet.chart(0, top, 30, _LEGEND_LINE * len(groups))
    axes.set(xlim=(0, 1), ylim=(len(groups), 0))
    axes.axis("off")
    for place, group in enumerate(groups):
        colour, dashes = _style(place)
        axes.plot([0, 1], [place + 0.5] * 2, color=colour, linestyle=dashes, linewidth=2)
        if len(group.runs) > 1:
            axes.fill_between([0, 1], place + 0.2, place + 0.8, color=colour, alpha=0.2, linewidth=0)
        sheet.text(40, top + (place + 0.5) * _LEGEND_LINE, group.label, LABEL_SIZE)


def _style(place: int) -> tuple[str, str]:
    """Ten colours that stay apart under colour blindness (Petroff 2021), each with four kinds of line."""
    colours = mpl.color_sequences["petroff10"]
    dashes = ("-", "--", ":", "-.")[place // len(colours) % 4]
    return str(mpl.colors.to_hex(colours[place % len(colours)])), dashes
