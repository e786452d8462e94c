"""A run in a notebook: one output that updates in place, and stays as the record of the run."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Protocol, Self

from ...events import Compiling, Event, RunFinished, RunStarted, StepsDone
from ...events.displayed_run import DisplayedRun
from .curves import curves_svg
from .html import bar, card, duration, line, percent, table, warning

_PACE = 0.5  # Seconds between two updates: each is 10 kB that the browser lays out anew.


class Output(Protocol):
    """A place in a notebook: IPython's `DisplayHandle`."""

    def update(self, data: dict[str, str], *, raw: bool) -> None:
        """Show this in place of what is there."""


def open_output(bundle: dict[str, str]) -> Output:
    """Open a place below the cell that runs now."""
    # Only a notebook needs it, and a notebook's kernel has it.
    from IPython.display import display

    output: Output = display(bundle, raw=True, display_id=True)  # type: ignore[no-untyped-call]
    return output


class NotebookDisplay:
    """Shows a run in the output of a notebook's cell.

    Args:
        open_output: opens the place that is updated.
        clock: in seconds.
    """

    def __init__(
        self,
        open_output: Callable[[dict[str, str]], Output] = open_output,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._open, self._clock = open_output, clock
        self._run = DisplayedRun()
        self._phase = ""
        self._download: tuple[str, int, int] | None = None
        self._began = self._shown = -_PACE
        self._stopped_by: str | None = None
        self._output: Output | None = None

    def __enter__(self) -> Self:
        """Open the output."""
        self._output = self._open(self._bundle())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Show how it ended."""
        self._stopped_by = kind.__name__ if kind is not None else None
        self._phase, self._download = "", None
        self._update()

    def show(self, event: Event) -> None:
        """Take the event in, and show it if the last update is not too recent."""
        self._run.update(event)
        if isinstance(event, RunStarted):
            self._began, self._phase, self._download = self._clock(), "", None
        elif isinstance(event, Compiling):
            self._phase = "compiling for the GPU: about 10 s, once"
        elif isinstance(event, StepsDone):
            self._phase = ""
        if self._clock() - self._shown >= _PACE:
            self._update()

    def phase(self, text: str) -> None:
        """Show that something is going on."""
        self._phase, self._download = text, None
        self._update()

    def start(self, file: str, total: int) -> None:
        """Begin a download."""
        self._download = file, 0, total
        self._update()

    def advance(self, count: int) -> None:
        """`count` more bytes are there."""
        if self._download is not None:
            file, received, total = self._download
            self._download = file, received + count, total
        if self._clock() - self._shown >= _PACE:
            self._update()

    def _update(self) -> None:
        self._shown = self._clock()
        if self._output is not None:
            self._output.update(self._bundle(), raw=True)

    def _bundle(self) -> dict[str, str]:
        return {"text/html": self._html(), "text/plain": self._text()}

    def _html(self) -> str:
        run, started = self._run, self._run.started
        warnings = [warning(text) for text in run.warnings]
        if started is None:
            return card("mnistcnn", self._phase, [*self._download_bar(), *warnings])
        remark = f"{started.data} · batch {started.batch_size:,} · seed {started.seed}"
        parts = [bar(run.step / max(started.steps, 1), self._progress()), table(_rows(run))]
        parts += [curves_svg(run.losses, run.test_errors, started.steps, started.data), line(str(started.run))]
        return card(started.run.name, remark, parts + warnings)

    def _download_bar(self) -> list[str]:
        if self._download is None:
            return []
        file, received, total = self._download
        text = f"downloading {file}: {received / 1e6:.1f} of {total / 1e6:.1f} MB"
        return [bar(received / max(total, 1), text)]

    def _progress(self) -> str:
        run = self._run
        steps = f"{run.step:,} of {run.started.steps:,} steps" if run.started else ""
        if self._phase:
            return f"{steps} · {self._phase}"
        if isinstance(run.finished, RunFinished):
            return f"{run.finished.state} after {run.finished.step:,} steps · {duration(run.finished.seconds)}"
        if self._stopped_by is not None:
            return f"{steps} · stopped: {self._stopped_by}"
        speed = f"{run.last.images_per_second:,.0f} images/s · " if run.last else ""
        elapsed = duration(self._clock() - self._began)
        return f"{steps} · {speed}{elapsed} · {duration(run.seconds_left)} left"

    def _text(self) -> str:
        """For what shows no HTML."""
        started = self._run.started
        if started is None:
            return self._phase
        accuracy = percent(self._run.last_test.accuracy if self._run.last_test else None)
        return f"{started.run}: {self._progress()} · test accuracy {accuracy} ({started.data})"


def _rows(run: DisplayedRun) -> list[list[str]]:
    """The figures of now, and of the step that validation found best."""
    best, last = run.best_validation, run.last
    heading = f"best validation, step {best.step:,}" if best else ""
    accuracies: dict[str, tuple[Any, Any]] = {
        "validation": (run.last_validation, best),
        "test": (run.last_test, run.test_at_best),
    }
    return [
        ["accuracy", "now", heading],
        ["training batch", percent(last.accuracy if last else None), ""],
        *(
            [split, percent(now.accuracy if now else None), percent(then.accuracy) if then else ""]
            for split, (now, then) in accuracies.items()
        ),
        ["loss", f"{last.loss:.4g}" if last else "–", ""],
    ]
