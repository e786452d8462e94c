"""What practitioners look for: confusions, dead units, the map of fc1, gradient × input."""

import json
import re

import numpy as np
import pytest
import tensorflow as tf

from mnistcnn.evaluation.scores import confusion_matrix
from mnistcnn.visualize.drawing.style import LIGHT, Scale
from mnistcnn.visualize.page.tensors import decode

from .canvas import pixels_of


@pytest.fixture
def page(shared_page):
    shared_page.wait_for_function("() => document.getElementById('gradient').hasAttribute('aria-label')")
    return shared_page


def image_of(page):
    return np.array(page.evaluate("Array.from(mnistcnn.state.image)"), np.float32).reshape(1, 28, 28, 1)


def test_the_confusions_are_those_of_the_test_images(page, source):
    rows = page.locator("#confusion-rows tr").all()
    shown = [[int(text.replace("·", "0")) for text in row.locator("td").all_inner_texts()] for row in rows]
    result = source.survey.result
    assert shown == confusion_matrix(result.labels, result.predictions).tolist()


def test_dead_units_are_counted_and_listed(page, source):
    for text, layer in zip(page.locator("#dead li").all_inner_texts(), ("conv1", "conv2", "fc1"), strict=True):
        dead = np.flatnonzero(source.survey.dead(layer))
        units = source.survey.peaks[layer].shape[1]
        expected = f"{len(dead)} of {units} ({', '.join(map(str, dead[:24]))})" if dead.size else f"none of {units}"
        assert text == f"{layer}: {expected}"


@pytest.mark.parametrize("choice", ["", "3"])
def test_gradient_times_input_is_tensorflows(page, source, choice):
    page.select_option("#gradient-output", choice)
    image = tf.constant(image_of(page))
    with tf.GradientTape() as tape:
        tape.watch(image)
        logits = source.network(image)[0]
        output = int(choice) if choice else int(tf.argmax(logits))
        logit = logits[output]
    values = (tape.gradient(logit, image) * image).numpy()[0, :, :, 0]
    expected = Scale("signed", float(np.abs(values).max()), "", "").colours(values, LIGHT)
    pixels = pixels_of(page, "#gradient")
    assert pixels.shape == (224, 224, 3)
    assert np.abs(pixels[::8, ::8] - expected.astype(int)).max() <= 3  # One step of the 256 colours.
    assert page.get_attribute("#gradient", "aria-label").startswith(f"Gradient times input for the output {output},")


def test_the_drawing_is_found_on_the_map_of_the_test_images(page, small_page, source):
    text = re.search(r'id="payload">(.*?)</script>', small_page.read_text(), re.DOTALL)[1]
    projection = json.loads(text)["projection"]
    mean, components, points, labels = (decode(projection[key]) for key in ("mean", "components", "points", "labels"))
    middles = {digit: np.median(points[labels == digit], axis=0) for digit in np.unique(labels).tolist()}
    for sample in (0, 4):
        page.locator("#samples button").nth(sample).click()
        page.wait_for_function(f"() => mnistcnn.state.source.label === {sample}")
        page.wait_for_timeout(400)
        units = source.network.activations(tf.constant(image_of(page)))["fc1"].numpy()[0]
        place = (units - mean) @ components.T
        near = sorted(middles, key=lambda digit: np.hypot(*(middles[digit] - place)))[:2]
        assert int(re.search(r"the (\d)s", page.locator("#projection-text").inner_text())[1]) in near
