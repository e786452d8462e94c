"""The file that holds the page: what is in it, and what is not."""

import json
import re

import numpy as np
import pytest

from mnistcnn.errors import RunError
from mnistcnn.evaluation.scores import confusion_matrix
from mnistcnn.visualize.analysis.digit import default_digit
from mnistcnn.visualize.drawing.captions import CAPTIONS
from mnistcnn.visualize.page import build
from mnistcnn.visualize.page.build import assemble, render, write_page
from mnistcnn.visualize.page.payload import MOST_MOMENTS, make_payload, steps_to_show
from mnistcnn.visualize.page.tensors import decode, encode, encode_integers


@pytest.fixture(scope="module")
def payload(source):
    return make_payload(source, "int8")


@pytest.fixture
def modules(monkeypatch):
    """Makes up the files that scripts are read from."""
    files = {}
    monkeypatch.setattr(build, "_source", files.__getitem__)
    return files


def test_arrays_come_back_from_their_encoding():
    array = np.linspace(-3, 3, 24, dtype=np.float32).reshape(2, 3, 4)
    assert np.array_equal(decode(encode(array)), array)
    assert json.dumps(encode(array))


@pytest.mark.parametrize(("dtype", "steps"), [(np.int8, 127), (np.int16, 32767)])
def test_integers_are_off_by_half_a_step_at_most_and_each_output_has_its_own_step(dtype, steps):
    random = np.random.default_rng(0)
    array = random.normal(size=(50, 3)).astype(np.float32) * np.array([1e-3, 1, 0], np.float32)
    tensor = encode_integers(array, dtype)
    assert tensor["dtype"] == np.dtype(dtype).name
    step = np.abs(array).max(axis=0) / steps
    assert np.all(np.abs(decode(tensor) - array) <= 0.51 * step)
    assert np.array_equal(decode(tensor)[:, 2], np.zeros(50))


def test_the_payload_tells_what_the_network_is_and_does(payload, source):
    result = source.survey.result
    assert payload["test"] == {"images": 40, "errors": result.errors, "accuracy": result.accuracy}
    assert payload["confusion"] == confusion_matrix(result.labels, result.predictions).tolist()
    assert (payload["run"], payload["step"], payload["data"]) == ("small", 30, "crosses")
    assert payload["digest"] == source.trained.digest
    assert payload["limits"]["activations"]["conv2"] == source.limit("conv2")
    assert payload["dead"]["fc1"] == np.flatnonzero(source.survey.dead("fc1")).tolist()
    for name, array in source.weights.items():
        layer, kind = name.split("/")
        decoded = decode(payload["layers"][layer][kind])
        steps = {"fc1/weights": 250, "conv2/weights": 65_000, "fc2/weights": 65_000}
        assert np.allclose(decoded, array, atol=np.abs(array).max() / steps[name] if name in steps else 0)


def test_float32_keeps_every_weight_to_the_bit(source):
    payload = make_payload(source, "float32")
    for name, array in source.weights.items():
        layer, kind = name.split("/")
        assert np.array_equal(decode(payload["layers"][layer][kind]), array)
    assert payload["parity"] == {"weights": "float32", "images": 40, "agree": 40, "largest_logit_difference": 0.0}


def test_parity_is_measured(source, payload, monkeypatch):
    assert payload["parity"]["agree"] <= 40
    assert payload["parity"]["largest_logit_difference"] > 0
    spoilt = lambda array, dtype: encode(-array)  # noqa: E731
    monkeypatch.setattr("mnistcnn.visualize.page.payload.encode_integers", spoilt)
    monkeypatch.setattr("mnistcnn.visualize.page.payload.make_time_machine", lambda *_: None)
    monkeypatch.setattr("mnistcnn.visualize.page.payload._moments", lambda *_: [])
    monkeypatch.setattr("mnistcnn.visualize.page.payload._projection", lambda *_: None)
    assert make_payload(source, "int8")["parity"]["agree"] < 40


def test_what_excites_units_is_that_of_the_sheets_and_for_dense_layers_whole_images(payload, source):
    found = payload["excitation"]
    for layer in ("conv1", "conv2"):
        patches, maximised = source.patches(layer), source.maximised(layer)
        assert np.allclose(decode(found[layer]["patches"]) / 255, np.nan_to_num(patches.pixels), atol=0.003)
        assert np.array_equal(decode(found[layer]["values"]), patches.values[:, 0])
        assert np.allclose(decode(found[layer]["maximised"]) / 255, maximised.images, atol=0.003)
        assert np.array_equal(decode(found[layer]["responses"]), maximised.values)
    assert np.array_equal(decode(found["pool"]), source.dataset.test.images)
    peaks, images = source.survey.peaks["fc1"], decode(found["fc1"]["images"])
    for unit, responses in enumerate(peaks.T):
        assert (images[unit] >= 0).sum() == min(9, (responses > 0).sum())
        assert images[unit, 0] == (responses.argmax() if responses.max() > 0 else -1)
    assert np.array_equal(decode(found["fc2"]["images"])[:, 0], source.survey.result.logits.argmax(axis=0))


def test_samples_are_one_of_each_class_and_mistakes_are_mistakes(payload, source):
    result, images = source.survey.result, source.dataset.test.images
    assert [sample["label"] for sample in payload["samples"]] == list(range(10))
    for digit in [*payload["samples"], *payload["mistakes"]]:
        assert digit["label"] == result.labels[digit["index"]]
        assert np.array_equal(decode(digit["image"]), images[digit["index"]])
    for sample in payload["samples"]:
        label = sample["label"]
        recognised = result.predictions[result.labels == label] == label
        assert result.predictions[sample["index"]] == label or not recognised.any()
    assert len(payload["mistakes"]) == min(10, result.errors)
    for mistake in payload["mistakes"]:
        assert mistake["prediction"] == result.predictions[mistake["index"]] != mistake["label"]


