"""Imports a folder: finds out what it holds, reads it, and writes all four IDX files or none."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ... import files
from ...errors import DataError
from ..dataset import Examples
from ..filenames import FILE_NAMES
from ..files import no_folder
from ..idx import idx_bytes
from .arrays import read_arrays
from .parts import Parts
from .pictures import has_pictures, read_pictures
from .tables import SUFFIXES, read_tables


@dataclass(frozen=True, eq=False)
class Imported:
    """What was written."""

    folder: Path
    training: Examples
    test: Examples
    notes: tuple[str, ...]
    """What a person should know: what was left out, set aside, or looks wrong."""


def import_folder(source: Path, out: Path, *, frame: bool) -> Imported:
    """Make a folder of IDX files for `data.source=idx`.

    Args:
        source: a folder with CSV files, with one .npz, or with folders of images; or one such file.
        out: the folder to make; it must not exist, or be empty.
        frame: whether each image is scaled and centred as MNIST's were, as for `mnistcnn predict`.

    Raises:
        DataError: `source` cannot be used, or `out` cannot be written. Nothing is left behind.
    """
    try:
        _refuse_to_replace(out)
        _refuse_to_spoil(source, out)
        parts = _read(source, frame=frame)
    except OSError as error:
        raise DataError(f"{error.filename or source}: cannot be read ({error.strerror or error}).") from error
    _write(parts, out)
    return Imported(out, parts.training, parts.test, (*parts.notes, *_polarity(parts, frame)))


def _refuse_to_replace(out: Path) -> None:
    if files.is_dir(out) and not any(out.iterdir()):
        return
    if files.exists(out) or out.is_symlink():
        raise DataError(f"{out}: exists already, and nothing is ever overwritten. Choose another folder, or remove it.")


def _refuse_to_spoil(source: Path, out: Path) -> None:
    # Not `Path.resolve`, for which links that go round in circles are an error of their own kind.
    if files.is_dir(source) and Path(os.path.realpath(out)).is_relative_to(os.path.realpath(source)):
        raise DataError(f"{out}: is in {source}, which could then not be imported again. Choose a folder beside it.")


def _read(source: Path, *, frame: bool) -> Parts:
    if not files.exists(source):
        raise DataError(no_folder(source))
    inside = sorted(source.iterdir()) if files.is_dir(source) else [source]
    tables = [path for path in inside if files.is_file(path) and path.name.lower().endswith(SUFFIXES)]
    archives = [path for path in inside if files.is_file(path) and path.suffix.lower() == ".npz"]
    pictures = files.is_dir(source) and has_pictures(source)
    kinds = [("CSV files", tables), ("NPZ files", archives), ("folders of images", pictures)]
    there = [name for name, found in kinds if found]
    if len(there) > 1 or len(archives) > 1:
        what = " and ".join(there) if len(there) > 1 else ", ".join(path.name for path in archives)
        raise DataError(f"{source}: has {what}. Name one of them, or put it into a folder of its own.")
    if tables:
        return read_tables(tables, frame=frame)
    if archives:
        return read_arrays(archives[0], frame=frame)
    if pictures:
        return read_pictures(source, frame=frame)
    raise DataError(
        f"{source}: nothing to import. Expected train.csv, an .npz file, or folders of images called 0 to 9, which may "
        "be in folders train and test."
    )


def _write(parts: Parts, out: Path) -> None:
    values = (parts.training.images, parts.training.labels, parts.test.images, parts.test.labels)
    try:
        files.make_directory(out.parent)
        with files.directory_beside(out.parent) as temporary:
            for name, array in zip(FILE_NAMES, values, strict=True):
                files.write_synced(temporary / name, idx_bytes(array))
            files.sync_directory(temporary)
            temporary.rename(out)  # Fails if somebody has put anything there meanwhile.
        files.sync_directory(out.parent)
    except OSError as error:
        raise DataError(f"{error.filename or out}: cannot be written ({error.strerror or error}).") from error


def _polarity(parts: Parts, frame: bool) -> tuple[str, ...]:
    if frame or np.median(parts.training.images[:1000]) < 128:
        return ()
    return ("Most pixels are bright, but MNIST's digits are white on black: --frame turns dark ink into bright.",)
