"""A network's parameters as plain arrays, the digest that identifies them, and arrays rounded to integers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Weights = dict[str, NDArray[np.float32]]
"""Every parameter by its name, such as `conv1/weights`."""


def weights_digest(weights: Mapping[str, NDArray[np.float32]]) -> str:
    """SHA-256 over the names, shapes and little-endian bytes of the weights, in the order of their names."""
    digest = hashlib.sha256()
    for name in sorted(weights):
        array = np.ascontiguousarray(weights[name], dtype="<f4")
        digest.update(f"{name} {list(array.shape)}\n".encode())
        digest.update(array.data)
    return digest.hexdigest()


def to_integers(
    array: NDArray[np.float32], dtype: type[np.int8 | np.int16]
) -> tuple[NDArray[np.signedinteger[Any]], NDArray[np.float32]]:
    """Round to integers, with one scale for each index of the last axis: its largest value is the largest integer.

    Args:
        array: [..., n], finite.
        dtype: how fine: int8 has 255 steps, int16 65,535.

    Returns:
        The integers, and their scale, [n]. An integer times its scale differs from the value by at most half a scale.
    """
    largest = int(np.iinfo(dtype).max)
    reach = np.abs(array).max(axis=tuple(range(array.ndim - 1)))
    scale = np.where(reach > 0, reach / largest, 1).astype(np.float32)
    return np.clip(np.rint(array / scale), -largest, largest).astype(dtype), scale


def from_integers(integers: NDArray[np.signedinteger[Any]], scale: NDArray[np.float32]) -> NDArray[np.float32]:
    """The numbers that integers with a scale stand for, as float32."""
    return np.asarray(integers.astype(np.float32) * scale)
