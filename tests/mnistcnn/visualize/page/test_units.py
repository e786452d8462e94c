"""Units that are switched off, sorted, dropped; and the network as it was at each checkpoint."""

import re

import numpy as np
import pytest
import tensorflow as tf

from mnistcnn.network.model import Network
from mnistcnn.runs.metrics_file import read_metrics
from mnistcnn.visualize.drawing.style import LIGHT, Scale

from .canvas import pixels_of

CALM = "() => mnistcnn.state.dirty.size === 0"


@pytest.fixture
def page(shared_page):
    return shared_page


def image_of(page):
    return np.array(page.evaluate("Array.from(mnistcnn.state.image)"), np.float32).reshape(1, 28, 28, 1)


def logits_of(page):
    page.wait_for_function(CALM)
    return np.array(page.evaluate("Array.from(mnistcnn.state.answer.fc2)"))


def without(source, layer, units):
    """TensorFlow's network with units that answer nothing."""
    weights = {name: array.copy() for name, array in source.weights.items()}
    for unit in units:
        weights[f"{layer}/weights"][..., unit] = 0
        weights[f"{layer}/biases"][unit] = 0
    network = Network(source.trained.config.network, 0)
    network.load(weights)
    return network


@pytest.mark.parametrize("layer", ["conv1", "conv2", "fc1"])
def test_the_network_answers_without_a_unit_as_tensorflow_says(page, source, layer):
    canvas = page.locator(f"canvas[data-layer={layer}]")
    canvas.focus()
    canvas.press("Home")
    canvas.press("x")
    expected = without(source, layer, [0])(tf.constant(image_of(page))).numpy()[0]
    assert np.abs(logits_of(page) - expected).max() < 1e-3
    button = page.locator("#switch-unit")
    assert (button.get_attribute("aria-pressed"), button.inner_text()) == ("true", "Switch unit 0 on")
    assert "switched off: 0" in page.locator(".sum").inner_text()
    button.click()
    whole = source.network(tf.constant(image_of(page))).numpy()[0]
    assert np.abs(logits_of(page) - whole).max() < 1e-3
    assert button.get_attribute("aria-pressed") == "false"


def test_a_whole_layer_is_switched_off_and_on_again_and_the_page_compares(page, source):
    page.select_option("#off-layer", "fc1")
    page.click("#off-all")
    assert np.abs(logits_of(page) - source.weights["fc2/biases"]).max() < 1e-5
    guess = int(source.weights["fc2/biases"].argmax())
    whole = int(source.network(tf.constant(image_of(page))).numpy().argmax())
    summary = page.locator("#off-summary")
    page.wait_for_function("() => /Without 20/.test(document.getElementById('off-summary').textContent)")
    assert re.match(rf"Without 20 units the answer is {guess} .*; with all units, {whole} ", summary.inner_text())
    page.click("#on-all")
    page.wait_for_function("() => /All units are on/.test(document.getElementById('off-summary').textContent)")
    assert logits_of(page).argmax() == whole


def test_the_busiest_units_go_first(page, source):
    activations = source.network.activations(tf.constant(image_of(page)))
    page.select_option("#off-layer", "fc1")
    page.click("#off-busiest")
    logits_of(page)
    busiest = np.argsort(-activations["fc1"].numpy()[0], kind="stable")[:8]
    assert set(page.evaluate("[...mnistcnn.state.off.fc1]")) <= set(busiest.tolist())


def test_sorted_by_activity_the_busiest_unit_stands_first(page, source):
    maps = source.network.activations(tf.constant(image_of(page)))["conv2"].numpy()[0]
    page.check("input[value=activity]")
    page.wait_for_function(CALM)
    canvas = page.locator("canvas[data-layer=conv2]")
    canvas.focus()
    canvas.press("Home")
    page.wait_for_function(CALM)
    assert int(canvas.get_attribute("data-unit")) == maps.sum(axis=(0, 1)).argmax()
    page.check("input[value=number]")
    canvas.focus()
    canvas.press("Home")
    page.wait_for_function(CALM)
    assert canvas.get_attribute("data-unit") == "0"


def test_colours_are_the_sheets(page, source):
    values = source.network.activations(tf.constant(image_of(page)))["pool2"].numpy()[0]
    scale = Scale("activation", source.limit("pool2"), "activation", "")
    pixels = pixels_of(page, "canvas[data-layer=pool2]").astype(int)
    zoom = pixels.shape[1] // 7  # Six maps stand in one column, 3 pixels apart.
    for unit, y, x in np.ndindex(6, 7, 7):
        top, left = unit * (7 * zoom + 3) + y * zoom, x * zoom
        expected = scale.colours(values[y, x, unit : unit + 1], LIGHT)[0]
        assert np.abs(pixels[top, left] - expected).max() <= 1, (unit, y, x)


def test_dropout_is_shown_as_what_training_did_and_changes_no_answer(page):
    before = logits_of(page)
    explained = page.locator("#dropout-text").inner_text()
    assert "training only" in explained
    page.click("#dropout")
    page.wait_for_function(CALM)
    dropped = page.evaluate("mnistcnn.state.dropped.size")
    assert f"{dropped} of 20 units are left out" in page.locator("#dropout-text").inner_text()
    assert np.array_equal(logits_of(page), before)
    page.locator("#samples button").first.click()
    page.wait_for_function(CALM)
    assert page.locator("#dropout-text").inner_text() == explained


def test_without_snapshots_the_slider_shows_each_kept_checkpoint_with_the_accuracy_then(visit, old_page, old_source):
    page, run = visit(old_page), old_source.trained.run
    rows = read_metrics(run.metrics_path)
    accuracies = {int(row["step"]): float(row["accuracy"]) for row in rows if row["split"] == "test"}
    slider, text = page.locator("#moment"), page.locator("#moment-text")
    slider.focus()
    slider.press("Home")
    pictures = set()
    steps = run.checkpoints().steps()
    for step in steps:
        said = text.inner_text()
        assert said.startswith(f"Step {step:,}:")
        assert slider.get_attribute("aria-valuetext") == said
        if step in accuracies:
            assert float(re.search(r"([\d.]+) %", said)[1]) == pytest.approx(100 * accuracies[step], abs=0.006)
        pictures.add(page.evaluate("document.getElementById('then-filters').toDataURL()"))
        slider.press("ArrowRight")
    assert len(pictures) == len(steps) > 2


def test_maps_of_a_checkpoint_are_of_the_digit_on_the_pad(visit, old_page):
    page = visit(old_page)
    maps = "document.getElementById('then-conv1').toDataURL()"
    before = page.evaluate(maps)
    page.locator("#samples button").nth(1).click()
    page.wait_for_function(f"(before) => {maps} !== before", arg=before)
