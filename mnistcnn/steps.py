"""The training step: forward, backward, update; compiled in chunks of many steps."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from .config import Config
from .data.sources import Examples
from .model import Dropout, Network, to_input
from .optimizer import Adam


class TrainingSteps:
    """Chunks of training steps, compiled once.

    Args:
        network: what is trained.
        optimizer: over the network's parameters.
        config: keep_prob, seed and learning rate.
        examples: the train split; it stays in memory as uint8, and batches are gathered inside the graph.
    """

    def __init__(self, network: Network, optimizer: Adam, config: Config, examples: Examples) -> None:
        self._network = network
        self._optimizer = optimizer
        self._config = config
        self._images = tf.constant(examples.images)
        self._labels = tf.constant(examples.labels.astype(np.int32))
        self._compiled = tf.function(
            self._chunk,
            input_signature=[tf.TensorSpec([], tf.int32), tf.TensorSpec([None, config.batch_size], tf.int32)],
        )

    def __call__(self, step: int, indices: NDArray[np.int32]) -> NDArray[np.float32]:
        """Do the steps `step`, `step + 1`, … and return the loss of each.

        Args:
            step: how many were done before.
            indices: [steps, batch] into the train split.
        """
        return np.asarray(self._compiled(step, indices).numpy())

    def _chunk(self, step: tf.Tensor, indices: tf.Tensor) -> tf.Tensor:
        count = tf.shape(indices)[0]
        losses = tf.TensorArray(tf.float32, count)
        for i in tf.range(count):
            losses = losses.write(i, self._step(step + i, indices[i]))
        return losses.stack()

    def _step(self, step: tf.Tensor, indices: tf.Tensor) -> tf.Tensor:
        images = to_input(tf.gather(self._images, indices))
        labels = tf.gather(self._labels, indices)
        dropout = Dropout(self._config.keep_prob, self._config.seed, step)
        parameters = self._network.parameters
        with tf.GradientTape() as tape:
            logits = self._network(images, dropout)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
            loss = tf.reduce_mean(losses)
        gradients = dict(zip(parameters, tape.gradient(loss, list(parameters.values())), strict=True))
        self._optimizer.apply(gradients, step, tf.constant(self._config.learning_rate, tf.float32))
        return loss
