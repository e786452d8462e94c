"""Ctrl-C and a notebook's interrupt ask a run to save and stop; asked twice, it stops at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class StopRequest:
    """Whether the run was asked to stop. It is callable, as `mnistcnn.training.loop.train` needs it."""

    def __init__(self) -> None:
        self._is_asked = False

    def __call__(self) -> bool:
        """Whether the run was interrupted."""
        return self._is_asked

    def receive(self, _number: int, _frame: FrameType | None) -> None:
        """Handle an interrupt."""
        if self._is_asked:
            raise KeyboardInterrupt
        self._is_asked = True


@contextmanager
def stop_on_interrupt() -> Iterator[StopRequest]:
    """Watch for SIGINT inside the body, and put back what handled it before.

    In a thread that is not the main one, nobody can handle signals, so nothing is watched. SIGTERM stays the program's
    own: what it does at its end is not this library's to decide.
    """
    request = StopRequest()
    before = signal.getsignal(signal.SIGINT)
    # None: a handler that was not installed from Python, which could not be put back.
    if threading.current_thread() is not threading.main_thread() or before in (signal.SIG_IGN, None):
        yield request
        return
    signal.signal(signal.SIGINT, request.receive)
    try:
        yield request
    finally:
        signal.signal(signal.SIGINT, before)
