"""The four files of an MNIST-like data set: reading them, and what is wrong with a folder of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from .. import files
from ..errors import DataError
from .dataset import Examples
from .filenames import choose_candidates, describe_content
from .idx import IdxContent, read_images, read_labels


class MissingFileError(DataError):
    """A file is there under no spelling: nothing is damaged."""


class FoundFile(NamedTuple):
    """A file that was read, and where it was."""

    path: Path
    content: IdxContent


class Inspection(NamedTuple):
    """What a folder has: each name is in one of the two."""

    found: dict[str, FoundFile]
    errors: dict[str, DataError]


def read_file(path: Path, name: str) -> FoundFile:
    """Read `path` as the images or labels that `name`, one of `FILE_NAMES`, says it holds.

    Raises:
        DataError: as `read_images` and `read_labels` do.
    """
    return FoundFile(path, read_images(path) if "images" in name else read_labels(path))


def read_preferred(folder: Path, name: str) -> FoundFile:
    """Read the preferred spelling of `name`. Without a known checksum, no other spelling can be better.

    Raises:
        MissingFileError: the file is there under no spelling.
        DataError: as `choose_candidates` and `read_file` do.
    """
    for path in choose_candidates(folder, name):
        return read_file(path, name)
    raise missing(folder, name)


def missing(folder: Path, name: str) -> MissingFileError:
    """Make the error for a file that is there under no spelling."""
    if not files.is_dir(folder):
        return MissingFileError(no_folder(folder))
    return MissingFileError(f"{folder / name}: missing (neither plain nor .gz).")


def no_folder(folder: Path) -> str:
    """Say of a path that is no folder what it is."""
    if files.exists(folder):
        return f"{folder}: a file, where a folder is expected."
    if folder.is_symlink():
        return f"{folder}: a link to {folder.readlink()}, which is not there."
    return f"{folder}: there is no such folder."


def what_is_there(folder: Path, errors: Iterable[DataError]) -> list[DataError]:
    """Say what a folder has and what it should have, if files are missing from it."""
    any_missing = any(isinstance(error, MissingFileError) for error in errors)
    return [DataError(describe_content(folder))] if any_missing and files.is_dir(folder) else []


def join_errors(headline: str, errors: list[DataError]) -> DataError:
    """One error that says everything that is wrong, each thing once and on a line of its own."""
    lines = dict.fromkeys(line for error in errors for line in error.lines)
    return DataError(headline, *(f"  {line}" for line in lines))


def inspect_folder(folder: Path, names: Sequence[str], read: Callable[[Path, str], FoundFile]) -> Inspection:
    """Read the files called `names` with `read`; what is wrong with one is kept, not raised."""
    inspection = Inspection({}, {})
    for name in names:
        try:
            inspection.found[name] = read(folder, name)
        except DataError as error:
            inspection.errors[name] = error
    return inspection


def pair(images: FoundFile, labels: FoundFile) -> Examples:
    """Put images and their labels together.

    Raises:
        DataError: their counts disagree.
    """
    if len(images.content.values) != len(labels.content.values):
        raise DataError(
            f"{images.path} has {len(images.content.values)} images, but {labels.path} has "
            f"{len(labels.content.values)} labels. They do not belong together: replace one of them."
        )
    return Examples(images.content.values, labels.content.values)
