"""The training step: forward, backward, update; compiled in chunks of many steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from .config import Config
from .data.sources import Examples
from .measures import gradient_norms, variable_statistics
from .model import Dropout, Network, scope, to_input
from .optimizer import Adam


@dataclass(frozen=True, eq=False)
class StepResults:
    """What each of a chunk of steps reports of itself: the state before its update."""

    losses: NDArray[np.float32]
    """[steps]: mean over the batch, with dropout, as it is minimised."""
    accuracies: NDArray[np.float32]
    """[steps]: of the same logits."""
    learning_rates: NDArray[np.float32]
    """[steps]."""
    statistics: NDArray[np.float32]
    """[steps, variables, 4]: see `variable_statistics`. Zeros on steps that were not measured."""
    gradient_norms: NDArray[np.float32]
    """[steps, layers]. Zeros on steps that were not measured."""


_COLUMNS = len(fields(StepResults))


class TrainingSteps:
    """Chunks of training steps, compiled once.

    Args:
        network: what is trained.
        optimizer: over the network's parameters.
        config: keep_prob, seed and learning rate, and which steps are measured.
        examples: the train split; it stays in memory as uint8, and batches are gathered inside the graph.
    """

    def __init__(self, network: Network, optimizer: Adam, config: Config, examples: Examples) -> None:
        self._network = network
        self._optimizer = optimizer
        self._config = config
        with tf.name_scope("input/"):
            self._images = tf.constant(examples.images)
            self._labels = tf.constant(examples.labels.astype(np.int32))
        self._compiled = tf.function(
            self._chunk,
            input_signature=[tf.TensorSpec([], tf.int32), tf.TensorSpec([None, config.batch_size], tf.int32)],
        )

    def __call__(self, step: int, indices: NDArray[np.int32]) -> StepResults:
        """Do the steps `step`, `step + 1`, … and return what each reports.

        Args:
            step: how many were done before.
            indices: [steps, batch] into the train split.
        """
        return StepResults(*(column.numpy() for column in self._compiled(step, indices)))

    def _chunk(self, step: tf.Tensor, indices: tf.Tensor) -> list[tf.Tensor]:
        count = tf.shape(indices)[0]
        columns = [tf.TensorArray(tf.float32, count) for _ in range(_COLUMNS)]
        for i in tf.range(count):
            row = self.one_step(step + i, indices[i])
            columns = [column.write(i, value) for column, value in zip(columns, row, strict=True)]
        return [column.stack() for column in columns]

    def one_step(self, step: tf.Tensor, indices: tf.Tensor) -> list[tf.Tensor]:
        """Add one step to the graph: forward, backward, update.

        Args:
            step: int32 scalar, how many steps were done before.
            indices: [batch] int32 into the train split.

        Returns:
            Its row of each column of `StepResults`.
        """
        with tf.name_scope("input/"):
            images = to_input(tf.gather(self._images, indices))
            labels = tf.gather(self._labels, indices)
        with scope("fc1"):
            dropout = Dropout(self._config.keep_prob, self._config.seed, step)
        parameters = self._network.parameters
        with tf.GradientTape() as tape:
            logits = self._network(images, dropout)
            with tf.name_scope("cross_entropy"):
                losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
                loss = tf.reduce_mean(losses)
        with tf.name_scope("accuracy"):
            correct = tf.equal(tf.argmax(logits, 1, tf.int32), labels)
            accuracy = tf.reduce_mean(tf.cast(correct, tf.float32))
        with tf.name_scope("train"):
            learning_rate = tf.constant(self._config.learning_rate, tf.float32)
            gradients = dict(zip(parameters, tape.gradient(loss, list(parameters.values())), strict=True))
            measured = self._measured(step, gradients)
            self._optimizer.apply(gradients, step, learning_rate)
        return [loss, accuracy, learning_rate, *measured]

    def _measured(self, step: tf.Tensor, gradients: Mapping[str, tf.Tensor]) -> list[tf.Tensor]:
        """Statistics of the variables and norms of the gradients, on the steps that summaries ask for."""
        parameters, summaries = self._network.parameters, self._config.summaries

        def measure() -> list[tf.Tensor]:
            return [variable_statistics(parameters), gradient_norms(gradients)]

        if not summaries.enabled:
            return [tf.zeros([0, 4]), tf.zeros([0])]
        if summaries.scalars_every == 1:
            return measure()
        nothing = [tf.zeros([len(parameters), 4]), tf.zeros([len(self._network.weights)])]
        measured: list[tf.Tensor] = tf.cond(tf.equal(step % summaries.scalars_every, 0), measure, lambda: nothing)
        return measured
