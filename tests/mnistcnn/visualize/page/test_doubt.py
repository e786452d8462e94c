"""The page's doubt against the Python side's, on the same pictures."""

import json
import re

import numpy as np
import pytest

from mnistcnn.network.responder import Responder
from mnistcnn.runs.doubt import find_doubt

PAGE_DOUBTS = """([part, images]) => {
    const { loadDoubt, doubtOf } = mnistcnn;
    const doubt = loadDoubt(part);
    return images.map((pixels) => doubtOf(doubt, mnistcnn.forward(mnistcnn.network,
        Float32Array.from(pixels, (ink) => ink / 255))));
}"""
ROUNDING = 0.15
"""Of doubts, by the page's components, which have 8 bits; the doubts of digits span 1 and more."""


def pictures(dataset):
    """Test digits, and what is no digit: noise, stripes, a digit upside down and inside out."""
    random = np.random.default_rng(0)
    stripes = np.broadcast_to(255 * (np.arange(28) % 6 < 3), (28, 28))
    digits = dataset.test.images[:20]
    return np.stack([*digits, *random.integers(0, 256, (10, 28, 28)), stripes, *(255 - digits[:5])]).astype(np.uint8)


@pytest.fixture(scope="module")
def subject(mnist_subject):
    """The network that learned MNIST for a moment, with its doubt and some pictures."""
    images = pictures(mnist_subject.dataset)
    doubt = find_doubt(mnist_subject.trained, mnist_subject.dataset).doubt
    return images, doubt(Responder(mnist_subject.network)(images))


@pytest.mark.parametrize("weights", ["float32", "int8"])
def test_the_page_doubts_what_python_doubts(visit, mnist_page, subject, weights):
    images, expected = subject
    payload = json.loads(re.search(r'id="payload">(.*?)</script>', mnist_page[weights].read_text(), re.DOTALL)[1])
    page = visit(mnist_page[weights])
    found = np.array(page.evaluate(PAGE_DOUBTS, [payload["doubt"], images.reshape(-1, 784).tolist()]))
    assert 0 < np.count_nonzero(expected > 0) < len(images)
    assert np.abs(found - expected).max() < ROUNDING
    clear = np.abs(expected) > ROUNDING
    assert np.array_equal(found[clear] > 0, expected[clear] > 0)


def test_the_page_says_so_and_names_the_nearest_digit(visit, mnist_page, subject):
    images, expected = subject
    page = visit(mnist_page["float32"])
    for index in (int(expected.argmin()), int(expected.argmax())):
        page.evaluate(
            "(pixels) => mnistcnn.state.load({ image: Float32Array.from(pixels, (ink) => ink / 255), label: null })",
            images[index].ravel().tolist(),
        )
        page.wait_for_timeout(400)
        digit = page.evaluate("mnistcnn.state.answer.prediction")
        said = f"This is unlike any digit that it learned from. The nearest is a {digit}."
        assert page.locator("#digit.doubted").count() == (expected[index] > 0)
        assert (said in page.locator("#summary").inner_text()) == (expected[index] > 0)
