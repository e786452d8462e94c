"""The replaced operations against TensorFlow's own: values and gradients."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from mnistcnn.network import ops


def value_and_gradients(function, inputs, upstream):
    inputs = [tf.constant(each) for each in inputs]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        value = function(*inputs)
    return value.numpy(), [g.numpy() for g in tape.gradient(value, inputs, output_gradients=upstream)]


@pytest.mark.parametrize("draw", range(4))
@pytest.mark.parametrize(("dtype", "tolerance"), [(tf.float32, 1e-5), (tf.bfloat16, 2e-2)])
def test_dense_and_its_gradients_equal_tensorflows_whatever_the_shape(draw, dtype, tolerance):
    random = np.random.default_rng(draw)
    batch, inputs, outputs = random.integers(1, 65, 3)
    shapes = [(batch, inputs), (inputs, outputs), (batch, outputs)]
    x, w, upstream = (tf.cast(random.normal(size=shape), dtype) for shape in shapes)
    value, gradients = value_and_gradients(ops.dense, [x, w], upstream)
    expected, expected_gradients = value_and_gradients(tf.matmul, [x, w], upstream)
    for ours, theirs in zip([value, *gradients], [expected, *expected_gradients], strict=True):
        ours, theirs = ours.astype(np.float32), theirs.astype(np.float32)
        np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance * abs(theirs).max())


@pytest.mark.parametrize("draw", range(3))
@pytest.mark.parametrize("jit", [False, True])
def test_max_pooling_and_its_gradient_equal_tensorflows_also_among_equals(draw, jit):
    random = np.random.default_rng(draw)
    # So few values that most windows have two largest ones.
    maps = random.integers(0, 3, (3, 6, 8, 5)).astype(np.float32)
    upstream = tf.constant(random.normal(size=(3, 3, 4, 5)), tf.float32)
    ours = tf.function(ops.max_pool, jit_compile=jit, autograph=False)
    value, gradients = value_and_gradients(ours, [maps], upstream)
    expected, expected_gradients = value_and_gradients(lambda x: tf.nn.max_pool2d(x, 2, 2, "SAME"), [maps], upstream)
    np.testing.assert_array_equal(value, expected)
    np.testing.assert_array_equal(gradients[0], expected_gradients[0])
