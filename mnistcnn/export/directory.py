"""The export directory: its files, what may be replaced, and the records of the verification.

export/
model.onnx …     the files; `model.onnx.differs` is one that does not answer as its network
export.json      for each file: where it comes from, its format, its size, its SHA-256, whether it was verified
parity.json      for each file that was run: its answers beside the network's
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .. import files
from ..errors import RunError, UsageError
from ..runs import lock
from .formats import DIFFERS, Format

FORMAT = 1
EXPORTS, PARITY = "export.json", "parity.json"


class ExportDirectory:
    """A directory of exported files with their records.

    Args:
        path: made when something is written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def check_replaceable(self, formats: Sequence[Format], *, overwrite: bool) -> None:
        """Refuse to replace what somebody else put here, and, unless asked to, earlier exports.

        Raises:
            UsageError: something that no export writes has a name that one needs, or, without `overwrite`, an export
                is there already; the message names it.
            RunError: the records of earlier exports are damaged, of a newer format, or of another program.
        """
        names = [(self.path / name, one) for one in formats for name in (one.file, one.file + DIFFERS)]
        there = [(path, one) for path, one in names if os.path.lexists(path)]
        for path, one in there:
            if strange := _strange(path, one):
                raise UsageError(f"{strange}: not written by an export; move it away, or choose another folder")
        if there and not overwrite:
            paths = ", ".join(str(path) for path, _ in there)
            raise UsageError(f"{paths}: already there; overwrite, or choose another folder")
        for file in (EXPORTS, PARITY):
            self._records(file)

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Create and lock the directory, and remove what a killed process left half-written.

        Raises:
            RunError: it cannot be written, or another process is exporting into it.
        """
        try:
            files.make_directory(self.path)
            with lock.held(self.path):
                files.remove_temporaries(self.path)
                yield
        except lock.InUseError:
            raise RunError(f"{self.path}: in use: another process is exporting into it") from None
        except OSError as error:
            raise _cannot_write(self.path, error) from error

    def put(self, made: Path, name: str, record: Mapping[str, Any], parity: Mapping[str, Any] | None) -> None:
        """Move what was made to its name, in place of what is there, with its records.

        Args:
            made: a file or a directory, on the same file system.
            name: where it goes.
            record: for export.json.
            parity: for parity.json; None if the file was not run.

        Raises:
            OSError: it could not be written.
        """
        _sync(made)
        target = self.path / name
        if os.path.lexists(target):  # If anything fails from here on, no record is better than one of another file.
            self._forget(name)
        with files.directory_beside(self.path) as graveyard:
            if target.is_dir():  # A file is replaced in one step; a directory has to go first.
                target.rename(graveyard / name)
            made.rename(target)
        files.sync_directory(self.path)
        self._record(EXPORTS, name, record)
        self._record(PARITY, name, parity)

    def drop(self, name: str) -> None:
        """Remove an outdated export with its records, if it is there."""
        target = self.path / name
        if not os.path.lexists(target):
            return
        with files.directory_beside(self.path) as graveyard:
            target.rename(graveyard / name)
        self._forget(name)

    def _forget(self, name: str) -> None:
        self._record(EXPORTS, name, None)
        self._record(PARITY, name, None)

    def _record(self, file: str, name: str, record: Mapping[str, Any] | None) -> None:
        """Set, or with None remove, the record of one export; those of files that are gone go as well."""
        records = {other: found for other, found in self._records(file).items() if (self.path / other).exists()}
        records.pop(name, None)
        if record is not None:
            records[name] = dict(record)
        files.write_atomically(self.path / file, files.to_json({"format": FORMAT, "files": records}))

    def _records(self, file: str) -> dict[str, Any]:
        path = self.path / file
        try:
            content = json.loads(files.read_regular(path))
            json.dumps(content, allow_nan=False)  # What could not be written again is damage.
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except OSError as error:
            raise RunError(f"{path}: not readable: {error.strerror or error}") from error
        except (ValueError, RecursionError) as error:
            raise RunError(f"{path}: damaged; remove it to continue") from error
        if not isinstance(content, dict) or not isinstance(content.get("files"), dict):
            raise RunError(f"{path}: not a record of mnistcnn export; choose another folder, or move it away")
        if content.get("format", FORMAT) != FORMAT:
            raise RunError(f"{path}: {files.format_problem(content['format'], FORMAT)}")
        return dict(content["files"])


def checksums(path: Path) -> dict[str, dict[str, Any]]:
    """The size and the SHA-256 of a file, or of every file in a directory, by name."""
    found = [path] if path.is_file() else sorted(inside for inside in path.rglob("*") if inside.is_file())
    contents = {str(one.relative_to(path) if one != path else one.name): one.read_bytes() for one in found}
    return {
        name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in contents.items()
    }


def without_nan(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record as JSON can hold it: NaN and infinity become null."""
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value for key, value in record.items()
    }


def _strange(path: Path, format_: Format) -> Path | None:
    """What an export would destroy without having made it: something in its folder, or what is no such folder."""
    if path.is_dir() != bool(format_.contents):
        return path
    inside = (one for one in sorted(path.rglob("*")) if one.is_symlink() or not one.is_dir())
    return next((one for one in inside if not _is_ours(one.relative_to(path).as_posix(), format_)), None)


def _is_ours(name: str, format_: Format) -> bool:
    """Whether an export has this file, or `eval --model` writes it beside one, or a desktop into every folder."""
    results = tuple(f"{one}-{kind}-" for one in format_.contents for kind in ("eval", "predictions"))
    return name in format_.contents or name.startswith(results) or name.rpartition("/")[2] == ".DS_Store"


def _sync(path: Path) -> None:
    """Wait until a file, or a directory with everything in it, is on the disk."""
    inside = path.rglob("*") if path.is_dir() else ()
    for one in (*inside, path):
        files.sync_directory(one)  # A file is synced in the same way.


def _cannot_write(path: Path, error: OSError) -> RunError:
    return RunError(f"{error.filename or path}: cannot write: {error.strerror or error}")
