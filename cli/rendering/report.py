"""The summary of a run in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, ConsoleOptions, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from mnistcnn.events import RunFinished, SeedsFinished
from mnistcnn.events.displayed_run import DisplayedRun

from . import summary
from .dashboard import BEST, WIDEST, headline
from .text import printable

_BESIDE = 100
"""From this width on, a fact's note stands beside its value; below, under it."""
_STACKED = 50
"""Below this width, a fact's value stands under its label."""


class Report:
    """Renders how a run ended: what it achieved, its warnings again, and what to type next."""

    def __init__(self, run: DisplayedRun, finished: RunFinished) -> None:
        self._run = run
        self._finished = finished

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Headline, facts, warnings, commands."""
        width = min(options.max_width, WIDEST)
        style = f"bold {BEST}" if self._finished.state == "finished" else "bold yellow"
        yield headline(Text(summary.title(self._finished), style=style), "", width)
        yield Text()
        yield fact_table(summary.facts(self._finished), width)
        for warning in self._run.warnings:
            text = "\n".join(map(printable, warning.splitlines()))
            yield Text()
            yield Padding(Text.assemble(("warning: ", "bold yellow"), text, overflow="fold"), (0, 0, 0, 2))
        yield Text()
        yield from self._commands()

    def _commands(self) -> RenderResult:
        """Each command on one line, however narrow the window: so it can be copied whole."""
        for command, purpose in summary.next_commands(self._run, self._finished):
            yield Text(f"  # {purpose}", style="dim")
            yield Text(f"  {command}", no_wrap=True, overflow="ignore")


class SeedsReport:
    """Renders how a batch of seeds ended."""

    def __init__(self, finished: SeedsFinished) -> None:
        self._finished = finished

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Headline, facts."""
        width = min(options.max_width, WIDEST)
        good = all(result.state == "finished" for result in self._finished.results)
        style = f"bold {BEST}" if good else "bold yellow"
        yield headline(Text(summary.seeds_title(self._finished), style=style), "", width)
        yield Text()
        yield fact_table(summary.seeds_facts(self._finished), width)


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
