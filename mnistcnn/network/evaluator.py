"""Evaluates a network on labelled images."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from ..data.dataset import Examples
from .model import Network, to_input
from .xla import compile_now, named

BATCH_SIZE = 500
"""Images at once on a processor: enough to keep two cores busy, and conv1's maps (50 MB) do not thrash the memory.

10,000 images took 0.65 to 0.70 s in batches of 250 to 1,000, and up to 2.1 s at once (AMD EPYC with AVX-512); without
AVX-512, batches of 500 to 2,000 took equal processor time, those of 250 5 % and of 50 15 % more (2 cores, 2026-11).
"""
GPU_BATCH_SIZE = 2500
"""Images at once on a GPU, which has room for more and needs more to be busy; it divides the splits of MNIST evenly."""


@dataclass(frozen=True, eq=False)
class EvaluationResult:
    """A network's outputs for n labelled images."""

    logits: NDArray[np.float32]
    """[n, 10]."""
    labels: NDArray[np.uint8]
    """[n]."""

    @property
    def examples(self) -> int:
        """The number of images, n."""
        return len(self.labels)

    @property
    def predictions(self) -> NDArray[np.int64]:
        """The class with the largest logit, [n]."""
        return np.asarray(self.logits.argmax(axis=1))

    @property
    def errors(self) -> int:
        """How many predictions differ from the label."""
        return int(np.count_nonzero(self.predictions != self.labels))

    @property
    def accuracy(self) -> float:
        """The fraction of predictions that equal the label, in [0, 1]."""
        return (self.examples - self.errors) / self.examples

    @property
    def loss(self) -> float:
        """Mean softmax cross-entropy in nats."""
        return float(-self.log_probabilities[np.arange(self.examples), self.labels].mean())

    @property
    def log_probabilities(self) -> NDArray[np.float64]:
        """Log-softmax of the logits, [n, 10]; computed in float64."""
        shifted = self.logits.astype(np.float64) - self.logits.max(axis=1, keepdims=True)
        return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))


class Evaluator:
    """Evaluates one network, again and again, with one compiled forward pass.

    With XLA every batch has the same size, and the last one is filled up: XLA compiles anew for every shape.

    Args:
        network: what is evaluated.
        xla: whether XLA compiles the pass, for a GPU.
        exact: whether the same weights must give the same bits there.
    """

    def __init__(self, network: Network, *, xla: bool = False, exact: bool = True) -> None:
        self._network, self._exact = network, exact
        self._compile(xla)

    def _compile(self, xla: bool) -> None:
        network = self._network
        self._xla, self._batch_size = xla, GPU_BATCH_SIZE if xla else BATCH_SIZE
        self._logits = tf.function(
            named(lambda images: network(to_input(images)), "logits", exact=self._exact),
            input_signature=[tf.TensorSpec([self._batch_size if xla else None, 28, 28], tf.uint8)],
            autograph=False,
            jit_compile=xla,
        )
        if xla:  # XLA finds a kept program by a number of this moment, too.
            self._logits.get_concrete_function()

    def prepare(self) -> str | None:
        """Compile with XLA now; if that fails, continue without XLA and return the reason."""
        if not self._xla:
            return None
        images = np.zeros([self._batch_size, 28, 28], np.uint8)
        problem = compile_now(lambda: self._logits(images), lambda: self._compile(xla=True))
        if problem is not None:
            self._compile(xla=False)
        return problem

    def __call__(self, examples: Examples) -> EvaluationResult:
        """Run every image through the network, without dropout.

        Args:
            examples: [n, 28, 28] uint8 images and [n] uint8 labels, n ≥ 1.
        """
        return EvaluationResult(np.concatenate(list(self.logits(examples.images))), examples.labels)

    def logits(self, images: NDArray[np.uint8]) -> Iterator[NDArray[np.float32]]:
        """The logits of [n, 28, 28] images, a batch at a time: [≤ the size of a batch, 10]."""
        for start in range(0, len(images), self._batch_size):
            batch = images[start : start + self._batch_size]
            count = len(batch)
            if self._xla:
                batch = np.pad(batch, ((0, self._batch_size - count), (0, 0), (0, 0)))
            yield self._logits(batch).numpy()[:count]


def evaluate(network: Network, examples: Examples) -> EvaluationResult:
    """Evaluate once; see `Evaluator`."""
    return Evaluator(network)(examples)
