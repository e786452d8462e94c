"""Work in a thread, while the network has the processor's attention: reading files, and waiting for a process."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


def begin(work: Callable[[], T]) -> Future[T]:
    """Call `work` in a thread that, unlike those of an executor, does not keep an interrupted program from ending."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # It is raised again where the result is asked for.
            future.set_exception(error)

    Thread(target=run, daemon=True).start()
    return future
