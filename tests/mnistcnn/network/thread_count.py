"""How many threads a process with a limit has, for a child of `tests.fork_server`."""

from __future__ import annotations

from pathlib import Path

import tensorflow as tf

from mnistcnn.network.threads import limit_threads


def count(limit: int) -> int:
    """The threads of this process once TensorFlow has computed something, on Linux."""
    limit_threads(limit)
    tf.linalg.matmul(tf.ones([300, 300]), tf.ones([300, 300])).numpy()
    return sum(1 for _ in Path("/proc/self/task").iterdir())
