"""The IDX file format: MNIST's, and that of every data set that wants to take its place.

A file is a header of big-endian 32-bit numbers, then the values, row by row:

    00 00 08 RR    08: unsigned bytes; RR: the rank (3 for images, 1 for labels)
    NN NN NN NN    one number for each dimension: [images, rows, columns] or [labels]

A file is not trusted: it may be cut short, be something else altogether, or expand to gigabytes. So the
header is judged before anything more is read, and never more is read than the header promises.
"""

from __future__ import annotations

import gzip
import hashlib
import math
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError

IMAGE_SIDE = 28
MAX_EXAMPLES = 1_000_000
"""More than this is taken for a damaged header (all of EMNIST has 814,255)."""

_UNSIGNED_BYTE = 0x08
_TYPES = {0x09: "int8", 0x0B: "int16", 0x0C: "int32", 0x0D: "float32", 0x0E: "float64"}
_CHUNK = 1 << 20
_REMEDY = "Replace the file, or choose another folder with data.dir."


@dataclass(frozen=True, eq=False)
class IdxContent:
    """What a file holds."""

    values: NDArray[np.uint8]
    """[n, 28, 28] or [n]; read-only."""
    sha256: str
    """Of the whole uncompressed content, header included."""


def read_images(path: Path) -> IdxContent:
    """Read images.

    Args:
        path: an IDX file of unsigned bytes, gzip or plain; which of the two its content tells, not its name.

    Returns:
        `values` of shape [n, 28, 28], n from 1 to `MAX_EXAMPLES`.

    Raises:
        DataError: the file is missing, unreadable, damaged, too large, or not of 28×28 images.
    """
    return _read(path, rank=3)


def read_labels(path: Path) -> IdxContent:
    """Read labels.

    Args:
        path: as for `read_images`.

    Returns:
        `values` of shape [n], each from 0 to 9.

    Raises:
        DataError: the file is missing, unreadable, damaged, too large, or has a label outside 0 to 9.
    """
    content = _read(path, rank=1)
    wrong = np.flatnonzero(content.values > 9)
    if wrong.size:
        raise _problem(
            path,
            f"label {content.values[wrong[0]]} at index {wrong[0]}; labels are 0 to 9 "
            f"({wrong.size} of {content.values.size} are outside)",
        )
    return content


def _read(path: Path, rank: int) -> IdxContent:
    with _opened(path) as file:
        header, shape = _read_header(path, file, rank)
        body = _read_body(path, file, math.prod(shape))
    values = np.frombuffer(body, np.uint8).reshape(shape)
    values.flags.writeable = False
    digest = hashlib.sha256(header)
    digest.update(body)
    return IdxContent(values, digest.hexdigest())


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """Open gzip or plain content; what goes wrong in the block becomes a `DataError` that names the file."""
    try:
        if path.exists() and not path.is_file():  # A named pipe would block for ever.
            raise _problem(path, "not a regular file")
        with path.open("rb") as raw:
            if raw.peek(2)[:2] != b"\x1f\x8b":
                yield raw
                return
            with gzip.GzipFile(fileobj=raw) as unpacked:
                yield cast(BinaryIO, unpacked)
    except FileNotFoundError:
        raise _problem(path, "there is no such file") from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise _problem(path, f"damaged gzip data ({error})") from error
    except OSError as error:
        raise _problem(path, f"cannot be read ({error.strerror or error})") from error


def _read_header(path: Path, file: BinaryIO, rank: int) -> tuple[bytes, tuple[int, ...]]:
    size = 4 + 4 * rank
    magic = file.read(4)
    _check_magic(path, magic, rank)
    dimensions = file.read(size - 4)
    if len(dimensions) < size - 4:
        raise _problem(path, f"ends after {4 + len(dimensions)} bytes, inside its header of {size} bytes")
    shape = tuple(int(number) for number in np.frombuffer(dimensions, ">u4"))
    _check_shape(path, shape)
    return magic + dimensions, shape


def _check_magic(path: Path, magic: bytes, rank: int) -> None:
    expected = bytes([0, 0, _UNSIGNED_BYTE, rank])
    if magic == expected:
        return
    if not magic:
        raise _problem(path, "the file is empty")
    if len(magic) < 4 or magic[:2] != b"\0\0":
        wrong = f"not an IDX file: it begins with {magic.hex(' ')} ({magic!r})"
    elif magic[2] != _UNSIGNED_BYTE:
        kind = _TYPES.get(magic[2], "an unknown type")
        wrong = f"its values are of type 0x{magic[2]:02x} ({kind}), not unsigned bytes (0x08)"
    else:
        wanted = "images have 3" if rank == 3 else "labels have 1"
        wrong = f"it has {magic[3]} dimension(s), and {wanted}: are images and labels swapped?"
    raise _problem(path, f"{wrong}; the first four bytes must be {expected.hex(' ')}")


def _check_shape(path: Path, shape: tuple[int, ...]) -> None:
    count, *sides = shape
    if sides and sides != [IMAGE_SIDE, IMAGE_SIDE]:
        raise _problem(path, f"its images are {sides[0]}×{sides[1]}, not {IMAGE_SIDE}×{IMAGE_SIDE}")
    if not 1 <= count <= MAX_EXAMPLES:
        raise _problem(path, f"its header promises {count:,} examples; 1 to {MAX_EXAMPLES:,} are accepted")


def _read_body(path: Path, file: BinaryIO, size: int) -> bytearray:
    """Read `size` bytes and make sure that nothing follows.

    Memory grows with what really arrives, so a header that lies costs nothing. The byte too many that is
    asked for finds trailing data, and makes gzip check its CRC at the end.
    """
    body = bytearray()
    while len(body) <= size and (chunk := file.read(min(_CHUNK, size + 1 - len(body)))):
        body += chunk
    if len(body) < size:
        raise _problem(path, f"cut short: {len(body):,} of the {size:,} bytes that its header promises")
    if len(body) > size:
        raise _problem(path, f"too long: more follows the {size:,} bytes that its header promises")
    return body


def _problem(path: Path, wrong: str) -> DataError:
    return DataError(f"{path}: {wrong}. {_REMEDY}")
