"""Files and directories that are there whole or not at all, also after a crash or a power failure."""

from __future__ import annotations

import errno
import json
import os
import secrets
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

TEMPORARY = ".mnistcnn-tmp-"
"""How the names of unfinished files and folders begin; so nobody else calls theirs."""


def write_atomically(path: Path, content: bytes) -> None:
    """Replace `path` with `content`: a reader sees the old file or the new one, never a part.

    Raises:
        OSError: it could not be written; `path` is as it was.
    """
    _refuse_special(path)
    temporary = _temporary_name(path.parent)
    try:
        write_synced(temporary, content)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def check_replaceable(path: Path) -> None:
    """Find out before long work whether `write_atomically` could write a file, of which folders may be missing.

    Raises:
        OSError: it could not.
    """
    _refuse_special(path)
    folder = next(parent for parent in path.absolute().parents if exists(parent))
    if not is_dir(folder):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))


def make_directory(path: Path) -> None:
    """Make a directory with those above it, unless it is there.

    Raises:
        OSError: it could not be made; a file in its place is a `NotADirectoryError`.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path)) from error


@contextmanager
def directory_beside(parent: Path) -> Iterator[Path]:
    """A new directory in `parent` to fill and then rename; removed if it is still there at the end."""
    temporary = _temporary_name(parent)
    temporary.mkdir()
    try:
        yield temporary
    finally:
        _remove_directory(temporary)


def write_synced(path: Path, content: bytes) -> None:
    """Write a new file and wait until it is on the disk."""
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def exists(path: Path) -> bool:
    """`Path.exists`, which is no error for a name that is too long, or in a folder that may not be entered."""
    return os.path.exists(path)  # noqa: PTH110


def is_dir(path: Path) -> bool:
    """`Path.is_dir`, in the same way."""
    return os.path.isdir(path)  # noqa: PTH112


def is_file(path: Path) -> bool:
    """`Path.is_file`, in the same way."""
    return os.path.isfile(path)  # noqa: PTH113


def read_regular(path: Path | str) -> bytes:
    """The content of a regular file; reading a pipe or a device could block.

    Raises:
        OSError: it cannot be read, or is no regular file.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        return file.read()


def sync_directory(path: Path) -> None:
    """Wait until the names in a directory are on the disk; a rename is not, before that."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_temporaries(parent: Path) -> None:
    """Remove what a killed process left half-written in `parent`."""
    for leftover in parent.glob(f"{TEMPORARY}*"):
        if leftover.is_dir() and not leftover.is_symlink():
            _remove_directory(leftover)
        else:
            leftover.unlink(missing_ok=True)


def to_json(content: Mapping[str, object]) -> bytes:
    """JSON as in the files of a run: indented, in the given order, with a newline at its end."""
    return utf8(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def utf8(text: str) -> bytes:
    r"""Encode a text that may hold the name of a file.

    A name need not be UTF-8. Python keeps its other bytes as surrogates, which become escapes such as `\udcff`: JSON
    and JavaScript read them as what they were.
    """
    return text.encode(errors="backslashreplace")


def format_problem(found: object, known: int) -> str:
    """Say why a file is refused whose `format` is not the one that this version of mnistcnn reads."""
    if isinstance(found, int) and not isinstance(found, bool) and found > known:
        return f"format {found}, of a newer version of mnistcnn; this one reads format {known}: update mnistcnn"
    return f"damaged: its format is {found!r}; this version of mnistcnn reads format {known}"


def _remove_directory(path: Path) -> None:
    with suppress(OSError):
        path.chmod(stat.S_IRWXU)  # With a umask such as 0777, not even its owner could look into it.
    shutil.rmtree(path, ignore_errors=True)


def _refuse_special(path: Path) -> None:
    """Refuse a device or a pipe: a rename would put a file in its place, for every program of the machine."""
    if exists(path) and not is_file(path) and not is_dir(path):
        raise OSError(errno.EINVAL, "not a regular file", str(path))


def _temporary_name(parent: Path) -> Path:
    # Not from `tempfile`, which makes private files: what a run writes is as readable as its user's other files.
    return parent / f"{TEMPORARY}{os.getpid()}-{secrets.token_hex(4)}"
