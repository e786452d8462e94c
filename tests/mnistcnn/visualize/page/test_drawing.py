"""Digits that people wrote, drawn again on the page's pad in other places and sizes, and what the page says."""

import os

import numpy as np
import pytest

from .tracing import trace

DIGITS = int(os.environ.get("MNISTCNN_PAGE_DIGITS", "50"))
"""`make soak` draws 500."""
MOVES = 12
"""Of a real mouse for one digit; the browser waits with each for the next frame."""

DRAW = """async (strokes) => {
    const pad = document.getElementById("pad");
    pad.setPointerCapture = () => {}; // There is no such pointer to be held.
    const box = pad.getBoundingClientRect();
    const dispatch = (kind, [x, y]) => pad.dispatchEvent(new PointerEvent(kind, {
        clientX: box.left + x * box.width, clientY: box.top + y * box.height,
        pointerId: 7, pointerType: "pen", isPrimary: true, button: 0, bubbles: true, cancelable: true,
    }));
    document.getElementById("clear").click();
    for (const stroke of strokes) {
        dispatch("pointerdown", stroke[0]);
        for (const point of stroke.slice(1)) dispatch("pointermove", point);
        dispatch("pointerup", stroke.at(-1));
    }
    await new Promise(requestAnimationFrame);
    const { strokes: drawn } = mnistcnn.state.source;
    return { said: Number(document.getElementById("digit").textContent), strokes: drawn.length };
}"""


@pytest.fixture
def page(visit, mnist_page):
    return visit(mnist_page["int8"])


def elsewhere(strokes, random):
    """The strokes in another place and size, in units of the pad's side."""
    points = np.concatenate(strokes)
    low, size = points.min(axis=0), np.ptp(points, axis=0)
    scale = random.uniform(0.25, 0.9) / max(*size, 1)
    corner = random.uniform(0.02, 0.98, 2) * (1 - size * scale)
    return [(stroke - low) * scale + corner for stroke in strokes]


def draw_with_mouse(page, strokes):
    page.locator("#clear").click()
    box = page.locator("#pad").bounding_box()
    every = max(1, sum(map(len, strokes)) // MOVES)
    for stroke in strokes:
        points = [*stroke[:-1:every], stroke[-1]]
        places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
        page.mouse.move(*places[0])
        page.mouse.down()
        for place in places[1:]:
            page.mouse.move(*place)
        page.mouse.up()
    page.wait_for_function("mnistcnn.state.dirty.size === 0")
    return int(page.locator("#digit").inner_text())


def test_traced_digits_moved_and_scaled_are_recognised_as_well_as_the_originals(page, mnist_subject):
    test, random = mnist_subject.dataset.test, np.random.default_rng(0)
    said = []
    for image in test.images[:DIGITS]:
        strokes = elsewhere(trace(image), random)
        found = page.evaluate(DRAW, [stroke.tolist() for stroke in strokes])
        assert found["strokes"] == len(strokes)
        said.append(found["said"])
    drawn = np.mean(said == test.labels[:DIGITS])
    own = np.mean(mnist_subject.survey.result.predictions[:DIGITS] == test.labels[:DIGITS])
    print(f"{drawn:.1%} of {DIGITS} drawn digits are recognised, {own:.1%} of the originals")
    assert own > 0.85
    assert drawn >= own - 0.03


def test_a_mouse_draws_four_digits_and_the_page_recognises_three(page, mnist_subject):
    result, random = mnist_subject.survey.result, np.random.default_rng(1)
    right = 0
    for label in (0, 3, 6, 9):
        known = np.flatnonzero((result.labels == label) & (result.predictions == label))[0]
        strokes = elsewhere(trace(mnist_subject.dataset.test.images[known]), random)
        right += draw_with_mouse(page, strokes) == label
    assert right >= 3
