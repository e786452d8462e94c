"""A sweep in a terminal: how far the study is, the trial of this process, and the best trials of all processes."""

from __future__ import annotations

from types import TracebackType
from typing import TextIO

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from mnistcnn.events import (
    Event,
    SeedStarted,
    SweepFinished,
    SweepProgress,
    SweepStarted,
    TrialFinished,
    TrialStarted,
    Warned,
)
from mnistcnn.events.displayed_run import DisplayedRun

from . import sweep_text
from .dashboard import BEST, WIDEST, headline, in_place
from .report import fact_table
from .run_curves import ACCENT
from .sink import Sink
from .sweep_view import table
from .text import count, duration, percent, printable, size

_FEWEST_ROWS = 3
_OTHER_LINES = 12
"""Lines of the display that are not rows of the table."""


class LiveSweep(Sink):
    """Shows a sweep on `stream`, which is a terminal.

    Args:
        stream: not standard error's own file descriptor, which is turned aside while TensorFlow is imported.
        console: for tests.
    """

    def __init__(self, stream: TextIO, console: Console | None = None) -> None:
        self._console = console or Console(file=stream, highlight=False)
        self._spinner = Spinner("dots", style=ACCENT)
        self._started: SweepStarted | None = None
        self._sweep: SweepProgress | None = None
        self._trial: TrialStarted | None = None
        self._run = DisplayedRun()
        self._seed = ""
        self._finished: SweepFinished | None = None
        self._began, self._done_before = self._console.get_time(), 0
        self._live = in_place(self._console, self._renderable)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the terminal back, and say what was found."""
        self._live.stop()
        if self._finished is not None:
            self._console.print(self._report(self._finished), crop=False)
            show = (sweep_text.show_command(self._finished), "see the best trials")
            for command, purpose in [*sweep_text.next_commands(self._finished.best), show]:
                self._console.print(Text(f"  # {purpose}", style="dim"))
                self._console.print(Text(f"  {command}"), soft_wrap=True)

    def phase(self, text: str) -> None:
        """Show that something is going on."""
        self._spinner.update(text=Text(text, style="dim"))
        self._live.start()

    def download(self, name: str, received: int, total: int) -> None:
        """Show how far it is."""
        self.phase(f"downloading {name}, {size(received)} of {size(total)}")

    def show(self, event: Event) -> None:
        """Take the event in; the next refresh shows it. Warnings and ended trials stay on the screen."""
        self._run.update(event)
        match event:
            case SweepStarted():
                self._started, self._done_before = event, event.done
                self._began = self._console.get_time()
                self._live.start()
            case SweepProgress():
                self._sweep = event
            case TrialStarted():
                self._trial, self._run, self._seed = event, DisplayedRun(), ""
            case SeedStarted():
                self._run, self._seed = DisplayedRun(self._run.started), f"seed {event.seed}, "
            case TrialFinished():
                self._trial = None
                style = "" if event.result.state == "finished" else "dim"
                self._console.print(Text(sweep_text.trial_line(event.result, event.data), style=style, overflow="fold"))
            case Warned():
                text = "\n".join(map(printable, event.message.splitlines()))
                self._console.print(Text.assemble(("warning: ", "bold yellow"), text, overflow="fold"))
            case SweepFinished():
                self._finished = event

    def _renderable(self) -> RenderableType:
        if self._started is None or self._sweep is None:
            return self._spinner
        width = min(self._console.width, WIDEST)
        name = Text(f"study {printable(self._started.study)}", style="bold")
        blocks: list[RenderableType] = [headline(name, printable(self._started.data), width), self._bar(width)]
        blocks.append(Padding(self._own_trial(width), (1, 0, 0, 0)))
        if self._sweep.best:
            blocks.append(Padding(self._best(), (1, 0, 0, 0)))
        return Group(*blocks)

    def _bar(self, width: int) -> RenderableType:
        if self._sweep is None:
            return Text()
        figures = (
            f"{count(self._sweep.done)} / {count(self._sweep.trials)} trials · {self._sweep.running} running · "
            f"{duration(self._seconds_left())} left"
        )
        room = width - len(figures) - 2
        text = Text(figures, no_wrap=True, overflow="ellipsis")
        if room < 10:
            return text
        grid = Table.grid(padding=(0, 2, 0, 0))
        bar = ProgressBar(total=self._sweep.trials, completed=self._sweep.done, width=room, complete_style=ACCENT)
        grid.add_row(bar, text)
        return grid

    def _seconds_left(self) -> float | None:
        """From how many trials all processes have ended since this one joined."""
        if self._sweep is None or self._sweep.done <= self._done_before:
            return None
        elapsed = self._console.get_time() - self._began
        return elapsed / (self._sweep.done - self._done_before) * (self._sweep.trials - self._sweep.done)

    def _own_trial(self, width: int) -> RenderableType:
        if self._trial is None:
            others = self._sweep.running if self._sweep else 0
            return Text(f"waiting for {others} trials of other processes" if others else "next trial", style="dim")
        steps = self._run.started.steps if self._run.started else 0
        accuracy = percent(self._run.last_validation.accuracy if self._run.last_validation else None)
        where = f"{self._seed}step {count(self._run.step)} of {count(steps)}"
        first = f"trial {self._trial.trial}: {where}, validation {accuracy}"
        return Text(f"{first}\n{sweep_text.settings_text(self._trial.params)}", overflow="fold")

    def _best(self) -> Table:
        """As many of the best trials as there is room for."""
        best = self._sweep.best if self._sweep else ()
        rows = max(_FEWEST_ROWS, self._console.size.height - _OTHER_LINES)
        header, cells = table(best[:rows])
        shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for name in header[:-1]:  # The paths of the runs are in the report.
            shown.add_column(printable(name), justify="right", no_wrap=True)
        for number, row in enumerate(cells):
            shown.add_row(*map(printable, row[:-1]), style=BEST if number == 0 else "")
        return shown

    def _report(self, finished: SweepFinished) -> RenderableType:
        width = min(self._console.width, WIDEST)
        whole = finished.finished + finished.pruned + finished.diverged == finished.trials
        title = Text(sweep_text.title(finished), style=f"bold {BEST if whole else 'yellow'}")
        return Group(headline(title, "", width), Text(), fact_table(list(sweep_text.facts(finished)), width), Text())
