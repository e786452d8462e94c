"""The lock of a directory into which one process at a time may write.

It is the system's `flock` on the file `.lock`, which is released when its process dies, however it dies. Some file
systems offer none (NFS without a lock daemon, many in user space). There it is a lease: a file `.lease` that names host
and process, and whose time a thread renews. A lease that is not released ends when its process is dead and the host is
this one, or when it was not renewed for `LEASE_SECONDS`.
"""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, SoftFileLease, Timeout

from ..errors import RunError

LEASE_SECONDS = 30.0
"""A lease is renewed three times in it."""
NO_LOCKS = frozenset({errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EBADF})
"""What a file system that has no locks answers."""
_MARGIN_SECONDS = 5.0


class InUseError(Exception):
    """Another process holds the lock."""


@contextmanager
def held(directory: Path, patience: float = 0.0) -> Iterator[str | None]:
    """Hold the lock of a directory; the value is a warning if that can only be a lease.

    Args:
        directory: an existing directory.
        patience: seconds to wait for a process that holds it for a moment.

    Raises:
        InUseError: another process holds it.
        RunError: a folder or a link is in its place.
        OSError: the directory cannot be written.
    """
    for name in (".lock", ".lease"):
        _check_place(directory / name)
    lock: FileLock | SoftFileLease = FileLock(directory / ".lock", fallback_to_soft=False)
    warning = None
    try:
        if _lease_is_fresh(directory / ".lease"):  # Of a machine on which this file system has no locks.
            raise InUseError
        try:
            lock.acquire(timeout=patience)
        except OSError as error:
            if isinstance(error, Timeout) or error.errno not in NO_LOCKS:
                raise
            lock = acquire_lease(directory / ".lease", patience)
            warning = no_locks_warning(directory.parent, error)
    except Timeout:
        raise InUseError from None
    try:
        yield warning
    finally:
        lock.release()


def is_held(directory: Path) -> bool:
    """Whether a living process holds the lock of a directory.

    Raises:
        OSError: it is not for this user to know.
    """
    if _lease_is_fresh(directory / ".lease"):
        return True
    try:
        handle = os.open(directory / ".lock", os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        # Shared, which a user may ask for who may only read; closing the file releases it.
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in NO_LOCKS:
            return False
        if error.errno in (errno.EACCES, errno.EAGAIN):
            return True
        raise
    finally:
        os.close(handle)
    return False


def acquire_lease(path: Path, patience: float) -> SoftFileLease:
    """Take a lease. If its last owner may have died on another machine, this waits for `LEASE_SECONDS` to be sure.

    Raises:
        Timeout: another process has it.
        OSError: the file cannot be written.
    """
    lease = SoftFileLease(path, lease_duration=LEASE_SECONDS)
    try:
        lease.acquire(timeout=patience)
    except Timeout:
        if _age(path) < LEASE_SECONDS:
            raise
        # Not by its age, because the clocks of two machines differ: nothing may have renewed it while we look.
        lease.acquire(timeout=LEASE_SECONDS + _MARGIN_SECONDS)
    return lease


def no_locks_warning(folder: Path, error: OSError) -> str:
    """What to say, once, where a lease takes the place of a lock."""
    return (
        f"{folder}: its file system offers no locks ({error.strerror}), so a lease file keeps other processes out; "
        f"a process that is suspended for longer than {LEASE_SECONDS:.0f} s can lose it"
    )


def _check_place(path: Path) -> None:
    """Refuse what can be no lock; a system says of it what it would say of a directory that cannot be written."""
    if path.is_symlink() or path.is_dir():
        kind = "link" if path.is_symlink() else "folder"
        raise RunError(f"{path}: is a {kind}, where a file for the lock belongs: remove it")


def _lease_is_fresh(path: Path) -> bool:
    if _age(path) > 2 * LEASE_SECONDS:
        return False
    try:
        with SoftFileLease(path, timeout=0, lease_duration=LEASE_SECONDS):
            return False  # Its process is dead, and was on this machine.
    except Timeout:
        return True


def _age(path: Path) -> float:
    """Seconds since a lease was renewed; infinite if there is none."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")
