"""The summary of a run in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from mnistcnn.events import RunFinished, SeedsFinished
from mnistcnn.events.displayed_run import DisplayedRun

from . import hints, summary
from .dashboard import BEST, WIDEST, headline
from .hints import hint_lines
from .run_curves import HEIGHT, run_curves
from .text import printable

_BESIDE = 100
"""From this width on, a fact's note stands beside its value; below, under it."""
_STACKED = 50
"""Below this width, a fact's value stands under its label."""


class Report:
    """Renders how a run ended: its curves, what it achieved, its warnings again, what to type next, and the headline.

    The headline comes last, where the eye is; the curves only where the whole report fits into the window.
    """

    def __init__(self, run: DisplayedRun, finished: RunFinished) -> None:
        self._run = run
        self._finished = finished

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Curves, facts, warnings, commands, headline."""
        width = min(options.max_width, WIDEST)
        rest = list(self._below_curves(width))
        lines = sum(len(console.render_lines(part, options.update(height=None), pad=False)) for part in rest)
        # One line is the prompt's, and one stands between the curves and the rest.
        if lines + HEIGHT + 2 <= console.size.height and (curves := run_curves(self._run, width - 4)):
            yield Padding(curves, (0, 0, 1, 2), expand=False)
        yield from rest

    def _below_curves(self, width: int) -> Iterator[RenderableType]:
        yield fact_table(summary.facts(self._finished), width)
        for warning in self._run.warnings:
            text = "\n".join(map(printable, warning.splitlines()))
            yield Text()
            yield Padding(Text.assemble(("warning: ", "bold yellow"), text, overflow="fold"), (0, 0, 0, 2))
        yield Text()
        for line in hint_lines(hints.after_run(self._run, self._finished), width - 2):
            yield _hint(line)
        yield Text()
        style = f"bold {BEST}" if self._finished.state == "finished" else "bold yellow"
        yield headline(Text(summary.headline(self._finished), style=style), "", width)


def _hint(line: str) -> Text:
    """One line, however narrow the window is, so that the command can be copied whole; its purpose is dim."""
    command, mark, purpose = line.partition("# ")
    return Text.assemble("  ", command, (mark + purpose, "dim"), no_wrap=True, overflow="ignore")


class SeedsReport:
    """Renders how a batch of seeds ended."""

    def __init__(self, finished: SeedsFinished) -> None:
        self._finished = finished

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Facts, headline."""
        width = min(options.max_width, WIDEST)
        good = all(result.state == "finished" for result in self._finished.results)
        style = f"bold {BEST}" if good else "bold yellow"
        yield fact_table(summary.seeds_facts(self._finished), width)
        yield Text()
        yield headline(Text(summary.seeds_headline(self._finished), style=style), "", width)


def fact_table(facts: Sequence[summary.Fact], width: int) -> Padding:
    """Labels at the left, values beside or below."""
    grid = Table.grid(padding=(0, 0, 0, 2))
    grid.add_column(overflow="fold")
    if width >= _STACKED:
        grid.add_column(overflow="fold")
    for fact in facts:
        label, value = Text(fact.label, style="dim"), _value(fact, width)
        if width >= _STACKED:
            grid.add_row(label, value)
        else:
            grid.add_row(label)
            grid.add_row(Padding(value, (0, 0, 0, 2)))
    return Padding(grid, (0, 0, 0, 2 if width >= _STACKED else 0), expand=False)


def _value(fact: summary.Fact, width: int) -> Text:
    value = Text(fact.value, style="bold" if fact.label == "test accuracy" else "")
    if fact.note:
        value.append("   " if width >= _BESIDE else "\n")
        value.append(fact.note, style="dim not bold")
    return value
