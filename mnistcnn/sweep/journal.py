"""The journal: a file of studies, with a record of Optuna's on each line; and how it is told from any other file."""

from __future__ import annotations

import json
from pathlib import Path

from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock

from ..errors import RunError

_BEGINNING = b'{"op_code":'
"""Of every record that Optuna writes."""
_LONGEST_FIRST = 100_000
"""Bytes; the first record names a study, and is far shorter."""
_NO_RECORD = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError)
"""What Optuna raises for a line that is not a record, or not one that can follow those before it."""


def check_journal(path: Path) -> None:
    """Refuse a file that is not a journal, before anything is locked or written.

    A writer mends a journal whose last record a killed process left incomplete, and would do so with other files.

    Args:
        path: a file; an empty one becomes a journal.

    Raises:
        RunError: it does not begin with a record, nor with a part of one.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        first = file.readline(_LONGEST_FIRST)
    is_torn = not first.endswith(b"\n") and (first.startswith(_BEGINNING) or _BEGINNING.startswith(first))
    if not is_torn and not _is_record(first):
        raise RunError(f"{path}: not a journal of studies, and left as it is; choose another --storage")


def open_journal(path: Path, lock: JournalFileOpenLock | None = None) -> JournalStorage:
    """Read a journal; without a lock, only to look at it.

    Raises:
        RunError: a line of it is damaged.
        OSError: it cannot be read.
    """
    try:
        return JournalStorage(JournalFileBackend(str(path), lock))
    except _NO_RECORD as error:
        raise damaged(path) from error


def damaged(path: Path) -> RunError:
    """The error that names the first line of a journal that is not a record."""
    lines = path.read_bytes().split(b"\n")[:-1] if path.is_file() else []
    number = next((number for number, line in enumerate(lines, 1) if not _is_record(line)), None)
    place = f"{path}: damaged: not a study" if number is None else f"{path}:{number}: damaged: not a record of a study"
    return RunError(f"{place}; restore the file, or begin another with --storage")


def _is_record(line: bytes) -> bool:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(record, dict) and isinstance(record.get("op_code"), int)
