"""Which files of a folder are MNIST's four, whatever their publisher calls them.

| data set | name |
|---|---|
| MNIST | `train-images-idx3-ubyte`, `t10k-labels-idx1-ubyte.gz` |
| archives of it | `train-images.idx3-ubyte`, `TRAIN_IMAGES.IDX`, `t10k-images-idx3-ubyte/t10k-images-idx3-ubyte` |
| EMNIST | `emnist-digits-train-images-idx3-ubyte.gz`, `emnist-digits-test-labels-idx1-ubyte.gz`, … |
| QMNIST | `qmnist-train-images-idx3-ubyte.gz`, `qmnist-test-labels-idx2-int.gz` |
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from .. import files
from ..errors import DataError

FILE_NAMES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)

_SPELLING = re.compile(
    r"(?P<prefix>.*-)?(?P<split>train|training|test|testing|t10k)-(?P<kind>images?|labels?)-idx[123]?(-u?byte|-int)?"
)
_SHOWN = 12  # names in a message


class Candidate(NamedTuple):
    """A file that could be one of the four."""

    path: Path
    prefix: str
    """What stands before the name and tells data sets of one folder apart, such as `emnist-digits`; often empty."""


def find_candidates(folder: Path, name: str) -> list[Candidate]:
    """List the files in `folder` that could be `name`, the preferred ones first.

    Without a prefix comes before with one, and plain before .gz: whoever unpacked a file meant to use it. A folder of
    such a name that holds one file of such a name, as in Kaggle's archives, counts as that file, and comes last.

    Args:
        folder: where to look; it need not exist.
        name: one of `FILE_NAMES`.

    Raises:
        DataError: the folder cannot be looked into.
    """
    try:
        found = [candidate for candidate, role in _candidates(folder) if role == name]
        return sorted(found, key=lambda candidate: _rank(candidate, folder, name))
    except OSError as error:
        raise DataError(f"{error.filename or folder}: cannot be read ({error.strerror or error}).") from error


def choose_candidates(folder: Path, name: str) -> list[Path]:
    """As `find_candidates`, but of one data set only: that without a prefix, or the only one that is there.

    Raises:
        DataError: it is not clear which data set, or which of its files, is meant; or as `find_candidates`.
    """
    candidates = find_candidates(folder, name)
    prefixes = {candidate.prefix for each in FILE_NAMES for candidate in find_candidates(folder, each)}
    if len(prefixes) > 1 and "" not in prefixes:
        raise DataError(
            f"{folder}: files of several data sets: {', '.join(sorted(prefixes))}. Put the files of one of them into a "
            "folder of their own."
        )
    chosen = [candidate for candidate in candidates if candidate.prefix == min(prefixes)]
    ranks = [_rank(candidate, folder, name)[:-1] for candidate in chosen[:2]]
    if len(ranks) == 2 and ranks[0] == ranks[1]:
        raise DataError(
            f"{folder}: both {chosen[0].path.name} and {chosen[1].path.name} could be {name}. Rename or remove one of "
            "them."
        )
    return [candidate.path for candidate in chosen]


def describe_content(folder: Path) -> str:
    """Say which names are expected in a folder, and which IDX files are there."""
    expected = f"Expected: {', '.join(FILE_NAMES)}; plain or .gz, and with a common prefix such as emnist-digits-."
    names = [path.name for path in _files_in(folder) if _looks_like_idx(path)]
    if not names:
        return f"{expected} No IDX file is there; to make them from CSV, NPZ or images: mnistcnn data --import."
    shown = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
    return f"{expected} IDX files that are there: {shown}."


def _candidates(folder: Path) -> Iterator[tuple[Candidate, str]]:
    """Every file with a known spelling, and the name that it stands for."""
    for path in sorted(folder.iterdir()) if files.is_dir(folder) else ():
        spelled = _spelled(path.name)
        if spelled is None:
            continue
        prefix, role = spelled
        if not files.is_dir(path):
            yield Candidate(path, prefix), role
        elif len(inside := _files_in(path)) == 1 and _spelled(inside[0].name) == spelled:
            yield Candidate(inside[0], prefix), role


def _spelled(name: str) -> tuple[str, str] | None:
    """The prefix of a file's name, and which of `FILE_NAMES` the rest stands for."""
    plain = re.sub(r"[._ ]", "-", name.lower().removesuffix(".gz"))
    match = _SPELLING.fullmatch(plain)
    if match is None:
        return None
    split = "train" if match["split"].startswith("train") else "t10k"
    kind = "images-idx3" if match["kind"].startswith("image") else "labels-idx1"
    return (match["prefix"] or "").rstrip("-"), f"{split}-{kind}-ubyte"


def _rank(candidate: Candidate, folder: Path, name: str) -> tuple[bool, bool, bool, bool, str]:
    plain = candidate.path.name.removesuffix(".gz")
    is_inside, is_packed = candidate.path.parent != folder, plain != candidate.path.name
    return bool(candidate.prefix), is_inside, is_packed, plain != name, candidate.path.name


def _files_in(folder: Path) -> list[Path]:
    """The files of a folder that are not hidden; empty if it cannot be read."""
    try:
        return sorted(path for path in folder.iterdir() if files.is_file(path) and not path.name.startswith("."))
    except OSError:
        return []


def _looks_like_idx(path: Path) -> bool:
    """Whether a file begins as an IDX file does: two zeros, a known type, and one to three dimensions."""
    try:
        with path.open("rb") as file:
            is_packed = file.peek(2)[:2] == b"\x1f\x8b"
            magic = gzip.GzipFile(fileobj=file).read(4) if is_packed else file.read(4)
    except (OSError, EOFError, zlib.error):
        return False
    return len(magic) == 4 and magic[:2] == b"\0\0" and 0x08 <= magic[2] <= 0x0E and 1 <= magic[3] <= 3
