"""Finds the image that is followed through the network: a test image by its number, a file, or an interesting one."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...data.dataset import Dataset
from ...errors import DataError, printable
from ...network.evaluator import EvaluationResult
from ...network.model import Network, to_input

_MOST_DIGITS = 20
"""Of an image's number; Python refuses to read thousands of them."""


@dataclass(frozen=True, eq=False)
class Digit:
    """The image that is followed through the network."""

    image: NDArray[np.float32]
    """[28, 28], 0 to 1."""
    name: str
    """`test image 0 of mnist`, or the name of a file."""
    label: int | None
    """None if nobody said what it is."""
    reason: str = ""
    """Why it was chosen, if the user did not choose it."""


CANDIDATES = 100
"""The default digit is one of the first so many test images."""


def default_digit(network: Network, dataset: Dataset) -> Digit:
    """The digit to follow when the user chose none: see `least_certain`; if there is none, the first test image."""
    images, labels = dataset.test.images[:CANDIDATES], dataset.test.labels[:CANDIDATES]
    index = least_certain(EvaluationResult(network(to_input(images)).numpy(), labels))
    if index is None:
        return find_digit("0", dataset)
    reason = f"the least certain correct answer among the first {len(images)} test images"
    return replace(find_digit(str(index), dataset), reason=reason)


def least_certain(result: EvaluationResult) -> int | None:
    """Which of the first hundred images that are classified correctly has the least probability; None if none is.

    A digit that the network is certain of has no runner-up worth looking at.
    """
    confidence = result.log_probabilities.max(axis=1)[:CANDIDATES]
    correct = np.flatnonzero((result.predictions == result.labels)[:CANDIDATES])
    return int(correct[confidence[correct].argmin()]) if len(correct) else None


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
    test = dataset.test
    index = int(image) if len(image) <= _MOST_DIGITS else -1
    if not 0 <= index < len(test):
        raise DataError(f"image {image}: the test images of {dataset.name} are numbered 0 to {len(test) - 1}")
    pixels = test.images[index].astype(np.float32) / np.float32(255)
    return Digit(pixels, f"test image {index} of {dataset.name}", int(test.labels[index]))


def _from_file(name: str) -> Digit:
    from ...data.digitfiles import read_digit

    image = read_digit(name, sys.stdin.buffer)
    return Digit(image.astype(np.float32) / np.float32(255), printable(Path(name).name), None)
