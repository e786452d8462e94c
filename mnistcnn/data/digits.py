"""Scikit-learn's bundled handwritten digits in MNIST's frame: real data where there is no network.

1,797 images of 8×8 pixels with 17 grey levels (the test part of UCI's "Optical Recognition of Handwritten
Digits"). They are scaled up and centred as MNIST's images were, so that the same network learns from them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .dataset import Examples
from .idx import IMAGE_SIDE

TEST_SIZE = 360
"""The last 360 of 1,797 (a fifth), unshuffled. Neighbours in the file are alike (13 people wrote it, one after
the other as it seems), so a shuffled test would be easier than new handwriting: scikit-learn's course finds
93.1 % without and 96.8 % with shuffling for logistic regression ("Sample grouping")."""

_BOX = 20
"""MNIST's digits fit a box of 20×20, centred by mass in 28×28."""
_MARGIN = (IMAGE_SIDE - _BOX) // 2


@dataclass(frozen=True, eq=False)
class Digits:
    """The two fixed parts, and what identifies them."""

    training: Examples
    """The first 1,437."""
    test: Examples
    """The last 360."""
    origin: str
    checksums: dict[str, str]
    """Of the framed images and of the labels, so that a change in the scaling shows as well."""


def read_digits() -> Digits:
    """Load the bundled digits. Needs no file, no network and no randomness."""
    import sklearn
    from sklearn.datasets import load_digits

    bunch = load_digits()
    images = np.stack([to_mnist_frame(image) for image in bunch.images])
    labels = bunch.target.astype(np.uint8)
    for array in (images, labels):
        array.flags.writeable = False
    return Digits(
        training=Examples(images[:-TEST_SIZE], labels[:-TEST_SIZE]),
        test=Examples(images[-TEST_SIZE:], labels[-TEST_SIZE:]),
        origin=f"scikit-learn {sklearn.__version__} (bundled)",
        checksums={
            "digits-images": hashlib.sha256(images.tobytes()).hexdigest(),
            "digits-labels": hashlib.sha256(labels.tobytes()).hexdigest(),
        },
    )


def to_mnist_frame(image: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Scale one image up to 20×20, sharpen it, and centre it by mass.

    Args:
        image: [8, 8], 0 to 16.

    Returns:
        [28, 28], 0 to 255.
    """
    from PIL import Image

    pixels = np.rint(image * (255 / 16)).astype(np.uint8)
    smooth = Image.fromarray(pixels).resize((_BOX, _BOX), Image.Resampling.BICUBIC)
    # Scaling up blurs. This contrast brings the share of inked pixels (23 %, was 34 %; MNIST: 19 %) and their
    # mean (165, was 119; MNIST: 174) near MNIST's. Integers, so that every machine gets the same bits.
    sharp = np.clip(np.asarray(smooth).astype(np.int32) * 8 // 5 - 90, 0, 255)
    framed = np.pad(sharp, _MARGIN)
    shift = [_shift_to_center(framed.sum(axis=1)), _shift_to_center(framed.sum(axis=0))]
    return np.roll(framed, shift, axis=(0, 1)).astype(np.uint8)


def _shift_to_center(ink: NDArray[np.int32]) -> int:
    """How far to move so that the mean position of `ink` [28] is the middle; at most the margin."""
    middle = (IMAGE_SIDE - 1) / 2
    mean = float(np.arange(IMAGE_SIDE) @ ink) / max(1.0, float(ink.sum()))
    return int(np.clip(round(middle - mean), -_MARGIN, _MARGIN))
