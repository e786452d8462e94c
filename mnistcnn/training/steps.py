"""The training step: forward, backward, update; compiled in chunks of many steps."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from ..config.schema import Config
from ..data.dataset import Examples
from ..network import deterministic
from ..network.augmentation import Augmentation
from ..network.model import Dropout, Network, cross_entropy, max_pool, scope, to_input
from ..network.precision import Precision
from ..network.xla import compile_now, named
from .distributed.replicas import Replicas, SingleReplica
from .measures import gradient_norms, variable_statistics
from .optimizer import Adam, WeightAverage
from .schedules import learning_rate


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


class TrainingSteps:
    """Chunks of training steps, compiled once.

    With `compiled_length`, XLA compiles them, for a GPU. It compiles anew for every shape, so all of its chunks have
    that many rows, and how many of them are done is data. What it compiles pools with `mnistcnn.network.deterministic`,
    and takes the cross-entropy to targets that have a number for each class: the gradient to bare labels would be a
    scatter, which XLA turns into a loop over the images where operations must be deterministic (18 µs an image on an
    H200, 2026-11-27).

    Args:
        network: what is trained.
        optimizer: over the network's parameters.
        config: the recipe (keep_prob, seed, learning rate and so on), and which steps are measured.
        examples: the train split; it stays in memory as uint8, and batches are gathered inside the graph.
        precision: what the large products are computed in.
        average: takes the weights in after each step; None for no averaging.
        replicas: the devices that share each batch; one when there is nothing to share.
        compiled_length: the most steps of a chunk, with XLA; None for chunks of any length, without it.
    """

    def __init__(
        self,
        network: Network,
        optimizer: Adam,
        config: Config,
        examples: Examples,
        precision: Precision = "float32",
        average: WeightAverage | None = None,
        replicas: Replicas | None = None,
        compiled_length: int | None = None,
    ) -> None:
        self._network = network
        self._optimizer = optimizer
        self._config = config
        self._dtype = tf.as_dtype(precision)
        self._average = average
        self._replicas: Replicas = replicas or SingleReplica()
        augmentation = config.augmentation
        self._augmentation = Augmentation(augmentation, config.seed) if augmentation.enabled else None
        with tf.name_scope("input/"):
            # Both uint8: of a GPU, TensorFlow keeps int32 in the memory of the processor.
            self._images = tf.constant(examples.images)
            self._labels = tf.constant(examples.labels)
        self._augments_on_processor = False
        self._compile(compiled_length)

    def _compile(self, length: int | None) -> None:
        """Compile at the first call; with XLA, trace now: XLA finds a kept program by a number of this moment, too."""
        self.compiled_length = length
        self._pool = max_pool if length is None else deterministic.max_pool
        self._compiled = tf.function(
            self._chunk if length is None else named(self._chunk, "chunk", exact=self._config.deterministic),
            input_signature=[
                tf.TensorSpec([], tf.int32),
                tf.TensorSpec([], tf.int32),
                tf.TensorSpec([length, self._config.batch_size], tf.int32),
                tf.TensorSpec([length], tf.float32),
            ],
            # Not every Python lets AutoGraph see the source that it would convert.
            autograph=False,
            jit_compile=length is not None,
        )
        if length is not None:
            self._compiled.get_concrete_function()

    def prepare(self) -> str | None:
        """Compile with XLA now, without a step; if that fails, continue without XLA and return the reason."""
        length = self.compiled_length
        if length is None:
            return None
        no_steps = np.empty([0, self._config.batch_size], np.int32)
        problem = compile_now(lambda: self(0, no_steps), lambda: self._compile(length))
        if problem is not None:
            self._augments_on_processor = True  # XLA compiles it in any case, and can do so there.
            self._compile(None)
        return problem

    def __call__(self, step: int, indices: NDArray[np.int32]) -> StepResults:
        """Do the steps `step`, `step + 1`, … and return what each reports.

        Args:
            step: how many were done before.
            indices: [steps, batch] into the train split.
        """
        count = len(indices)
        rates = np.array([learning_rate(self._config, step + i) for i in range(count)], np.float32)
        if self.compiled_length is not None:
            missing = self.compiled_length - count
            indices, rates = np.pad(indices, ((0, missing), (0, 0))), np.pad(rates, (0, missing))
        return StepResults(*(column.numpy()[:count] for column in self._compiled(step, count, indices, rates)))

    def _chunk(self, step: tf.Tensor, count: tf.Tensor, indices: tf.Tensor, rates: tf.Tensor) -> list[tf.Tensor]:
        length = tf.shape(indices)[0]

        def one_more(i: tf.Tensor, columns: list[tf.TensorArray]) -> tuple[tf.Tensor, list[tf.TensorArray]]:
            row = self._replicas.run(self.one_step, step + i, indices[i], rates[i])
            return i + 1, [column.write(i, value) for column, value in zip(columns, row, strict=True)]

        columns = [tf.TensorArray(tf.float32, length, element_shape=shape) for shape in self._row_shapes()]
        _, columns = tf.while_loop(lambda i, _: i < count, one_more, (tf.constant(0), columns))
        return [column.stack() for column in columns]

    def one_step(self, step: tf.Tensor, indices: tf.Tensor, rate: tf.Tensor) -> list[tf.Tensor]:
        """Add one step to the graph: forward, backward, update.

        Args:
            step: int32 scalar, how many steps were done before.
            indices: [batch] int32 into the train split.
            rate: float32 scalar, the learning rate.

        Returns:
            Its row of each column of `StepResults`.
        """
        rows = self._replicas.rows(self._config.batch_size)
        with tf.name_scope("input/"):
            indices = indices if rows is None else rows.of(indices)
            images = to_input(tf.gather(self._images, indices))
            labels = tf.cast(tf.gather(self._labels, indices), tf.int32)
            if self._augmentation is not None:
                with tf.device("CPU:0") if self._augments_on_processor else nullcontext():
                    images = self._augmentation(images, step, rows, labels)
            images = tf.cast(images, self._dtype)
        with scope("fc1"):
            dropout = Dropout(self._config.keep_prob, self._config.seed, step, rows)
        parameters = self._network.parameters
        with tf.GradientTape() as tape:
            logits = self._network(images, dropout, pool=self._pool)
            with tf.name_scope("cross_entropy"):
                smoothing, one_hot = self._config.label_smoothing, self.compiled_length is not None
                loss = self._replicas.share(cross_entropy(labels, logits, smoothing, one_hot=one_hot))
        with tf.name_scope("accuracy"):
            correct = tf.equal(tf.argmax(logits, 1, tf.int32), labels)
            accuracy = self._replicas.share(tf.reduce_mean(tf.cast(correct, tf.float32)))
        with tf.name_scope("train"):
            gradients = tape.gradient(loss, list(parameters.values()))
            *gradients, loss, accuracy = self._replicas.sum([*gradients, loss, accuracy])
            gradients = dict(zip(parameters, gradients, strict=True))
            measured = self._measured(step, gradients)
            self._optimizer.apply(gradients, step, rate)
            if self._average is not None:
                self._average.update(step)
        return [loss, accuracy, rate, *measured]

    def _measured(self, step: tf.Tensor, gradients: Mapping[str, tf.Tensor]) -> list[tf.Tensor]:
        """Statistics of the variables and norms of the gradients, on the steps that summaries ask for."""
        parameters, summaries = self._network.parameters, self._config.summaries

        def measure() -> list[tf.Tensor]:
            return [variable_statistics(parameters), gradient_norms(gradients)]

        def nothing() -> list[tf.Tensor]:
            return [tf.zeros(shape) for shape in self._row_shapes()[-2:]]

        if not summaries.enabled:
            return nothing()
        if summaries.scalars_every == 1:
            return measure()
        # Made inside of their branch: from outside, XLA would number them differently from process to process.
        measured: list[tf.Tensor] = tf.cond(tf.equal(step % summaries.scalars_every, 0), measure, nothing)
        return measured

    def _row_shapes(self) -> list[list[int]]:
        """The shape of one step's part of each column of `StepResults`."""
        measured = self._config.summaries.enabled
        variables, layers = (len(self._network.parameters), len(self._network.weights)) if measured else (0, 0)
        return [[], [], [], [variables, 4], [layers]]
