"""Faults that a child of `tests.fork_server` brings on itself."""

from __future__ import annotations

import errno
import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path


@contextmanager
def injected(
    die_at_sync: int | None = None,
    full_at_sync: int | None = None,
    file_limit: int | None = None,
    syncs_path: str | None = None,
) -> Iterator[None]:
    """Do the work inside with faults.

    A sync is a call of `os.fsync`: every file that counts is synced, and so is its directory. The first is number 1.

    Args:
        die_at_sync: kill the process at this sync: in the middle of writing a checkpoint, a manifest or a link.
        full_at_sync: from this sync on, the disk is full, as one that finds room for a file only when it is synced.
        file_limit: bytes that a file may grow to.
        syncs_path: gets the number of syncs at the end.
    """
    if file_limit is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, file_limit))
    sync, numbers = os.fsync, count(1)

    def fsync(handle: int) -> None:
        number = next(numbers)
        if number == die_at_sync:
            os.kill(os.getpid(), signal.SIGKILL)
        if full_at_sync is not None and number >= full_at_sync:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(handle)

    os.fsync = fsync
    try:
        yield
    finally:
        if syncs_path is not None:
            Path(syncs_path).write_text(str(next(numbers) - 1))
