"""The training step: forward, backward, update; compiled in chunks of many steps."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from .augmentation import Augmentation
from .config import Config
from .data.sources import Examples
from .model import Dropout, Network, cross_entropy, to_input
from .optimizer import Adam, WeightAverage
from .precision import Precision
from .schedules import learning_rate


class TrainingSteps:
    """Chunks of training steps, compiled once.

    Args:
        network: what is trained.
        optimizer: over the network's parameters.
        config: the recipe: keep_prob, seed, learning rate and so on.
        examples: the train split; it stays in memory as uint8, and batches are gathered inside the graph.
        precision: what the large products are computed in.
        average: takes the weights in after each step; None for no averaging.
    """

    def __init__(
        self,
        network: Network,
        optimizer: Adam,
        config: Config,
        examples: Examples,
        precision: Precision = "float32",
        average: WeightAverage | None = None,
    ) -> None:
        self._network = network
        self._optimizer = optimizer
        self._config = config
        self._dtype = tf.as_dtype(precision)
        self._average = average
        augmentation = config.augmentation
        self._augmentation = Augmentation(augmentation, config.seed) if augmentation.enabled else None
        self._images = tf.constant(examples.images)
        self._labels = tf.constant(examples.labels.astype(np.int32))
        self._compiled = tf.function(
            self._chunk,
            input_signature=[
                tf.TensorSpec([], tf.int32),
                tf.TensorSpec([None, config.batch_size], tf.int32),
                tf.TensorSpec([None], tf.float32),
            ],
        )

    def __call__(self, step: int, indices: NDArray[np.int32]) -> NDArray[np.float32]:
        """Do the steps `step`, `step + 1`, … and return the loss of each.

        Args:
            step: how many were done before.
            indices: [steps, batch] into the train split.
        """
        rates = np.array([learning_rate(self._config, step + i) for i in range(len(indices))], np.float32)
        return np.asarray(self._compiled(step, indices, rates).numpy())

    def _chunk(self, step: tf.Tensor, indices: tf.Tensor, rates: tf.Tensor) -> tf.Tensor:
        count = tf.shape(indices)[0]
        losses = tf.TensorArray(tf.float32, count)
        for i in tf.range(count):
            losses = losses.write(i, self._step(step + i, indices[i], rates[i]))
        return losses.stack()

    def _step(self, step: tf.Tensor, indices: tf.Tensor, rate: tf.Tensor) -> tf.Tensor:
        images = to_input(tf.gather(self._images, indices))
        labels = tf.gather(self._labels, indices)
        if self._augmentation is not None:
            images = self._augmentation(images, step)
        dropout = Dropout(self._config.keep_prob, self._config.seed, step)
        parameters = self._network.parameters
        with tf.GradientTape() as tape:
            logits = self._network(tf.cast(images, self._dtype), dropout)
            loss = cross_entropy(labels, logits, self._config.label_smoothing)
        gradients = dict(zip(parameters, tape.gradient(loss, list(parameters.values())), strict=True))
        self._optimizer.apply(gradients, step, rate)
        if self._average is not None:
            self._average.update(step)
        return loss
