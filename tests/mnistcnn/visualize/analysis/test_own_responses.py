"""Each unit's response to its own image is the network's, and its gradient is the response's."""

import numpy as np
import pytest
import tensorflow as tf

from mnistcnn.network.model import to_input
from mnistcnn.visualize.analysis.own_responses import own_responses


@pytest.mark.parametrize(("layer", "name"), [("fc1", "fc1/preactivation"), ("fc2", "fc2")])
def test_dense_units_respond_as_in_the_network(layer, name, source, dataset):
    images, units = to_input(dataset.test.images[:3]), [4, 0, 4]
    expected = source.network.activations(images)[name].numpy()[np.arange(3), units]
    responses, _ = own_responses(source.network, layer, units)(images.numpy()[..., 0])
    np.testing.assert_allclose(responses, expected, atol=1e-4)


@pytest.mark.parametrize(("layer", "size"), [("conv2", 14), ("fc1", 28), ("fc2", 28)])
def test_the_gradient_is_that_of_the_response(layer, size, source):
    images = np.random.default_rng(0).random((2, size, size), np.float32)
    respond = own_responses(source.network, layer, [1, 3])
    responses, gradients = respond(images)
    step = (1e-4 * np.sign(gradients)).astype(np.float32)
    rise = np.abs(step * gradients).sum(axis=(1, 2))
    np.testing.assert_allclose(respond(images + step)[0] - responses, rise, rtol=0.05)


def test_a_unit_of_conv2_responds_as_in_the_middle_of_a_map(source):
    image = np.random.default_rng(1).random((28, 28), np.float32)
    expected = source.network.activations(tf.constant(image[np.newaxis, :, :, np.newaxis]))["conv2/preactivation"]
    responses, _ = own_responses(source.network, "conv2", [5, 2])(np.stack([image[6:20, 6:20]] * 2))
    np.testing.assert_allclose(responses, expected.numpy()[0, 6, 6, [5, 2]], atol=1e-4)
