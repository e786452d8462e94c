"""The number of cores that TensorFlow uses."""

from __future__ import annotations

import sys

import pytest
import tensorflow as tf

from mnistcnn.errors import ConfigError
from mnistcnn.network.threads import limit_threads


@pytest.mark.skipif(sys.platform != "linux", reason="threads are counted in /proc")
def test_each_thread_of_the_limit_is_one_between_operations_and_one_inside_them(fork_server):
    """Whatever the number of cores, and however many threads TensorFlow has for other purposes."""
    children = [fork_server.start("tests.mnistcnn.network.thread_count:count", limit=limit) for limit in (1, 6)]
    few, many = (child.wait() for child in children)
    assert many - few == 2 * (6 - 1), children[0].log + children[1].log


def test_too_late_is_an_error_and_not_silently_ignored():
    tf.zeros([1])
    with pytest.raises(ConfigError, match="threads: 63: too late"):
        limit_threads(63)


def test_no_limit_is_never_too_late():
    tf.zeros([1])
    limit_threads(None)
