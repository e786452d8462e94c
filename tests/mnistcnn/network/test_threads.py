"""The number of cores that TensorFlow uses."""

from __future__ import annotations

import pytest
import tensorflow as tf

from mnistcnn.errors import ConfigError
from mnistcnn.network.threads import limit_threads


def test_too_late_is_an_error_and_not_silently_ignored():
    tf.zeros([1])
    with pytest.raises(ConfigError, match="threads: 63: too late"):
        limit_threads(63)


def test_no_limit_is_never_too_late():
    tf.zeros([1])
    limit_threads(None)
