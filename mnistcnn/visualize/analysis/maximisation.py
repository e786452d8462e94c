"""Searches for the input that excites a unit most: gradient ascent on an image.

Erhan et al., "Visualizing Higher-Layer Features of a Deep Network" (2009), with what Olah, Mordvintsev and Schubert,
"Feature Visualization" (Distill 2017), found to keep such inputs readable. The image is decorrelated: what is optimised
are not its pixels but the coefficients of waves, long ones weighted more than short ones as in natural images
("Preconditioning and Parameterization"), so that ascent finds strokes before it finds noise. And it is shifted a
little at each step ("Transformation Robustness"). The waves are cosines, which unlike Fourier's do not make opposite
borders alike. Pixels stay in [0, 1] as the sigmoid of the waves' sum.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from ...network.model import IMAGE_SIZE, Network
from .receptive_fields import RECEPTIVE_FIELDS
from .whole_image import dense_responses

_LEARNING_RATE = 0.4
_JITTER = 1  # pixels in each direction
_SETTLED = 0.45  # of the steps; after that nothing is shifted any more


@dataclass(frozen=True)
class Search:
    """How the inputs of a layer's units are searched for."""

    steps: int
    starts: int
    """The best of so many searches is kept."""
    decay: float
    """A wave of twice the frequency has 2^-this times the weight."""
    smoothness: float
    """Price of total variation at the first step; like that of ink, it falls to zero, so that excitement wins."""
    ink: float


SEARCHES = {
    "conv2": Search(steps=96, starts=2, decay=1.45, smoothness=0.16, ink=0.08),
    # Whole images take fifty times as long as a patch, and on them ink gathers where it does not matter.
    "fc1": Search(steps=64, starts=1, decay=1.2, smoothness=0.1, ink=0.2),
    "fc2": Search(steps=96, starts=1, decay=1.2, smoothness=0.1, ink=0.2),
}

Objective = Callable[[tf.Tensor], tf.Tensor]


@dataclass(frozen=True, eq=False)
class Maximised:
    """Inputs that excite units as much as an input can, or nearly."""

    units: tuple[int, ...]
    images: NDArray[np.float32]
    """[units, size, size] in [0, 1]: a receptive field, or for dense layers a whole image."""
    values: NDArray[np.float32]
    """Each unit's response to its image, before ReLU, [units]."""


def maximise(network: Network, layer: str, units: Sequence[int]) -> Maximised:
    """Search for the inputs of some units of `conv1`, `conv2`, `fc1` or `fc2`.

    A convolution's unit is the one in the middle of its receptive field, away from the border.
    """
    if layer == "conv1":
        return _exact(network, units)
    chosen = tf.constant(list(units) * SEARCHES[layer].starts, tf.int32)
    dense = layer in ("fc1", "fc2")

    def excitement(images: tf.Tensor) -> tf.Tensor:
        found = dense_responses(network, layer, images) if dense else patch_response(network, layer, images)
        # Image i is unit i's: of all units' responses to all images, the diagonal.
        return tf.linalg.diag_part(tf.gather(found, chosen, axis=1))

    size = IMAGE_SIZE if dense else RECEPTIVE_FIELDS[layer].size
    images, values = _ascend(excitement, len(chosen), size, SEARCHES[layer])
    starts, order = values.reshape(-1, len(units)), np.arange(len(units))
    best = starts.argmax(axis=0) * len(units) + order
    return Maximised(tuple(units), images[best], values[best])


def _exact(network: Network, units: Sequence[int]) -> Maximised:
    """One convolution is linear: its largest response is to full ink under every positive weight, and only there."""
    weights = network.weights["conv1"].numpy()[:, :, 0, list(units)]
    images = np.moveaxis(weights > 0, -1, 0).astype(np.float32)
    values = np.maximum(weights, 0).sum(axis=(0, 1)) + network.biases["conv1"].numpy()[list(units)]
    return Maximised(tuple(units), images, values)


def patch_response(network: Network, layer: str, patches: tf.Tensor) -> tf.Tensor:
    """What the unit in the middle of each patch responds, before ReLU: [patches, size, size, 1] → [patches, units].

    A patch is a whole receptive field, so nothing is padded, and as fields begin at even rows, pooling takes the
    same pixels together as in the whole image.
    """
    maps = tf.nn.conv2d(patches, network.weights["conv1"], 1, "VALID") + network.biases["conv1"]
    if layer == "conv2":
        pooled = tf.nn.max_pool2d(tf.nn.relu(maps), 2, 2, "VALID")
        maps = tf.nn.conv2d(pooled, network.weights["conv2"], 1, "VALID") + network.biases["conv2"]
    return maps[:, 0, 0, :]


def _ascend(
    objective: Objective, count: int, size: int, search: Search
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Adam on the waves of a canvas that is `_JITTER` larger than the image on every side."""
    side = size + 2 * _JITTER
    waves, weights = (tf.constant(array) for array in _cosines(side, search.decay))
    start = tf.random.stateless_normal([count, side, side], seed=(0, 0), stddev=0.3)
    coefficients, first, second = (
        tf.Variable(values) for values in (start, tf.zeros_like(start), tf.zeros_like(start))
    )

    def canvas() -> tf.Tensor:
        logits = tf.einsum("xi,nij,yj->nxy", waves, weights * coefficients, waves)
        return tf.sigmoid(logits - 1.0)[..., tf.newaxis]

    scale = _sensitivity(objective, _crop(canvas(), _JITTER, _JITTER, size))

    # Not in one graph with a loop: that takes longer to build than all its steps to run.
    @tf.function(autograph=False)  # type: ignore[untyped-decorator]
    def climb(step: tf.Tensor, top: tf.Tensor, left: tf.Tensor) -> None:
        with tf.GradientTape() as tape:
            image = canvas()
            excitement = objective(_crop(image, top, left, size)) / scale
            cost = search.smoothness * tf.image.total_variation(image) + search.ink * tf.reduce_sum(image, (1, 2, 3))
            loss = tf.reduce_sum((1 - step / search.steps) * cost - excitement)
        _adam(coefficients, tape.gradient(loss, coefficients), first, second, step)

    for step, (top, left) in enumerate(_shifts(search.steps)):
        climb(tf.constant(step + 1.0), tf.constant(top), tf.constant(left))
    best = _crop(canvas(), _JITTER, _JITTER, size)
    return best.numpy()[..., 0], objective(best).numpy()


def _cosines(side: int, decay: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The orthonormal basis of the discrete cosine transform, [pixels, waves], and the weight of each pair of waves."""
    pixels, waves = np.arange(side)[:, np.newaxis], np.arange(side)
    basis = np.cos(np.pi * (pixels + 0.5) * waves / side) * np.sqrt(np.where(waves, 2, 1) / side)
    frequency = np.hypot(waves[:, np.newaxis], waves)
    weights = np.maximum(frequency, 1.0) ** -decay
    return basis.astype(np.float32), (weights * side / np.sqrt(np.square(weights).sum())).astype(np.float32)


def _shifts(steps: int) -> NDArray[np.int32]:
    """Where the image begins on its canvas at each step, [steps, 2]: anywhere at first, in the middle at the end."""
    shifts = np.random.Generator(np.random.Philox(0)).integers(0, 2 * _JITTER + 1, (steps, 2), np.int32)
    shifts[round(_SETTLED * steps) :] = _JITTER
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
