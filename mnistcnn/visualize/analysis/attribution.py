"""Which pixels speak for a class: integrated gradients and occlusion."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from ...network.model import IMAGE_SIZE, Network

STEPS = 50
WINDOW = 5
"""The side of the square that occlusion erases."""


def integrated_gradients(network: Network, image: NDArray[np.float32], target: int) -> NDArray[np.float32]:
    """How much each pixel adds to a logit, along the straight way from blank paper to the image.

    Sundararajan, Taly and Yan, "Axiomatic Attribution for Deep Networks" (ICML 2017), equation 3, by the midpoint
    rule. The attributions add up to logit(image) − logit(paper), up to the rule's error (their proposition 1).

    Args:
        network: the network.
        image: [28, 28] in [0, 1].
        target: whose logit.

    Returns:
        [28, 28]; positive for pixels that speak for the class.
    """
    fractions = (np.arange(STEPS, dtype=np.float32) + np.float32(0.5)) / np.float32(STEPS)
    images = tf.constant(fractions[:, np.newaxis, np.newaxis, np.newaxis] * image[:, :, np.newaxis])
    with tf.GradientTape() as tape:
        tape.watch(images)
        logit = tf.reduce_sum(network(images)[:, target])
    gradients: NDArray[np.float32] = tape.gradient(logit, images).numpy()[..., 0]
    return np.asarray(image * gradients.mean(axis=0))


def occlusion(network: Network, image: NDArray[np.float32]) -> NDArray[np.float32]:
    """How far each logit falls when a 5 × 5 square around each pixel is erased.

    Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks" (ECCV 2014), section 4.2, with paper
    instead of grey: here paper is what means nothing.

    Returns:
        [28, 28, 10]; positive where the class needs what is there.
    """
    reach = WINDOW // 2
    places = np.arange(IMAGE_SIZE)
    inside = np.abs(places[:, np.newaxis] - places) <= reach
    # erased[y, x] is the square around (y, x).
    erased = inside[:, np.newaxis, :, np.newaxis] & inside[np.newaxis, :, np.newaxis, :]
    images = np.where(erased, np.float32(0), image).reshape(-1, IMAGE_SIZE, IMAGE_SIZE)
    # Where a square has no ink, nothing is erased: of a digit's squares that is about half.
    changed = (images != image).any(axis=(1, 2))
    logits: NDArray[np.float32] = network(tf.constant(np.stack([image, *images[changed]])[..., np.newaxis])).numpy()
    falls = np.zeros((len(images), logits.shape[1]), np.float32)
    falls[changed] = logits[0] - logits[1:]
    return falls.reshape(IMAGE_SIZE, IMAGE_SIZE, -1)
