"""A visit: by keyboard alone, by pointer, with a screen reader's ears, in every theme and size."""

import io
import json
from importlib import resources

import numpy as np
import pytest
from PIL import Image

from mnistcnn.data.framing import find_digits

CALM = "() => mnistcnn.state.dirty.size === 0"
AXE = (resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def page(visit, small_page):
    return visit(small_page)


def summary(page):
    """What is said when the drawing has rested."""
    page.wait_for_timeout(350)
    return page.locator("#summary").inner_text()


def focused(page):
    return page.evaluate(
        "(() => { const e = document.activeElement;"
        "return e.id || e.dataset.layer && `${e.dataset.layer}/${e.dataset.unit ?? ''}` || e.textContent.trim(); })()"
    )


def tab_to(page, name, most=120):
    """Press Tab until something has the focus; whatever had it on the way could be seen to have it."""
    for _ in range(most):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none" or page.evaluate("document.activeElement === document.body"), focused(page)
        if focused(page) == name:
            return
    pytest.fail(f"Tab never reached {name}")


def ink_of(page):
    page.wait_for_function(CALM)
    return np.array(page.evaluate("Array.from(mnistcnn.state.image)")).reshape(28, 28)


def test_a_whole_visit_by_keyboard_alone(page):
    page.keyboard.press("Tab")  # The skip link.
    page.keyboard.press("Enter")
    assert focused(page) == "pad"
    page.keyboard.press("Delete")
    assert not ink_of(page).any()
    for key in ("PageUp", "Space", *["ArrowDown"] * 12, "ArrowLeft", "Space"):
        page.keyboard.press(key)
    drawn = ink_of(page)
    assert drawn.sum() > 20
    assert summary(page).startswith("predicts ")
    page.keyboard.press("Backspace")
    assert not ink_of(page).any()
    tab_to(page, "centred")
    page.keyboard.press("Space")
    assert page.evaluate("mnistcnn.state.centred") is False
    tab_to(page, "0")
    page.keyboard.press("Enter")
    assert "is a 0" in summary(page)
    _explore(page)
    _walk(page)
    tab_to(page, "machine-slider")
    page.keyboard.press("Home")
    assert page.locator("#machine-text").inner_text().startswith("Step 0:")
    tab_to(page, "save-digit")
    tab_to(page, "save-activations")


def _explore(page):
    tab_to(page, "play")
    tab_to(page, f"conv1/{page.locator('canvas[data-layer=conv1]').get_attribute('data-unit')}")
    page.keyboard.press("Home")
    page.keyboard.press("Shift+ArrowDown")
    page.wait_for_function(CALM)
    assert page.locator("#inspector-title").inner_text().startswith("conv1, unit 1,")
    page.wait_for_timeout(400)
    assert page.locator("#inspected").inner_text().startswith("conv1, unit 1,")
    page.keyboard.press("x")
    page.wait_for_function("() => mnistcnn.state.off.conv1.has(1)")
    page.keyboard.press("Enter")
    assert focused(page) == "inspector"
    page.keyboard.press("Escape")
    assert focused(page) == "conv1/1"
    page.keyboard.press("x")
    page.wait_for_function("() => !mnistcnn.state.off.conv1.has(1)")


def _walk(page):
    page.locator("#play").focus()
    page.keyboard.press("Enter")
    assert focused(page) == "walk-next"
    sentences = []
    for step in range(1, 7):
        assert page.locator("#walk-title").inner_text() == f"Step {step} of 6"
        sentences.append(page.locator("#walk-sentence").inner_text())
        page.keyboard.press("Enter")
    assert len(set(sentences)) == 6
    assert page.locator("#walk").is_hidden()
    assert focused(page) == "play"


def test_tab_goes_round_the_whole_page_and_is_never_caught(page):
    page.locator("#teachers").scroll_into_view_if_needed()
    page.wait_for_selector("#teachers-list button")  # They come when their section is seen.
    seen = []
    for _ in range(200):
        page.keyboard.press("Tab")
        name = focused(page)
        if seen and page.evaluate("document.activeElement === document.body"):
            break
        seen.append(name)
    tabbable = page.evaluate(
        "[...document.querySelectorAll('a, button, input, select, canvas[tabindex], summary')]"
        ".filter((e) => e.checkVisibility() && !e.disabled && e.name !== 'sort').length"
    )
    assert len(seen) == tabbable + 1  # Of the two radio buttons Tab stops at one.


def test_a_drawing_is_seen_as_it_is_drawn_and_spoken_when_it_rests(page):
    page.click("#clear")
    page.evaluate(
        "globalThis.spoken = []; const summary = document.getElementById('summary');"
        "new MutationObserver(() => spoken.push(summary.textContent)).observe(summary, { childList: true })"
    )
    page.wait_for_timeout(300)
    box = page.locator("#pad").bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 200, steps=12)
    half = ink_of(page)
    page.mouse.move(box["x"] + 180, box["y"] + 200, steps=12)
    page.mouse.up()
    assert half.any()
    assert not np.array_equal(half, ink_of(page))
    assert summary(page).startswith("predicts ")
    assert len(page.evaluate("spoken")) < 12  # Of 25 moves, only where the pen rested: on a busy machine, now and then.
    page.click("#undo")
    assert summary(page) == "The pad is empty: draw a digit."


