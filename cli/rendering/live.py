"""A run in a terminal: one display that stays in place, and a summary that replaces it."""

from __future__ import annotations

from types import TracebackType
from typing import TextIO

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from mnistcnn.events import Compiling, Event, RunStarted, SeedFinished, SeedsFinished, SeedStarted, Warned
from mnistcnn.events.displayed_run import DisplayedRun

from . import summary
from .dashboard import WIDEST, Dashboard, in_place
from .report import Report, SeedsReport
from .run_curves import ACCENT
from .sink import Sink
from .text import printable, size


class LiveDisplay(Sink):
    """Shows a run on `stream`, which is a terminal.

    Args:
        stream: not standard error's own file descriptor: that one is turned aside while TensorFlow is
            imported, and the display goes on meanwhile.
        console: for tests.
    """

    def __init__(self, stream: TextIO, console: Console | None = None) -> None:
        self._console = console or Console(file=stream, highlight=False)
        self._run = DisplayedRun()
        self._waiting = _Waiting()
        self._began = 0.0
        self._seed: SeedStarted | None = None
        self._seeds: SeedsFinished | None = None
        self._width = self._console.width
        self._live = in_place(self._console, self._renderable)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the terminal back, and say how the run ended."""
        self._live.stop()
        if self._seeds is not None:
            self._console.print(SeedsReport(self._seeds), crop=False)
        elif self._seed is None and self._run.finished is not None:
            self._console.print(Report(self._run, self._run.finished), crop=False)

    def phase(self, text: str) -> None:
        """Show that something is going on."""
        self._waiting.begin(text)
        self._live.start()

    def note(self, text: str) -> None:
        """Print it above the display, where it stays."""
        self._console.print(Text(printable(text)))

    def download(self, name: str, received: int, total: int) -> None:
        """Show a bar."""
        self._waiting.downloading(name, received, total)
        self._live.start()

    def show(self, event: Event) -> None:
        """Take the event in; the next refresh shows it. A warning stays on the screen."""
        self._run.update(event)
        if isinstance(event, Warned):
            self._console.print(_Warning(event.message))
        elif isinstance(event, Compiling):
            self._console.print(Text(summary.COMPILING, style="dim"))
        elif isinstance(event, RunStarted):
            self._began = self._console.get_time()
            self._live.start()
        elif isinstance(event, SeedStarted):
            self._seed, self._run = event, DisplayedRun()
            self.phase(_position(event))
        elif isinstance(event, SeedFinished):
            style = "" if event.state == "finished" else "bold yellow"
            self._console.print(Text(summary.seed_line(event), style=style, overflow="fold"))
        elif isinstance(event, SeedsFinished):
            self._seeds = event

    def _renderable(self) -> RenderableType:
        """Choose what a refresh draws."""
        before, self._width = self._width, self._console.width
        if self._width < before:
            self._redraw()
        if self._run.started is None:
            return self._waiting
        dashboard = Dashboard(self._run, self._elapsed)
        return Group(Text(_position(self._seed), style="dim"), dashboard) if self._seed else dashboard

    def _redraw(self) -> None:
        """Begin on a clean screen, because a terminal breaks the last frame's lines when it gets narrower.

        Rich would erase as many lines as it wrote, and leave the rest of them standing.
        """
        self._console.clear()
        for warning in self._run.warnings:
            self._console.print(_Warning(warning))

    def _elapsed(self) -> float:
        return self._console.get_time() - self._began


def _position(event: SeedStarted) -> str:
    return f"seed {event.seed}, {event.number} of {event.seeds}"


class _Waiting:
    """A spinner with a text, or a download with a bar."""

    def __init__(self) -> None:
        self._spinner = Spinner("dots", style=ACCENT)
        self._download: tuple[str, int, int] | None = None

    def begin(self, text: str) -> None:
        self._download = None
        self._spinner.update(text=Text(text, style="dim"))

    def downloading(self, name: str, received: int, total: int) -> None:
        self._download = (name, received, total)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if self._download is None:
            yield self._spinner
            return
        name, received, total = self._download
        text = Text(f"downloading {name}", no_wrap=True, overflow="ellipsis")
        amount = f"{size(received)} of {size(total)}"
        grid = Table.grid(padding=(0, 2))
        room = min(options.max_width, WIDEST) - len(text) - len(amount) - 6
        if room < 10:
            yield Text.assemble(text, "  ", amount, overflow="fold")
            return
        bar = ProgressBar(total=total, completed=received, width=room, complete_style=ACCENT)
        grid.add_row(text, bar, amount)
        yield grid


class _Warning:
    """A yellow panel."""

    def __init__(self, message: str) -> None:
        self._message = message

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        body = Text("\n".join(map(printable, self._message.splitlines())), overflow="fold")
        width = min(options.max_width, WIDEST)
        yield Panel(body, title="warning", title_align="left", border_style="bold yellow", width=width)
