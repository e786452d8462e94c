"""How the workers of a study know of each other whether they live.

With a journal file they say it by locks, which the system releases when a process dies, however it dies; where a file
system has none, by leases. With a database they say it by heartbeats, which need no file that all machines share.
"""

from __future__ import annotations

import errno
import fcntl
import os
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

import optuna
from filelock import SoftFileLease, Timeout
from optuna.exceptions import ExperimentalWarning, StorageInternalError, UpdateFinishedTrialError
from optuna.storages import RDBStorage, fail_stale_trials
from optuna.storages.journal import JournalFileOpenLock
from optuna.trial import TrialState
from sqlalchemy.exc import SQLAlchemyError

from ..runs.lock import LEASE_SECONDS, NO_LOCKS, no_locks_warning

_PROBED_BYTE = 2**40  # No trial has this number.


class Leases(Protocol):
    """Which trials are in the hands of a living process."""

    warning: str | None
    """What the user should know of how that is found out."""

    def take(self, trial_id: int) -> bool:
        """Claim the trial for this process; False if another one has it."""

    def drop(self, trial_id: int) -> None:
        """Say that this process is done with it."""

    def fail_dead(self, study: optuna.Study) -> None:
        """Fail the running trials that no living process has."""


class FileLeases:
    """A lock on one byte of a file for each trial that is running.

    Args:
        path: the file, which stays empty.
    """

    warning: str | None = None

    def __init__(self, path: Path) -> None:
        # Open until the process ends: to close it anywhere would release every lock.
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)

    def take(self, trial_id: int) -> bool:
        """Lock its byte."""
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, trial_id)
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EAGAIN):
                return False
            raise
        return True

    def drop(self, trial_id: int) -> None:
        """Unlock its byte."""
        fcntl.lockf(self._file, fcntl.LOCK_UN, 1, trial_id)

    def fail_dead(self, study: optuna.Study) -> None:
        """Fail those whose byte is free; not to be called while this process has a trial."""
        _fail_those_that_can_be_taken(self, study)


class LeaseFiles:
    """A lease (see `mnistcnn.runs.lock`) for each trial that is running, where the file system has no locks.

    Args:
        path: begins the names of the lease files.
        missing: what the system answered when it was asked for a lock.
    """

    def __init__(self, path: Path, missing: OSError) -> None:
        self.warning: str | None = no_locks_warning(path.parent, missing)
        self._path = path
        # Kept when they are not taken: a lease has to be seen unchanged for a time before its owner counts as dead.
        self._leases: dict[int, SoftFileLease] = {}

    def take(self, trial_id: int) -> bool:
        """Take its lease."""
        if trial_id not in self._leases:
            self._leases[trial_id] = SoftFileLease(f"{self._path}.{trial_id}", lease_duration=LEASE_SECONDS)
        try:
            self._leases[trial_id].acquire(timeout=0)
        except Timeout:
            return False
        return True

    def drop(self, trial_id: int) -> None:
        """Release its lease."""
        self._leases.pop(trial_id).release()

    def fail_dead(self, study: optuna.Study) -> None:
        """Fail those whose lease can be taken; not to be called while this process has a trial."""
        _fail_those_that_can_be_taken(self, study)


class HeartbeatLeases:
    """A time in the database for each trial that is running, renewed by a thread."""

    warning: str | None = None

    def __init__(self, storage: RDBStorage) -> None:
        self._storage = storage
        self._interval = storage.get_heartbeat_interval()
        self._stop: dict[int, threading.Event] = {}

    def take(self, trial_id: int) -> bool:
        """Begin to renew the time. It is there before the trial runs, so there is no moment without one."""
        self._storage.record_heartbeat(trial_id)
        stop = self._stop[trial_id] = threading.Event()
        threading.Thread(target=self._beat, args=(trial_id, stop), daemon=True, name=f"trial {trial_id}").start()
        return True

    def drop(self, trial_id: int) -> None:
        """Stop renewing it."""
        self._stop.pop(trial_id).set()

    def fail_dead(self, study: optuna.Study) -> None:
        """Fail those whose time is too long ago, by the clock of the database."""
        with without_experimental_warnings():
            fail_stale_trials(study)

    def _beat(self, trial_id: int, stop: threading.Event) -> None:
        while not stop.wait(self._interval):
            try:
                self._storage.record_heartbeat(trial_id)
            except (StorageInternalError, SQLAlchemyError):
                continue  # The database may be back before the trial counts as lost.


class JournalLock(JournalFileOpenLock):
    """A lock that ends with its process, and repairs what a killed process left half-written.

    The locks that come with Optuna are files, which a killed process leaves behind for everybody to wait for.

    Args:
        path: the journal.
        has_locks: whether its file system has locks; a lease takes their place.
    """

    def __init__(self, path: Path, *, has_locks: bool) -> None:
        self._path = path
        self._lock = (
            _FileLock(f"{path}.lock") if has_locks else SoftFileLease(f"{path}.lease", lease_duration=LEASE_SECONDS)
        )

    def acquire(self) -> bool:
        """Wait for it, and mend the journal."""
        self._lock.acquire()
        with self._path.open("rb+") as journal:
            end = journal.seek(0, os.SEEK_END)
            journal.seek(max(0, end - 1))
            if journal.read(1) not in (b"", b"\n"):
                journal.seek(0)
                journal.truncate(journal.read().rfind(b"\n") + 1)
        return True

    def release(self) -> None:
        """Let others write."""
        self._lock.release()


class _FileLock:
    """`lockf` on a whole file, which waits."""

    def __init__(self, path: str) -> None:
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)

    def acquire(self) -> None:
        fcntl.lockf(self._handle, fcntl.LOCK_EX)

    def release(self) -> None:
        fcntl.lockf(self._handle, fcntl.LOCK_UN)


def missing_locks(path: Path) -> OSError | None:
    """The error of the system for a lock on a new file, if the file system has no locks.

    Raises:
        OSError: the file cannot be written.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        fcntl.lockf(handle, fcntl.LOCK_SH | fcntl.LOCK_NB, 1, _PROBED_BYTE)
    except OSError as error:
        return error if error.errno in NO_LOCKS else None
    finally:
        os.close(handle)
    return None


def _fail_those_that_can_be_taken(leases: Leases, study: optuna.Study) -> None:
    for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        if leases.take(trial._trial_id):
            fail(study, trial.number)
            leases.drop(trial._trial_id)


def fail(study: optuna.Study, number: int) -> None:
    """Fail a trial, unless it has ended already."""
    with suppress(UpdateFinishedTrialError):  # After it was looked at.
        study.tell(number, state=TrialState.FAIL, skip_if_finished=True)


@contextmanager
def without_experimental_warnings() -> Iterator[None]:
    """Keep Optuna from warning users of what they cannot change."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        yield
