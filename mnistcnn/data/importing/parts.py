"""What an import has found: training and test examples, and how images become a training and a test set."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...errors import DataError
from ..dataset import Examples
from ..framing import to_mnist_image
from ..idx import IMAGE_SIDE, MAX_EXAMPLES

TEST_SHARE = 7
"""One image in so many goes to the test set, as in MNIST (10,000 of 70,000)."""
MOST_ERRORS = 20


@dataclass(frozen=True, eq=False)
class Parts:
    """Training and test examples, and what a person should know about them."""

    training: Examples
    test: Examples
    notes: tuple[str, ...] = ()


def split_in_two(examples: Examples, keys: Sequence[str]) -> Parts:
    """Set a seventh of each class aside for testing; the choice depends on the keys alone.

    A class of two or more gives at least one.

    Args:
        examples: of which the order is kept.
        keys: one text for each example, such as its file's name. All different.
    """
    hashes = np.array([hashlib.sha256(os.fsencode(key)).hexdigest() for key in keys])
    is_test = np.zeros(len(examples), bool)
    for digit in range(10):
        members = np.flatnonzero(examples.labels == digit)
        count = max(round(len(members) / TEST_SHARE), int(len(members) > 1))
        is_test[members[np.argsort(hashes[members])[:count]]] = True
    if not is_test.any():
        raise DataError("No class has two images, so none can be set aside for testing. Collect more.")
    note = f"{int(is_test.sum()):,} of {len(examples):,} images were set aside for testing: a seventh of each class."
    return Parts(_chosen(examples, ~is_test), _chosen(examples, is_test), (note,))


def _chosen(examples: Examples, mask: NDArray[np.bool_]) -> Examples:
    return Examples(examples.images[mask], examples.labels[mask])


def to_examples(pixels: NDArray[np.generic], labels: NDArray[np.generic], where: str, *, frame: bool) -> Examples:
    """Check numbers from a table or an array, and make 8-bit images of them.

    Args:
        pixels: [n, 784], [n, 28, 28] or [n, 28, 28, 1]; whole numbers from 0 to 255, or fractions from 0 to 1.
        labels: [n] or [n, 1], 0 to 9.
        where: the file, for messages.
        frame: whether each image is centred and scaled as MNIST's were.

    Raises:
        DataError: shapes or numbers are others.
    """
    labels = labels.reshape(-1) if labels.shape[1:] == (1,) else labels
    if pixels.shape[1:] not in {(IMAGE_SIDE**2,), (IMAGE_SIDE, IMAGE_SIDE), (IMAGE_SIDE, IMAGE_SIDE, 1)}:
        raise DataError(f"{where}: images of the shape {pixels.shape[1:]}, not 28×28 or 784 numbers.")
    if labels.shape != pixels.shape[:1]:
        raise DataError(f"{where}: {len(pixels):,} images, but labels of the shape {labels.shape}.")
    if not 1 <= len(pixels) <= MAX_EXAMPLES:
        raise DataError(f"{where}: {len(pixels):,} images; 1 to {MAX_EXAMPLES:,} are accepted.")
    images = _to_bytes(pixels.reshape(-1, IMAGE_SIDE, IMAGE_SIDE), where)
    return Examples(_framed(images, where) if frame else images, _to_labels(labels, where))


def _to_labels(labels: NDArray[np.generic], where: str) -> NDArray[np.uint8]:
    numbers = _numbers(labels, where)
    wrong = np.flatnonzero(~np.isin(numbers, np.arange(10)))
    if wrong.size:
        raise DataError(f"{where}: label {numbers[wrong[0]]:g} of image {wrong[0] + 1:,}; labels are 0 to 9.")
    return numbers.astype(np.uint8)


def _to_bytes(pixels: NDArray[np.generic], where: str) -> NDArray[np.uint8]:
    numbers = _numbers(pixels, where)
    if numbers.max() <= 1:  # Fractions, or black and white as 0 and 1; no digit has so little ink of 255.
        numbers = np.rint(numbers * np.float32(255))
    is_whole = numbers == np.floor(numbers)  # A remainder would warn of an infinite number.
    wrong = np.argwhere(~((numbers >= 0) & (numbers <= 255) & is_whole))  # NaN fails each of them.
    if wrong.size:
        image, row, column = wrong[0]
        raise DataError(
            f"{where}: image {image + 1:,}, pixel {row * IMAGE_SIDE + column} (row {row}, column {column}): "
            f"{numbers[tuple(wrong[0])]:g}. Pixels are whole numbers from 0 to 255, or fractions from 0 to 1."
        )
    return numbers.astype(np.uint8)


def _numbers(values: NDArray[np.generic], where: str) -> NDArray[np.float32 | np.int64]:
    if values.dtype.kind not in "uif":
        raise DataError(f"{where}: values of type {values.dtype}, which are not numbers.")
    return values  # type: ignore[return-value]


def _framed(images: NDArray[np.uint8], where: str) -> NDArray[np.uint8]:
    framed = []
    errors: list[str] = []
    for number, image in enumerate(images, 1):
        try:
            framed.append(to_mnist_image(image[..., np.newaxis] / np.float32(255), f"{where}: image {number:,}"))
        except DataError as error:
            errors += error.lines
    raise_together(errors)
    return np.stack(framed)


def raise_together(errors: Iterable[str]) -> None:
    """Raise one error that has all of them, if there are any."""
    lines = list(errors)
    if len(lines) > MOST_ERRORS:
        lines = [*lines[:MOST_ERRORS], f"... and {len(lines) - MOST_ERRORS:,} more"]
    if lines:
        raise DataError(*lines)
