"""The IDX file format, of MNIST and of the data sets that replace it.

A file is a header of big-endian 32-bit numbers, then the values, row by row:

    00 00 08 RR    08: unsigned bytes; RR: the rank (3 for images, 1 for labels)
    NN NN NN NN    one number for each dimension: [images, rows, columns] or [labels]

QMNIST's labels are read as well: 32-bit integers (00 00 0C 02), eight for each image, of which the first is the digit.

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
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from .. import files
from ..errors import DataError

IMAGE_SIDE = 28
MAX_EXAMPLES = 1_000_000
"""More than this is taken for a damaged header (all of EMNIST has 814,255)."""

_UNSIGNED_BYTE = 0x08
_QMNIST_LABELS = bytes([0, 0, 0x0C, 2])
_QMNIST_COLUMNS = 8
"""Digit, partition, writer and more: Yadav and Bottou, "Cold Case: The Lost MNIST Digits" (2019)."""
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
    oddity: str | None = None
    """What is odd about the file though it is whole: a sentence that names it."""


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
    wrong = np.flatnonzero((content.values < 0) | (content.values > 9))
    if wrong.size:
        raise _problem(
            path,
            f"label {content.values[wrong[0]]} at index {wrong[0]}; labels are 0 to 9 "
            f"({wrong.size} of {content.values.size} are outside)",
        )
    labels = content.values.astype(np.uint8)
    labels.flags.writeable = False
    return replace(content, values=labels)


class _Header(NamedTuple):
    content: bytes
    shape: tuple[int, ...]
    dtype: np.dtype[Any]


def idx_bytes(values: NDArray[np.uint8]) -> bytes:
    """Write the content of an IDX file.

    Args:
        values: [n, 28, 28] or [n].
    """
    return bytes([0, 0, _UNSIGNED_BYTE, values.ndim]) + np.array(values.shape, ">u4").tobytes() + values.tobytes()


def transposed(content: IdxContent) -> IdxContent:
    """Swap rows and columns of every image; the checksum is that of a file which holds them that way."""
    values = np.ascontiguousarray(content.values.transpose(0, 2, 1))
    values.flags.writeable = False
    return replace(content, values=values, sha256=hashlib.sha256(idx_bytes(values)).hexdigest())


def _read(path: Path, rank: int) -> IdxContent:
    with _opened(path) as file:
        header = _read_header(path, file, rank)
        body, oddity = _read_body(path, file, math.prod(header.shape) * header.dtype.itemsize)
    values = np.frombuffer(body, header.dtype).reshape(header.shape)
    if rank == 1:
        values = values.reshape(len(values), -1)[:, 0]
    values.flags.writeable = False
    digest = hashlib.sha256(header.content)
    digest.update(body)
    return IdxContent(values, digest.hexdigest(), oddity)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """Open gzip or plain content; what goes wrong in the block becomes a `DataError` that names the file."""
    try:
        if files.exists(path) and not files.is_file(path):  # A named pipe would block for ever.
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


def _read_header(path: Path, file: BinaryIO, rank: int) -> _Header:
    magic = file.read(4)
    is_qmnist = rank == 1 and magic == _QMNIST_LABELS
    if not is_qmnist:
        _check_magic(path, magic, rank)
    size = 4 + 4 * magic[3]
    dimensions = file.read(size - 4)
    if len(dimensions) < size - 4:
        raise _problem(path, f"ends after {4 + len(dimensions)} bytes, inside its header of {size} bytes")
    shape = tuple(int(number) for number in np.frombuffer(dimensions, ">u4"))
    _check_shape(path, shape)
    return _Header(magic + dimensions, shape, np.dtype(">i4" if is_qmnist else np.uint8))


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
    if len(sides) == 2 and sides != [IMAGE_SIDE, IMAGE_SIDE]:
        raise _problem(path, f"its images are {sides[0]}×{sides[1]}, not {IMAGE_SIDE}×{IMAGE_SIDE}")
    if len(sides) == 1 and sides != [_QMNIST_COLUMNS]:
        raise _problem(path, f"it has {sides[0]} numbers for each label; QMNIST's labels have {_QMNIST_COLUMNS}")
    if not 1 <= count <= MAX_EXAMPLES:
        raise _problem(path, f"its header promises {count:,} examples; 1 to {MAX_EXAMPLES:,} are accepted")


def _read_body(path: Path, file: BinaryIO, size: int) -> tuple[bytearray, str | None]:
    """Read `size` bytes, make sure that nothing follows, and give what is odd about the end.

    Memory grows with what really arrives, so a header that lies costs nothing.
    """
    body = bytearray()
    while len(body) < size and (chunk := file.read(min(_CHUNK, size - len(body)))):
        body += chunk
    if len(body) < size:
        raise _problem(path, f"cut short: {len(body):,} of the {size:,} bytes that its header promises")
    try:
        follows = file.read(1)  # Finds trailing data, and makes gzip check its CRC at the end.
    except gzip.BadGzipFile as error:
        # Python's words for bytes behind the checksum, which was right, that do not begin another gzip member.
        if not str(error).startswith("Not a gzipped file"):
            raise
        return body, f"{path}: trailing garbage after the gzip data was ignored; the content is whole."
    if follows:
        raise _problem(path, f"too long: more follows the {size:,} bytes that its header promises")
    return body, None


def _problem(path: Path, wrong: str) -> DataError:
    return DataError(f"{path}: {wrong}. {_REMEDY}")
