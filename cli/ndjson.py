"""What standard output carries: with `--json` one JSON object per event, else the run's path."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path
from types import TracebackType
from typing import TextIO

from mnistcnn.events import Event, RunFinished

from .sink import Sink


def as_record(event: Event) -> dict[str, object]:
    """Turn an event into `{"event": its class, …its fields}`.

    Paths become strings. JSON has no NaN and no infinity: such numbers become null, so that every line
    is valid for every reader.
    """
    fields = {field.name: _plain(getattr(event, field.name)) for field in dataclasses.fields(event)}
    return {"event": type(event).__name__, **fields}


def _plain(value: object) -> object:
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


class NdJson(Sink):
    """One line per event, flushed at once, so that a reader on the other end of a pipe sees it now."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def show(self, event: Event) -> None:
        """Write the event."""
        self._stream.write(json.dumps(as_record(event), allow_nan=False) + "\n")
        self._stream.flush()


class RunPath(Sink):
    """The run's path when it is over: `run=$(mnistcnn train)`."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._run: Path | None = None

    def show(self, event: Event) -> None:
        """Remember the path."""
        if isinstance(event, RunFinished):
            self._run = event.run

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write it, as the only line; also of a run that did not end well, which can be looked at."""
        if self._run is not None:
            self._stream.write(f"{self._run}\n")
            self._stream.flush()
