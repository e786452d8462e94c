"""Pictures, histograms and dead units of a network for a sample of images."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from tensorboard.compat.proto.summary_pb2 import HistogramProto

from ...network.evaluator import BATCH_SIZE
from ...network.model import Network, to_input
from ...network.weights import Weights
from . import tags
from .histograms import HistogramCounter
from .pictures import Pixels, to_grey, to_signed_grey

PICTURES = 10
CONV2_FILTERS = 20
MAPS = ("conv1", "pool1", "conv2", "pool2")
_Tensors = dict[str, tf.Tensor]


@dataclass(frozen=True, eq=False)
class Observation:
    """Of the whole sample, except for `maps`."""

    maps: dict[str, NDArray[np.float32]]
    """By layer, [≤ 10, height, width]: the first channels of the first image."""
    histograms: dict[str, HistogramProto]
    """By layer: of its activations, and of fc2's logits."""
    dead: dict[str, float]
    """By layer: the fraction of its channels or neurons that are zero everywhere, for every image."""


class Observer:
    """Observes one network whenever it is called.

    Args:
        network: as it is at each call.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        images = tf.TensorSpec([None, 28, 28], tf.uint8)
        self._compiled = tf.function(self._look, input_signature=[images], autograph=False)

    def __call__(self, images: NDArray[np.uint8]) -> Observation:
        """Run a sample through the network.

        Args:
            images: [n, 28, 28] uint8, n ≥ 1.
        """
        counters = {layer: HistogramCounter() for layer in tags.LAYERS}
        peaks: dict[str, list[NDArray[np.float32]]] = {layer: [] for layer in tags.RECTIFIED}
        maps: dict[str, NDArray[np.float32]] = {}
        for start in range(0, len(images), BATCH_SIZE):
            outputs, largest, first_maps = self._compiled(images[start : start + BATCH_SIZE])
            for layer, counter in counters.items():
                counter.add(outputs[layer].numpy())
            for layer, found in peaks.items():
                found.append(largest[layer].numpy())
            maps = maps or {layer: values.numpy() for layer, values in first_maps.items()}
        dead = {layer: float(np.mean(np.max(found, axis=0) == 0)) for layer, found in peaks.items()}
        return Observation(maps, {layer: counter.histogram() for layer, counter in counters.items()}, dead)

    def _look(self, images: tf.Tensor) -> tuple[_Tensors, _Tensors, _Tensors]:
        """Every layer's output, the largest value of each unit, and the first channels for the first image."""
        activations = self._network.activations(to_input(images))
        outputs = {layer: activations[layer] for layer in tags.LAYERS}
        rectified = {layer: outputs[layer] for layer in tags.RECTIFIED}
        largest = {layer: tf.reduce_max(values, range(values.shape.rank - 1)) for layer, values in rectified.items()}
        maps = {layer: tf.transpose(activations[layer][0, :, :, :PICTURES], [2, 0, 1]) for layer in MAPS}
        return outputs, largest, maps


def kernels(layer: str, weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """The first kernels of a convolution, one for each pair of an input and an output channel.

    Args:
        layer: `conv1` or `conv2`.
        weights: [height, width, inputs, outputs].

    Returns:
        [≤ 10 or 20, height, width]: those that lead to the first output come first.
    """
    count = CONV2_FILTERS if layer == "conv2" else PICTURES
    return weights.transpose(3, 2, 0, 1).reshape(-1, *weights.shape[:2])[:count]


class PictureScale:
    """What is black and what is white, the same for the whole run, so that brighter means more.

    White is for activations the largest of the initial network, and for weights three times their initial standard
    deviation: both follow from the configuration and the data, so that a resumed run has the same scale.

    Args:
        maps: of the initial network, for the first image.
        weights: the initial network's.
    """

    def __init__(self, maps: Mapping[str, NDArray[np.float32]], weights: Weights) -> None:
        self._white = {layer: _or_one(values.max()) for layer, values in maps.items()}
        for name in ("conv1/weights", "conv2/weights"):
            self._white[name] = 3.0 * _or_one(weights[name].std())

    def maps(self, maps: Mapping[str, NDArray[np.float32]]) -> Iterator[tuple[str, list[Pixels]]]:
        """The pictures of each layer's maps."""
        for layer, values in maps.items():
            yield layer, list(to_grey(values, self._white[layer]))

    def filters(self, weights: Weights) -> Iterator[tuple[str, list[Pixels]]]:
        """The pictures of each convolution's kernels; zero is middle grey."""
        for layer in ("conv1", "conv2"):
            values = kernels(layer, weights[f"{layer}/weights"])
            yield layer, list(to_signed_grey(values, self._white[f"{layer}/weights"]))

    def white(self, key: str) -> float:
        """The value that is white: of a layer's maps (`conv1`), or of its kernels (`conv1/weights`)."""
        return self._white[key]


def _or_one(value: np.float32) -> float:
    """A scale must not be zero: it is when an image is empty or a layer is dead from the start."""
    return float(value) or 1.0
