"""What standard output carries: with `--json` one JSON object per event, else the run's path."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from mnistcnn.events import Event, RunFinished

from .sink import Sink

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def as_record(event: Event) -> dict[str, object]:
    """Turn an event into `{"event": its class, …its fields}`.

    Paths become strings. JSON has no NaN and no infinity: such numbers become null, so that every line
    is valid for every reader.
    """
    return {"event": type(event).__name__, **plain_fields(event)}


def plain_fields(of: DataclassInstance) -> dict[str, object]:
    """Give the fields of a dataclass, and of those inside, as JSON can have them."""
    return dataclasses.asdict(of, dict_factory=lambda items: {name: _plain(value) for name, value in items})


def _plain(value: object) -> object:
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


class NdJson(Sink):
    """One line per event, flushed at once, so that a reader on the other end of a pipe sees it now."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def show(self, event: Event) -> None:
        """Write the event."""
        self._stream.write(json.dumps(as_record(event), allow_nan=False) + "\n")
        self._stream.flush()


class RunPath(Sink):
    """The run's path when it is over: `run=$(mnistcnn train)`; of several, each on its line."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._runs: list[Path] = []

    def show(self, event: Event) -> None:
        """Remember the path."""
        if isinstance(event, RunFinished):
            self._runs.append(event.run)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write it, and nothing else; also of a run that did not end well, which can be looked at."""
        self._stream.writelines(f"{run}\n" for run in self._runs)
        self._stream.flush()
