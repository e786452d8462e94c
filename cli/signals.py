"""Ctrl-C, SIGTERM and a closed terminal end a command. A run saves first; a second request stops it at once."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from mnistcnn.events import Event, RunFinished, WorkerFinished


class Stopped(KeyboardInterrupt):
    """A signal ended the command; a run, after everything was saved."""

    def __init__(self, signal_number: int) -> None:
        super().__init__()
        self.exit_code = 128 + signal_number


class StopRequest:
    """Whether the run was asked to stop. It is callable, as `mnistcnn.training.loop.train` needs it."""

    def __init__(self) -> None:
        self._signal: int | None = None

    def __call__(self) -> bool:
        """Whether a signal has come."""
        return self._signal is not None

    def receive(self, number: int, _frame: FrameType | None) -> None:
        """Handle a signal."""
        if self._signal is not None:
            raise Stopped(number)
        self._signal = number

    def note_end(self, event: Event) -> None:
        """Treat a run that ended because another worker was asked to stop as if this one had been asked."""
        if isinstance(event, RunFinished | WorkerFinished) and event.state == "interrupted":
            self._signal = self._signal or signal.SIGTERM

    def raise_if_stopped(self) -> None:
        """Exit with the code that a shell expects, if the run was asked to stop."""
        if self._signal is not None:
            raise Stopped(self._signal)


def end_as_by_ctrl_c() -> None:
    """Let SIGTERM and a closed terminal raise an exception, as Ctrl-C does, so that nothing half-written stays."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) == signal.SIG_DFL:  # `nohup` has SIGHUP ignored.
            signal.signal(number, _stop)


def _stop(number: int, _frame: FrameType | None) -> None:
    raise Stopped(number)


@contextmanager
def stop_on_signals() -> Iterator[StopRequest]:
    """Watch for SIGINT, SIGTERM and SIGHUP inside the body, and put back what handled them before."""
    request = StopRequest()
    watched = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # `nohup` has it ignored, and means it.
        watched.append(signal.SIGHUP)
    before = {number: signal.signal(number, request.receive) for number in watched}
    try:
        yield request
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
