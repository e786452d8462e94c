"""Training images with their place in fc1's space, and a sample of test digits: what the plays on the page need."""

from __future__ import annotations

import base64
import zlib
from typing import Any, Literal

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from ...network.evaluator import BATCH_SIZE
from ...network.model import Network, to_input
from ...runs.doubt import find_doubt
from ..picture_source import PictureSource
from .tensors import Floats, decode, encode, encode_integers

MOST_TRAINING_IMAGES = 3000
"""With 32 axes and 4 bits a pixel, 0.6 MB of the page."""
AXES = 32
"""Of the principal components of fc1 over those images."""
MOST_TEST_IMAGES = 500
_LEAST_IMAGES = 20


def training_images(source: PictureSource) -> dict[str, Any] | None:
    """The first training images, in 4 bits a pixel, and where fc1 puts each of them, in int8.

    Distances among the principal components are those in fc1's space, but for the variance that the other components
    have.

    Returns:
        `images`, `labels`, `features` [n, axes], and `mean` [fc1] and `components` [fc1, axes], which give a digit's
        features. None for a network or data too small for this.
    """
    train = source.dataset.train
    images, labels = train.images[:MOST_TRAINING_IMAGES], train.labels[:MOST_TRAINING_IMAGES]
    units = fc1_of(source.network, images)
    axes = min(AXES, units.shape[1], len(images) - 1)
    if len(images) < _LEAST_IMAGES or axes < 2:
        return None
    from sklearn.decomposition import PCA

    pca = PCA(n_components=axes, svd_solver="randomized", random_state=0).fit(units)
    mean = pca.mean_.astype(np.float32)
    components = encode_integers(np.ascontiguousarray(pca.components_.T, np.float32), np.int8)
    return {
        "images": pack_images(images, 4),
        "labels": encode(labels),
        "mean": encode(mean),
        "components": components,
        # By the components as the page has them, so that a training image is nearest to itself.
        "features": encode_integers((units - mean) @ decode(components), np.int8),
    }


def sample_of_test(source: PictureSource) -> dict[str, Any]:
    """The first test images, exactly, with their labels."""
    test = source.dataset.test
    images, labels = test.images[:MOST_TEST_IMAGES], test.labels[:MOST_TEST_IMAGES]
    return {"images": pack_images(images, 8), "labels": encode(labels)}


def doubt_part(source: PictureSource) -> dict[str, Any] | None:
    """The network's doubt, its components in int8; None if it cannot be fitted."""
    doubt = find_doubt(source.trained, source.dataset).doubt
    if doubt is None:
        return None
    return {
        "mean": encode(doubt.mean),
        "components": encode_integers(doubt.components, np.int8),
        **{name: getattr(doubt, name) for name in ("slope", "weight", "offset", "share")},
    }


def fc1_of(network: Network, images: NDArray[np.uint8]) -> Floats:
    """What fc1 answers to images [n, 28, 28]: [n, units]."""
    batches = [images[start : start + BATCH_SIZE] for start in range(0, len(images), BATCH_SIZE)]
    answer = tf.function(
        lambda batch: network.activations(to_input(batch))["fc1"],
        input_signature=[tf.TensorSpec([None, 28, 28], tf.uint8)],
        autograph=False,
    )
    return np.concatenate([answer(batch).numpy() for batch in batches])


def pack_images(images: NDArray[np.uint8], bits: Literal[4, 8]) -> dict[str, Any]:
    """Images [n, 28, 28], compressed by zlib and in base64; `unpackImages` in nearest.js reads them.

    Args:
        images: 0 to 255.
        bits: of a pixel; with 4, two pixels share a byte, the first in the upper half, and have 16 levels.
    """
    pixels = images
    if bits == 4:
        levels = np.rint(images.reshape(-1) / 17).astype(np.uint8)
        pixels = np.asarray(levels[::2] << 4 | levels[1::2], np.uint8)
    data = base64.b64encode(zlib.compress(pixels.tobytes(), 9)).decode("ascii")
    return {"count": len(images), "bits": bits, "data": data}
