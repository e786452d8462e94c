"""What a network makes of the test images, computed only as far as it is asked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from ...data.dataset import Examples
from ...network.evaluator import BATCH_SIZE, EvaluationResult
from ...network.model import Network, to_input
from .whole_image import dense_layers, pooled_maps


@dataclass(frozen=True, eq=False)
class Survey:
    """What the network makes of the first n test images."""

    peaks: dict[str, NDArray[np.float32]]
    """`conv1`, `conv2`, `fc1`: the largest activation of each unit in each image, [n, units]."""
    result: EvaluationResult

    def dead(self, layer: str) -> NDArray[np.bool_]:
        """Which units none of the images activates, [units]."""
        return np.asarray(self.peaks[layer].max(axis=0) <= 0)


class Surveyor:
    """Runs the test images through a network, each of them once.

    Args:
        network: the network.
        test: the test images.
    """

    def __init__(self, network: Network, test: Examples) -> None:
        @tf.function(autograph=False, input_signature=[tf.TensorSpec([None, 28, 28], tf.uint8)])  # type: ignore[untyped-decorator]
        def summary(images: tf.Tensor) -> tuple[tf.Tensor, ...]:
            pooled = pooled_maps(network, to_input(images))
            # The largest value of a pooled map is the largest of the map.
            peaks = (tf.reduce_max(pooled[pool], axis=(1, 2)) for pool in ("pool1", "pool2"))
            dense = dense_layers(network, pooled["pool2"])
            return (*peaks, tf.nn.relu(dense["fc1/preactivation"]), dense["fc2"])

        self._summary = summary
        self._test = test
        self._batches: list[list[NDArray[np.float32]]] = []

    def first(self, count: int) -> Survey:
        """The survey of the first `count` test images; those that were surveyed before are not computed again."""
        for start in range(len(self._batches) * BATCH_SIZE, count, BATCH_SIZE):
            images = self._test.images[start : start + BATCH_SIZE]
            self._batches.append([values.numpy() for values in self._summary(images)])
        *peaks, logits = (np.concatenate(parts)[:count] for parts in zip(*self._batches, strict=True))
        return Survey(
            dict(zip(("conv1", "conv2", "fc1"), peaks, strict=True)),
            EvaluationResult(logits, self._test.labels[:count]),
        )
