"""The arithmetic that is shown: it adds up, and to what TensorFlow says."""

import numpy as np
import pytest
import tensorflow as tf

from mnistcnn.visualize.drawing.style import LIGHT

from .canvas import pixels_of

CLOSE = {"rtol": 0, "atol": 1e-4}


@pytest.fixture
def page(shared_page):
    return shared_page


@pytest.fixture
def reference(page, source):
    """What TensorFlow's layers answer to the image that the page shows."""
    image = np.array(page.evaluate("Array.from(mnistcnn.state.image)"), np.float32).reshape(1, 28, 28, 1)
    return {name: value.numpy()[0] for name, value in source.network.activations(tf.constant(image)).items()}


def go_to(page, layer, *keys):
    """Walk to a value by keyboard; returns its unit, row and column."""
    canvas = page.locator(f"canvas[data-layer={layer}]")
    canvas.focus()
    for key in ("Home", *keys):
        canvas.press(key)
    page.wait_for_function("() => mnistcnn.state.dirty.size === 0")
    return [int(canvas.get_attribute(f"data-{name}")) for name in ("unit", "y", "x")]


def numbers(page, selector, name):
    return [float(text) for text in page.eval_on_selector_all(selector, f"all => all.map(e => e.dataset.{name})")]


def as_number(text):
    return float(text.replace("−", "-"))


def shown_sum(page):
    """The lines of the sum as they are read: name and number."""
    return [as_number(text) for text in page.locator(".sum dd").all_inner_texts()]


def test_the_25_products_and_the_bias_of_conv1_are_its_value(page, reference, source):
    unit, y, x = go_to(page, "conv1", "Shift+ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight")
    products = numbers(page, "#arithmetic td[data-product]", "product")
    assert len(products) == 25
    bias = source.weights["conv1/biases"][unit]
    before, after = reference["conv1/preactivation"][y, x, unit], reference["conv1"][y, x, unit]
    assert np.isclose(sum(products) + bias, before, **CLOSE)
    assert np.isclose(numbers(page, ".sum", "sum")[0], before, **CLOSE)
    assert np.isclose(numbers(page, "#inspector-value", "value")[0], after, **CLOSE)
    total, shown_bias, shown, value = shown_sum(page)
    assert shown == round(total + shown_bias, 3)  # As it stands there, to the last digit.
    assert total == pytest.approx(before - bias, abs=1.1e-3)
    assert value == max(shown, 0) == as_number(page.locator("#inspector-value").inner_text())


def test_products_beyond_the_border_are_padding(page):
    assert go_to(page, "conv1", *["ArrowUp"] * 27, *["ArrowLeft"] * 27)[1:] == [0, 0]
    assert page.locator("#arithmetic td.padding").count() == 16
    assert page.locator("#arithmetic td[data-product]").count() == 9


def test_relu_is_shown(page, reference):
    unit, y, x = map(int, np.argwhere(np.moveaxis(reference["conv1/preactivation"], 2, 0) < -1e-3)[0])
    page.evaluate("([unit, y, x]) => mnistcnn.state.select({ layer: 'conv1', unit, y, x }, true)", [unit, y, x])
    page.wait_for_function("() => mnistcnn.state.dirty.size === 0")
    assert "negative becomes 0" in page.locator(".sum").inner_text()
    assert shown_sum(page)[-1] == 0 > shown_sum(page)[-2]


def test_the_subtotals_of_conv2_add_up_and_each_opens_to_its_products(page, reference, source):
    unit, y, x = go_to(page, "conv2", "Shift+ArrowDown", "ArrowRight", "ArrowDown")
    subtotals = numbers(page, ".subtotals button", "subtotal")
    assert len(subtotals) == 4
    bias = source.weights["conv2/biases"][unit]
    assert np.isclose(sum(subtotals) + bias, reference["conv2/preactivation"][y, x, unit], **CLOSE)
    padded = np.pad(reference["pool1"], ((2, 2), (2, 2), (0, 0)))
    for channel in range(4):
        page.locator(f".subtotals [data-channel='{channel}']").press("Enter")
        products = numbers(page, "#arithmetic td[data-product]", "product")
        kernel = source.weights["conv2/weights"][:, :, channel, unit]
        expected = (padded[y : y + 5, x : x + 5, channel] * kernel).sum()
        assert np.isclose(sum(products), expected, **CLOSE)
        assert np.isclose(subtotals[channel], expected, **CLOSE)
        assert page.evaluate("document.activeElement.dataset.channel") == str(channel)