def test_without_centring_the_drawing_stays_where_it_is(page):
    page.click("#clear")
    box = page.locator("#pad").bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 50, box["y"] + 80, steps=4)
    page.mouse.up()
    centred = ink_of(page)
    page.uncheck("#centred")
    corner = ink_of(page)
    assert corner[14:, 14:].sum() == 0
    assert centred[14:].sum() > 1


def test_mistakes_of_the_network_are_loaded_into_the_pad_and_made_again(page, source):
    for button in page.locator("#mistakes button").all()[:3]:
        button.click()
        words = button.get_attribute("aria-label")
        said = summary(page)
        assert f"predicts {words.split('takes for a ')[1][0]}," in said
        index = int(said.split("test image ")[1].split(" ")[0])
        assert np.allclose(ink_of(page) * 255, source.dataset.test.images[index], atol=1e-4)


def test_a_picture_is_loaded_and_what_is_none_is_refused(page, source):
    content = io.BytesIO()
    Image.fromarray(255 - source.dataset.test.images[3]).resize((140, 140)).save(content, "PNG")
    page.set_input_files("#file", {"name": "mine.png", "mimeType": "image/png", "buffer": content.getvalue()})
    page.wait_for_function("() => mnistcnn.state.source.file === 'mine.png'")
    assert ink_of(page).sum() > 20
    assert "mine.png" in summary(page)
    page.set_input_files("#file", {"name": "words.png", "mimeType": "image/png", "buffer": b"no picture"})
    page.wait_for_function("() => document.getElementById('file-error').textContent !== ''")
    assert "words.png cannot be read as an image" in page.locator("#file-error").inner_text()
    page.click("#undo")
    assert page.locator("#file-error").inner_text() == ""


def test_an_emptied_pad_has_no_answer(page):
    page.click("#clear")
    assert summary(page) == "The pad is empty: draw a digit."
    assert page.locator("#digit").inner_text() == "–"
    assert page.locator("#confidence").inner_text() == page.locator("#second").inner_text() == ""
    assert set(page.locator("#answer .share").all_inner_texts()) == {"–"}
    assert page.locator("#answer .first").count() == 0
    assert page.locator("#projection-text").inner_text() == "The pad is empty."


def test_of_several_digits_the_visitor_chooses_one(page, source):
    sheet = np.full((160, 300), 255, np.uint8)
    sheet[30:130, 60:74] = 0
    sheet[30:130, 190:204] = sheet[30:44, 190:250] = 0
    content = io.BytesIO()
    Image.fromarray(sheet).save(content, "PNG")
    page.set_input_files("#file", {"name": "two.png", "mimeType": "image/png", "buffer": content.getvalue()})
    page.wait_for_selector("#found:not([hidden])")
    assert page.locator("#found-title").inner_text() == "2 digits found in two.png. Choose one:"
    expected = [digit.image / 255 for digit in find_digits(sheet[..., np.newaxis].astype(np.float32) / 255)]
    assert np.abs(ink_of(page) - expected[0]).max() < 0.03
    page.locator("#found-choices button").nth(1).click()
    assert np.abs(ink_of(page) - expected[1]).max() < 0.03
    assert "two.png, digit 2 of 2" in summary(page)
    page.locator("#pad").press("1")
    assert np.abs(ink_of(page) - expected[0]).max() < 0.03
    box = page.locator("#pad").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 197 / 300, box["y"] + box["height"] / 2)
    assert np.abs(ink_of(page) - expected[1]).max() < 0.03
    page.click("#clear")
    assert page.locator("#found").is_hidden()


