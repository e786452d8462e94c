"""Arrays as they stand in the page: base64 of little-endian numbers, if need be as integers with a scale."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...network.weights import from_integers, to_integers

Tensor = dict[str, Any]
"""`shape`, `dtype`, `data`, and for integers that stand for others `scale`; `decode` in network.js reads it."""
Floats = NDArray[np.float32]


def encode(array: NDArray[Any]) -> Tensor:
    """A float32, uint8, int8 or int16 array as it is."""
    little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    data = base64.b64encode(little.tobytes()).decode("ascii")
    return {"shape": list(array.shape), "dtype": array.dtype.name, "data": data}


def encode_integers(array: Floats, dtype: type[np.int8 | np.int16]) -> Tensor:
    """Integers with one scale for each index of the last axis, chosen so that its largest value is the largest integer.

    Args:
        array: [..., n].
        dtype: how fine: int8 has 255 steps, int16 65,535.
    """
    integers, scale = to_integers(array, dtype)
    return {**encode(integers), "scale": encode(scale)}


def decode(tensor: Tensor) -> NDArray[Any]:
    """The numbers that the page will read: of integers with a scale as float32, else of the tensor's own dtype."""
    dtype = np.dtype(tensor["dtype"]).newbyteorder("<")
    array: NDArray[Any] = np.frombuffer(base64.b64decode(tensor["data"]), dtype).reshape(tensor["shape"])
    if "scale" not in tensor:
        return array
    return from_integers(array, decode(tensor["scale"]))
