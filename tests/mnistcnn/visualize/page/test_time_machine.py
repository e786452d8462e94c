"""The time machine: the network at each snapshot, as the page computes it, and going back and forth by keyboard."""

import numpy as np
import pytest

from mnistcnn.config.schema import NetworkConfig
from mnistcnn.network.model import Network, to_input
from mnistcnn.visualize.analysis.change import place_of_step
from mnistcnn.visualize.page.tensors import decode
from mnistcnn.visualize.page.time_machine import (
    change_in_few_directions,
    fc1_rank,
    make_time_machine,
    weights_of,
)
from tests.mnistcnn.visualize.page.test_forward import payload_of

LOGITS = """(images) => images.map((pixels) => {
    const { forward, state } = globalThis.mnistcnn;
    const image = Float32Array.from(pixels, (ink) => ink / 255);
    return state.timeMachine.steps.map((_, i) => Array.from(forward(state.timeMachine.networkAt(i), image).fc2));
})"""
ANSWERED = "() => mnistcnn.state.timeMachine.answers.filter(Boolean).length === mnistcnn.state.timeMachine.steps.length"


def shown_weights(payload):
    return {
        f"{layer}/{kind}": decode(payload["layers"][layer][kind])
        for layer in payload["layers"]
        for kind in ("weights", "biases")
    }


@pytest.fixture
def page(visit, small_page):
    page = visit(small_page)
    page.wait_for_function(ANSWERED)
    return page


def test_the_logits_of_each_snapshot_are_tensorflows_and_the_answer_changes(visit, mnist_page, mnist_subject):
    payload, images = payload_of(mnist_page["int8"]), mnist_subject.dataset.test.images[:10]
    machine = payload["time_machine"]
    assert [moment["step"] for moment in machine["moments"]] == [0, 10, 20, 50, 100]
    found = np.array(visit(mnist_page["int8"]).evaluate(LOGITS, images.reshape(10, -1).tolist()))
    network = Network(mnist_subject.trained.config.network, 0)
    for number, weights in enumerate(weights_of(machine, shown_weights(payload))):
        network.load(weights)
        assert np.abs(found[:, number] - network(to_input(images)).numpy()).max() < 1e-3
    answers = found.argmax(axis=2)
    assert np.count_nonzero(answers[:, 0] == answers[:, -1]) < 5
    right = [np.count_nonzero(answers[:, number] == mnist_subject.dataset.test.labels[:10]) for number in (0, -1)]
    assert right[0] < 5 < right[1]


def test_what_the_page_carries_answers_as_the_runs_snapshots_do_and_says_how_often(mnist_page, mnist_subject):
    payload = payload_of(mnist_page["int8"])
    machine, test = payload["time_machine"], mnist_subject.dataset.test.images[:1000]
    network = Network(mnist_subject.trained.config.network, 0)

    def predictions(weights):
        network.load(weights)
        return network(to_input(test)).numpy().argmax(axis=1)

    carried = weights_of(machine, shown_weights(payload))
    for moment, weights, agree in zip(mnist_subject.learning, carried, machine["parity"]["agree"], strict=True):
        same = int(np.count_nonzero(predictions(moment.weights) == predictions(weights)))
        assert agree == pytest.approx(same, abs=1)  # A tie may be broken by rounding.
        assert same >= 0.8 * len(test)
        np.testing.assert_allclose(weights["conv1/weights"], moment.weights["conv1/weights"], atol=1e-4)
    assert 0 < machine["parity"]["largest_probability_difference_of_digits"] < 0.1
    assert machine["moments"][-1]["accuracy"] > 0.8 > 0.3 > machine["moments"][0]["accuracy"]


def test_a_change_in_few_directions_does_what_the_whole_one_does_to_the_inputs():
    draw = np.random.default_rng(0)
    inputs = draw.normal(size=(50, 8)).astype(np.float32) @ draw.normal(size=(8, 300)).astype(np.float32)
    change = draw.normal(size=(300, 40)).astype(np.float32)
    inputs -= inputs.mean(axis=0)
    found = change_in_few_directions(change, inputs, 8)
    left, right = decode(found["left"]), decode(found["right"])
    assert left.shape == (300, 8)
    assert right.shape == (8, 40)
    effect = inputs @ change
    assert np.abs(inputs @ left @ right - effect).max() < 0.03 * np.abs(effect).max()
    fewer = change_in_few_directions(change, inputs, 2)
    assert np.abs(inputs @ decode(fewer["left"]) @ decode(fewer["right"]) - effect).max() > 0.2 * np.abs(effect).max()


def test_the_more_snapshots_there_are_the_fewer_directions_each_has():
    weights = Network(NetworkConfig(), 0).read()
    few, many, very_many = (fc1_rank(weights, count) for count in (5, 12, 1000))
    assert few > many > very_many == 1