def test_an_image_without_a_digit_says_so_until_the_next_action(page):
    content = io.BytesIO()
    Image.new("L", (90, 60), 240).save(content, "PNG")
    page.set_input_files("#file", {"name": "blank.png", "mimeType": "image/png", "buffer": content.getvalue()})
    page.wait_for_function("() => document.getElementById('file-error').textContent.startsWith('No digit')")
    assert page.locator("#digit").inner_text() == "–"
    page.locator("#samples button").first.click()
    assert page.locator("#file-error").inner_text() == ""


def test_the_digit_and_all_activations_can_be_taken_away(page, tmp_path):
    with page.expect_download() as waiting:
        page.click("#save-digit")
    waiting.value.save_as(tmp_path / "digit.png")
    saved = np.asarray(Image.open(tmp_path / "digit.png").convert("L"))
    assert np.abs(saved / 255 - ink_of(page)).max() < 1 / 255
    with page.expect_download() as waiting:
        page.click("#save-activations")
    waiting.value.save_as(tmp_path / "activations.json")
    layers = json.loads((tmp_path / "activations.json").read_text())["activations"]
    for name, array in layers.items():
        assert len(array["values"]) == np.prod(array["shape"])
        assert array["values"] == page.evaluate(f"Array.from(mnistcnn.state.answer['{name}'])")
    assert layers["conv2"]["shape"] == [14, 14, 6]


def test_the_walk_goes_on_by_itself_but_not_for_those_who_want_little_motion(visit, small_page):
    still = visit(small_page, reduced_motion="reduce")
    still.click("#play")
    place = "JSON.stringify(mnistcnn.state.selection)"
    still.click("#walk-next")
    before = still.evaluate(place)
    still.wait_for_timeout(400)
    assert still.evaluate(place) == before
    assert still.locator("#walk-pause").inner_text() == "Continue"
    moving = visit(small_page)
    moving.click("#play")
    assert moving.locator("#walk-pause").inner_text() == "Pause"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_to_complain_about(visit, small_page, theme):
    page = visit(small_page, f"#theme={theme}")
    page.evaluate(AXE)
    # Under the lines that are drawn across the layers axe could not tell what a text stands on.
    page.evaluate("document.getElementById('links').hidden = true")
    states = ("#play", "canvas[data-layer=conv2]", "#answer [data-unit='3']", "canvas[data-layer=pool1]")
    for prepare in states if theme == "light" else states[:2]:
        page.locator(prepare).click()
        page.wait_for_timeout(400)  # Layers that a step of the walk is not about fade.
        # A click on a value changes the inspector, and little else.
        part = "document" if prepare == "#play" else "document.getElementById('inspector')"
        found = page.evaluate(f"axe.run({part}, {{ resultTypes: ['violations'] }})")["violations"]
        assert [(v["id"], [node["html"][:120] for node in v["nodes"]]) for v in found] == []


def test_the_theme_follows_the_system_until_it_is_switched(visit, small_page):
    page = visit(small_page, color_scheme="dark")
    background = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(background)
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.click("#theme")
    page.wait_for_function(CALM)
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    assert page.evaluate(background) != dark
    assert visit(small_page, "#theme=light", color_scheme="dark").evaluate(background) == page.evaluate(background)


def test_nothing_sticks_out_sideways(visit, wide_page):
    """640 pixels is what a screen of 1,280 has at a zoom of 200 %."""
    page = visit(wide_page, device_scale_factor=2)
    for width in (320, 360, 640, 900, 1440):
        page.set_viewport_size({"width": width, "height": 740})
        for layer in ("conv2", "fc1"):
            page.evaluate(f"mnistcnn.state.openLayer('{layer}')")
            page.locator(f"canvas[data-layer={layer}]").click()
            page.wait_for_timeout(50)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (width, layer)


def test_squares_are_whole_pixels_on_every_screen(visit, small_page):
    for ratio in (1, 1.5, 2):
        page = visit(small_page, device_scale_factor=ratio)
        for canvas in page.locator("canvas[data-layer]").all():
            shown, kept = canvas.evaluate("(c) => [c.getBoundingClientRect().width * devicePixelRatio, c.width]")
            assert shown == pytest.approx(kept, abs=0.05)
