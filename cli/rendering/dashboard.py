"""A run in a terminal while it trains, laid out for the current width at every refresh."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.live import Live
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from mnistcnn.events import Evaluated, RunStarted
from mnistcnn.events.displayed_run import DisplayedRun

from .run_curves import ACCENT, run_curves
from .text import count, duration, loss, percent, printable

WIDEST = 110
"""Columns; a line that is longer is hard to follow with the eye."""
_WITH_BEST = 60
_NARROWEST_BAR = 8
_WITH_MARGIN = 40
_LINES_WITH_CURVE = 18
BEST = "green"


def in_place(console: Console, renderable: Callable[[], RenderableType]) -> Live:
    """A display that stays in place and leaves nothing behind.

    Standard output carries results, so it must stay itself; warnings on standard error come above.
    """
    return Live(get_renderable=renderable, console=console, transient=True, redirect_stdout=False, refresh_per_second=8)


class Dashboard:
    """Renders a `DisplayedRun`; a renderable, so that Rich asks again at every refresh and after a resize.

    Args:
        run: of a run that has started.
        elapsed: seconds since the run started.
    """

    def __init__(self, run: DisplayedRun, elapsed: Callable[[], float]) -> None:
        self._run = run
        self._elapsed = elapsed

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Header, bar, numbers, curves, place: as many of them as fit."""
        if self._run.started is None:
            return
        width = min(options.max_width, WIDEST)
        inner = width - 4 if width >= _WITH_MARGIN else width
        blocks = self._blocks(self._run.started, inner, console.size.height)
        yield headline(_name(self._run.started), _recipe(self._run.started), width)
        for block in blocks:
            if inner < width:
                yield Text()
                yield Padding(block, (0, (width - inner) // 2), expand=False)
            else:
                yield block

    def _blocks(self, started: RunStarted, width: int, height: int) -> list[RenderableType]:
        blocks: list[RenderableType] = [self._bar(started, width), self._numbers(started, width)]
        curves = run_curves(self._run, width) if height >= _LINES_WITH_CURVE else None
        if curves is not None:
            blocks.append(curves)
        blocks.append(Text(printable(str(started.run)), style="dim", overflow="fold"))
        return blocks

    def _bar(self, started: RunStarted, width: int) -> RenderableType:
        """Let the bar fill what the figures leave; in a narrow window they stand above it."""
        step, steps = self._run.step, started.steps
        bar = ProgressBar(total=max(steps, 1), completed=step, complete_style=ACCENT, finished_style=BEST)
        done, *speed = self._progress(started)
        left = f"{duration(self._run.seconds_left)} left"
        times = f"{duration(self._elapsed())} · {left}"
        beside = (done, *speed, times)
        room = width - sum(len(figure) + 3 for figure in beside)
        if room < _NARROWEST_BAR:
            figures = (f"{done}  {time}" for time in (times, left, left.removesuffix(" left")))
            fitting = next((text for text in figures if len(text) <= width), done)
            return _stacked([Text(fitting, no_wrap=True, overflow="ellipsis"), bar])
        grid = Table.grid(padding=(0, 3))
        grid.add_column(width=room)
        grid.add_row(bar, *(Text(figure, no_wrap=True) for figure in beside))
        return grid

    def _progress(self, started: RunStarted) -> tuple[str, ...]:
        """How far it is and how fast, or how far the evaluation is that goes on."""
        if evaluating := self._run.evaluating:
            return (f"evaluating {count(evaluating.done)}/{count(evaluating.examples)}",)
        steps = count(started.steps)
        speed = count(self._run.last.images_per_second) if self._run.last else "–"
        return f"{count(self._run.step):>{len(steps)}} / {steps}", f"{speed} images/s"

    def _numbers(self, started: RunStarted, width: int) -> RenderableType:
        """Tell the accuracies of now and of the step that validation found best: beside, or in a row."""
        run, wide = self._run, width >= _WITH_BEST
        grid = _table(3 if wide else 2, gap=3 if wide else 1)
        best, data = run.best_validation, printable(started.data)
        heading = f"best validation, at step {count(best.step)}" if best else ""
        grid.add_row(*_cells([f"accuracy on {data}" if wide else f"on {data}", "now", heading], wide, "dim"))
        training = percent(run.last.accuracy if run.last else None)
        grid.add_row(*_cells(["training batch" if wide else "training", training, ""], wide))
        grid.add_row(*_cells(["validation", *_accuracies(run.last_validation, best)], wide))
        if best and not wide:
            grid.add_row(*_cells(["  best", percent(best.accuracy)], wide, BEST))
        grid.add_row(*_cells(["test", *_accuracies(run.last_test, run.test_at_best)], wide))
        grid.add_row(*_cells(["loss", loss(run.last.loss) if run.last else "–", ""], wide))
        return grid


def headline(left: Text, right: str, width: int) -> RenderableType:
    """Draw a thin rule with a name at its left end and, where it fits, a remark at its right end."""
    room = width - left.cell_len - 1
    if room < 3:
        left.overflow = "fold"
        return left
    if not right or room - cell_len(right) - 1 < 3:
        return Text.assemble(left, (f" {'─' * room}", "dim"), no_wrap=True)
    rule = "─" * (room - cell_len(right) - 1)
    return Text.assemble(left, (f" {rule} {right}", "dim"), no_wrap=True)


def _name(started: RunStarted) -> Text:
    return Text(printable(started.run.name), style="bold")


def _recipe(started: RunStarted) -> str:
    return f"{printable(started.data)} · batch {count(started.batch_size)} · seed {started.seed}"


def _accuracies(now: Evaluated | None, best: Evaluated | None) -> tuple[str, str]:
    return percent(now.accuracy if now else None), percent(best.accuracy) if best else ""


def _table(columns: int, gap: int) -> Table:
    """Make a column of names and columns of numbers, right-aligned so that their decimals stand in line."""
    grid = Table.grid(padding=(0, gap))
    grid.add_column(overflow="ellipsis", no_wrap=True)
    for _ in range(columns - 1):
        grid.add_column(justify="right", no_wrap=True)
    return grid


def _cells(texts: Sequence[str], wide: bool, style: str = "") -> list[Text]:
    """Make the cells of one row; the third, about the best step, only where there is room."""
    cells = [Text(text, style=style) for text in texts]
    if wide and not style and len(cells) == 3:
        cells[2].stylize(BEST)
    return cells if wide else cells[:2]


def _stacked(rows: Sequence[RenderableType]) -> RenderableType:
    grid = Table.grid(expand=False)
    for row in rows:
        grid.add_row(row)
    return grid
