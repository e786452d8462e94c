"""Reads image files and finds their digits: many files with all cores, in their order, and in bounded memory."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import forkserver, get_context, parent_process
from typing import TYPE_CHECKING

from mnistcnn.errors import DataError
from mnistcnn.network.limits import available_cores
from mnistcnn.network.quiet_tensorflow import quiet_stderr

if TYPE_CHECKING:
    from mnistcnn.data.framing import FoundDigit
    from mnistcnn.data.preview import Preview

MANY = 40
"""Files from which on several processes read: starting them takes as long as reading about ten files."""
MOST_PROCESSES = 8
"""Each holds about 150 MB while it reads a photo of 2 megapixels."""
AHEAD = 4
"""Files for each process that are being read or wait to be taken."""
_LIBRARIES = "mnistcnn.data.digitfiles"


@dataclass(frozen=True)
class HowToRead:
    """What is wanted of each file."""

    single: bool = False
    """Several digits in one file are an error."""
    preview: bool = False
    """Keep a small version of the picture."""


@dataclass(frozen=True, eq=False)
class ReadFile:
    """The digits of one file, or why there are none."""

    file: str
    digits: Sequence[FoundDigit] = ()
    preview: Preview | None = None
    error: DataError | None = None
    is_first_of_several: bool = False
    """Whether the file has more pages or frames, which are not read."""


def read_files(names: Sequence[str], how: HowToRead) -> Generator[ReadFile, None, None]:
    """Read every file, in order.

    Args:
        names: of image files; `-` is standard input, which this process reads.
        how: what is wanted.

    Raises:
        DataError: a process that reads was killed.
    """
    processes = min(available_cores(), MOST_PROCESSES)
    if len(names) < MANY or processes < 2:
        yield from (read_file(name, how) for name in names)
        return
    try:
        with ExitStack() as stack:
            try:
                pool = stack.enter_context(_processes(processes))
            except OSError:  # Such as a TMPDIR that is too long for the server's socket.
                yield from (read_file(name, how) for name in names)
                return
            yield from _in_order(names, how, pool, AHEAD * processes)
    except BrokenProcessPool:
        raise DataError("a process that reads files was killed, perhaps for lack of memory.") from None


def read_file(name: str, how: HowToRead) -> ReadFile:
    """Read one file; what is wrong with it becomes its error."""
    from mnistcnn.data.digitfiles import read_image
    from mnistcnn.data.framing import only_one

    with quiet_stderr():  # libtiff writes its own complaints there.
        try:
            image = read_image(name, sys.stdin.buffer)
            digits = (only_one(image.digits, name),) if how.single else image.digits
        except DataError as error:
            return ReadFile(name, error=error)
    preview = image.preview if how.preview else None
    return ReadFile(name, digits, preview, is_first_of_several=image.is_first_of_several)


def _in_order(names: Sequence[str], how: HowToRead, pool: ProcessPoolExecutor, ahead: int) -> Iterator[ReadFile]:
    """Never more than `ahead` files are with the pool, so that memory does not grow with their number."""
    from mnistcnn.data.digitfiles import STDIN

    waiting: deque[Callable[[], ReadFile]] = deque()
    for name in names:
        if len(waiting) == ahead:
            yield waiting.popleft()()
        if name == STDIN:
            waiting.append(partial(read_file, name, how))
        else:
            waiting.append(pool.submit(read_file, name, how).result)
    while waiting:
        yield waiting.popleft()()


@contextmanager
def _processes(count: int) -> Iterator[ProcessPoolExecutor]:
    """Processes without TensorFlow, and without threads when they begin: they come from a server of their own.

    Ctrl-C reaches the whole group of processes. It is this process that ends the others.
    """
    context = get_context("forkserver")
    context.set_forkserver_preload([_LIBRARIES])
    with _interrupts_ignored():
        forkserver.ensure_running()  # What ignores a signal leaves that to its children.
    pool = ProcessPoolExecutor(count, context, _end_with_parent)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():  # Which alone may set handlers.
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _end_with_parent() -> None:
    """End this process when the one that wants its results is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def wait() -> None:
        parent = parent_process()
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
