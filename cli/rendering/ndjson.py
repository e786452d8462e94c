"""Records for programs: with `--json`, one JSON object per line on standard output."""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from mnistcnn.events import Evaluating

from ..streams import OutputError
from .messages import show_warning
from .sink import Sink

if TYPE_CHECKING:
    from mnistcnn.events import Event

_INNER_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


def write_record(record: Mapping[str, object], stream: TextIO | None = None) -> None:
    """Write one record on one line and flush it, so that a reader at the other end of a pipe gets it at once.

    Paths become strings. JSON has no NaN and no infinity: such numbers become null, so that every line is valid for
    every reader.

    Args:
        record: has the key `event`, in snake case, which says what the other keys mean.
        stream: standard output unless given.

    Raises:
        OutputError, ReaderGoneError: standard output cannot be written, or nobody reads it.
    """
    stream = stream or sys.stdout
    stream.write(json.dumps(_plain(record), allow_nan=False) + "\n")
    stream.flush()


def event_name(kind: type[Event]) -> str:
    """Name a class of events as records do: `RunStarted` is `run_started`."""
    return _INNER_CAPITAL.sub("_", kind.__name__).lower()


def event_record(event: Event) -> dict[str, object]:
    """Turn an event into `{"event": its name, …its fields}`."""
    return {"event": event_name(type(event)), **asdict(event)}


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Path):
        return str(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value


class NdJson(Sink):
    """Writes one record per event to `stream`.

    A full disk ends the records, not the run: a warning says so at once, and the error comes when the run is over.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._failure: OutputError | None = None

    def show(self, event: Event) -> None:
        """Write the event, unless it is only there for displays."""
        if self._failure is not None or isinstance(event, Evaluating):
            return
        try:
            write_record(event_record(event), self._stream)
        except OutputError as error:
            self._failure = error
            show_warning(f"{error}; the command continues without --json")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Raise what kept records from being written, unless something worse has happened."""
        if self._failure is not None and error is None:
            raise self._failure