@pytest.mark.parametrize(("layer", "below"), [("pool1", "conv1"), ("pool2", "conv2")])
def test_pooling_names_the_largest_of_four_and_leads_to_it(page, reference, layer, below):
    unit, y, x = go_to(page, layer, "Shift+ArrowDown", "ArrowRight")
    four = reference[below][2 * y : 2 * y + 2, 2 * x : 2 * x + 2, unit].ravel()
    shown = [as_number(text) for text in page.locator(".four b").all_inner_texts()]
    assert shown == pytest.approx(four, abs=6e-4)
    assert numbers(page, "#inspector-value", "value")[0] == pytest.approx(four.max(), abs=1e-4)
    winner = page.locator(".four .won")
    assert as_number(winner.locator("b").inner_text()) == max(shown)
    winner.press("Enter")
    row, column = np.unravel_index(four.argmax(), (2, 2))
    page.wait_for_function("() => mnistcnn.state.dirty.size === 0")
    title = page.locator("#inspector-title").inner_text()
    assert title == f"{below}, unit {unit}, row {2 * y + row}, column {2 * x + column}"


def test_contributions_to_fc1_and_to_an_output_are_the_strongest_and_add_up(page, reference, source):
    unit, _, _ = go_to(page, "fc1", "ArrowRight", "ArrowRight")
    weights, biases = source.weights["fc1/weights"], source.weights["fc1/biases"]
    products = reference["pool2"].ravel() * weights[:, unit]
    shown = numbers(page, ".contributions [data-product]", "product")
    assert np.allclose(np.abs(shown[:-1]), np.sort(np.abs(products))[::-1][:10], **CLOSE)
    assert np.isclose(sum(shown) + biases[unit], reference["fc1/preactivation"][unit], **CLOSE)
    page.locator("#answer [data-unit='4']").press("Enter")
    page.wait_for_function("() => mnistcnn.state.dirty.size === 0")
    shown = numbers(page, ".contributions [data-product]", "product")
    assert np.isclose(sum(shown) + source.weights["fc2/biases"][4], reference["fc2"][4], **CLOSE)
    probability = tf.nn.softmax(reference["fc2"]).numpy()[4]
    assert np.isclose(numbers(page, ".softmax", "probability")[0], probability, **CLOSE)


def test_the_receptive_field_is_framed_on_the_input(page):
    go_to(page, "conv2")
    assert "14 × 14 pixels" in page.locator("#field-text").inner_text()
    page.evaluate("mnistcnn.state.select({ layer: 'pool1', unit: 0, y: 6, x: 6 }, true)")
    page.wait_for_function("() => mnistcnn.state.dirty.size === 0")
    # Rows and columns 2 · 6 − 2 to 2 · 6 + 3, at 4 pixels each: the frame is just outside them.
    pixels = pixels_of(page, "#field")
    assert pixels.shape == (112, 112, 3)
    for row, column in ((4 * 13, 4 * 10 - 1), (4 * 13, 4 * 16), (4 * 10 - 1, 4 * 13), (4 * 16, 4 * 13)):
        assert pixels[row, column].tolist() == list(LIGHT.blue)


