"""The fused Adam against the formula of the paper."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from mnistcnn.optimizer import Adam


def adam_by_the_paper(value, gradients, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    m = v = np.zeros_like(value)
    for t, g in enumerate(gradients, start=1):
        m = beta_1 * m + (1 - beta_1) * g
        v = beta_2 * v + (1 - beta_2) * g * g
        rate = learning_rate * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
        value = value - rate * m / (np.sqrt(v) + epsilon)
    return value, m, v


def apply(optimizer, gradient, step):
    optimizer.apply({"w": tf.constant(gradient)}, tf.constant(step), tf.constant(0.01))


def test_updates_are_those_of_the_paper():
    random = np.random.default_rng(0)
    start, gradients = random.normal(size=(4, 3)), random.normal(size=(50, 4, 3))
    variable = tf.Variable(start.astype(np.float32))
    optimizer = Adam({"w": variable})
    for step, gradient in enumerate(gradients.astype(np.float32)):
        apply(optimizer, gradient, step)
    value, m, v = adam_by_the_paper(start, gradients, learning_rate=0.01)
    np.testing.assert_allclose(variable, value, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(optimizer.read()["m/w"], m, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(optimizer.read()["v/w"], v, rtol=1e-4, atol=1e-6)


def test_an_optimizer_that_is_restored_goes_on_with_the_same_bits():
    gradients = np.random.default_rng(1).normal(size=(6, 5)).astype(np.float32)
    whole, half = tf.Variable(tf.ones(5)), tf.Variable(tf.ones(5))
    one, two = Adam({"w": whole}), Adam({"w": half})
    for step in range(6):
        apply(one, gradients[step], step)
    for step in range(3):
        apply(two, gradients[step], step)
    rest = tf.Variable(half)
    restored = Adam({"w": rest})
    restored.load(two.read())
    for step in range(3, 6):
        apply(restored, gradients[step], step)
    np.testing.assert_array_equal(rest, whole)
