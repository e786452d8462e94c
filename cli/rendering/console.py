"""Decides what goes where: messages for people to standard error, results to standard output."""

from __future__ import annotations

import io
import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import NamedTuple, Self, TextIO

from mnistcnn.events import Event, RunFinished, RunStarted

from ..streams import open_messages
from .ndjson import NdJson
from .plain import PlainLog, WarningsOnly
from .result_paths import RunPath
from .sink import Sink
from .terminal import can_draw
from .text import shell_path


class Console:
    """Passes everything on to every sink, and closes all of them even if one fails.

    It is a `DownloadProgress` as well, so that `load_dataset` can report to it.
    """

    def __init__(self, sinks: list[Sink]) -> None:
        self._sinks = sinks
        self._stack = ExitStack()
        self._run = ""
        self._file, self._received, self._total = "", 0, 0

    def __enter__(self) -> Self:
        """Open every sink."""
        for sink in self._sinks:
            self._stack.enter_context(sink)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every sink; note on an interruption where the run is, for the message at the end."""
        if isinstance(error, KeyboardInterrupt) and self._run:
            error.add_note(f"the run is in {self._run}")
        self._stack.__exit__(kind, error, trace)

    def show(self, event: Event) -> None:
        """Render one event."""
        if isinstance(event, RunStarted):
            self._run = shell_path(event.run)
        elif isinstance(event, RunFinished):
            self._run = ""  # The summary says where it is.
        for sink in self._sinks:
            sink.show(event)

    def phase(self, text: str) -> None:
        """Announce something that takes a while."""
        for sink in self._sinks:
            sink.phase(text)

    def note(self, text: str) -> None:
        """Show a message that is no event of the run."""
        for sink in self._sinks:
            sink.note(text)

    def start(self, file: str, total: int) -> None:
        """Begin a download of `total` bytes, perhaps once more from zero."""
        self._file, self._received, self._total = file, 0, total
        self.advance(0)

    def advance(self, count: int) -> None:
        """Report `count` more bytes."""
        self._received += count
        for sink in self._sinks:
            sink.download(self._file, self._received, self._total)


class Views(NamedTuple):
    """What a command shows in a terminal, in a log, and in a pipe on standard output."""

    live: Callable[[TextIO], Sink]
    plain: Callable[[TextIO], Sink]
    result: Callable[[TextIO], Sink]


def _live_run(stream: TextIO) -> Sink:
    from .live import LiveDisplay

    return LiveDisplay(stream)


RUN_VIEWS = Views(_live_run, PlainLog, RunPath)
# Of a worker that is not the chief: nothing to draw, and no run of its own.
WORKER_VIEWS = Views(PlainLog, PlainLog, RunPath)


@contextmanager
def open_console(*, as_json: bool, quiet: bool, views: Views = RUN_VIEWS) -> Iterator[Console]:
    """Open the console that suits the terminal, the pipes and the options.

    Args:
        as_json: one JSON object per event on standard output, instead of the run's path.
        quiet: only warnings for people.
        views: how the command looks.
    """
    with _people_stream() as stream:
        sinks = [_people(stream, as_json, quiet, views), *_results(as_json, views)]
        with Console(sinks) as console:
            yield console


@contextmanager
def open_display() -> Iterator[Console]:
    """Open what a program sees of its run: the same on standard error, and nothing on standard output."""
    with _people_stream() as stream, Console([_people(stream, as_json=False, quiet=False, views=RUN_VIEWS)]) as console:
        yield console


def _results(as_json: bool, views: Views) -> list[Sink]:
    if sys.stdout is None:
        return []
    if as_json:
        return [NdJson(sys.stdout)]
    return [] if sys.stdout.isatty() else [views.result(sys.stdout)]


def _people(stream: TextIO, as_json: bool, quiet: bool, views: Views) -> Sink:
    if quiet or (as_json and stream.isatty() and not _is_file(sys.stdout)):
        # `train --json`, or `train --json | jq`: the results appear in the terminal that a display
        # would draw on, and they say the same.
        return WarningsOnly(stream)
    return views.live(stream) if can_draw(stream) else views.plain(stream)


def _is_file(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):
        return False


@contextmanager
def _people_stream() -> Iterator[TextIO]:
    """Open standard error under a file descriptor of its own, so that the display outlives `quiet_stderr`."""
    if sys.stderr is None:
        yield io.StringIO()
        return
    try:
        descriptor = os.dup(sys.stderr.fileno())
    except (OSError, ValueError):
        yield sys.stderr
        return
    with open_messages(descriptor, sys.stderr) as stream:
        yield stream
