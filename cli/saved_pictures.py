"""Saves what `predict` found: each picture with its digits outlined, and what the network received of each digit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from mnistcnn import files
from mnistcnn.errors import RunError, UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .file_predictions import FilePrediction

_LONGEST_STEM = 50
"""Characters of a file's name that stay: a name of 255 bytes has no room for more."""


class SavedPictures:
    """A new folder for the pictures of many files.

    The number of the file begins each name, so that files of the same name in different folders do not clash.

    Args:
        directory: new or empty.
        count: of the files.

    Raises:
        UsageError: there is something in the folder.
        RunError: it cannot be made.
    """

    def __init__(self, directory: Path, count: int) -> None:
        self._directory = directory
        self._width = len(str(count))
        self._file = 0
        try:
            files.make_directory(directory)
            is_empty = not any(directory.iterdir())
        except OSError as error:
            raise _unwritable(directory, error) from error
        if not is_empty:
            raise UsageError(f"--save {directory}: there are files in it already; choose a new folder")

    def write(self, of: FilePrediction) -> list[Path]:
        """Save the next file's pictures: none if it has an error.

        Raises:
            RunError: they cannot be written.
        """
        self._file += 1
        front = f"{self._file:0{self._width}}-{_stem(of.file)}"
        paths = []
        for end, pixels in _pictures(of):
            paths.append(self._directory / f"{front}-{end}.png")
            _save(pixels, paths[-1])
        return paths


def _pictures(of: FilePrediction) -> Iterator[tuple[str, NDArray[np.uint8]]]:
    if of.preview is not None:
        yield "found", of.preview.outlined([digit.found.box for digit in of.digits])
    for number, digit in enumerate(of.digits, 1):
        yield str(number), digit.found.image


def _stem(file: str) -> str:
    return "stdin" if file == "-" else Path(file).stem[:_LONGEST_STEM]


def _save(pixels: NDArray[np.uint8], path: Path) -> None:
    from PIL import Image

    try:
        Image.fromarray(pixels).save(path)
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> RunError:
    return RunError(f"{path}: cannot be written: {error.strerror or error}")
