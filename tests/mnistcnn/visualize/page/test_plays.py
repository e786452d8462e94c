"""The four plays: their numbers against TensorFlow's and NumPy's, and each of them played by keyboard."""

import json
import re

import numpy as np
import pytest
import tensorflow as tf

from mnistcnn.visualize.page.tensors import decode

PRELUDE = """
    const { loadNetwork, forward } = modules["network.js"];
    const finish = (work) => { let step = work.next(); while (!step.done) step = work.next(); return step.value; };
    const network = loadNetwork(layers);
    const ink = (pixels) => Float32Array.from(pixels, (value) => value / 255);
"""


@pytest.fixture(scope="module")
def payload(small_page):
    text = re.search(r'<script type="application/json" id="payload">(.*?)</script>', small_page.read_text(), re.DOTALL)
    return json.loads(text[1])


@pytest.fixture(scope="module")
def play(scripts, payload):
    """Runs a script's body with the page's network, and gives what it returns."""

    def run(body, **facts):
        names = ", ".join(["layers", *facts])
        code = f"async ({{ {names} }}) => {{ {PRELUDE} {body} }}"
        return scripts.evaluate(code, {"layers": payload["layers"], **facts})

    return run


def features_and_logits(source, images):
    named = source.network.activations(tf.constant(np.reshape(images, (-1, 28, 28, 1)).astype(np.float32)))
    return named["fc1"].numpy(), named["fc2"].numpy()


