"""The number of cores that TensorFlow uses."""

from __future__ import annotations

import sys

import pytest
import tensorflow as tf

from mnistcnn.errors import ConfigError
from mnistcnn.network import threads
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


@pytest.mark.parametrize(("cores", "told"), [(3, [3, 3]), (8, [])])
def test_without_a_number_a_containers_quota_decides_where_it_is_less_than_the_cores(monkeypatch, cores, told):
    asked = []
    monkeypatch.setattr(threads, "affinity_cores", lambda: 8)
    monkeypatch.setattr(threads, "available_cores", lambda: cores)
    for name in ("set_intra_op_parallelism_threads", "set_inter_op_parallelism_threads"):
        monkeypatch.setattr(tf.config.threading, name, asked.append)
    limit_threads(None)
    assert asked == told
    limit_threads(5)
    assert asked == [*told, 5, 5]


def test_a_quota_is_never_too_late(monkeypatch):
    tf.zeros([1])
    monkeypatch.setattr(threads, "affinity_cores", lambda: 64)
    monkeypatch.setattr(threads, "available_cores", lambda: 63)
    limit_threads(None)
