"""The curves of a run in a terminal: its loss, and where there is room its test error."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from mnistcnn.events.displayed_run import DisplayedRun, Point

from . import curve
from .text import count, loss, percent, printable

HEIGHT = 6
"""Lines of a curve with its name and its axis."""
ACCENT = "cyan"
_ROWS = 4
_NARROWEST = 36
_WITH_TWO = 72


def run_curves(run: DisplayedRun, width: int) -> RenderableType | None:
    """Draw what a run has measured so far; None if that is nothing, or if the window is too narrow.

    Args:
        run: a run that has started.
        width: columns that may be used.
    """
    if run.started is None or not run.losses or width < _NARROWEST:
        return None
    steps = run.started.steps
    both = width >= _WITH_TWO and len(run.test_errors) > 1
    each = (width - 4) // 2 if both else width
    curves = [_curve("loss", run.losses, steps, each, loss)]
    if both:
        name = f"test error on {printable(run.started.data)}"
        curves.append(_curve(name, run.test_errors, steps, each, percent))
    grid = Table.grid(padding=(0, 4, 0, 0), pad_edge=False)
    grid.add_row(*curves)
    return grid


def _curve(name: str, points: Sequence[Point], steps: int, width: int, label: Callable[[float], str]) -> RenderableType:
    """Draw a curve with its range at the left and its steps below."""
    limits = curve.y_range(points)
    low, high = (label(limits[0]), label(limits[1])) if limits else ("–", "–")
    margin = max(len(low), len(high))
    rows = curve.braille(points, (0, steps), width - margin - 2, _ROWS)
    text = Text(f"{name} (log scale)\n", style="dim", no_wrap=True)
    for number, row in enumerate(rows):
        at = {0: high, _ROWS - 1: low}.get(number, "")
        text.append(f"{at:>{margin}} {'┤' if at else '│'}", style="dim")
        text.append(f"{row}\n", style=f"not dim {ACCENT}")
    axis = f"0{count(steps):>{max(width - margin - 3, 1)}}"
    text.append(f"{'':>{margin}}  {axis}", style="dim")
    return text
