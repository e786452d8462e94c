"""One worker among others: they join, agree on every chunk of steps, and part.

The chief leads. Whenever it is about to do something that all must do, every worker takes part in one small sum over
all of them (`_exchange`), to which the chief adds what comes next and everyone adds whether it was asked to stop.
So all do the same steps, however unequal their clocks. While the chief does what only the chief does (evaluations,
checkpoints, summaries), the others wait in the next exchange.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from traceback import clear_frames

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from ...config.schema import Config
from ...errors import ConfigError, DivergedError, WorkersError
from ...network.devices import use_devices
from .addresses import Workers
from .replicas import MirroredReplicas
from .strategy import join, reason, unreachable

_LOST = (
    tf.errors.AbortedError,
    tf.errors.CancelledError,
    tf.errors.DeadlineExceededError,
    tf.errors.FailedPreconditionError,
    tf.errors.InternalError,
    tf.errors.UnavailableError,
    tf.errors.UnknownError,
)
_FAILED, _DIVERGED = 1, 2
_TASK = re.compile(r"/task:(\d+)")


@dataclass(frozen=True)
class Orders:
    """What the chief announced."""

    value: int
    """A number of steps, or whatever else this exchange is about."""
    stop: bool
    """Whether any worker was asked to stop."""
    failure: int
    """0, or why the chief ends."""


class WorkerGroup:
    """A worker's connection to all the others; making one waits for all of them.

    The chief uses it as a `Group`; the others call `receive`, `vote` and `receive_orders` where the chief calls `send`,
    `refusing_workers` and `lead`.

    Args:
        workers: who and where.
        config: `devices`, and how long to wait.
        batch_size: of all workers together; None if only the chief knows it, as when a run is resumed.

    Raises:
        ConfigError: the batch cannot be shared evenly, or the devices are not those that were expected.
        WorkersError: this worker cannot listen at its address, or not all of them came.
    """

    def __init__(self, workers: Workers, config: Config, batch_size: int | None) -> None:
        gpus = use_devices(config.devices, batch_size, workers.count, deterministic=config.deterministic)
        self.workers = workers
        self.count = workers.count
        self.replicas = MirroredReplicas(join(workers, gpus, config.workers))
        expected = workers.count * max(1, gpus)
        if self.replicas.count != expected:
            raise ConfigError([f"devices: {self.replicas.count} devices take part in this group, not {expected}"])

    def lead(self, value: int, *, stop: bool = False) -> int:
        """As the chief: tell all what comes next, and return it; 0 if any worker was asked to stop."""
        orders = self._exchange(0 if stop else value, stop=stop)
        return 0 if orders.stop else orders.value

    def receive_orders(self, *, stop: bool = False) -> Orders:
        """As any other worker: wait until the chief says what comes next.

        Raises:
            DivergedError: the chief found the loss or a weight to be NaN or infinite.
            WorkersError: the chief ended with an error, or a worker was lost.
        """
        orders = self._exchange(0, stop=stop)
        if orders.failure == _DIVERGED:
            raise DivergedError("training diverged; the chief's log has the step")
        if orders.failure:
            raise WorkersError(f"{self.workers.name(0)} ended with an error: see its log")
        return orders

    def send(self, content: bytes) -> None:
        """As the chief: send bytes to every other worker."""
        self._broadcast_bytes(content)

    def receive(self) -> bytes:
        """As any other worker: the bytes that the chief sends."""
        return self._broadcast_bytes(b"")

    def vote(self, *, refuse: bool) -> list[str]:
        """Say whether this worker refuses to take part, and return the names of those that do. All must call it."""
        ballot = np.zeros(self.count, np.int32)
        ballot[self.workers.index] = refuse
        return [self.workers.name(index) for index in np.flatnonzero(self._sum(ballot)).tolist()]

    def refusing_workers(self) -> list[str]:
        """As the chief, which never refuses: the names of the workers that do."""
        return self.vote(refuse=False)

    def broadcast(self, variables: Mapping[str, tf.Variable]) -> None:
        """Give every worker the chief's values, bit for bit: as whole numbers, to which the others add zeros."""
        for variable in variables.values():
            bits = variable.numpy().view(np.int32) if self.workers.is_chief else np.zeros(variable.shape, np.int32)
            variable.assign(self._sum(bits).view(np.float32))

    @contextmanager
    def sharing_errors(self) -> Iterator[None]:
        """As the chief: do the work inside while the others wait; an exception in it ends them as well.

        A second signal ends the process without telling them, since nobody knows at which sum it came; the others then
        find it lost.

        Raises:
            WorkersError: another worker was lost.
        """
        try:
            with self.detecting_lost_workers():
                yield
        except WorkersError:
            raise
        except Exception as error:
            self._exchange(0, failure=_DIVERGED if isinstance(error, DivergedError) else _FAILED)
            raise

    @contextmanager
    def detecting_lost_workers(self) -> Iterator[None]:
        """Do the work inside together with the others.

        Raises:
            WorkersError: one of them was lost meanwhile.
        """
        try:
            yield
        except _LOST as error:
            # TensorFlow leaves a pool of threads open in the frames of a sum that fails. At the end of the process,
            # it would be too late to close it, and a traceback would say so.
            clear_frames(error.__traceback__)
            raise WorkersError(*self._describe_loss(error)) from error

    def _exchange(self, value: int, *, stop: bool = False, failure: int = 0) -> Orders:
        summed = self._sum(np.array([value, stop, failure], np.int32)).tolist()
        return Orders(summed[0], bool(summed[1]), summed[2])

    def _broadcast_bytes(self, content: bytes) -> bytes:
        """The chief's bytes, on every worker; the others give none."""
        length = int(self._sum(np.array([len(content)], np.int32))[0])
        padded = np.frombuffer(content.ljust(-(-length // 4) * 4, b"\0"), np.int32)
        return self._sum(padded).tobytes()[:length]

    def _sum(self, values: NDArray[np.int32]) -> NDArray[np.int32]:
        """The sum over all workers, on every worker."""
        with self.detecting_lost_workers():
            return self.replicas.sum_of_hosts(values)

    def _describe_loss(self, error: tf.errors.OpError) -> tuple[str, str]:
        named = {int(task) for task in _TASK.findall(error.message)} - {self.workers.index}
        lost = sorted({index for index in named if index < self.count} | set(unreachable(self.workers)))
        who = ", ".join(self.workers.name(index) for index in lost) or "another worker"
        return (
            f"lost {who}; this is {self.workers.name(self.workers.index)} of {self.count}; steps after the last "
            "checkpoint are lost: start all of them again with --resume",
            f"TensorFlow says: {reason(error)}",
        )