@pytest.mark.parametrize(("layer", "conv"), [("conv1", "conv1"), ("pool2", "conv2")])
def test_what_excites_a_unit_stands_beside_its_arithmetic(page, source, layer, conv):
    patches, maximised = source.patches(conv), source.maximised(conv)
    unit = int(patches.values[:, 0].argmax())
    page.evaluate("([layer, unit]) => mnistcnn.state.select({ layer, unit, y: 1, x: 1 }, true)", [layer, unit])
    page.wait_for_function("() => mnistcnn.state.dirty.size === 0")
    strongest, response = page.locator("#patches-text").inner_text(), page.locator("#maximised-text").inner_text()
    assert as_number(strongest.split()[-1]) == pytest.approx(patches.values[unit, 0], abs=0.006)
    assert as_number(response.split()[-1]) == pytest.approx(maximised.values[unit], abs=0.006)
    side = maximised.images.shape[-1]
    pixels = pixels_of(page, "#maximised")
    zoom = len(pixels) // side
    red = pixels[::zoom, ::zoom, 0]
    assert np.corrcoef(red.ravel(), maximised.images[unit].ravel())[0, 1] < -0.99  # Ink is dark.


def test_a_dense_unit_shows_whole_test_images(page, source):
    logits = source.survey.result.logits
    page.locator("#answer [data-unit='4']").press("Enter")
    page.wait_for_function("() => mnistcnn.state.dirty.size === 0")
    text = page.locator("#patches-text").inner_text()
    assert text.startswith(f"of {len(logits)} test images")
    assert as_number(text.split()[-1]) == pytest.approx(logits[:, 4].max(), abs=0.006)
    assert page.locator("#map-part").is_hidden()


def test_lines_lead_from_a_value_to_where_it_comes_from_and_goes_to(page, reference, source):
    def ends(layer, unit=0, y=0, x=0):
        page.evaluate("(place) => mnistcnn.state.select(place, true)", {"layer": layer, "unit": unit, "y": y, "x": x})
        page.wait_for_function("() => mnistcnn.state.dirty.size === 0")
        return [int(page.locator("#links").get_attribute(f"data-{way}")) for way in ("from", "to")]

    y, x, unit = map(int, np.unravel_index(reference["conv1"].argmax(), reference["conv1"].shape))
    assert ends("conv1", unit, y, x) == [1, 1]
    channels = int(np.count_nonzero(reference["pool1"][y // 2, x // 2]))
    assert channels > 0
    assert ends("pool1", unit, y // 2, x // 2) == [1, 6]
    lit = int(reference["fc1"].argmax())
    assert ends("fc1", lit) == [min(40, np.count_nonzero(reference["pool2"])), 10]
    assert ends("fc2", 3) == [np.count_nonzero(reference["fc1"]), 0]


def test_a_value_that_pooling_drops_goes_nowhere(page, reference):
    maps = np.moveaxis(reference["conv1"], 2, 0)
    pooled = np.moveaxis(reference["pool1"], 2, 0).repeat(2, axis=1).repeat(2, axis=2)
    unit, y, x = map(int, np.argwhere((maps > 0) & (maps < pooled))[0])
    page.evaluate("([unit, y, x]) => mnistcnn.state.select({ layer: 'conv1', unit, y, x }, true)", [unit, y, x])
    page.wait_for_function("() => mnistcnn.state.dirty.size === 0")
    assert page.locator("#links").get_attribute("data-to") == "0"


def test_what_is_kept_stays_when_the_pointer_moves_on_and_follows_the_drawing(page):
    canvas = page.locator("canvas[data-layer=conv1]")
    canvas.hover(position={"x": 20, "y": 20})
    page.wait_for_function("() => mnistcnn.state.dirty.size === 0")
    hovered = page.locator("#inspector-title").inner_text()
    canvas.click(position={"x": 30, "y": 30})
    canvas.hover(position={"x": 10, "y": 45})
    page.wait_for_function("() => mnistcnn.state.dirty.size === 0")
    kept = page.locator("#inspector-title").inner_text()
    assert hovered != kept
    before = page.locator("#arithmetic").inner_text()
    page.locator("#samples button").nth(2).click()
    page.wait_for_function("() => mnistcnn.state.dirty.size === 0")
    assert page.locator("#inspector-title").inner_text() == kept
    page.locator("#unpin").press("Enter")
    assert page.evaluate("document.activeElement.dataset.layer") == "conv1"
    assert page.locator("#arithmetic").inner_text() != before
