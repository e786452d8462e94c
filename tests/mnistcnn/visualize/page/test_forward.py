"""The page's network in a browser against TensorFlow's, on the same images of MNIST."""

import base64
import json
import os
import re

import numpy as np
import tensorflow as tf

from mnistcnn.model import Network, to_input
from mnistcnn.visualize.page.tensors import decode

IMAGES = int(os.environ.get("MNISTCNN_PAGE_IMAGES", "300"))
"""On which predictions are compared; 20 ms each. `make soak` takes all 10,000."""

ANSWERS = """([images, layers]) => {
    const { network, forward } = globalThis.mnistcnn;
    const bytes = Uint8Array.from(atob(images), (character) => character.charCodeAt(0));
    return Array.from({ length: bytes.length / 784 }, (_, i) => {
        const image = Float32Array.from(bytes.subarray(784 * i, 784 * (i + 1)), (ink) => ink / 255);
        const answer = forward(network, image);
        return Object.fromEntries(layers.map((layer) => [layer, Array.from(answer[layer])]));
    });
}"""


def answers(page, images, layers):
    """What the page's network makes of [n, 28, 28] uint8 images: for each layer [n, numbers]."""
    packed = base64.b64encode(images.tobytes()).decode()
    found = page.evaluate(ANSWERS, [packed, layers])
    return {layer: np.array([answer[layer] for answer in found]) for layer in layers}


def payload_of(path):
    text = re.search(r'<script type="application/json" id="payload">(.*?)</script>', path.read_text(), re.DOTALL)
    return json.loads(text[1])


def test_logits_of_200_images_are_tensorflows(visit, mnist_page, mnist_subject):
    images = mnist_subject.dataset.test.images[:200]
    found = answers(visit(mnist_page["float32"]), images, ["fc2"])
    assert np.abs(found["fc2"] - mnist_subject.network(to_input(images)).numpy()).max() < 1e-3


def test_every_layer_answers_as_tensorflows(visit, mnist_page, mnist_subject):
    images = mnist_subject.dataset.test.images[:4]
    named = mnist_subject.network.activations(to_input(images))
    expected = {name: value.numpy().reshape(4, -1) for name, value in named.items()}
    found = answers(visit(mnist_page["float32"]), images, [*expected, "input", "probabilities"])
    assert np.allclose(found["input"], images.reshape(4, -1) / 255)
    assert np.allclose(found["probabilities"], tf.nn.softmax(expected["fc2"]), atol=1e-5)
    for layer, values in expected.items():
        assert np.abs(found[layer] - values).max() < 1e-4 * np.abs(values).max(), layer


def test_int8_predicts_the_same_and_the_page_says_how_often(visit, mnist_page, mnist_subject):
    payload = payload_of(mnist_page["int8"])
    parity, test = payload["parity"], mnist_subject.dataset.test
    assert parity["images"] == 10_000
    assert parity["agree"] >= 9_990
    found = answers(visit(mnist_page["int8"]), test.images[:IMAGES], ["fc2"])["fc2"]
    own = mnist_subject.survey.result
    assert np.mean(found.argmax(axis=1) == own.predictions[:IMAGES]) >= 0.999
    assert np.abs(found - own.logits[:IMAGES]).max() <= parity["largest_logit_difference"] + 1e-3
    # The figure is of the weights that are in the page, by TensorFlow.
    network = Network(mnist_subject.trained.config.network, 0)
    layers = payload["layers"]
    network.load({f"{layer}/{kind}": decode(layers[layer][kind]) for layer in layers for kind in layers[layer]})
    logits = network(to_input(test.images[:IMAGES])).numpy()
    assert np.abs(found - logits).max() < 1e-3
    assert 0 < parity["largest_logit_difference"] < 0.5


def test_units_that_are_off_answer_0(visit, mnist_page, mnist_subject):
    weights = mnist_subject.network.read()
    for layer, units in (("conv1", [3]), ("conv2", [5, 60]), ("fc1", [1000])):
        for kind in ("weights", "biases"):
            weights[f"{layer}/{kind}"][..., units] = 0  # ReLU makes 0 of 0.
    network = Network(mnist_subject.trained.config.network, 0)
    network.load(weights)
    image = mnist_subject.dataset.test.images[0]
    found = visit(mnist_page["float32"]).evaluate(
        """(pixels) => {
            const off = { conv1: new Set([3]), conv2: new Set([5, 60]), fc1: new Set([1000]) };
            const { network, forward } = globalThis.mnistcnn;
            return Array.from(forward(network, Float32Array.from(pixels, (ink) => ink / 255), off).fc2);
        }""",
        image.ravel().tolist(),
    )
    assert np.abs(found - network(to_input(image[np.newaxis])).numpy()[0]).max() < 1e-3


def test_the_gradient_by_the_pixels_is_tensorflows(scripts, mnist_page, mnist_subject):
    layers = payload_of(mnist_page["float32"])["layers"]
    images = mnist_subject.dataset.test.images[:3]
    pixels = tf.constant(to_input(images))
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        logit = mnist_subject.network.activations(pixels)["fc2"][:, 7]
    expected = tape.gradient(logit, pixels).numpy().reshape(3, 784)
    found = scripts.evaluate(
        """([layers, images]) => {
            const { loadNetwork, forward, inputGradient } = modules["network.js"];
            const network = loadNetwork(layers);
            return images.map((pixels) => {
                const answer = forward(network, Float32Array.from(pixels, (ink) => ink / 255));
                return Array.from(inputGradient(network, answer, 7));
            });
        }""",
        [layers, images.reshape(3, -1).tolist()],
    )
    assert np.abs(found - expected).max() < 1e-4 * np.abs(expected).max()
