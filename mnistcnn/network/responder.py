"""Runs images through a network and gives what its last two layers answer."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from .evaluator import BATCH_SIZE
from .model import Network, to_input
from .responses import Responses


class Responder:
    """Runs images through one network, with one compiled forward pass and without dropout."""

    def __init__(self, network: Network) -> None:
        def answer(images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            features = network.features(to_input(images))
            return features, network.logits(features)

        signature = [tf.TensorSpec([None, 28, 28], tf.uint8)]
        self._answer = tf.function(answer, input_signature=signature, autograph=False)

    def batches(self, images: NDArray[np.uint8]) -> Iterator[Responses]:
        """The answers to [n, 28, 28] images, a batch at a time, so that fc1's never stand in memory for all of them."""
        for start in range(0, len(images), BATCH_SIZE):
            features, logits = self._answer(images[start : start + BATCH_SIZE])
            yield Responses(features.numpy(), logits.numpy())

    def __call__(self, images: NDArray[np.uint8]) -> Responses:
        """The answers to [n, 28, 28] images, n ≥ 1: for few, since fc1 takes 4 kB for each."""
        batches = list(self.batches(images))
        return Responses(
            np.concatenate([batch.features for batch in batches]), np.concatenate([batch.logits for batch in batches])
        )
