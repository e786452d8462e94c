"""Each unit's response to an image of its own, and its gradient, without computing the layer's other units."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from ...network.model import Network
from .whole_image import dense_layers, pooled_maps

Floats = NDArray[np.float32]
Respond = Callable[[Floats], tuple[Floats, Floats]]
"""[units, size, size] in [0, 1] → responses before ReLU [units], and their gradients, shaped as the images."""


def own_responses(network: Network, layer: str, units: Sequence[int]) -> Respond:
    """How the units of `conv2`, `fc1` or `fc2` respond, the first to the first image, the second to the second.

    For `conv2` an image is the receptive field of a unit away from the border, for dense layers the whole image.
    """
    weights, biases = _of_units(network, layer, units)
    inputs = {"conv2": _inputs_of_conv2, "fc1": _inputs_of_fc1, "fc2": _inputs_of_fc2}[layer]

    @tf.function(autograph=False)  # type: ignore[untyped-decorator]
    def respond(images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(images)
            values = tf.reshape(inputs(network, images[..., tf.newaxis]), weights.shape)
            responses = tf.reduce_sum(values * weights, axis=1) + biases
        return responses, tape.gradient(responses, images)

    def as_arrays(images: Floats) -> tuple[Floats, Floats]:
        responses, gradients = respond(tf.constant(images))
        return responses.numpy(), gradients.numpy()

    return as_arrays


def _of_units(network: Network, layer: str, units: Sequence[int]) -> tuple[tf.Tensor, tf.Tensor]:
    """The weights of some units, [units, inputs], and their biases, [units]."""
    weights, biases = network.weights[layer].numpy(), network.biases[layer].numpy()
    return tf.constant(weights.reshape(-1, weights.shape[-1]).T[list(units)]), tf.constant(biases[list(units)])


def _inputs_of_conv2(network: Network, patches: tf.Tensor) -> tf.Tensor:
    """The 5 × 5 values of pool1 that the unit in the middle of each patch reads.

    A patch is a whole receptive field, so nothing is padded, and as fields begin at even rows, pooling takes the
    same pixels together as in the whole image.
    """
    maps = tf.nn.max_pool2d(tf.nn.conv2d(patches, network.weights["conv1"], 1, "VALID"), 2, 2, "VALID")
    return tf.nn.relu(maps + network.biases["conv1"])


def _inputs_of_fc1(network: Network, images: tf.Tensor) -> tf.Tensor:
    return pooled_maps(network, images)["pool2"]


def _inputs_of_fc2(network: Network, images: tf.Tensor) -> tf.Tensor:
    return tf.nn.relu(dense_layers(network, _inputs_of_fc1(network, images))["fc1/preactivation"])
