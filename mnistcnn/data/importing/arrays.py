"""NPZ: NumPy's archive with the keys of Keras' mnist.npz."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import numpy as np
from numpy.typing import NDArray

from ...errors import DataError
from .parts import Parts, split_in_two, to_examples

_MOST_BYTES = 4 << 30  # A million images of 32-bit numbers.


def read_arrays(path: Path, *, frame: bool) -> Parts:
    """Read `x_train` and `y_train`, and `x_test` and `y_test` if they are there.

    Raises:
        DataError: the file is damaged, or an array is missing or of another shape.
    """
    arrays = _load(path)
    missing = [key for key in ("x_train", "y_train") if key not in arrays]
    if missing or ("x_test" in arrays) != ("y_test" in arrays):
        there = ", ".join(arrays) or "none"
        raise DataError(
            f"{path}: expected the arrays x_train, y_train, x_test and y_test, as Keras has them; it has {there}."
        )
    training = to_examples(arrays["x_train"], arrays["y_train"], f"{path}, x_train", frame=frame)
    if "x_test" in arrays:
        return Parts(training, to_examples(arrays["x_test"], arrays["y_test"], f"{path}, x_test", frame=frame))
    return split_in_two(training, [str(number) for number in range(len(training))])


def _load(path: Path) -> dict[str, NDArray[np.generic]]:
    try:
        with ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
        if size > _MOST_BYTES:
            raise DataError(f"{path}: unpacks to {size / 1e9:.0f} GB, which is more than a million images are.")
        with np.load(path, allow_pickle=False) as arrays:
            loaded = {key: arrays[key] for key in arrays.files}
        for key, array in loaded.items():
            if not isinstance(array, np.ndarray):  # NumPy returns other members of an archive as bytes.
                raise DataError(f"{path}: damaged, or not arrays of numbers ({key} is no array).")
        return loaded
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror or error}).") from error
    except DataError:
        raise
    except MemoryError as error:
        raise DataError(f"{path}: damaged, or larger than the memory ({error}).") from error
    except Exception as error:
        # A damaged header makes NumPy raise ValueError, TypeError, OverflowError, tokenize.TokenError, …
        raise DataError(f"{path}: damaged, or not arrays of numbers ({error}).") from error
