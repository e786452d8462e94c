"""The network's shapes, names, initial values and arithmetic."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from mnistcnn.config.schema import NetworkConfig
from mnistcnn.network.model import Dropout, Network, cross_entropy, to_input

SMALL = NetworkConfig(conv1=3, conv2=4, fc1=8)


@pytest.fixture
def images():
    return np.random.default_rng(0).random((5, 28, 28, 1), np.float32)


def numpy_conv_same(maps, kernels, biases):
    """A 5×5 convolution by its definition."""
    padded = np.pad(maps, ((0, 0), (2, 2), (2, 2), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (5, 5), axis=(1, 2))
    return np.einsum("nyxcij,ijco->nyxo", windows, kernels) + biases


def numpy_pool(maps):
    n, height, width, channels = maps.shape
    return maps.reshape(n, height // 2, 2, width // 2, 2, channels).max(axis=(2, 4))


def numpy_logits(weights, images):
    maps = images
    for layer in ("conv1", "conv2"):
        convolved = numpy_conv_same(maps, weights[f"{layer}/weights"], weights[f"{layer}/biases"])
        maps = numpy_pool(np.maximum(convolved, 0))
    hidden = maps.reshape(len(maps), -1) @ weights["fc1/weights"] + weights["fc1/biases"]
    return np.maximum(hidden, 0) @ weights["fc2/weights"] + weights["fc2/biases"]


def test_the_default_network_has_the_tutorials_parameters():
    network = Network(NetworkConfig(), seed=0)
    assert {name: tuple(variable.shape) for name, variable in network.parameters.items()} == {
        "conv1/weights": (5, 5, 1, 32),
        "conv1/biases": (32,),
        "conv2/weights": (5, 5, 32, 64),
        "conv2/biases": (64,),
        "fc1/weights": (3136, 1024),
        "fc1/biases": (1024,),
        "fc2/weights": (1024, 10),
        "fc2/biases": (10,),
    }
    assert network.parameter_count == 3_274_634


def test_logits_equal_a_plain_numpy_forward_pass(images):
    network = Network(SMALL, seed=3)
    np.testing.assert_allclose(network(images), numpy_logits(network.read(), images), atol=1e-4)


@pytest.mark.parametrize("keep_prob", [1.0, 0.5])
def test_gradients_equal_those_of_pooling_after_bias_and_relu_with_tensorflows_own_operations(images, keep_prob):
    network = Network(SMALL, seed=3)
    labels = tf.constant([3, 1, 4, 1, 5])
    dropout = Dropout(keep_prob, seed=1, step=tf.constant(2))

    def plain(images):
        w, b, maps = network.weights, network.biases, images
        for layer in ("conv1", "conv2"):
            maps = tf.nn.relu(tf.nn.conv2d(maps, w[layer], 1, "SAME") + b[layer])
            maps = tf.nn.max_pool2d(maps, 2, 2, "SAME")
        hidden = tf.nn.relu(tf.reshape(maps, [len(images), -1]) @ w["fc1"] + b["fc1"])
        return dropout(hidden) @ w["fc2"] + b["fc2"]

    def gradients(forward):
        with tf.GradientTape() as tape:
            loss = cross_entropy(labels, forward(images))
        return tape.gradient(loss, network.parameters)

    ours, theirs = gradients(lambda images: network(images, dropout)), gradients(plain)
    for name, gradient in theirs.items():
        np.testing.assert_allclose(
            ours[name], gradient, rtol=1e-4, atol=1e-6 * abs(gradient.numpy()).max(), err_msg=name
        )


def test_bfloat16_images_are_computed_in_bfloat16_to_its_precision_with_float32_gradients(images):
    network = Network(NetworkConfig(), seed=3)
    results = {}
    for dtype in (tf.float32, tf.bfloat16):
        with tf.GradientTape() as tape:
            logits = network(tf.cast(images, dtype))
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits([1, 2, 3, 4, 5], logits))
        assert logits.dtype == tf.float32
        results[dtype] = [logits, *tape.gradient(loss, list(network.parameters.values()))]
    errors = []
    for exact, rough in zip(results[tf.float32], results[tf.bfloat16], strict=True):
        assert rough.dtype == tf.float32
        errors.append(float(tf.norm(rough - exact) / tf.norm(exact)))
    assert 0 < errors[0] < 0.01
    # Where rounding makes another of four values the largest, its gradient goes elsewhere.
    assert max(errors[1:]) < 0.15


def test_named_activations_are_those_of_the_forward_pass_to_the_last_bit(images):
    network = Network(SMALL, seed=3)
    named = network.activations(images)
    np.testing.assert_array_equal(named["fc2"], network(images))
    assert {name: tuple(tensor.shape) for name, tensor in named.items()} == {
        "conv1/preactivation": (5, 28, 28, 3),
        "conv1": (5, 28, 28, 3),
        "pool1": (5, 14, 14, 3),
        "conv2/preactivation": (5, 14, 14, 4),
        "conv2": (5, 14, 14, 4),
        "pool2": (5, 7, 7, 4),
        "fc1/preactivation": (5, 8),
        "fc1": (5, 8),
        "fc2": (5, 10),
    }
    for layer in ("conv1", "conv2", "fc1"):
        np.testing.assert_array_equal(named[layer], np.maximum(named[f"{layer}/preactivation"], 0))
    np.testing.assert_array_equal(named["pool1"], numpy_pool(named["conv1"].numpy()))


def test_tutorial_values_are_truncated_normals_of_a_tenth_and_biases_of_a_tenth():
    parameters = Network(NetworkConfig(), seed=1).read()
    weights = parameters["fc1/weights"]
    assert abs(weights).max() <= 0.2
    assert weights.mean() == pytest.approx(0, abs=1e-3)
    assert weights.std() == pytest.approx(0.1 * 0.8796, rel=0.01)  # What truncation at two sigma leaves.
    assert all((parameters[f"{layer}/biases"] == np.float32(0.1)).all() for layer in ("conv1", "conv2", "fc1", "fc2"))


def test_he_values_have_the_variance_of_two_over_the_fan_in_and_no_bias():
    parameters = Network(NetworkConfig(initializer="he"), seed=1).read()
    for name, fan_in in (("conv2/weights", 800), ("fc1/weights", 3136)):
        assert parameters[name].std() == pytest.approx((2 / fan_in) ** 0.5, rel=0.02)
    assert all(not parameters[f"{layer}/biases"].any() for layer in ("conv1", "conv2", "fc1", "fc2"))


def test_a_seed_decides_the_initial_values_and_no_two_layers_share_them():
    one, same, other = (Network(SMALL, seed).read() for seed in (5, 5, 6))
    assert all((one[name] == same[name]).all() for name in one)
    assert not (one["fc1/weights"] == other["fc1/weights"]).any()
    assert not (one["fc1/weights"].ravel()[:80] == one["fc2/weights"].ravel()).any()


def test_weights_that_are_read_load_into_another_network(images):
    one, other = Network(SMALL, seed=1), Network(SMALL, seed=2)
    other.load(one.read())
    np.testing.assert_array_equal(one(images), other(images))


def test_weights_of_another_shape_are_refused():
    with pytest.raises(ValueError, match="shape"):
        Network(SMALL, seed=1).load(Network(NetworkConfig(conv1=2, conv2=4, fc1=8), seed=1).read())


def test_dropout_keeps_the_share_and_the_mean_and_is_a_function_of_seed_and_step():
    ones = tf.ones([200, 500])
    drawn = [Dropout(0.8, seed, tf.constant(step))(ones).numpy() for seed, step in ((1, 7), (1, 7), (1, 8), (2, 7))]
    assert set(np.unique(drawn[0])) == {np.float32(0), np.float32(1.25)}
    assert (drawn[0] > 0).mean() == pytest.approx(0.8, abs=0.01)
    assert (drawn[0] == drawn[1]).all()
    assert (drawn[0] != drawn[2]).any()
    assert (drawn[0] != drawn[3]).any()


def test_dropout_that_keeps_everything_changes_nothing():
    values = tf.random.stateless_normal([3, 4], [0, 0])
    assert Dropout(1.0, 0, tf.constant(0))(values) is values


def test_pixels_become_floats_from_zero_to_one_with_a_channel():
    result = to_input(np.array([[[0, 51, 255]]], np.uint8)).numpy()
    assert result.shape == (1, 1, 3, 1)
    np.testing.assert_allclose(result.ravel(), [0, 0.2, 1])


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
def test_cross_entropy_is_that_of_targets_that_are_smoothed(smoothing):
    logits = np.random.default_rng(0).normal(size=(3, 10)).astype(np.float32)
    targets = np.full((3, 10), smoothing / 10)
    targets[[0, 1, 2], [7, 0, 2]] += 1 - smoothing
    assert targets.sum(axis=1) == pytest.approx(1)
    log_probabilities = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    expected = -(targets * log_probabilities).sum(axis=1).mean()
    assert float(cross_entropy(tf.constant([7, 0, 2]), logits, smoothing)) == pytest.approx(expected, rel=1e-5)