def test_a_run_without_snapshots_shows_nothing_of_it(visit, old_page):
    page = visit(old_page)
    assert page.locator("#time-machine").count() == 0
    assert page.locator("#training").count() == 1
    page.locator("#moment").focus()
    page.keyboard.press("Home")
    assert page.locator("#moment-text").inner_text().startswith("Step 0:")


def test_the_network_that_is_shown_stands_at_its_own_step(make_subject, run):
    source = make_subject()
    run.snapshots().path_of(10).rename(run.path / "away")
    try:
        machine = make_time_machine(source, source.weights)
        shown = machine["shown"]
        assert machine["moments"][shown]["layers"] is None
        steps = [moment["step"] for moment in machine["moments"]]
        assert (steps, steps[shown]) == ([0, 20, 30], 30)
    finally:
        (run.path / "away").rename(run.snapshots().path_of(10))


def test_the_slider_goes_from_snapshot_to_snapshot_by_keyboard_on_a_true_axis(page, source):
    slider, text = page.locator("#machine-slider"), page.locator("#machine-text")
    slider.focus()
    assert text.inner_text().startswith("Step 30: ")
    assert "the network of this page" in text.inner_text()
    said = [text.inner_text()]
    for key, step in (("Home", 0), ("ArrowLeft", 0), ("ArrowRight", 10), ("PageUp", 20), ("End", 30)):
        page.keyboard.press(key)
        assert text.inner_text().startswith(f"Step {step}: ")
        assert slider.get_attribute("aria-valuetext") == text.inner_text()
        assert float(slider.input_value()) == pytest.approx(place_of_step(step, 30), abs=1e-4)
        said.append(text.inner_text())
    assert said[0] == said[-1] != said[1]
    first = source.learning[0]
    assert f"{100 * first.accuracy:.1f} % of 20 validation images recognised" in said[1]


def test_maps_bars_and_curve_are_those_of_the_step(page, source):
    page.locator("#machine-slider").focus()
    image = page.evaluate("Array.from(mnistcnn.state.image)")
    canvases = [f"document.getElementById('machine-{name}').toDataURL()" for name in ("filters", "conv1", "conv2")]
    pictures = []
    for key in ("Home", "End"):
        page.keyboard.press(key)
        pictures.append([page.evaluate(canvas) for canvas in canvases])
        shares = page.locator("#machine-answer .share").all_inner_texts()
        assert sum(float(share.strip("<> %")) for share in shares) == pytest.approx(100, abs=5)
    assert all(start != end for start, end in zip(*pictures, strict=True))
    # The last bars are those of the network above.
    assert shares == page.locator("#answer .share").all_inner_texts()
    digit = int(source.network(np.array(image, np.float32).reshape(1, 28, 28, 1)).numpy().argmax())
    page.wait_for_function(ANSWERED)
    assert page.locator("#machine-curve").get_attribute("aria-label").startswith(f"Probability of {digit} over")
    assert page.locator("#machine-curve polyline").count() == 10
    assert page.locator("#machine-curve circle").count() == len(source.learning)


def test_another_digit_and_units_that_are_off_are_answered_anew_and_an_empty_pad_is_not(page):
    before = page.locator("#machine-curve").get_attribute("aria-label")
    page.locator("#samples button").nth(2).click()
    page.wait_for_function(f"() => document.getElementById('machine-curve').ariaLabel !== {before!r}")
    page.wait_for_function(ANSWERED)
    page.click("#off-all")
    page.wait_for_function("() => mnistcnn.state.timeMachine.answers[0]?.fc1.every((value) => value === 0)")
    page.click("#clear")
    page.wait_for_function("() => document.querySelectorAll('#machine-curve polyline').length === 0")
    assert "".join(page.locator("#machine-answer .share").all_inner_texts()) == ""


def test_play_goes_on_by_itself_to_the_end_but_not_for_those_who_want_little_motion(page, visit, small_page):
    play, text = page.locator("#machine-play"), page.locator("#machine-text")
    play.click()
    assert play.inner_text() == "Pause"
    assert text.inner_text().startswith("Step 0: ")
    page.wait_for_function("() => document.getElementById('machine-text').textContent.startsWith('Step 10:')")
    play.click()
    assert "Play" in play.inner_text()
    still = visit(small_page, reduced_motion="reduce")
    still.wait_for_function(ANSWERED)
    assert still.locator("#machine-play").inner_text() == "Next step"
    for step in (0, 10):
        still.locator("#machine-play").click()
        assert still.locator("#machine-text").inner_text().startswith(f"Step {step}: ")
    still.wait_for_timeout(1100)
    assert still.locator("#machine-text").inner_text().startswith("Step 10: ")
