"""Finds the image that is followed through the network: a test image by its number, or a file."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...data.dataset import Dataset
from ...errors import DataError


@dataclass(frozen=True, eq=False)
class Digit:
    """The image that is followed through the network."""

    image: NDArray[np.float32]
    """[28, 28], 0 to 1."""
    name: str
    """`test image 0 of mnist`, or the name of a file."""
    label: int | None
    """None if nobody said what it is."""


def find_digit(image: str, dataset: Dataset) -> Digit:
    """The digit that `image` stands for.

    Args:
        image: the number of a test image, from 0; anything else is the path of a file, or `-` for standard input.
        dataset: whose test images are counted.

    Raises:
        DataError: there is no such image, or the file is not an image.
    """
    if not (image.isascii() and image.removeprefix("-").isdigit()):
        return _from_file(image)
    index, test = int(image), dataset.test
    if not 0 <= index < len(test):
        raise DataError(f"image {image}: the test images of {dataset.name} are numbered 0 to {len(test) - 1}")
    pixels = test.images[index].astype(np.float32) / np.float32(255)
    return Digit(pixels, f"test image {index} of {dataset.name}", int(test.labels[index]))


def _from_file(name: str) -> Digit:
    from ...data.digitfiles import read_digit

    image = read_digit(name, sys.stdin.buffer)
    return Digit(image.astype(np.float32) / np.float32(255), Path(name).name, None)
