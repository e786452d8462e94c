"""Pictures and arrays as a program has them → images as the network takes them."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from .. import files
from ..data import digitfiles
from ..data.framing import to_mnist_image
from ..data.idx import IMAGE_SIDE
from ..data.imagefile import read_pixels
from ..errors import DataError
from ..network.quiet_tensorflow import quiet_stderr

Picture = str | os.PathLike[str] | Image.Image | NDArray[np.generic]
"""A picture of one digit: the path of a file, an image of Pillow, or an array [height, width] or [height, width, 3]."""
Images = Picture | Iterable[Picture]
"""One picture, several, or an array of images as MNIST has them, [n, 28, 28]."""

_ARRAY = "the array"
_PNG_MODES = {"1", "L", "LA", "I", "I;16", "P", "RGB", "RGBA"}


def read_digit(picture: Picture) -> NDArray[np.uint8]:
    """Find the digit in a picture, and make of it what MNIST would have: what `Run.predict` gives to the network.

    The picture may have any size, be dark on light or light on dark, drawn, scanned or photographed. An image of MNIST
    comes back as it is. docs/predict.md has the method.

    Args:
        picture: a path, an image of Pillow, or an array [height, width], [height, width, 3] or [height, width, 4];
            integers from 0 to 255, or fractions from 0 to 1.

    Returns:
        [28, 28], 0 (background) to 255 (ink).

    Raises:
        DataError: it cannot be read, is no image, or has no digit or several.
    """
    if isinstance(picture, str | os.PathLike):
        return _read_file(Path(picture))
    if isinstance(picture, Image.Image):
        return to_mnist_image(read_pixels(_png(picture), "the picture"), "the picture")
    pixels = _bytes(np.asarray(picture))
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[..., 0]
    if pixels.ndim != 2 and not (pixels.ndim == 3 and pixels.shape[2] in (3, 4)):
        raise DataError(f"{_ARRAY} has the shape {list(pixels.shape)}, not [height, width] or [height, width, 3]")
    return to_mnist_image(read_pixels(_png(Image.fromarray(pixels)), _ARRAY), _ARRAY)


def to_images(images: Images) -> NDArray[np.uint8]:
    """What `Run.predict` takes, as a batch.

    Args:
        images: paths and pictures go through `read_digit`; arrays are images as MNIST has them, [28, 28], [n, 28, 28]
            or [n, 28, 28, 1], and stay as they are.

    Returns:
        [n, 28, 28], 0 (background) to 255 (ink).

    Raises:
        DataError: as `read_digit`, or an array has another shape or range.
    """
    if isinstance(images, str | os.PathLike | Image.Image):
        return read_digit(images)[np.newaxis]
    if isinstance(images, Iterable) and not hasattr(images, "__array__"):
        batches = [to_images(image) for image in images]
        return np.concatenate(batches) if batches else np.empty((0, IMAGE_SIDE, IMAGE_SIDE), np.uint8)
    return _bytes(to_batch(images))


def to_batch(images: object) -> NDArray[np.generic]:
    """[28, 28], [n, 28, 28] or [n, 28, 28, 1] → [n, 28, 28].

    Raises:
        DataError: it has another shape.
    """
    array = np.asarray(images)
    shape = array.shape
    if array.ndim == 4 and shape[3] == 1:
        array = array[..., 0]
    if array.ndim == 2:
        array = array[np.newaxis]
    if array.ndim != 3 or array.shape[1:] != (IMAGE_SIDE, IMAGE_SIDE):
        raise DataError(
            f"{_ARRAY} has the shape {list(shape)}, not [n, 28, 28]; mnistcnn.read_digit makes 28×28 of any picture"
        )
    return array


def to_fractions(images: object) -> NDArray[np.float32]:
    """[28, 28], [n, 28, 28] or [n, 28, 28, 1] → [n, 28, 28] from 0 to 1; fractions stay as they are.

    Raises:
        DataError: it has another shape or range.
    """
    array = to_batch(images)
    most = _checked_most(array)
    return array.astype(np.float32) / np.float32(most)


def _bytes(array: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Integers from 0 to 255 as they are, fractions from 0 to 1 as the nearest of 256 steps."""
    if array.dtype == np.uint8:
        return np.asarray(array, np.uint8)
    most = _checked_most(array)
    return np.asarray(np.rint(array.astype(np.float64) * (255 / most)), np.uint8)


def _checked_most(array: NDArray[np.generic]) -> int:
    """What stands for full ink: 255 in integers, 1 in fractions.

    Raises:
        DataError: there is a number beyond it or below 0.
    """
    most = 255 if np.issubdtype(array.dtype, np.integer) else 1
    low, high = (float(array.min()), float(array.max())) if array.size else (0.0, 0.0)
    if not (low >= 0 and high <= most):
        raise DataError(
            f"{_ARRAY} has numbers from {low:g} to {high:g}; expected 0 to 255 as integers, or 0 to 1 as fractions"
        )
    return most


def _read_file(path: Path) -> NDArray[np.uint8]:
    if files.is_dir(path):
        raise DataError(f"{path}: this is a folder; pass the images in it")
    with quiet_stderr():  # libtiff writes its own complaints there.
        return digitfiles.read_digit(f"./{path}" if str(path) == digitfiles.STDIN else str(path), io.BytesIO())


def _png(image: Image.Image) -> bytes:
    upright = ImageOps.exif_transpose(image)
    buffer = io.BytesIO()
    (upright if upright.mode in _PNG_MODES else upright.convert("RGB")).save(buffer, "PNG")
    return buffer.getvalue()
