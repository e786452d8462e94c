"""Where a study is kept: a journal file (`mnistcnn.sweep.journal`) or a database.

How its workers know of each other whether they live is in `mnistcnn.sweep.leases`.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from optuna.exceptions import StorageInternalError
from optuna.storages import BaseStorage, RDBStorage
from sqlalchemy import URL, create_engine, inspect, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, NoSuchModuleError, ProgrammingError, SQLAlchemyError

from ..errors import RunError, UsageError
from .journal import check_journal, damaged, open_journal
from .leases import (
    FileLeases,
    HeartbeatLeases,
    JournalLock,
    LeaseFiles,
    Leases,
    missing_locks,
    without_experimental_warnings,
)
from .settings import JOURNAL, SweepConfig

_DRIVERS = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql"}
"""What the extras of the same names install; another one can be asked for by its own name."""
_CONNECTS = 8
_BEATS = 6
"""Heartbeats in the time after which a trial counts as lost: some may be late."""


@contextmanager
def storage_errors(where: str) -> Iterator[None]:
    """Turn the errors of a storage into errors that a user can do something about.

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
        if not isinstance(error, json.JSONDecodeError | UnicodeDecodeError) and "Invalid log format" not in str(error):
            raise
        raise damaged(Path(where)) from error
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


def open_storage(settings: SweepConfig) -> tuple[BaseStorage, Leases]:
    """Open a journal file or a database to work on a study; make the file or the tables if they are missing.

    Args:
        settings: `storage`, `log_dir` and `lost_after` count.

    Raises:
        UsageError: the address makes no sense, or its driver is not installed.
        RunError: it cannot be opened, or is something else.
    """
    name = storage_name(settings)
    if settings.storage is not None and "://" in settings.storage:
        storage = _open_database(settings.storage, name, settings.lost_after, create=True)
        return storage, HeartbeatLeases(storage)
    path = Path(name)
    if path.exists() and not path.is_file():  # Reading a pipe would wait for ever.
        raise RunError(f"{path}: cannot keep a study here: not a regular file")
    try:
        with suppress(FileNotFoundError):
            check_journal(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        trials_path = Path(f"{path}.running")
        missing = missing_locks(trials_path)
        lock = JournalLock(path, has_locks=missing is None)
        leases = FileLeases(trials_path) if missing is None else LeaseFiles(trials_path, missing)
    except OSError as error:
        raise RunError(f"{error.filename or path}: cannot keep a study here: {error.strerror or error}") from error
    with storage_errors(name):
        return open_journal(path, lock), leases


def open_to_look(settings: SweepConfig) -> BaseStorage:
    """Open a journal file or a database that exists; nothing is written, nor made beside it.

    Raises:
        UsageError: as for `open_storage`.
        RunError: there are no studies, or they cannot be read.
    """
    name = storage_name(settings)
    if settings.storage is not None and "://" in settings.storage:
        return _open_database(settings.storage, name, settings.lost_after, create=False)
    path = Path(name)
    if not path.is_file():
        raise RunError(f"{path}: no studies here; choose another --log-dir or --storage")
    with storage_errors(name):
        check_journal(path)
        return open_journal(path)


def _with_tables(connect: Callable[[], RDBStorage]) -> RDBStorage:
    """Connect again while another process makes the tables of an empty database at the same time."""
    for _ in range(_CONNECTS):
        with suppress(IntegrityError, ProgrammingError):  # What the other one made is there already.
            return connect()
        time.sleep(random.uniform(0.1, 1))  # noqa: S311
    return connect()


def _open_database(address: str, name: str, lost_after: int, *, create: bool) -> RDBStorage:
    url = _url(address)
    is_sqlite = url.get_backend_name() == "sqlite"
    if is_sqlite and not create and not Path(url.database or "").is_file():
        raise RunError(f"{name}: no such file")
    # A worker that others keep from writing waits for longer than the 5 s that SQLite would.
    engine: dict[str, Any] = {"connect_args": {"timeout": 60}} if is_sqlite else {"pool_pre_ping": True}
    try:
        with storage_errors(name), without_experimental_warnings():
            if not create:
                _check_tables(url, name)
            return _with_tables(
                lambda: RDBStorage(
                    url.render_as_string(hide_password=False),
                    engine,
                    heartbeat_interval=max(1, lost_after // _BEATS),
                    grace_period=lost_after,
                )
            )
    except NoSuchModuleError as error:
        raise UsageError(
            f"--storage {name}: no study can be kept there; expected a file, or sqlite:///…, postgresql://… or mysql://…"
        ) from error
    except ImportError as error:
        extra = url.get_backend_name()
        advice = f"pip install 'mnistcnn[{extra}]'" if extra in _DRIVERS else "install it"
        raise UsageError(f"--storage {name}: its driver is missing: {advice}") from error
    except RuntimeError as error:
        raise RunError(f"{name}: its studies are of another version of Optuna: {error}") from error


def _check_tables(url: URL, name: str) -> None:
    """Refuse a database without studies, in which Optuna would make its tables."""
    engine = create_engine(url)
    try:
        if not inspect(engine).has_table("studies"):
            raise RunError(f"{name}: no studies here; choose another --storage")
    finally:
        engine.dispose()
