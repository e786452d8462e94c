"""Searches for the input that excites a unit most: gradient ascent on the pixels.

Erhan et al., "Visualizing Higher-Layer Features of a Deep Network" (2009), with what Mahendran and Vedaldi,
"Understanding Deep Image Representations by Inverting Them" (CVPR 2015), and Olah et al., "Feature Visualization"
(Distill 2017) found to keep such inputs readable: total variation is penalised, and the image is shifted a little
at each step. Pixels stay in [0, 1] as the sigmoid of what is optimised.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from ...network.model import IMAGE_SIZE, Network
from .receptive_fields import RECEPTIVE_FIELDS

STEPS = 128
_LEARNING_RATE = 0.2
_JITTER = 1  # pixels in each direction
_SETTLED = 0.7  # of the steps; after that nothing is shifted any more
_SMOOTHNESS = 0.25
_INK = 0.1

Objective = Callable[[tf.Tensor], tf.Tensor]


@dataclass(frozen=True, eq=False)
class Maximised:
    """Inputs that excite units as much as an input can, or nearly."""

    units: tuple[int, ...]
    images: NDArray[np.float32]
    """[units, size, size] in [0, 1]: a receptive field, or for dense layers a whole image."""
    values: NDArray[np.float32]
    """Each unit's answer to its image, before ReLU, [units]."""


def maximise(network: Network, layer: str, units: Sequence[int]) -> Maximised:
    """Search for the inputs of some units of `conv1`, `conv2`, `fc1` or `fc2`.

    A convolution's unit is the one in the middle of its receptive field, away from the border.
    """
    if layer == "conv1":
        return _exact(network, units)
    chosen = tf.constant(list(units), tf.int32)
    dense = {"fc1": "fc1/preactivation", "fc2": "fc2"}

    def excitement(images: tf.Tensor) -> tf.Tensor:
        found = network.activations(images)[dense[layer]] if layer in dense else patch_response(network, layer, images)
        # Image i is unit i's: of all units' answers to all images, the diagonal.
        return tf.linalg.diag_part(tf.gather(found, chosen, axis=1))

    size = IMAGE_SIZE if layer in dense else RECEPTIVE_FIELDS[layer].size
    images, values = _ascend(excitement, len(units), size)
    return Maximised(tuple(units), images, values)


def _exact(network: Network, units: Sequence[int]) -> Maximised:
    """One convolution is linear: its largest answer is to full ink under every positive weight, and only there."""
    weights = network.weights["conv1"].numpy()[:, :, 0, list(units)]
    images = np.moveaxis(weights > 0, -1, 0).astype(np.float32)
    values = np.maximum(weights, 0).sum(axis=(0, 1)) + network.biases["conv1"].numpy()[list(units)]
    return Maximised(tuple(units), images, values)


def patch_response(network: Network, layer: str, patches: tf.Tensor) -> tf.Tensor:
    """What the unit in the middle of each patch answers, before ReLU: [patches, size, size, 1] → [patches, units].

    A patch is a whole receptive field, so nothing is padded, and as fields begin at even rows, pooling takes the
    same pixels together as in the whole image.
    """
    maps = tf.nn.conv2d(patches, network.weights["conv1"], 1, "VALID") + network.biases["conv1"]
    if layer == "conv2":
        pooled = tf.nn.max_pool2d(tf.nn.relu(maps), 2, 2, "VALID")
        maps = tf.nn.conv2d(pooled, network.weights["conv2"], 1, "VALID") + network.biases["conv2"]
    return maps[:, 0, 0, :]


def _ascend(objective: Objective, count: int, size: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Adam on the logits of the pixels of a canvas that is `_JITTER` larger on every side."""
    side = size + 2 * _JITTER
    start = tf.random.stateless_normal([count, side, side, 1], seed=(0, 0), mean=-1.0, stddev=0.3)
    canvas, first, second = (tf.Variable(values) for values in (start, tf.zeros_like(start), tf.zeros_like(start)))
    scale = _sensitivity(objective, _crop(tf.sigmoid(canvas), _JITTER, _JITTER, size))

    # Not in one graph with a loop: that takes longer to build than all its steps to run.
    @tf.function(autograph=False)  # type: ignore[untyped-decorator]
    def climb(step: tf.Tensor, top: tf.Tensor, left: tf.Tensor) -> None:
        with tf.GradientTape() as tape:
            image = tf.sigmoid(canvas)
            excitement = objective(_crop(image, top, left, size)) / scale
            cost = _SMOOTHNESS * tf.image.total_variation(image) + _INK * tf.reduce_sum(image, (1, 2, 3))
            loss = tf.reduce_sum(cost - excitement)
        _adam(canvas, tape.gradient(loss, canvas), first, second, step)

    for step, (top, left) in enumerate(_shifts()):
        climb(tf.constant(step + 1.0), tf.constant(top), tf.constant(left))
    best = _crop(tf.sigmoid(canvas), _JITTER, _JITTER, size)
    return best.numpy()[..., 0], objective(best).numpy()


def _shifts() -> NDArray[np.int32]:
    """Where the image begins on its canvas at each step, [steps, 2]: anywhere at first, in the middle at the end."""
    shifts = np.random.Generator(np.random.Philox(0)).integers(0, 2 * _JITTER + 1, (STEPS, 2), np.int32)
    shifts[round(_SETTLED * STEPS) :] = _JITTER
    return shifts


def _sensitivity(objective: Objective, images: tf.Tensor) -> tf.Tensor:
    """How much a pixel changes each unit, on average, [units]: by it, penalties weigh the same for all units."""
    with tf.GradientTape() as tape:
        tape.watch(images)
        total = tf.reduce_sum(objective(images))
    return tf.maximum(tf.reduce_mean(tf.abs(tape.gradient(total, images)), (1, 2, 3)), 1e-6)


def _crop(images: tf.Tensor, top: tf.Tensor | int, left: tf.Tensor | int, size: int) -> tf.Tensor:
    return tf.slice(images, tf.stack([0, top, left, 0]), [-1, size, size, 1])


def _adam(value: tf.Variable, gradient: tf.Tensor, first: tf.Variable, second: tf.Variable, step: tf.Tensor) -> None:
    """Kingma and Ba, "Adam" (2015), algorithm 1."""
    first.assign(0.9 * first + 0.1 * gradient)
    second.assign(0.999 * second + 0.001 * gradient**2)
    mean, square = first / (1 - 0.9**step), second / (1 - 0.999**step)
    value.assign_sub(_LEARNING_RATE * mean / (tf.sqrt(square) + 1e-8))
