"""One training step on several devices at once, or on one: where the batch is cut, and gradients are summed.

The rest of the code does not know how many there are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from ...network.randomness import Rows

Step = Callable[..., list[tf.Tensor]]

# What is larger goes on its way alone, as soon as it is computed; what is smaller waits for each other.
_LARGE_BYTES = 2**20


class SingleReplica:
    """One device, and no strategy: nothing is cut and nothing summed."""

    count = 1

    def scope(self) -> AbstractContextManager[object]:
        """Where variables are made."""
        return nullcontext()

    def run(self, step: Step, *arguments: tf.Tensor) -> list[tf.Tensor]:
        """Add a step to the graph, on every device."""
        return step(*arguments)

    def rows(self, batch_size: int) -> Rows | None:
        """What this device works on of a batch; None for all of it. Inside a step."""
        return None

    def share(self, mean: tf.Tensor) -> tf.Tensor:
        """What the mean over this device's rows adds to the mean over the batch. Inside a step."""
        return mean

    def sum(self, tensors: Sequence[tf.Tensor]) -> list[tf.Tensor]:
        """Of each tensor, the sum over all devices. Inside a step."""
        return list(tensors)


class Replicas(SingleReplica):
    """As many as a strategy has: devices of this machine, or of several.

    Args:
        strategy: `MirroredStrategy` or `MultiWorkerMirroredStrategy`.
    """

    def __init__(self, strategy: tf.distribute.Strategy) -> None:
        self.strategy = strategy
        self.count = strategy.num_replicas_in_sync

    def scope(self) -> AbstractContextManager[object]:
        """Where variables are made: one copy for each device."""
        scope: AbstractContextManager[object] = self.strategy.scope()
        return scope

    def run(self, step: Step, *arguments: tf.Tensor) -> list[tf.Tensor]:
        """Add a step to the graph, on every device. What it returns is the same on each: the first one's is taken."""
        returned = self.strategy.run(step, arguments)
        return [self.strategy.experimental_local_results(value)[0] for value in returned]

    def rows(self, batch_size: int) -> Rows:
        """The share of this device: `batch_size` divided by `count`, which must be a whole number."""
        share = batch_size // self.count
        return Rows(_replica().replica_id_in_sync_group * share, share)

    def share(self, mean: tf.Tensor) -> tf.Tensor:
        """What the mean over this device's rows adds to the mean over the batch: all have as many."""
        return mean / self.count

    def sum(self, tensors: Sequence[tf.Tensor]) -> list[tf.Tensor]:
        """Of each tensor, the sum over all devices, in one order of operations on all of them.

        A gradient of a megabyte or more starts when it is there, while the layers before it are still computed; the
        last of the network comes first. The others go together: see docs/decisions/0008.
        """
        summed: dict[int, tf.Tensor] = {}
        large = [i for i, tensor in enumerate(tensors) if tensor.shape.num_elements() * 4 >= _LARGE_BYTES]
        small = [i for i in range(len(tensors)) if i not in large]
        for group in (*([i] for i in reversed(large)), small):
            together = [tensors[i] for i in group]
            summed |= zip(group, _replica().all_reduce(tf.distribute.ReduceOp.SUM, together), strict=True)
        return [summed[i] for i in range(len(tensors))]

    def sum_of_hosts(self, values: NDArray[np.int32]) -> NDArray[np.int32]:
        """The sum over all workers of an array that each of them has. Outside of a step, by all of them."""
        summed = self.strategy.reduce(tf.distribute.ReduceOp.SUM, tf.constant(values), axis=None)
        return np.asarray(summed.numpy())


def _replica() -> tf.distribute.ReplicaContext:
    return tf.distribute.get_replica_context()
