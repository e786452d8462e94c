"""Draws pictures and finds the digits in them, with all cores and without TensorFlow."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray
from photo_drawing import CONDITIONS, Condition, Digit, Photo, photo_of

from mnistcnn.data.digitfiles import STDIN, read_digits_of
from mnistcnn.errors import DataError
from mnistcnn.network.limits import available_cores

_digits: Sequence[Digit] = ()
"""What is drawn, in a process of the pool."""


@dataclass(frozen=True, eq=False)
class ReadPhoto:
    """A picture, what was found in it, and what that took."""

    photo: Photo
    images: NDArray[np.uint8]
    """[n, 28, 28], in reading order; none if the picture was refused."""
    drawing: float
    """Seconds of processor time."""
    reading: float


class PhotoReader:
    """A pool of processes that draw and read.

    Args:
        pool: processes that hold the digits.
        seed: the same pictures come for the same seed.
    """

    def __init__(self, pool: ProcessPoolExecutor, seed: int) -> None:
        self._pool, self._seed = pool, seed

    def read(self, condition: Condition, count: int) -> list[ReadPhoto]:
        """So many pictures of a condition."""
        task = partial(_drawn_and_read, CONDITIONS.index(condition), self._seed)
        return list(self._pool.map(task, range(count), chunksize=5))


@contextmanager
def photo_reader(digits: Sequence[Digit], seed: int) -> Iterator[PhotoReader]:
    """As many processes as there are cores."""
    context = get_context("spawn")
    with ProcessPoolExecutor(available_cores(), context, _hold, (digits,)) as pool:
        yield PhotoReader(pool, seed)


def _hold(digits: Sequence[Digit]) -> None:
    global _digits
    _digits = digits


def _drawn_and_read(number: int, seed: int, index: int) -> ReadPhoto:
    start = time.process_time()
    photo = photo_of(CONDITIONS[number], _digits, index, seed)
    drawn = time.process_time()
    try:
        images = np.stack([digit.image for digit in read_digits_of(STDIN, io.BytesIO(photo.content))])
    except DataError:
        images = np.empty((0, 28, 28), np.uint8)
    return ReadPhoto(photo, images, drawn - start, time.process_time() - drawn)
