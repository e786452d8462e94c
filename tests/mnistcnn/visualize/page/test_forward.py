"""The page's network in a browser against TensorFlow's, on the same images of MNIST."""

import base64
import json
import re

import numpy as np
import pytest
import tensorflow as tf

from mnistcnn.network.model import Network, to_input

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


def test_logits_of_200_images_and_every_layer_are_tensorflows(visit, mnist_page, mnist_subject):
    page, images = visit(mnist_page["float32"]), mnist_subject.dataset.test.images[:200]
    logits = mnist_subject.network(to_input(images)).numpy()
    assert np.abs(answers(page, images, ["fc2"])["fc2"] - logits).max() < 1e-3
    named = mnist_subject.network.activations(to_input(images[:3]))
    expected = {name: value.numpy().reshape(3, -1) for name, value in named.items()}
    found = answers(page, images[:3], [*expected, "input", "probabilities"])
    assert np.allclose(found["input"], images[:3].reshape(3, -1) / 255)
    assert np.allclose(found["probabilities"], tf.nn.softmax(expected["fc2"]), atol=1e-5)
    for layer, values in expected.items():
        assert np.abs(found[layer] - values).max() < 1e-4 * np.abs(values).max(), layer


def test_int8_predicts_the_same_and_the_page_says_how_often(visit, mnist_page, mnist_subject):
    payload, own = payload_of(mnist_page["int8"]), mnist_subject.survey.result
    parity, images = payload["parity"], mnist_subject.dataset.test.images
    found = np.concatenate(
        [
            answers(page, images[start : start + 500], ["fc2"])["fc2"]
            for page in [visit(mnist_page["int8"])]
            for start in range(0, len(images), 500)
        ]
    )
    agree = int(np.count_nonzero(found.argmax(axis=1) == own.predictions))
    assert len(images) - agree <= max(1, len(images) // 1000)
    assert parity["images"] == len(images)
    assert parity["agree"] == pytest.approx(agree, abs=1)  # A tie may be broken by rounding.
    largest = np.abs(found - own.logits).max()
    assert parity["largest_logit_difference"] == pytest.approx(largest, abs=1e-3)
    assert 0 < largest < 0.5
    print(f"{agree:,} of {len(images):,} predictions agree; logits differ by {largest:.3f} at most")


def test_units_that_are_off_answer_0(visit, small_page, source):
    weights = source.network.read()
    for layer, units in (("conv1", [3]), ("conv2", [0, 5]), ("fc1", [17])):
        for kind in ("weights", "biases"):
            weights[f"{layer}/{kind}"][..., units] = 0  # ReLU makes 0 of 0.
    network = Network(source.trained.config.network, 0)
    network.load(weights)
    image = source.dataset.test.images[0]
    found = visit(small_page).evaluate(
        """(pixels) => {
            const off = { conv1: new Set([3]), conv2: new Set([0, 5]), fc1: new Set([17]) };
            const { network, forward } = globalThis.mnistcnn;
            return Array.from(forward(network, Float32Array.from(pixels, (ink) => ink / 255), off).fc2);
        }""",
        image.ravel().tolist(),
    )
    assert np.abs(found - network(to_input(image[np.newaxis])).numpy()[0]).max() < 1e-4


def test_the_gradient_by_the_pixels_is_tensorflows(scripts, small_page, source):
    images = source.dataset.test.images[:3]
    pixels = to_input(images)
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        logit = source.network.activations(pixels)["fc2"][:, 7]
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
        [payload_of(small_page)["layers"], images.reshape(3, -1).tolist()],
    )
    assert np.abs(expected).max() > 0
    assert np.abs(found - expected).max() < 1e-4 * np.abs(expected).max()
