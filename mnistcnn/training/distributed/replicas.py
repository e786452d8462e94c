"""One training step on several devices at once, or on one: where the batch is cut, and gradients are summed.

The rest of the code does not depend on how many there are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from ...network.randomness import Rows

Step = Callable[..., list[tf.Tensor]]

# A larger tensor is sent alone, as soon as it is computed; smaller ones are sent together.
_LARGE_BYTES = 2**20


class Replicas(Protocol):
    """The devices that share each batch; a training step is the same for one and for many."""

    count: int
    """How many there are."""

    def scope(self) -> AbstractContextManager[object]:
        """Where variables are made: one copy for each device."""

    def run(self, step: Step, *arguments: tf.Tensor) -> list[tf.Tensor]:
        """Add a step to the graph, on every device. What it returns must be the same on each of them."""

    def rows(self, batch_size: int) -> Rows | None:
        """The rows of a batch that this device works on; None for all of them. Called inside a step."""

    def share(self, mean: tf.Tensor) -> tf.Tensor:
        """What the mean over this device's rows adds to the mean over the batch. Called inside a step."""

    def sum(self, tensors: Sequence[tf.Tensor]) -> list[tf.Tensor]:
        """The sum of each tensor over all devices. Called inside a step."""


class SingleReplica:
    """One device, and no strategy: nothing is cut and nothing summed."""

    count = 1

    def scope(self) -> AbstractContextManager[object]:
        """Variables need no particular place."""
        return nullcontext()

    def run(self, step: Step, *arguments: tf.Tensor) -> list[tf.Tensor]:
        """Add the step to the graph as it is."""
        return step(*arguments)

    def rows(self, batch_size: int) -> Rows | None:
        """None: this device works on the whole batch."""
        return None

    def share(self, mean: tf.Tensor) -> tf.Tensor:
        """The mean itself."""
        return mean

    def sum(self, tensors: Sequence[tf.Tensor]) -> list[tf.Tensor]:
        """The tensors themselves."""
        return list(tensors)


class MirroredReplicas:
    """All devices of a strategy, on this machine or on several.

    Args:
        strategy: `MirroredStrategy` or `MultiWorkerMirroredStrategy`.
    """

    def __init__(self, strategy: tf.distribute.Strategy) -> None:
        self._strategy = strategy
        self.count: int = strategy.num_replicas_in_sync

    def scope(self) -> AbstractContextManager[object]:
        """Where variables are made: one copy for each device."""
        scope: AbstractContextManager[object] = self._strategy.scope()
        return scope

    def run(self, step: Step, *arguments: tf.Tensor) -> list[tf.Tensor]:
        """Add a step to the graph, on every device. What it returns is the same on each: the first one's is taken."""
        returned = self._strategy.run(step, arguments)
        return [self._strategy.experimental_local_results(value)[0] for value in returned]

    def rows(self, batch_size: int) -> Rows:
        """The share of this device: `batch_size` divided by `count`, which must be a whole number."""
        share = batch_size // self.count
        return Rows(_replica().replica_id_in_sync_group * share, share)

    def share(self, mean: tf.Tensor) -> tf.Tensor:
        """The mean divided by the number of devices, since all of them have as many rows."""
        return mean / self.count

    def sum(self, tensors: Sequence[tf.Tensor]) -> list[tf.Tensor]:
        """The sum of each tensor over all devices, in one order of operations on all of them.

        A gradient of a megabyte or more is sent as soon as it is computed, while the layers before it are still being
        computed; the last of the network comes first. The others are sent together: see docs/decisions/0008.
        """
        summed: dict[int, tf.Tensor] = {}
        large = [i for i, tensor in enumerate(tensors) if tensor.shape.num_elements() * 4 >= _LARGE_BYTES]
        small = [i for i in range(len(tensors)) if i not in large]
        for group in (*([i] for i in reversed(large)), small):
            together = [tensors[i] for i in group]
            summed |= zip(group, _replica().all_reduce(tf.distribute.ReduceOp.SUM, together), strict=True)
        return [summed[i] for i in range(len(tensors))]

    def sum_of_hosts(self, values: NDArray[np.int32]) -> NDArray[np.int32]:
        """The sum over all workers of an array that each of them has. Called by all of them, outside of a step."""
        summed = self._strategy.reduce(tf.distribute.ReduceOp.SUM, tf.constant(values), axis=None)
        return np.asarray(summed.numpy())


def _replica() -> tf.distribute.ReplicaContext:
    return tf.distribute.get_replica_context()
