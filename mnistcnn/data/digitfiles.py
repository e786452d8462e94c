"""Files, folders and standard input → digits in MNIST's frame."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from .framing import to_mnist_image
from .imagefile import read_pixels, suffixes

STDIN = "-"
MAX_BYTES = 1 << 28
"""As much is read of one file; a device or a pipe may have no end."""


def list_images(names: Sequence[str]) -> list[str]:
    """Replace each folder by its images, sorted by name; those in folders within it are not taken.

    Hidden files and files whose name does not end as an image's are passed over. A folder without any image stays in
    the list, so that reading it is an error.
    """
    return [image for name in names for image in _images_of(name)]


def _images_of(name: str) -> Iterator[str]:
    path = Path(name)
    if name == STDIN or not path.is_dir():
        yield name
        return
    try:
        inside = sorted(path.iterdir())
    except OSError:
        inside = []
    images = [file for file in inside if _looks_like_an_image(file)]
    yield from map(str, images) if images else [name]


def _looks_like_an_image(file: Path) -> bool:
    return file.suffix.lower() in suffixes() and not file.name.startswith(".") and file.is_file()


def read_digit(name: str, stdin: BinaryIO) -> NDArray[np.uint8]:
    """Read one image and make of it what MNIST would have.

    Args:
        name: of a file, or `-` for `stdin`.
        stdin: read to its end, if it is asked for.

    Returns:
        [28, 28], 0 (background) to 255 (ink).

    Raises:
        DataError: it cannot be read, is no image, or nothing is written in it. The message begins with the name.
    """
    return to_mnist_image(read_pixels(_content(name, stdin), name), name)


def _content(name: str, stdin: BinaryIO) -> bytes:
    try:
        if name == STDIN:
            content = stdin.read(MAX_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise DataError(f"{name}: there is no such file.") from None
    except IsADirectoryError:
        raise DataError(f"{name}: a folder in which no image can be found.") from None
    except (OSError, ValueError) as error:  # ValueError: a name with a null byte.
        raise DataError(f"{name}: cannot be read: {getattr(error, 'strerror', None) or error}.") from error
    if len(content) > MAX_BYTES:
        raise DataError(f"{name}: larger than {MAX_BYTES // 1_000_000} MB. Save it as PNG or JPEG, or scale it down.")
    return content
