"""A time of day that a process can move, as after a correction by the network or a change by hand."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, tzinfo
from typing import Self

_real_time = time.time
_moved = timedelta()


def make_movable() -> None:
    """Let `move` move `time.time`; to be called before a module keeps that function as a default."""
    time.time = lambda: _real_time() + _moved.total_seconds()


def move(hours: float) -> None:
    """Move the time of day that `time.time` and a run's records have; the monotonic clock goes on."""
    from mnistcnn.runs import directory
    from mnistcnn.training import loop

    global _moved
    _moved = timedelta(hours=hours)
    directory.datetime = loop.datetime = MovedDatetime


class MovedDatetime(datetime):
    """Has `now` from the moved clock."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        """The time."""
        return super().now(tz) + _moved
