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


@pytest.mark.parametrize("shape", [(1, 2, 2, 1), (3, 4, 6, 5), (2, 28, 28, 3), (7, 14, 14, 2)])
@pytest.mark.parametrize("distinct_values", [1, 2, 3, 1000])
def test_pooling_and_its_gradient_equal_tensorflows_however_many_values_tie(shape, distinct_values):
    random = np.random.default_rng(distinct_values)
    maps = random.integers(0, distinct_values, shape).astype(np.float32) - distinct_values // 2
    upstream = random.normal(size=(shape[0], shape[1] // 2, shape[2] // 2, shape[3])).astype(np.float32)
    value, (gradient,) = value_and_gradients(ops.max_pool_2x2, [maps], upstream)
    expected, (expected_gradient,) = value_and_gradients(tensorflow_pool, [maps], upstream)
    np.testing.assert_array_equal(value, expected)
    np.testing.assert_array_equal(gradient, expected_gradient)


@pytest.mark.parametrize(("batch", "inputs", "outputs"), [(1, 1, 1), (3, 7, 5), (50, 31, 64)])
def test_dense_and_its_gradients_equal_tensorflows(batch, inputs, outputs):
    random = np.random.default_rng(batch)
    x, w = random.normal(size=(batch, inputs)), random.normal(size=(inputs, outputs))
    upstream = random.normal(size=(batch, outputs)).astype(np.float32)
    arrays = [x.astype(np.float32), w.astype(np.float32)]
    value, gradients = value_and_gradients(ops.dense, arrays, upstream)
    expected, expected_gradients = value_and_gradients(tf.matmul, arrays, upstream)
    np.testing.assert_allclose(value, expected, rtol=1e-5, atol=1e-5)
    for gradient, expected_gradient in zip(gradients, expected_gradients, strict=True):
        np.testing.assert_allclose(gradient, expected_gradient, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("distinct_values", [2, 1000])
def test_pooling_and_its_gradient_equal_tensorflows_in_bfloat16(distinct_values):
    random = np.random.default_rng(0)
    maps = tf.cast(random.integers(0, distinct_values, (3, 8, 6, 5)), tf.bfloat16)
    upstream = tf.cast(random.normal(size=(3, 4, 3, 5)), tf.bfloat16)
    value, (gradient,) = value_and_gradients(ops.max_pool_2x2, [maps], upstream)
    expected, (expected_gradient,) = value_and_gradients(tensorflow_pool, [maps], upstream)
    np.testing.assert_array_equal(value, expected)
    np.testing.assert_array_equal(gradient, expected_gradient)
