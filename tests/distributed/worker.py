"""`mnistcnn` in a child of `tests.fork_server`, also on several devices."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Mapping, Sequence

import tensorflow as tf
from mnistcnn_cli.app import run

from mnistcnn.training import loop, worker_loop  # noqa: F401  (so that no child has to import them)
from mnistcnn.training.distributed import group, replicas

_NETWORK = 0x40000000  # CLONE_NEWNET


def command(
    arguments: Sequence[str], environment: Mapping[str, str], mirrored: int = 0, namespace: str | None = None
) -> int:
    """Be `mnistcnn`.

    Args:
        arguments: of the command line.
        environment: variables to set.
        mirrored: train on so many pieces of the processor as if they were GPUs.
        namespace: the network namespace to be in, which has its own addresses.
    """
    os.environ.update(environment)
    if namespace:
        enter(namespace)
    if mirrored:
        mirror(mirrored)
    return run(arguments)


def enter(namespace: str) -> None:
    """Move this process to a network namespace; `os.setns` is there since Python 3.12 only."""
    handle = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(handle, _NETWORK):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    os.close(handle)


def mirror(count: int) -> None:
    """Let a run use a `MirroredStrategy` over `count` logical processors."""
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * count)

    def form_group(*_: object) -> group.SingleProcess:
        strategy = tf.distribute.MirroredStrategy([f"CPU:{i}" for i in range(count)])
        return group.SingleProcess(replicas.MirroredReplicas(strategy))

    loop.form_group = form_group
