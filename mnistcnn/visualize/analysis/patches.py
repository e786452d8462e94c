"""Finds the places in the test images that excite each unit of a convolution most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from ...network.evaluator import BATCH_SIZE
from ...network.model import Network, to_input
from .receptive_fields import RECEPTIVE_FIELDS, ReceptiveField

PER_UNIT = 9


@dataclass(frozen=True, eq=False)
class Patches:
    """For each unit the patches that excite it most, the strongest first, each from another image."""

    images: NDArray[np.int64]
    """Which test image, [units, 9]; -1 where fewer images excite the unit at all."""
    rows: NDArray[np.int64]
    """The unit's place in its map, [units, 9]."""
    columns: NDArray[np.int64]
    values: NDArray[np.float32]
    """The unit's activation there, [units, 9]."""
    pixels: NDArray[np.float32]
    """[units, 9, size, size], 0 to 1; NaN where the receptive field lies in the padding."""


def find_patches(
    network: Network, layer: str, images: NDArray[np.uint8], peaks: NDArray[np.float32], units: int
) -> Patches:
    """The patches for the first `units` units.

    Args:
        network: the network.
        layer: `conv1` or `conv2`.
        images: [n, 28, 28].
        peaks: the largest activation of each unit in each image, [n, all units].
        units: how many.
    """
    field = RECEPTIVE_FIELDS[layer]
    count = min(PER_UNIT, len(images))
    # Stable, so that of equals the first image wins on every machine.
    order = np.argsort(-peaks[:, :units], axis=0, kind="stable")[:count].T
    values = np.take_along_axis(peaks, order.T, axis=0).T
    places = _places(network, layer, images, order)
    rows, columns = np.divmod(places, 28 // field.stride)
    pixels = np.full((units, count, field.size, field.size), np.nan, np.float32)
    for unit, rank in np.ndindex(units, count):
        if values[unit, rank] > 0:
            image = images[order[unit, rank]]
            pixels[unit, rank] = cut(image, field, int(rows[unit, rank]), int(columns[unit, rank]))
    return Patches(np.where(values > 0, order, -1), rows, columns, values, pixels)


def cut(image: NDArray[np.uint8], field: ReceptiveField, row: int, column: int) -> NDArray[np.float32]:
    """What the unit at (row, column) sees of an image, [size, size] in [0, 1]; NaN in the padding."""
    margin = field.size
    padded = np.pad(image.astype(np.float32) / np.float32(255), margin, constant_values=np.nan)
    top, left = field.start(row) + margin, field.start(column) + margin
    return padded[top : top + field.size, left : left + field.size]


def _places(network: Network, layer: str, images: NDArray[np.uint8], order: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where in its map each unit answers most strongly, as row · width + column; shaped as `order`."""
    wanted, positions = np.unique(order, return_inverse=True)
    best = np.empty((len(wanted), order.shape[0]), np.int64)
    for start in range(0, len(wanted), BATCH_SIZE):
        batch = to_input(images[wanted[start : start + BATCH_SIZE]])
        maps: NDArray[np.float32] = tf.nn.relu(network.activations(batch)[layer]).numpy()
        flat = maps.reshape(len(maps), -1, maps.shape[-1])
        best[start : start + BATCH_SIZE] = flat[..., : order.shape[0]].argmax(axis=1)
    return np.take_along_axis(best.T, positions.reshape(order.shape), axis=1)
