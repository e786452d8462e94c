"""What stands where: pad and network in one view, tabs and a bar on a phone, and numbers within their cells."""

import pytest

CALM = "() => mnistcnn.state.dirty.size === 0"
PHONE = {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2, "has_touch": True}
CELLS = ".products td, .subtotals button, .number, .sum dd, .bar, #confusion td"
OVERFLOWING = """(cells) => [...document.querySelectorAll(cells)]
    .filter((cell) => cell.scrollWidth > cell.clientWidth + 1 || cell.scrollHeight > cell.clientHeight + 1)
    .map((cell) => cell.textContent)"""
SMALL = """() => [...document.querySelectorAll("body *")]
    .filter((e) => e.checkVisibility() && [...e.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
    .filter((e) => parseFloat(getComputedStyle(e).fontSize) < 12).map((e) => e.outerHTML.slice(0, 80))"""

BOTH_SEEN = """([id, height]) => {
    const [figure, walk] = [id, "walk"].map((one) => document.getElementById(one).getBoundingClientRect());
    return figure.height > 0 && figure.top >= 0 && figure.bottom <= walk.top && walk.bottom <= height;
}"""


def edges(page, selector):
    return page.eval_on_selector(selector, "e => { const b = e.getBoundingClientRect(); return [b.top, b.bottom]; }")


def test_pad_answer_and_network_are_in_view_together(visit, wide_page):
    page = visit(wide_page, viewport={"width": 1440, "height": 900})
    for selector in ("#pad-box", "#digit", "#inspector-title", "#figure-input", "#figure-conv2", "#figure-fc2"):
        top, bottom = edges(page, selector)
        assert 0 <= top < bottom <= 900, selector
    width = "(layer) => document.querySelector(`canvas[data-layer=${layer}]`).width"
    # Eight maps with three pixels between them, of 14 values of 2 pixels and of 7 of 3.
    assert [page.evaluate(width, layer) for layer in ("conv2", "pool2")] == [8 * 31 - 3, 8 * 24 - 3]


@pytest.fixture
def phone(visit, wide_page):
    return visit(wide_page, **PHONE)


def test_on_a_phone_a_bar_carries_the_answer_wherever_one_is(phone):
    phone.locator("#practice").scroll_into_view_if_needed()
    assert edges(phone, "#bar")[1] == 740
    answer = str(phone.evaluate("mnistcnn.state.answer.prediction"))
    assert phone.locator("#bar-digit").inner_text() == phone.locator("#digit").inner_text() == answer
    phone.locator("#bar").tap()
    phone.wait_for_function("() => document.getElementById('draw').getBoundingClientRect().top >= 0")


def test_on_a_phone_layers_are_tabs(phone):
    assert phone.locator(".layer:visible").count() == 1
    phone.locator("#tab-conv2").click()
    assert phone.locator("#figure-conv2").is_visible()
    phone.keyboard.press("ArrowRight")
    assert phone.evaluate("document.activeElement.id") == "tab-pool2"
    assert phone.locator(".layer:visible").get_attribute("id") == "figure-pool2"
    phone.keyboard.press("End")
    assert phone.locator(".layer:visible").get_attribute("id") == "figure-fc2"
    phone.locator("#answer [data-unit='7']").click()
    phone.locator(".contributions button").first.click()
    phone.wait_for_function(CALM)
    assert phone.locator(".layer:visible").get_attribute("id") == "figure-fc1"


@pytest.mark.parametrize("window", [PHONE, {"viewport": {"width": 1440, "height": 900}}], ids=["phone", "desktop"])
def test_the_walk_does_not_cover_what_it_explains(visit, wide_page, window):
    page = visit(wide_page, reduced_motion="reduce", **window)
    page.click("#play")
    for layer in ("input", "conv1", "pool1", "conv2", "fc1", "fc2"):
        page.wait_for_function(BOTH_SEEN, arg=[f"figure-{layer}", window["viewport"]["height"]])
        page.click("#walk-next")


def test_numbers_stay_in_their_cells_and_no_text_is_under_12_pixels(visit, wide_page):
    page = visit(wide_page)
    for width in (320, 360, 900, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        for layer in ("conv1", "conv2", "pool2", "fc1", "fc2"):
            page.evaluate("(layer) => mnistcnn.state.select({ layer, unit: 3, y: 3, x: 3 }, true)", layer)
            page.wait_for_function(CALM)
            assert page.evaluate(OVERFLOWING, CELLS) == [], (width, layer)
            assert page.evaluate(SMALL) == [], (width, layer)


def test_no_answer_looks_like_a_certainty(scripts):
    script = "([...values]) => values.map((value) => modules['elements.js'].certainty(value, 1))"
    assert scripts.evaluate(script, [1, 0.5, 0]) == [">99.9 %", "50.0 %", "<0.1 %"]


def test_large_numbers_are_written_short(scripts):
    script = "([...values]) => values.map(modules['elements.js'].compact)"
    assert scripts.evaluate(script, [0.123, -9.994, 12.34, -123.4, 4567.8, 123456, -0.001]) == [
        "0.12", "−9.99", "12.3", "−123", "4568", "1e5", "0.00",
    ]  # fmt: skip
