"""Statistics inside the compiled step against NumPy's."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from mnistcnn.training.measures import gradient_norms, variable_statistics

RANDOM = np.random.default_rng(0)
ARRAYS = {
    "large": RANDOM.normal(0.01, 0.1, (512, 300)),
    "small": RANDOM.normal(0, 0.1, (5, 5, 1, 32)),
    "biases that hardly differ": 0.1 + RANDOM.normal(0, 1e-5, 64),
    "equal": np.full(32, 0.1),
    "equal and large": np.full((512, 300), 0.1),
}


@pytest.mark.parametrize("values", ARRAYS.values(), ids=ARRAYS)
def test_statistics_are_numpys(values):
    values = values.astype(np.float32)
    exact = values.astype(np.float64)
    (mean, stddev, largest, smallest), *_ = variable_statistics({"x": tf.Variable(values)}).numpy()
    assert mean == pytest.approx(exact.mean(), rel=1e-4, abs=1e-7)
    assert stddev == pytest.approx(exact.std(), rel=1e-3, abs=1e-3 * np.abs(exact).max())
    assert (largest, smallest) == (values.max(), values.min())


def test_the_spread_of_biases_is_not_lost_in_rounding():
    values = ARRAYS["biases that hardly differ"].astype(np.float32)
    stddev = variable_statistics({"x": tf.Variable(values)}).numpy()[0, 1]
    assert stddev == pytest.approx(values.astype(np.float64).std(), rel=1e-3)


def test_variables_come_in_their_order():
    found = variable_statistics({"a": tf.constant([1.0, 3.0]), "b": tf.constant([[5.0]])}).numpy()
    assert found.tolist() == [[2, 1, 3, 1], [5, 0, 5, 5]]


def test_the_norm_of_a_layer_is_of_weights_and_biases_together():
    gradients = {"conv1/weights": [[3.0]], "conv1/biases": [4.0], "fc2/weights": [[6.0, 8.0]], "fc2/biases": [0.0]}
    norms = gradient_norms({name: tf.constant(values) for name, values in gradients.items()})
    assert norms.numpy().tolist() == [5, 10]
