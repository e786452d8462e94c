"""Records for programs: with `--json`, one JSON object per line on standard output."""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

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
        OSError: the stream could not be written, such as a pipe that nobody reads.
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
    """Writes one record per event to `stream`."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def show(self, event: Event) -> None:
        """Write the event."""
        write_record(event_record(event), self._stream)
