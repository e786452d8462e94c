"""The replaced operations against TensorFlow's own: values and gradients."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from mnistcnn import ops


def value_and_gradients(function, inputs, upstream):
    inputs = [tf.constant(each) for each in inputs]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        value = function(*inputs)
    return value.numpy(), [g.numpy() for g in tape.gradient(value, inputs, output_gradients=upstream)]


def tensorflow_pool(maps):
    return tf.nn.max_pool2d(maps, 2, 2, "SAME")


@pytest.mark.parametrize("distinct_values", [1, 2, 3, 1000])
@pytest.mark.parametrize("draw", range(6))
def test_pooling_and_its_gradient_equal_tensorflows_whatever_the_shape_and_however_many_values_tie(
    draw, distinct_values
):
    random = np.random.default_rng([draw, distinct_values])
    batch, height, width, channels = random.integers(1, [9, 15, 15, 9])
    shape = (batch, 2 * height, 2 * width, channels)
    maps = random.integers(0, distinct_values, shape).astype(np.float32) - distinct_values // 2
    upstream = random.normal(size=(shape[0], shape[1] // 2, shape[2] // 2, shape[3])).astype(np.float32)
    value, (gradient,) = value_and_gradients(ops.max_pool_2x2, [maps], upstream)
    expected, (expected_gradient,) = value_and_gradients(tensorflow_pool, [maps], upstream)
    np.testing.assert_array_equal(value, expected)
    np.testing.assert_array_equal(gradient, expected_gradient)


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


@pytest.mark.parametrize("distinct_values", [2, 1000])
def test_pooling_and_its_gradient_equal_tensorflows_in_bfloat16(distinct_values):
    random = np.random.default_rng(0)
    maps = tf.cast(random.integers(0, distinct_values, (3, 8, 6, 5)), tf.bfloat16)
    upstream = tf.cast(random.normal(size=(3, 4, 3, 5)), tf.bfloat16)
    value, (gradient,) = value_and_gradients(ops.max_pool_2x2, [maps], upstream)
    expected, (expected_gradient,) = value_and_gradients(tensorflow_pool, [maps], upstream)
    np.testing.assert_array_equal(value, expected)
    np.testing.assert_array_equal(gradient, expected_gradient)