def test_the_gradient_that_fools_is_tensorflows(play, source):
    image = source.dataset.test.images[4]
    found = play(
        """const answer = forward(network, ink(image));
        const { gradient, lack, rival } = modules["fooling.js"].marginGradient(network, answer, 2);
        return { gradient: Array.from(gradient), lack, rival };""",
        image=image.ravel().tolist(),
    )
    pixels = tf.constant(image.reshape(1, 28, 28, 1) / 255, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        logits = source.network.activations(pixels)["fc2"][0]
        lead = logits[2] - logits[found["rival"]]
    expected = tape.gradient(lead, pixels).numpy().ravel()
    others = np.delete(np.arange(10), 2)
    assert found["rival"] == others[logits.numpy()[others].argmax()]
    assert found["lack"] == pytest.approx(-float(lead), abs=1e-4)
    assert np.abs(found["gradient"] - expected).max() < 1e-4 * np.abs(expected).max()


def test_a_fooled_network_gives_the_chosen_answer_and_would_not_with_less(play, source):
    image, label = source.dataset.test.images[3], int(source.dataset.test.labels[3])
    target = (label + 1) % 10
    found = play(
        """const found = finish(modules["fooling.js"].fool(network, ink(image), target));
        return { image: Array.from(found.image), length: found.length };""",
        image=image.ravel().tolist(),
        target=target,
    )
    before, after = image.ravel() / 255, np.array(found["image"])
    assert after.min() >= 0
    assert after.max() <= 1
    assert found["length"] == pytest.approx(np.linalg.norm(after - before), rel=1e-4)
    _, logits = features_and_logits(source, [before, before + 0.98 * (after - before), after])
    assert logits.argmax(axis=1).tolist() != [target] * 3
    assert logits[1].argmax() != target
    assert logits[2, target] > np.delete(logits[2], target).max() - 1e-4


def test_an_erased_square_gives_the_answer_and_leaves_the_rest(play, source):
    bars = source.dataset.test.images[:10]
    _, logits = features_and_logits(source, bars / 255)
    second = np.argsort(logits, axis=1)[:, -2]
    found = play(
        """return images.map((image, i) => {
            const found = finish(modules["fooling.js"].erase(network, ink(image), targets[i]));
            return found && { ...found, image: Array.from(found.image), answer: found.answer.prediction };
        });""",
        images=bars.reshape(10, -1).tolist(),
        targets=second.tolist(),
    )
    erased = [(i, one) for i, one in enumerate(found) if one]
    assert erased
    for i, one in erased:
        square = np.s_[one["top"] : one["top"] + one["side"], one["left"] : one["left"] + one["side"]]
        expected = bars[i] / 255
        expected[square] = 0
        assert np.allclose(np.reshape(one["image"], (28, 28)), expected)
        assert features_and_logits(source, expected)[1].argmax() == one["answer"] == second[i]


def test_a_morph_turns_where_tensorflow_turns_and_its_units_add_up(play, source):
    first, last = source.dataset.test.images[1] / 255, source.dataset.test.images[8] / 255
    found = play(
        """const { answers, turns } = finish(modules["morphing.js"].morph(network, ink(first), ink(last)));
        return { predictions: answers.map(({ prediction }) => prediction), turns };""",
        first=(first * 255).ravel().tolist(),
        last=(last * 255).ravel().tolist(),
    )
    way = [first + (last - first) * step / 40 for step in range(41)]
    fc1, logits = features_and_logits(source, way)
    assert found["predictions"] == logits.argmax(axis=1).tolist()
    turn = found["turns"][0]
    around = [first + (last - first) * (turn["share"] + slip) for slip in (-0.001, 0.001)]
    _, near = features_and_logits(source, around)
    assert near.argmax(axis=1).tolist() == [turn["from"], turn["to"]]
    at, _ = features_and_logits(source, first + (last - first) * turn["share"])
    weights = source.weights["fc2/weights"]
    push = (at[0] - fc1[0]) * (weights[:, turn["to"]] - weights[:, turn["from"]])
    strongest = turn["units"][0]
    assert strongest["unit"] == push.argmax()
    assert strongest["push"] == pytest.approx(push.max(), abs=1e-3)
    assert turn["margin"] == pytest.approx(sum(unit["push"] for unit in turn["units"]), abs=1e-3)


def test_the_nearest_training_images_are_numpys(play, payload, source):
    fc1, _ = features_and_logits(source, source.dataset.test.images[6] / 255)
    found = play(
        """const { loadTrainingImages, nearestImages, imageAt } = modules["nearest.js"];
        const training = await loadTrainingImages(part);
        const nearest = nearestImages(training, forward(network, ink(image)).fc1, 12);
        return { nearest, image: Array.from(imageAt(training.images, nearest[0].index)) };""",
        part=payload["training_images"],
        image=source.dataset.test.images[6].ravel().tolist(),
    )
    mean, components, features = (decode(payload["training_images"][key]) for key in ("mean", "components", "features"))
    distances = np.linalg.norm(features - (fc1[0] - mean) @ components, axis=1)
    expected = np.argsort(distances, kind="stable")[:12]
    train = source.dataset.train
    assert [one["index"] for one in found["nearest"]] == expected.tolist()
    assert [one["label"] for one in found["nearest"]] == train.labels[expected].tolist()
    assert [one["distance"] for one in found["nearest"]] == pytest.approx(distances[expected], rel=1e-3)
    assert np.abs(np.array(found["image"]) * 255 - train.images[expected[0]].ravel()).max() <= 8.5  # 16 levels.


def test_a_training_image_is_nearest_to_itself(play, payload, source):
    found = play(
        """const { loadTrainingImages, nearestImages } = modules["nearest.js"];
        return nearestImages(await loadTrainingImages(part), forward(network, ink(image)).fc1, 1)[0];""",
        part=payload["training_images"],
        image=source.dataset.train.images[17].ravel().tolist(),
    )
    assert found["index"] == 17


def test_the_sample_of_test_digits_is_exact(play, payload, source):
    found = play(
        'return Array.from(await modules["nearest.js"].unpackImages(images));', images=payload["test_sample"]["images"]
    )
    assert np.array_equal(np.reshape(found, (-1, 28, 28)), source.dataset.test.images)


def test_the_last_layer_learns_as_numpy_does(play, source):
    fc1, logits = features_and_logits(source, source.dataset.test.images[0] / 255)
    label = int(np.argsort(logits[0])[-2])
    found = play(
        """const { teach } = modules["lastlayer.js"];
        const steps = teach(network.fc2, Float32Array.from(fc1), label);
        return { steps, weights: Array.from(network.fc2.weights), biases: Array.from(network.fc2.biases) };""",
        fc1=fc1[0].tolist(),
        label=label,
    )
    weights, biases = (source.weights[f"fc2/{kind}"].astype(np.float64) for kind in ("weights", "biases"))
    features, steps = fc1[0].astype(np.float64), 0
    while (logits := features @ weights + biases).argmax() != label:
        shares = np.exp(logits - logits.max())
        error = shares / shares.sum() - np.eye(10)[label]
        rate = 0.1 / (features @ features + 1)
        weights, biases, steps = weights - rate * np.outer(features, error), biases - rate * error, steps + 1
    assert found["steps"] == steps > 0
    assert np.abs(np.reshape(found["weights"], weights.shape) - weights).max() < 1e-4
    assert np.abs(np.array(found["biases"]) - biases).max() < 1e-4


def test_lessons_are_compared_by_what_was_right(play):
    found = play('return modules["lastlayer.js"].compare([1, 2, 3, 4], [1, 2, 9, 4], [1, 7, 3, 4]);')
    assert found == {"right": {"before": 3, "after": 3}, "forgot": [1], "learned": [2]}


def press(page, selector, *keys):
    page.focus(selector)
    for key in keys:
        page.keyboard.press(key)


def text_of(page, selector, contains):
    page.wait_for_function(
        f"(part) => document.querySelector('{selector}').textContent.includes(part)", arg=contains, timeout=90_000
    )
    return page.locator(selector).inner_text()


def test_all_four_are_played_by_keyboard(visit, small_page, source):
    page = visit(small_page)
    page.set_default_timeout(90_000)  # Hundreds of answers, on a machine that may be busy.
    answer = page.evaluate("mnistcnn.state.answer.prediction")
    press(page, "#fool-start", "Enter")
    assert "it says" in text_of(page, "#fool-text", "it says")
    press(page, "#fool-load", "Enter")
    target = int(page.input_value("#fool-target"))
    page.wait_for_function(f"() => mnistcnn.state.answer.prediction === {target}")
    assert page.locator("#fool-found").is_hidden()

    press(page, "#teaching-digit", str(answer))
    press(page, "#teaching-start", "Enter")
    assert f"answers {answer} instead of {target}" in text_of(page, "#teaching-text", "instead of")
    page.wait_for_function(f"() => mnistcnn.state.answer.prediction === {answer}")
    right = int(np.count_nonzero(source.survey.result.predictions == source.survey.result.labels))
    share = f"{100 * right / source.survey.result.examples:.1f} %"
    assert f"40 test digits, {share} were right" in page.locator("#teaching-accuracy").inner_text()
    press(page, "#teaching-undo", "Enter")
    page.wait_for_function(f"() => mnistcnn.state.answer.prediction === {target}")
    assert page.locator("#teaching-undo").is_disabled()

    press(page, "#teachers-list button", "Enter")
    page.wait_for_function("() => mnistcnn.state.source.name?.startsWith('training image')")

    page.select_option("#morph-from", "1")
    press(page, "#morph-share", "End")
    page.wait_for_selector("#morph-share[aria-valuetext^='100 % of the way:']")
    assert page.locator("#morph-turns table").count() >= 1
    press(page, "#morph-load", "Enter")
    page.wait_for_function("() => mnistcnn.state.source.name?.startsWith('a blend')")
