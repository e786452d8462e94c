"""The fused Adam against the formula of the paper."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from mnistcnn.training.optimizer import Adam, WeightAverage


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


def test_weight_decay_takes_its_share_of_weights_before_the_update_and_nothing_of_biases():
    random = np.random.default_rng(2)
    start, gradients = random.normal(size=(3, 2)), random.normal(size=(20, 3, 2))
    names = ("fc/weights", "fc/biases")
    parameters = {name: tf.Variable(start.astype(np.float32)) for name in names}
    optimizer = Adam(parameters, weight_decay=2.0)
    for step, gradient in enumerate(gradients.astype(np.float32)):
        optimizer.apply(dict.fromkeys(names, tf.constant(gradient)), tf.constant(step), tf.constant(0.01))
    plain, *_ = adam_by_the_paper(start, gradients, learning_rate=0.01)
    decayed = start
    for count in range(20):
        # Moments do not see the decay, so an update is the difference of two plain ones.
        after, before = (adam_by_the_paper(start, gradients[:n], 0.01)[0] for n in (count + 1, count))
        decayed = decayed * (1 - 0.01 * 2.0) + after - before
    np.testing.assert_allclose(parameters["fc/weights"], decayed, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(parameters["fc/biases"], plain, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("count", [1, 2, 40])
def test_an_average_weighs_every_update_by_its_age_and_forgets_where_it_began(count):
    values = np.random.default_rng(3).normal(size=count)
    average, variable = tf.Variable([100.0]), tf.Variable([100.0])
    weights = WeightAverage({"w": average}, {"w": variable}, decay=0.9)
    for step, value in enumerate(values):
        variable.assign([value])
        weights.update(tf.constant(step))
    np.testing.assert_allclose(average, [np.average(values, weights=0.9 ** np.arange(count)[::-1])], rtol=1e-4)
