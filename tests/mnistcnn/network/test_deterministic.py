"""Max pooling against TensorFlow's own: values and gradients."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from mnistcnn.network.deterministic import max_pool


def value_and_gradients(function, inputs, upstream):
    inputs = [tf.constant(each) for each in inputs]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        value = function(*inputs)
    return value.numpy(), [g.numpy() for g in tape.gradient(value, inputs, output_gradients=upstream)]


@pytest.mark.parametrize("draw", range(3))
@pytest.mark.parametrize("jit", [False, True])
def test_max_pooling_and_its_gradient_equal_tensorflows_also_among_equals(draw, jit):
    random = np.random.default_rng(draw)
    # So few values that most windows have two largest ones.
    maps = random.integers(0, 3, (3, 6, 8, 5)).astype(np.float32)
    upstream = tf.constant(random.normal(size=(3, 3, 4, 5)), tf.float32)
    ours = tf.function(max_pool, jit_compile=jit, autograph=False)
    value, gradients = value_and_gradients(ours, [maps], upstream)
    expected, expected_gradients = value_and_gradients(lambda x: tf.nn.max_pool2d(x, 2, 2, "SAME"), [maps], upstream)
    np.testing.assert_array_equal(value, expected)
    np.testing.assert_array_equal(gradients[0], expected_gradients[0])
