"""Files, folders and standard input → digits in MNIST's frame."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from .. import files
from ..errors import DataError
from .box import Box
from .framing import FoundDigit, find_digits, no_digit, only_one
from .imagefile import Picture, read_picture, suffixes
from .preview import Preview, to_preview

STDIN = "-"
MAX_BYTES = 1 << 28
"""As much is read of one file; a device or a pipe may have no end."""


@dataclass(frozen=True, eq=False)
class ReadPicture:
    """The digits of one picture, and a small version of it."""

    digits: tuple[FoundDigit, ...]
    """At least one, in reading order. The boxes are in pixels of the picture as it is displayed: upright, and in its
    full size."""
    preview: Preview
    is_first_of_several: bool = False
    """Whether the file has more pages or frames, which are not read."""


def list_images(names: Sequence[str]) -> list[str]:
    """Replace each folder by its images, sorted by name, without those in its subfolders.

    Hidden files and files whose name does not end as an image's are passed over. A folder without any image stays in
    the list, so that reading it is an error.
    """
    return [image for name in names for image in _images_of(name)]


def _images_of(name: str) -> Iterator[str]:
    path = Path(name)
    if name == STDIN or not files.is_dir(path):
        yield name
        return
    try:
        inside = sorted(path.iterdir())
    except OSError:
        inside = []
    images = [file for file in inside if _looks_like_an_image(file)]
    yield from map(str, images) if images else [name]


def _looks_like_an_image(file: Path) -> bool:
    return file.suffix.lower() in suffixes() and not file.name.startswith(".") and files.is_file(file)


def read_image(name: str, stdin: BinaryIO) -> ReadPicture:
    """Read one image and find the digits in it.

    Args:
        name: of a file, or `-` for `stdin`.
        stdin: read to its end, if it is asked for.

    Raises:
        DataError: it cannot be read, is no image, or has no digit. The message begins with the name.
    """
    picture = read_picture(_content(name, stdin), name)
    digits = find_digits(picture.pixels)
    if not digits:
        raise no_digit(name, is_first_of_several=picture.is_first_of_several)
    placed = tuple(replace(digit, box=_displayed(digit.box, picture)) for digit in digits)
    return ReadPicture(placed, to_preview(picture), picture.is_first_of_several)


def read_digits_of(name: str, stdin: BinaryIO) -> tuple[FoundDigit, ...]:
    """The digits of `read_image`.

    Raises:
        DataError: as `read_image`.
    """
    return read_image(name, stdin).digits


def _displayed(box: Box, picture: Picture) -> Box:
    return Box(*picture.displayed(box.top, box.left), *picture.displayed(box.bottom, box.right))


def read_digit(name: str, stdin: BinaryIO) -> NDArray[np.uint8]:
    """Read one image of one digit and make of it what MNIST would have.

    Args:
        name: of a file, or `-` for `stdin`.
        stdin: read to its end, if it is asked for.

    Returns:
        [28, 28], 0 (background) to 255 (ink).

    Raises:
        DataError: it cannot be read, is no image, or has no digit or several. The message begins with the name.
    """
    return only_one(read_digits_of(name, stdin), name).image


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