def test_the_page_opens_with_the_least_certain_correct_answer(payload, source, dataset):
    first = payload["first"]
    assert f"test image {first['index']} of crosses" == default_digit(source.network, dataset).name
    assert np.array_equal(decode(first["image"]), dataset.test.images[first["index"]])
    assert first["label"] == dataset.test.labels[first["index"]]


def test_of_a_run_without_snapshots_moments_are_the_kept_checkpoints_with_the_metrics_accuracies(old_source):
    payload, history = make_payload(old_source, "int8"), old_source.history
    moments = payload["moments"]
    assert payload["time_machine"] is None
    assert [moment["step"] for moment in moments] == [moment.step for moment in history] == [0, 10, 20, 30]
    assert moments[-1]["test_accuracy"] == payload["test"]["accuracy"]
    assert moments[0]["test_accuracy"] is not None
    for moment, original in zip(moments, history, strict=True):
        assert np.array_equal(decode(moment["layers"]["conv1"]["weights"]), original.weights["conv1/weights"])
        assert np.allclose(decode(moment["layers"]["conv2"]["weights"]), original.weights["conv2/weights"], atol=2e-3)


def test_of_many_checkpoints_the_first_the_last_and_the_one_shown_stay():
    steps = steps_to_show(list(range(0, 3001, 10)), shown=1230)
    assert len(steps) == MOST_MOMENTS
    assert {0, 1230, 3000} <= set(steps)
    assert max(np.diff(steps)) < 1000


def test_the_projection_is_that_of_fc1(payload, source):
    projection, units = payload["projection"], source.survey.peaks["fc1"]
    points = (units - decode(projection["mean"])) @ decode(projection["components"]).T
    assert np.allclose(points, decode(projection["points"]), atol=1e-3 * np.abs(points).max())
    assert np.array_equal(decode(projection["labels"]), source.survey.result.labels)


def test_captions_are_the_sheets(payload):
    for name, caption in CAPTIONS.items():
        assert payload["captions"][name]["sentence"] == caption.sentence


def test_the_same_run_makes_the_same_page(source, tmp_path):
    first, second = (write_page(source, tmp_path / "deep" / name).path for name in ("a.html", "b.html"))
    assert first.read_bytes() == second.read_bytes()


def test_nothing_outside_is_named(source, tmp_path):
    text = write_page(source, tmp_path / "page.html").path.read_text()
    named = re.findall(r"""(?:src|href)\s*=\s*["']?([^"' >]*)""", text)
    assert all(name.startswith(("data:", "#")) for name in named)
    assert not re.search(r"@import|url\(", text)
    assert "default-src 'none'" in text


def test_no_name_ends_the_element_that_it_stands_in(payload):
    hostile = "</script><script>alert(1)</script><!--"
    text = render({**payload, "run": hostile})
    assert hostile not in text
    [found] = re.findall(r'<script type="application/json" id="payload">(.*?)</script>', text, re.DOTALL)
    assert json.loads(found)["run"] == hostile


def test_a_page_that_cannot_be_written_is_told(source, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(RunError, match="file"):
        write_page(source, tmp_path / "file" / "page.html")


def test_a_module_comes_after_those_that_it_imports_and_once(modules):
    modules["main.js"] = 'import { a } from "./a.js";\nimport { b, c } from "./b.js";\nconsole.log(a + b + c);\n'
    modules["a.js"] = 'import { b } from "./b.js";\nexport const a = b;\n'
    modules["b.js"] = "export const b = 1;\nexport function c() {}\nconst hidden = 2;\n"
    script = assemble("main.js")
    assert script.index('modules["b.js"] =') < script.index('modules["a.js"] =') < script.index('modules["main.js"] =')
    assert script.count("const b = 1;") == 1
    assert "return { b, c };" in script
    assert not re.search(r"^(import|export)", script, re.MULTILINE)


def test_imports_reach_into_folders_and_may_stand_on_several_lines(modules):
    modules["main.js"] = 'import {\n  b,\n  c,\n} from "./inner/a.js";\nconsole.log(b, c);\n'
    modules["inner/a.js"] = 'import { b } from "../b.js";\nimport { c } from "./c.js";\nexport const d = b + c;\n'
    modules["inner/c.js"] = "export const c = 2;\n"
    modules["b.js"] = "export const b = 1;\n"
    script = assemble("main.js")
    assert all(f'modules["{name}"] =' in script for name in modules)
    assert 'const { c } = modules["inner/c.js"];' in script


@pytest.mark.parametrize(
    "source",
    ['import * as all from "./a.js";', "export default 1;", 'import { a as b } from "./a.js";', "export { x };"],
)
def test_a_form_of_import_that_would_be_lost_is_refused(source, modules):
    modules.update({"main.js": f"{source}\n", "a.js": "export const a = 1;\n"})
    with pytest.raises(ValueError, match=re.escape(source)):
        assemble("main.js")


def test_a_circle_of_imports_is_refused(modules):
    modules["main.js"] = 'import { a } from "./a.js";\n'
    modules["a.js"] = 'import { b } from "./main.js";\n'
    with pytest.raises(ValueError, match=r"main\.js → a\.js → main\.js"):
        assemble("main.js")
