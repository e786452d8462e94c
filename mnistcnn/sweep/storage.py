"""Where a study is kept, and how its workers know of each other whether they live.

A journal file says it by locks, which the system releases when a process dies, however it dies. A database says it by
heartbeats, which need no file that all machines share.
"""

from __future__ import annotations

import errno
import fcntl
import os
import random
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

import optuna
from optuna.exceptions import ExperimentalWarning, StorageInternalError, UpdateFinishedTrialError
from optuna.storages import BaseStorage, JournalStorage, RDBStorage, fail_stale_trials
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock
from optuna.trial import TrialState
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, NoSuchModuleError, ProgrammingError, SQLAlchemyError

from ..errors import RunError, UsageError
from .settings import JOURNAL, SweepConfig

_DRIVERS = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql"}
"""What the extras of the same names install; another one can be asked for by its own name."""
_CONNECTS = 8
_BEATS = 6
"""Heartbeats in the time after which a trial counts as lost: some may be late."""


class Leases(Protocol):
    """Which trials are in the hands of a living process."""

    def take(self, trial_id: int) -> bool:
        """Say that this process has the trial, from now on; False if another one has it."""

    def drop(self, trial_id: int) -> None:
        """Say that this process is done with it."""

    def fail_dead(self, study: optuna.Study) -> None:
        """Fail the running trials that no living process has."""


class FileLeases:
    """A lock on one byte of a file for each trial that is running.

    Args:
        path: the file, which stays empty.
    """

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
        for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
            if self.take(trial._trial_id):
                fail(study, trial.number)
                self.drop(trial._trial_id)


class HeartbeatLeases:
    """A time in the database for each trial that is running, renewed by a thread."""

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


class _JournalLock(JournalFileOpenLock):
    """A lock that dies with its process, and mends what a killed one left half-written.

    The locks that come with Optuna are files, which a killed process leaves behind for everybody to wait for.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)

    def acquire(self) -> bool:
        fcntl.lockf(self._handle, fcntl.LOCK_EX)
        with self._path.open("rb+") as journal:
            end = journal.seek(0, os.SEEK_END)
            journal.seek(max(0, end - 1))
            if journal.read(1) not in (b"", b"\n"):
                journal.seek(0)
                journal.truncate(journal.read().rfind(b"\n") + 1)
        return True

    def release(self) -> None:
        fcntl.lockf(self._handle, fcntl.LOCK_UN)


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


@contextmanager
def storage_errors(where: str) -> Iterator[None]:
    """Turn what a storage raises into what a user can act on.

    Raises:
        RunError: the database or the file cannot be read or written.
    """
    try:
        yield
    except NoSuchModuleError:
        raise  # An SQLAlchemyError that is about the driver.
    except (StorageInternalError, SQLAlchemyError) as error:
        reason = str(error.__cause__ or error).strip().splitlines()[0]
        raise RunError(f"{where}: the study cannot be read or written: {reason}") from error
    except ValueError as error:
        if "Invalid log format" not in str(error) and "Expecting" not in str(error):
            raise
        raise RunError(f"{where}: damaged: {error}") from error
    except OSError as error:  # Of the journal file: a full disk.
        raise RunError(f"{where}: the study cannot be read or written: {error.strerror or error}") from error


def storage_name(settings: SweepConfig) -> str:
    """The storage as it may be shown: without a password.

    Raises:
        UsageError: the address makes no sense.
    """
    if settings.storage is None:
        return str(settings.log_dir / JOURNAL)
    return _url(settings.storage).render_as_string() if "://" in settings.storage else settings.storage


def _url(address: str) -> URL:
    try:
        url = make_url(address)
        return url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))
    except (ArgumentError, ValueError) as error:
        scheme = address.partition("://")[0]  # The rest may hold a password.
        raise UsageError(
            f"--storage {scheme}://…: not the address of a database, such as postgresql://user@host/name"
        ) from error


def open_storage(settings: SweepConfig, *, create: bool) -> tuple[BaseStorage, Leases]:
    """Open a journal file or a database.

    Args:
        settings: `storage`, `log_dir` and `lost_after` count.
        create: make the file or the tables if they are missing.

    Raises:
        UsageError: the address makes no sense, or its driver is not installed.
        RunError: there is none, or it cannot be opened.
    """
    name = storage_name(settings)
    if settings.storage is not None and "://" in settings.storage:
        return _open_database(settings.storage, name, settings.lost_after, create=create)
    path = Path(name).expanduser()
    if not create and not path.is_file():
        raise RunError(f"{path}: no studies here; say where they are with --log-dir or --storage")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        lock, leases = _JournalLock(path), FileLeases(Path(f"{path}.running"))
    except OSError as error:
        raise RunError(f"{error.filename or path}: cannot keep a study here: {error.strerror or error}") from error
    with storage_errors(name):
        return JournalStorage(JournalFileBackend(str(path), lock)), leases


def _with_tables(connect: Callable[[], RDBStorage]) -> RDBStorage:
    """Connect again while another process makes the tables of an empty database at the same time."""
    for _ in range(_CONNECTS):
        with suppress(IntegrityError, ProgrammingError):  # What the other one made is there already.
            return connect()
        time.sleep(random.uniform(0.1, 1))  # noqa: S311
    return connect()


def _open_database(address: str, name: str, lost_after: int, *, create: bool) -> tuple[BaseStorage, Leases]:
    url = _url(address)
    is_sqlite = url.get_backend_name() == "sqlite"
    if is_sqlite and not create and not Path(url.database or "").is_file():
        raise RunError(f"{name}: no such file")
    # A worker that others keep from writing waits for longer than the 5 s that SQLite would.
    engine: dict[str, Any] = {"connect_args": {"timeout": 60}} if is_sqlite else {"pool_pre_ping": True}
    try:
        with storage_errors(name), without_experimental_warnings():
            storage = _with_tables(
                lambda: RDBStorage(
                    url.render_as_string(hide_password=False),
                    engine,
                    heartbeat_interval=max(1, lost_after // _BEATS),
                    grace_period=lost_after,
                )
            )
    except (ImportError, NoSuchModuleError) as error:
        extra = url.get_backend_name()
        advice = f"pip install 'mnistcnn[{extra}]'" if extra in _DRIVERS else "install it"
        raise UsageError(f"--storage {name}: its driver is missing: {advice}") from error
    return storage, HeartbeatLeases(storage)
