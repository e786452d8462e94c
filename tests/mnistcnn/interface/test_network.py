"""The network in a program's hands: arrays give arrays, tensors give tensors, and both the same numbers."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from mnistcnn.errors import DataError


@pytest.fixture(scope="module")
def network(finished):
    return finished.network()


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).integers(0, 256, (3, 28, 28), np.uint8)


def test_integers_fractions_and_tensors_give_the_same_logits(network, images):
    logits = network(images)
    assert (logits.shape, logits.dtype) == ((3, 10), np.float32)
    fractions = images.astype(np.float32) / np.float32(255)
    np.testing.assert_array_equal(network(fractions[..., np.newaxis]), logits)
    from_tensor = network(tf.constant(fractions[..., np.newaxis]))
    assert tf.is_tensor(from_tensor)
    np.testing.assert_array_equal(from_tensor.numpy(), logits)
    np.testing.assert_allclose(network(images[1]), logits[1:2], rtol=1e-5, atol=1e-5)


def test_activations_are_arrays_of_every_layer(network, images):
    found = network.activations(images)
    assert found["conv1"].shape == (3, 28, 28, 4)
    np.testing.assert_allclose(found["fc2"], network(images), rtol=1e-5, atol=1e-5)
    tensors = network.activations(tf.constant(images[..., np.newaxis] / np.float32(255), tf.float32))
    np.testing.assert_array_equal(tensors["pool2"].numpy(), found["pool2"])


def test_gradients_flow_through_it(network, images):
    tensor = tf.constant(images[..., np.newaxis] / np.float32(255), tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(tensor)
        answer = network(tensor)[:, 3]
    assert np.abs(tape.gradient(answer, tensor).numpy()).max() > 0


def test_it_says_where_it_is_from(network, finished):
    assert repr(network).startswith(f"<mnistcnn.Network of {finished.name}, step {network.step}: ")
    assert network.parameters["conv1/weights"].shape == (5, 5, 1, 4)
    assert finished.network() is network
    assert finished.network(0).step == 0


def test_numbers_beyond_the_inks_range_are_refused(network, images):
    with pytest.raises(DataError, match="expected 0 to 255 as integers, or 0 to 1 as fractions"):
        network(images.astype(np.float32))
