"""CSV: a row for each image, its label and then its 784 pixels, as on Kaggle.

    label,pixel0,pixel1,…,pixel783
    5,0,0,…,0

The header may be missing. A test file without labels, such as that of Kaggle's competition, is of no use here.
"""

from __future__ import annotations

import gzip
import re
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from ...errors import DataError
from ..dataset import Examples
from ..idx import IMAGE_SIDE
from .parts import Parts, split_in_two, to_examples

SUFFIXES = (".csv", ".csv.gz")
_PIXELS = IMAGE_SIDE**2
_SPLIT = re.compile(r"(?:.*[-_. ])?(train|training|test|testing)", re.IGNORECASE)
_NUMPYS_WORDS = re.compile(r"could not convert string (.*) to \w+ at row (\d+), column (\d+)")
_OTHER_SEPARATOR = re.compile(r"\d(;|\\t)\d")  # NumPy writes a tab as an escape.
_OTHER_WIDTH = re.compile(r"the number of columns changed from (\d+) to (\d+) at row (\d+)")


def read_tables(paths: list[Path], *, frame: bool) -> Parts:
    """Read one file, or a training and a test file, which their names tell apart.

    Raises:
        DataError: a file is damaged, or it is not clear which is which. Names the file, and its line and column.
    """
    splits: dict[str, Path] = {}
    for path in paths:
        match = _SPLIT.fullmatch(_stem(path))
        split = match[1].lower()[:5].removesuffix("i") if match else "train"
        if split in splits:
            raise DataError(f"Both {splits[split]} and {path} could hold the {split}ing images: keep one of them.")
        splits[split] = path
    if "train" not in splits:
        raise DataError(f"{splits['test']}: only test images. Expected a file such as train.csv beside it.")
    training = _read(splits["train"], frame=frame)
    if training is None:
        raise DataError(f"{splits['train']}: no labels: a row has {_PIXELS} numbers, not {_PIXELS + 1}.")
    test = _read(splits["test"], frame=frame) if "test" in splits else None
    if test is not None:
        return Parts(training, test)
    parts = split_in_two(training, [str(number) for number in range(len(training))])
    if "test" not in splits:
        return parts
    unlabelled = f"{splits['test']} has no labels, so nothing can be measured with it, and it was left out."
    return Parts(parts.training, parts.test, (unlabelled, *parts.notes))


def _stem(path: Path) -> str:
    return re.sub(r"\.csv(\.gz)?$", "", path.name, flags=re.IGNORECASE)


def _read(path: Path, *, frame: bool) -> Examples | None:
    """The examples of one file, or None if it has no labels."""
    with _opened(path) as file:
        first = file.readline()
        has_header = any(not _is_number(cell) for cell in first.split(","))
        file.seek(0)
        values = _read_numbers(path, file, skipped=int(has_header))
    if values.shape[1] == _PIXELS:
        return None
    if values.shape[1] != _PIXELS + 1:
        raise DataError(f"{path}: {values.shape[1]} columns; expected {_PIXELS + 1}: a label and {_PIXELS} pixels.")
    # Kaggle's files have the label in front; a few others have it at the end, with a header that tells.
    names = [name.strip(' "\r\n').lower() for name in first.split(",")]
    if has_header and names[-1] in ("label", "class"):
        values = np.roll(values, 1, axis=1)
    return to_examples(values[:, 1:], values[:, 0], str(path), frame=frame)


def _is_number(cell: str) -> bool:
    """Whether a cell is a number such as `5.000e+00` or `nan`, or empty; the names of columns are neither."""
    text = cell.strip(' "\r\n\ufeff')
    try:
        float(text or "0")
    except ValueError:
        return False
    return True


def _read_numbers(path: Path, file: TextIO, skipped: int) -> NDArray[np.float32]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # That the file is empty, which is said below.
            values = np.loadtxt(
                file, np.float32, delimiter=",", quotechar='"', comments=None, skiprows=skipped, ndmin=2
            )
    except ValueError as error:
        raise DataError(f"{path}{_place(str(error), skipped)}") from None
    if not values.size:
        raise DataError(f"{path}: no rows of numbers.")
    return values


def _place(message: str, skipped: int) -> str:
    """Say where NumPy has found what, in the words of somebody who opens the file."""
    if found := _NUMPYS_WORDS.search(message):
        if _OTHER_SEPARATOR.search(found[1]):
            return f":{int(found[2]) + skipped + 1}: columns must be separated by commas. Save the table anew."
        return f":{int(found[2]) + skipped + 1}: column {found[3]}: {found[1]} is not a number."
    if found := _OTHER_WIDTH.search(message):
        return f":{int(found[3]) + skipped}: {found[2]} columns, where the rows before have {found[1]}."
    return f": {message}."


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    try:
        is_packed = path.suffix.lower() == ".gz"
        # utf-8-sig: spreadsheets write a byte order mark.
        with gzip.open(path, "rt", encoding="utf-8-sig") if is_packed else path.open(encoding="utf-8-sig") as file:
            yield file
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not a text file ({error.reason}).") from None
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error}).") from error
