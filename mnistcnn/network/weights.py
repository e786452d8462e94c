"""A network's parameters as plain arrays, and the digest that identifies them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

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
