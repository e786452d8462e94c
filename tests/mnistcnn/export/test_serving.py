"""Every exported file works as docs/serving.md says, in a process that knows nothing of mnistcnn."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mnistcnn.runs.directory import Run
from mnistcnn.runs.trained import load_trained
from tests.conftest import make_examples

DOCS = Path(__file__).parents[3] / "docs" / "serving.md"


def block(name):
    """The code in docs/serving.md that follows the comment with this name."""
    return re.search(rf"<!-- {name} -->\n```\w+\n(.*?)```", DOCS.read_text(), re.DOTALL)[1]


@pytest.fixture(scope="module")
def digits():
    return make_examples(30, 5).images


@pytest.fixture(scope="module")
def expected(bars_run, digits):
    """The network's own logits and classes."""
    network = load_trained(Run(bars_run)).network
    logits = network(digits[..., None].astype(np.float32) / 255).numpy()
    return logits, logits.argmax(axis=1).tolist()


@pytest.fixture
def place(exports, digits, tmp_path):
    """A directory with the exports and the images, far from this project."""
    for path in exports.iterdir():
        (tmp_path / path.name).symlink_to(path)
    np.save(tmp_path / "digits.npy", digits)
    np.save(tmp_path / "images.npy", digits[..., None].astype(np.float32) / 255)
    return tmp_path


@pytest.mark.parametrize("names", [["saved_model", "keras"], ["onnx"], ["litert"], ["numpy"]], ids=" ".join)
def test_the_python_of_the_docs_answers_as_the_network(place, expected, names):
    assert classes_of(names, place) == [expected[1]] * len(names)


def test_integers_agree_almost_always(place, expected):
    (found,) = classes_of(["litert-int8"], place)
    assert sum(one == other for one, other in zip(found, expected[1], strict=True)) >= 27


def classes_of(names, place):
    """What the blocks print, in one process; -I, so that no environment variable leads it to this project."""
    script = place / "script.py"
    blocks = "\n".join(map(block, names))
    alone = "assert not any(name == 'mnistcnn' or name.startswith('mnistcnn.') for name in sys.modules)"
    script.write_text(f"{blocks}\nimport sys\n{alone}\n")
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    result = subprocess.run(
        [sys.executable, "-I", str(script)], cwd=place, capture_output=True, text=True, check=False, env=environment
    )
    assert result.returncode == 0, result.stderr
    return [[int(word) for word in line.split()] for line in result.stdout.splitlines()]


@pytest.mark.parametrize("file", ["model.c", "model-int8.c"])
def test_the_c_of_the_docs_answers_as_the_network(place, digits, expected, file):
    compiler = shutil.which("cc")
    if not compiler:
        pytest.skip("needs a C compiler")
    (place / "main.c").write_text(block("c"))
    command = [compiler, "-std=c99", "-O3", "main.c", file, "-o", "digits", "-lm"]
    subprocess.run(command, cwd=place, check=True)
    result = subprocess.run([place / "digits"], input=digits.tobytes(), capture_output=True, check=True)
    lines = [line.split() for line in result.stdout.decode().splitlines()]
    probability = np.exp(expected[0] - expected[0].max(axis=1, keepdims=True))
    probability = (probability / probability.sum(axis=1, keepdims=True)).max(axis=1)
    if file == "model.c":
        assert [int(digit) for digit, _ in lines] == expected[1]
        assert [float(shown) for _, shown in lines] == pytest.approx(probability, abs=2e-3)
    else:
        assert sum(int(digit) == other for (digit, _), other in zip(lines, expected[1], strict=True)) >= 27


def test_saved_model_cli_runs_the_saved_model(place, expected):
    command = block("saved_model_cli").split()
    module = [sys.executable, "-m", "tensorflow.python.tools.saved_model_cli"]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run([*module, *command[1:]], cwd=place, capture_output=True, check=True, env=environment)
    logits = np.load(place / "answers" / "logits.npy")
    assert np.abs(logits - expected[0]).max() < 1e-4
    assert np.load(place / "answers" / "classes.npy").tolist() == expected[1]
    assert np.load(place / "answers" / "probabilities.npy").sum(axis=1) == pytest.approx(1)


def test_the_saved_model_takes_png_and_jpeg_files_of_any_size(exports, digits, expected):
    import tensorflow as tf

    encoded = tf.saved_model.load(str(exports / "saved_model")).signatures["encoded"]
    png = [tf.io.encode_png(image[..., None]) for image in digits]
    assert np.abs(encoded(image_bytes=tf.stack(png))["logits"].numpy() - expected[0]).max() < 1e-4
    colours = np.repeat(np.repeat(np.repeat(digits[:4, ..., None], 3, axis=3), 2, axis=1), 2, axis=2)
    large = tf.stack([tf.io.encode_png(colours[0]), *(tf.io.encode_jpeg(image, quality=100) for image in colours[1:])])
    assert encoded(image_bytes=large)["classes"].numpy().tolist() == expected[1][:4]


def test_the_javascript_of_the_docs_answers_as_the_network(place, digits, expected, tmp_path_factory):
    node, npm = shutil.which("node"), shutil.which("npm")
    if not (node and npm):
        pytest.skip("needs node and npm")
    project = tmp_path_factory.mktemp("onnxruntime-web")
    environment = {name: value for name, value in os.environ.items() if name.lower() != "https_proxy"}
    install = [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "onnxruntime-web@^1.23"]
    try:
        subprocess.run(install, cwd=project, check=True, capture_output=True, timeout=120, env=environment)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        pytest.skip(f"npm cannot install onnxruntime-web: {error}")
    (project / "classify.mjs").write_text(block("onnx-web"))
    (project / "main.mjs").write_text(
        "import { readFileSync } from 'node:fs';\nimport { classify } from './classify.mjs';\n"
        "console.log(JSON.stringify(await classify(new Uint8Array(readFileSync('digits.bin')))));\n"
    )
    (project / "digits.bin").write_bytes(digits.tobytes())
    shutil.copy(place / "model.onnx", project)
    try:
        result = subprocess.run([node, "main.mjs"], cwd=project, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr
        assert json.loads(result.stdout) == expected[1]
    finally:
        shutil.rmtree(project)
