"""The group of processes that train together, as the process that leads it uses it: one of many, or the only one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Protocol

import tensorflow as tf

from ...config.schema import Config
from ...network.devices import use_devices
from .addresses import Workers
from .replicas import MirroredReplicas, Replicas, SingleReplica
from .worker_group import WorkerGroup


class Group(Protocol):
    """Everything that shares the batches of a run. All methods are for the chief; a single process is its own chief."""

    @property
    def count(self) -> int:
        """How many workers there are."""

    @property
    def replicas(self) -> Replicas:
        """The devices of all workers together."""

    def lead(self, value: int, *, stop: bool = False) -> int:
        """Announce what comes next.

        Args:
            value: a number of steps, or whatever else this exchange is about.
            stop: whether this process was asked to stop.

        Returns:
            `value`, or 0 if any worker was asked to stop.
        """

    def send(self, content: bytes) -> None:
        """Send bytes to every other worker."""

    def refusing_workers(self) -> list[str]:
        """The names of the workers that cannot take part, after each of them has voted."""

    def broadcast(self, variables: Mapping[str, tf.Variable]) -> None:
        """Give every worker the chief's values."""

    def sharing_errors(self) -> AbstractContextManager[None]:
        """Do the work inside while the others wait; an exception in it ends them as well.

        Raises:
            WorkersError: another worker was lost.
        """

    def detecting_lost_workers(self) -> AbstractContextManager[None]:
        """Do the work inside together with the others.

        Raises:
            WorkersError: one of them was lost meanwhile.
        """


class SingleProcess:
    """A group of one process.

    Args:
        replicas: the devices of this machine.
    """

    count = 1

    def __init__(self, replicas: Replicas) -> None:
        self.replicas = replicas

    def lead(self, value: int, *, stop: bool = False) -> int:
        """`value`, or 0 if this process was asked to stop."""
        return 0 if stop else value

    def send(self, content: bytes) -> None:
        """Do nothing: there is nobody to send to."""

    def refusing_workers(self) -> list[str]:
        """No names: nobody refuses."""
        return []

    def broadcast(self, variables: Mapping[str, tf.Variable]) -> None:
        """Do nothing: the values are there."""

    def sharing_errors(self) -> AbstractContextManager[None]:
        """Do the work inside."""
        return nullcontext()

    def detecting_lost_workers(self) -> AbstractContextManager[None]:
        """Do the work inside."""
        return nullcontext()


@contextmanager
def leading(group: Group) -> Iterator[None]:
    """As the chief: do the work inside while the others wait, and let them know how it ended."""
    with group.sharing_errors():
        yield
    group.lead(0)


def form_group(workers: Workers | None, config: Config) -> Group:
    """Bring together everything that will share the batches: GPUs of this machine, and other workers.

    Raises:
        ConfigError, WorkersError: as `WorkerGroup`.
    """
    if workers is not None:
        return WorkerGroup(workers, config, config.batch_size)
    gpus = use_devices(config.devices, config.batch_size, deterministic=config.deterministic)
    if gpus <= 1:
        return SingleProcess(SingleReplica())
    return SingleProcess(MirroredReplicas(tf.distribute.MirroredStrategy([f"GPU:{i}" for i in range(gpus)])))
