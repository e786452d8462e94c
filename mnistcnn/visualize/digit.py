"""Finds the image that is followed through the network: a test image by its number, or a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..data.dataset import Dataset
from ..errors import DataError
from .subject import Digit


def find_digit(image: str, dataset: Dataset) -> Digit:
    """The digit that `image` stands for.

    Args:
        image: the number of a test image, from 0; anything else is the path of a file.
        dataset: whose test images are counted.

    Raises:
        DataError: there is no such image, or the file is not an image.
    """
    if not (image.isascii() and image.removeprefix("-").isdigit()):
        return _from_file(Path(image))
    index, test = int(image), dataset.test
    if not 0 <= index < len(test):
        raise DataError(f"--image {image}: the test images of {dataset.name} are numbered 0 to {len(test) - 1}")
    pixels = test.images[index].astype(np.float32) / np.float32(255)
    return Digit(pixels, f"test image {index} of {dataset.name}", int(test.labels[index]))


def _from_file(path: Path) -> Digit:
    from ..data.framing import to_mnist_image
    from ..data.imagefile import read_pixels

    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"--image {path}: neither the number of a test image nor a file: {error.strerror}") from error
    image = to_mnist_image(read_pixels(content, str(path)), str(path))
    return Digit(image.astype(np.float32) / np.float32(255), path.name, None)
