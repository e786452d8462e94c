"""The workers of one training, as each of them sees the others: they join, agree on every chunk of steps, and part.

The chief leads. Whenever it is about to do something that all must do, every worker takes part in one small sum over
all of them (`_exchange`), to which the chief adds what comes next and everyone adds whether somebody asked it to stop.
So all do the same steps, however unequal their clocks, and whatever only the chief does (evaluations, checkpoints,
pictures), the others wait for in the next exchange.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from ...config.schema import Config
from ...errors import ConfigError, DivergedError, WorkersError
from ...network.devices import use_devices
from .addresses import Workers
from .replicas import Replicas, SingleReplica
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
    """What the chief says comes next."""

    value: int
    """A number of steps, or whatever else this exchange is about."""
    stop: bool
    """Whether somebody asked a worker to stop."""
    failure: int
    """0, or why the chief ends."""


class SingleProcess:
    """One process: it agrees with itself.

    Args:
        replicas: the devices of this machine.
    """

    workers: Workers | None = None
    stopped_by_other = False

    def __init__(self, replicas: SingleReplica) -> None:
        self.replicas = replicas

    @property
    def count(self) -> int:
        """How many workers there are."""
        return self.workers.count if self.workers else 1

    def lead(self, value: int, *, stop: bool = False) -> int:
        """As the chief: tell all what comes next; 0 if somebody was asked to stop, as all others are told."""
        return 0 if stop else value

    def broadcast(self, variables: Mapping[str, tf.Variable]) -> None:
        """Give every worker the chief's values."""

    @contextmanager
    def told_of_errors(self) -> Iterator[None]:
        """As the chief: do what is inside while the others wait; they are told if it fails.

        Raises:
            WorkersError: another worker was lost.
        """
        yield

    @contextmanager
    def told_of_losses(self) -> Iterator[None]:
        """Do what is inside together with the others.

        Raises:
            WorkersError: one of them was lost meanwhile.
        """
        yield

    @contextmanager
    def led(self) -> Iterator[None]:
        """As the chief: do the work inside; the others are told how it ends, and wait until then."""
        with self.told_of_errors():
            yield
        self.lead(0)


class Group(SingleProcess):
    """One worker among others; making one waits for all of them.

    Args:
        workers: who and where.
        config: `devices`, `batch_size`, and how long to wait.

    Raises:
        ConfigError: the batch cannot be shared evenly, or this worker's address is not to be had.
        WorkersError: not all of them came.
    """

    workers: Workers
    replicas: Replicas

    def __init__(self, workers: Workers, config: Config) -> None:
        gpus = use_devices(config.devices, config.batch_size, workers.count)
        super().__init__(Replicas(join(workers, gpus, config.workers)))
        self.workers = workers
        expected = workers.count * max(1, gpus)
        if self.replicas.count != expected:
            raise ConfigError([f"devices: {self.replicas.count} devices take part in this group, not {expected}"])

    def lead(self, value: int, *, stop: bool = False) -> int:
        """As the chief: tell all what comes next; 0 if somebody was asked to stop, as all others are told."""
        orders = self._exchange(0 if stop else value, stop, 0)
        self.stopped_by_other = orders.stop and not stop
        return 0 if orders.stop else orders.value

    def run_worker(self, *, stop: bool = False) -> Orders:
        """As any other worker: wait for the chief, and learn what comes next.

        Raises:
            DivergedError: the chief found the loss or a weight to be NaN or infinite.
            WorkersError: the chief ended with an error, or a worker was lost.
        """
        orders = self._exchange(0, stop, 0)
        if orders.failure == _DIVERGED:
            raise DivergedError("training diverged; the chief's log says at which step")
        if orders.failure:
            raise WorkersError(f"{self.workers.name(0)} ended with an error: its log says which")
        return orders

    def vote(self, *, refuse: bool) -> list[int]:
        """Which workers refuse; all must call it."""
        ballot = np.zeros(self.count, np.int32)
        ballot[self.workers.index] = refuse
        return np.flatnonzero(self.sum(ballot)).tolist()

    def broadcast_bytes(self, content: bytes | None) -> bytes:
        """The chief's bytes, on every worker; None on the others."""
        given = content or b""
        length = int(self.sum(np.array([len(given)], np.int32))[0])
        padded = np.frombuffer(given.ljust(-(-length // 4) * 4, b"\0"), np.int32)
        return self.sum(padded).tobytes()[:length]

    def broadcast(self, variables: Mapping[str, tf.Variable]) -> None:
        """Give every worker the chief's values, to the last bit: as whole numbers, to which the others add nothing."""
        for variable in variables.values():
            bits = variable.numpy().view(np.int32) if self.workers.is_chief else np.zeros(variable.shape, np.int32)
            variable.assign(self.sum(bits).view(np.float32))

    def sum(self, values: NDArray[np.int32]) -> NDArray[np.int32]:
        """The sum over all workers, on every worker."""
        with self.told_of_losses():
            return self.replicas.sum_of_hosts(values)

    @contextmanager
    def told_of_errors(self) -> Iterator[None]:
        """As the chief: do what is inside while the others wait; they are told if it fails.

        A second signal ends the process without a word, since nobody knows at which sum it came; the others then find
        it lost.
        """
        try:
            with self.told_of_losses():
                yield
        except WorkersError:
            raise
        except Exception as error:
            self._exchange(0, False, _DIVERGED if isinstance(error, DivergedError) else _FAILED)
            raise

    @contextmanager
    def told_of_losses(self) -> Iterator[None]:
        """Do what is inside together with the others.

        Raises:
            WorkersError: one of them was lost meanwhile.
        """
        try:
            yield
        except _LOST as error:
            raise WorkersError(self._loss(error)) from error

    def _exchange(self, value: int, stop: bool, failure: int) -> Orders:
        summed = self.sum(np.array([value, stop, failure], np.int32)).tolist()
        return Orders(summed[0], bool(summed[1]), summed[2])

    def _loss(self, error: tf.errors.OpError) -> str:
        named = {int(task) for task in _TASK.findall(error.message)} - {self.workers.index}
        lost = sorted({index for index in named if index < self.count} | set(unreachable(self.workers)))
        who = ", ".join(self.workers.name(index) for index in lost) or "another worker"
        return (
            f"lost {who}; this is {self.workers.name(self.workers.index)} of {self.count}; what came after the last "
            "checkpoint is to be done again: start all of them with --resume\n"
            f"TensorFlow says: {reason(error)}"
        )


def form_group(workers: Workers | None, config: Config) -> SingleProcess:
    """Bring together everything that will share the batches: GPUs of this machine, and other workers.

    Raises:
        ConfigError, WorkersError: as `Group`.
    """
    if workers is not None:
        return Group(workers, config)
    gpus = use_devices(config.devices, config.batch_size)
    if gpus <= 1:
        return SingleProcess(SingleReplica())
    return SingleProcess(Replicas(tf.distribute.MirroredStrategy([f"GPU:{i}" for i in range(gpus)])))
