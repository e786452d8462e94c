"""`mnistcnn` in a child of `tests.fork_server`, also on several devices."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

import tensorflow as tf
from mnistcnn_cli.app import run

from mnistcnn.training import loop, worker_loop  # noqa: F401  (so that no child has to import them)
from mnistcnn.training.distributed import group, replicas


def command(arguments: Sequence[str], environment: Mapping[str, str], mirrored: int) -> int:
    """Be `mnistcnn`; with `mirrored`, train on so many pieces of the processor as if they were GPUs."""
    os.environ.update(environment)
    if mirrored:
        mirror(mirrored)
    return run(arguments)


def mirror(count: int) -> None:
    """Let a run use a `MirroredStrategy` over `count` logical processors."""
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * count)

    def form_group(*_: object) -> group.SingleProcess:
        strategy = tf.distribute.MirroredStrategy([f"CPU:{i}" for i in range(count)])
        return group.SingleProcess(replicas.MirroredReplicas(strategy))

    loop.form_group = form_group
