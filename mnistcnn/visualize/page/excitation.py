"""What excites each unit, for the inspector: the test images that do so most, and the input that would."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..analysis.patches import PER_UNIT
from ..picture_source import PictureSource
from .tensors import Floats, Tensor, encode

POOL = 200
"""Test images among which those for units of the dense layers are chosen: whole images cost 1 kB each in the page."""


def excitation(source: PictureSource) -> dict[str, Any]:
    """What the page shows beside the arithmetic of a unit; see docs/page.md.

    Returns:
        `sample`: in how many test images patches are looked for. For `conv1` and `conv2`: `patches`, uint8
        [units, 9, size, size], the strongest first, and `values`, float32 [units]: the strongest response. For `fc1`
        and `fc2`: `images`, int16 [units, 9], which of `pool` (uint8 [n, 28, 28], test images), or -1, and `values`.
        For all but `fc1`: `maximised`, uint8 [units, size, size], and `responses` to them, float32 [units], before
        ReLU.
    """
    units = source.survey.peaks["fc1"][:POOL]
    logits = source.survey.result.logits[:POOL]
    return {
        "pool": encode(source.dataset.test.images[:POOL]),
        "sample": source.sample.result.examples,
        "conv1": {**_patches(source, "conv1"), **_maximised(source, "conv1")},
        "conv2": {**_patches(source, "conv2"), **_maximised(source, "conv2")},
        "fc1": _strongest(units, units > 0),
        "fc2": {**_strongest(logits, np.ones_like(logits, bool)), **_maximised(source, "fc2")},
    }


def _patches(source: PictureSource, layer: str) -> dict[str, Tensor]:
    found = source.patches(layer)
    return {"patches": encode(_as_bytes(found.pixels)), "values": encode(found.values[:, 0])}


def _maximised(source: PictureSource, layer: str) -> dict[str, Tensor]:
    found = source.maximised(layer)
    return {"maximised": encode(_as_bytes(found.images)), "responses": encode(found.values.astype(np.float32))}


def _as_bytes(pixels: Floats) -> NDArray[np.uint8]:
    """0 to 1 as 0 to 255; beyond the image's border is paper, as it is for the network."""
    return np.rint(np.nan_to_num(pixels) * 255).astype(np.uint8)


def _strongest(responses: Floats, counts: NDArray[np.bool_]) -> dict[str, Tensor]:
    """For each unit, the images with the largest of its `responses` [images, units], if they count."""
    order = np.argsort(-responses, axis=0, kind="stable")[:PER_UNIT].T
    images = np.where(np.take_along_axis(counts, order.T, axis=0).T, order, -1)
    return {"images": encode(images.astype(np.int16)), "values": encode(responses.max(axis=0).astype(np.float32))}
