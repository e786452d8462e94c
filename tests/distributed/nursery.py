"""Starts workers as real processes that can be killed, without importing TensorFlow anew for each.

This process imports it once and forks a child for each order that it reads on standard input, a JSON object;
TensorFlow starts its threads only with its first operation, in the child.

`{"arguments": […], "environment": {…}, "log": …}` starts `mnistcnn` with both outputs into a file, and the answer is
its process id; with `"mirrored": 2` it trains on so many pieces of this machine's processor as if they were GPUs.
`{"wait": pid}` waits for it, and the answer is its exit code, or minus the signal that killed it.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import tensorflow as tf
from mnistcnn_cli.app import run

from mnistcnn.training import loop as training
from mnistcnn.training import worker_loop  # noqa: F401  (so that no child has to)
from mnistcnn.training.distributed import group, replicas


def mirror(count: int) -> None:
    """Let a run use a `MirroredStrategy` over `count` logical processors."""
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * count)

    def form_group(*_: object) -> group.SingleProcess:
        strategy = tf.distribute.MirroredStrategy([f"CPU:{i}" for i in range(count)])
        return group.SingleProcess(replicas.MirroredReplicas(strategy))

    training.form_group = form_group


def child(order: dict[str, Any]) -> None:
    """Be the command, up to its exit."""
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ.update(order["environment"])
    if order.get("mirrored"):
        mirror(order["mirrored"])
    sys.exit(run(order["arguments"]))


def main() -> None:
    """Obey until standard input ends."""
    while line := sys.stdin.readline():
        order = json.loads(line)
        if "wait" in order:
            print(os.waitstatus_to_exitcode(os.waitpid(order["wait"], 0)[1]), flush=True)
            continue
        pid = os.fork()
        if pid == 0:
            child(order)
        print(pid, flush=True)


if __name__ == "__main__":
    main()
