"""Folders of images: `0/` to `9/`, or these in `train/` and `test/`."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ... import files
from ...errors import DataError
from ..dataset import Examples
from ..digitfiles import read_digit
from ..idx import IMAGE_SIDE
from ..imagefile import read_pixels, suffixes
from .parts import Parts, raise_together, split_in_two

DIGITS = tuple("0123456789")
_SPLITS = {"train": "train", "training": "train", "test": "test", "testing": "test"}


def has_pictures(folder: Path) -> bool:
    """Whether a folder has folders of digits, or of a training set."""
    return any(files.is_dir(path) and path.name.lower() in (*DIGITS, *_SPLITS) for path in folder.iterdir())


def read_pictures(folder: Path, *, frame: bool) -> Parts:
    """Read every image in the folders of the ten digits.

    Training images come in an order that depends on their names alone and mixes the digits, because the first ones
    become the validation images of a run. Without a folder `test`, a seventh of each digit is set aside; the choice
    depends on the names alone as well.

    Args:
        folder: which has the folders.
        frame: whether images of any size are scaled and centred as MNIST's were; else they must be 28×28, white on
            black.

    Raises:
        DataError: a folder is no digit, or images cannot be read; names each of them.
    """
    splits: dict[str, Path] = {}
    for path in _folders(folder):
        split = _SPLITS.get(path.name.lower())
        if split in splits:
            raise DataError(f"{folder}: both {splits[split].name} and {path.name} could hold the {split} images.")
        if split:
            splits[split] = path
    if splits and (beside := [path.name for path in _folders(folder) if path.name in DIGITS]):
        raise DataError(f"{folder}: digits ({', '.join(beside)}) beside the folders of splits; move them into those.")
    if not splits:
        names, examples = _read_split(folder, frame=frame)
        return split_in_two(examples, names)
    if "train" not in splits:
        raise DataError(f"{folder}: a folder of test images, but none of training images (train).")
    names, training = _read_split(splits["train"], frame=frame)
    if "test" not in splits:
        return split_in_two(training, names)
    return Parts(training, _read_split(splits["test"], frame=frame)[1])


def _read_split(folder: Path, *, frame: bool) -> tuple[list[str], Examples]:
    names = {str(file.relative_to(folder)): file for file in _pictures(folder)}
    names = dict(sorted(names.items(), key=lambda item: hashlib.sha256(os.fsencode(item[0])).hexdigest()))
    files = list(names.values())
    if not files:
        raise DataError(f"{folder}: no images in the folders 0 to 9. Known endings: {' '.join(sorted(suffixes()))}.")
    images, errors = [], []
    for file in files:
        try:
            images.append(read_digit(str(file), io.BytesIO()) if frame else _read_as_it_is(file))
        except DataError as error:
            errors += error.lines
    raise_together(errors)
    labels = np.array([int(file.parent.name) for file in files], np.uint8)
    return list(names), Examples(np.stack(images), labels)


def _pictures(folder: Path) -> Iterator[Path]:
    for digit in _folders(folder):
        if digit.name not in DIGITS:
            raise DataError(f"{digit}: expected a folder for each digit, called 0 to 9. Rename it or move it away.")
        yield from (file for file in digit.iterdir() if _is_picture(file))


def _is_picture(file: Path) -> bool:
    # Reading a pipe would wait for ever.
    return file.suffix.lower() in suffixes() and file.name[0] != "." and files.is_file(file)


def _folders(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if files.is_dir(path) and not path.name.startswith((".", "__")))


def _read_as_it_is(file: Path) -> NDArray[np.uint8]:
    pixels = read_pixels(file.read_bytes(), str(file))
    height, width = pixels.shape[:2]
    if (height, width) != (IMAGE_SIDE, IMAGE_SIDE):
        raise DataError(f"{file}: {width}×{height} pixels, not 28×28; --frame scales and centres images of any size.")
    return np.asarray(np.rint(pixels.mean(axis=2) * 255), np.uint8)
