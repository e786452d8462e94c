"""What exports compute of doubt, against the network's own."""

import subprocess

import numpy as np
import pytest

from mnistcnn.export.metadata import read_metadata
from mnistcnn.network.responder import Responder
from mnistcnn.runs.directory import Run
from mnistcnn.runs.doubt import find_doubt
from mnistcnn.runs.trained import load_trained
from tests.conftest import make_examples

C_MAIN = """
#include <stdio.h>
#include "{file}"
int main(void)
{{
    uint8_t image[784];
    while (fread(image, 1, sizeof image, stdin) == sizeof image)
        printf("%.9g\\n", (double)mnistcnn_doubt(image));
    return 0;
}}
"""


@pytest.fixture(scope="module")
def images():
    """Bars, as the network knows them, and noise."""
    noise = np.random.default_rng(0).integers(0, 256, (10, 28, 28), dtype=np.uint8)
    return np.concatenate([make_examples(10, 7).images, noise])


@pytest.fixture(scope="module")
def expected(bars_run, images):
    trained = load_trained(Run(bars_run))
    doubts = find_doubt(trained).doubt(Responder(trained.network)(images))
    assert (doubts > 0).any()
    assert (doubts < 0).any()
    return doubts


def test_the_saved_model_has_an_output_for_it(exports, images, expected):
    import tensorflow as tf

    serve = tf.saved_model.load(str(exports / "saved_model")).signatures["serving_default"]
    found = serve(images=tf.constant(images[..., np.newaxis] / 255, tf.float32))["doubt"].numpy()
    assert found == pytest.approx(expected, abs=1e-3)


def test_onnx_has_one_as_well(exports, images, expected):
    runtime = pytest.importorskip("onnxruntime")
    session = runtime.InferenceSession(str(exports / "model.onnx"), providers=["CPUExecutionProvider"])
    (found,) = session.run(["doubt"], {"images": (images[..., np.newaxis] / 255).astype(np.float32)})
    assert found == pytest.approx(expected, abs=1e-3)


def test_c_has_a_function(exports, images, expected, tmp_path):
    from mnistcnn.export.compiler import c_compiler

    if (compiler := c_compiler()) is None:
        pytest.skip("needs a C compiler")
    (tmp_path / "doubts.c").write_text(C_MAIN.format(file=exports / "model.c"))
    options = ["-std=c99", "-O2", "-Wall", "-Wextra", "-Werror"]
    subprocess.run(
        [*compiler.split(), *options, str(tmp_path / "doubts.c"), "-o", str(tmp_path / "doubts"), "-lm"], check=True
    )
    output = subprocess.run([tmp_path / "doubts"], input=images.tobytes(), capture_output=True, check=True).stdout
    assert np.array(output.split(), float) == pytest.approx(expected, abs=1e-3)


def test_numpys_weights_and_the_metadata_have_what_the_formula_needs(exports, bars_run, images, expected):
    answers = Responder(load_trained(Run(bars_run)).network)(images)
    numbers = read_metadata(exports / "numpy").doubt
    with np.load(exports / "numpy" / "weights.npz") as weights:
        mean, components = weights["doubt/mean"], weights["doubt/components"]
    centered = answers.features - mean
    outside = np.square(centered).sum(axis=1) - np.square(centered @ components).sum(axis=1)
    strangeness = np.sqrt(outside / np.linalg.norm(answers.features, axis=1))
    found = numbers.slope * strangeness - numbers.weight * answers.logits.max(axis=1) - numbers.offset
    assert found == pytest.approx(expected, abs=1e-3)
    for name in ("model.onnx", "saved_model", "model.keras", "model.c", "model-int8.c"):
        if (exports / name).exists():
            assert read_metadata(exports / name).doubt == numbers
