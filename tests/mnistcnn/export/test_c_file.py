import re
import shutil
import subprocess
from dataclasses import replace

import numpy as np
import pytest

from mnistcnn.config.schema import NetworkConfig
from mnistcnn.errors import RunError
from mnistcnn.export import c_file
from mnistcnn.export.formats import FORMATS
from mnistcnn.export.inference import ask
from mnistcnn.export.metadata import Metadata, read_metadata
from mnistcnn.export.source import Source
from mnistcnn.network.model import Network
from tests.conftest import make_examples

METADATA = Metadata("0", "one", "best", 3, "0" * 64, "bars", "idx", {}, "unknown")
WARNINGS = ("-std=c99", "-Wall", "-Wextra", "-Werror", "-O2")

needs_compiler = pytest.mark.skipif(not shutil.which("cc"), reason="needs a C compiler")


def source(*, conv1=3, conv2=5, fc1=7, calibration=None):
    """A network that has learned nothing, with widths that are no multiples of anything."""
    network = Network(NetworkConfig(conv1=conv1, conv2=conv2, fc1=fc1, initializer="he"), seed=1)
    return Source(network, METADATA, 0.5, make_examples(40, 3).images if calibration is None else calibration)


@pytest.fixture(params=["c", "c-int8"])
def written(request, tmp_path):
    """A file of either format, and its format."""
    one = FORMATS[request.param]
    write = c_file.write_float if one.exact else c_file.write_int8
    write(source(), tmp_path / one.file)
    return tmp_path / one.file, one


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_it_compiles_without_warnings(written, compiler, tmp_path):
    if not shutil.which(compiler):
        pytest.skip(f"needs {compiler}")
    for define in ([], ["-DMNISTCNN_MAIN"]):
        subprocess.run([compiler, *WARNINGS, *define, "-c", written[0], "-o", tmp_path / "it.o"], check=True)


@needs_compiler
@pytest.mark.skipif(not shutil.which("nm"), reason="needs nm")
def test_it_calls_nothing_but_expf_and_its_buffers_are_as_large_as_it_says(written, tmp_path):
    subprocess.run(["cc", "-std=c99", "-O0", "-c", written[0], "-o", tmp_path / "it.o"], check=True)
    listing = subprocess.run(["nm", "-S", tmp_path / "it.o"], capture_output=True, text=True, check=True).stdout
    symbols = [line.split() for line in listing.splitlines()]
    assert {words[-1].removeprefix("_") for words in symbols if words[-2] == "U"} - {"GLOBAL_OFFSET_TABLE_"} == {"expf"}
    ram = sum(int(words[1], 16) for words in symbols if words[-2] == "b")
    assert f"{ram:,} bytes of RAM" in written[0].read_text()


@needs_compiler
def test_any_widths_give_the_logits_of_the_network(tmp_path):
    images = make_examples(20, 4).images
    images[0] = np.arange(784).reshape(28, 28) % 256  # Ink up to the borders, where the kernels hang over.
    for widths in ((1, 1, 1), (3, 5, 7), (17, 8, 33)):
        made = source(**dict(zip(("conv1", "conv2", "fc1"), widths, strict=True)))
        c_file.write_float(made, tmp_path / "model.c")
        expected = made.network(images[..., None].astype(np.float32) / 255).numpy()
        assert np.abs(ask(FORMATS["c"], tmp_path / "model.c", images).logits - expected).max() < 1e-5


@needs_compiler
def test_integers_are_close(tmp_path):
    images = make_examples(40, 3).images
    made = source(conv1=8, conv2=16, fc1=32)
    c_file.write_int8(made, tmp_path / "model-int8.c")
    expected = made.network(images[..., None].astype(np.float32) / 255).numpy()
    difference = np.abs(ask(FORMATS["c-int8"], tmp_path / "model-int8.c", images).logits - expected)
    assert difference.max() < 0.05 * np.abs(expected).max()


def test_every_output_has_a_scale_of_its_own_and_uses_all_of_127():
    made = source()
    arrays = c_file.quantize(made.network, made.calibration)
    for layer in ("conv1", "conv2", "fc1", "fc2"):
        weights = arrays[f"{layer}_weights"].reshape(-1, arrays[f"{layer}_scales"].size)
        assert set(np.abs(weights).max(axis=0)) == {127}


def test_no_sum_of_integers_can_overflow_however_wide_the_network():
    weights = np.ones((4096 * 49, 2))
    weights[:, 1] = 0  # An output without weights.
    integers = np.rint(weights / c_file._weight_scales(weights))
    assert 2**29 < (255 * integers[:, 0]).sum() < 2**31
    assert not integers[:, 1].any()


def test_weights_are_in_the_file_to_the_last_bit(tmp_path):
    made = source()
    c_file.write_float(made, tmp_path / "model.c")
    text = (tmp_path / "model.c").read_text()
    for name, values in made.network.read().items():
        array = name.replace("/", "_")
        strings = re.search(rf"{array} = {{\n(.*?)\n}};", text, re.DOTALL)[1]
        content = "".join(line[1:-1] for line in strings.splitlines())
        plain = re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), content).encode("latin-1")
        assert plain == values.astype("<f4").tobytes()


def test_metadata_that_would_end_the_comment_come_back_as_they_were(tmp_path):
    made = source()
    odd = replace(METADATA, run="*/ int x; /* ??/", data='a"b\\*')
    c_file.write_float(replace(made, metadata=odd), tmp_path / "model.c")
    assert read_metadata(tmp_path / "model.c") == odd
    assert (tmp_path / "model.c").read_text().partition("*/")[2].startswith("\n\n#define CONV1 3\n")


@needs_compiler
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("int best = 0;", "int best = 1;"),
        ("#define FC1 7", "#define FC1 7\n#define double float"),
        ("Where the network", "*/ int harm(void) { return 1; } /* Where the network"),
        ("static const union fc2_biases fc2_biases = {\n", "static const union fc2_biases fc2_biases = {\n__FILE__\n"),
    ],
)
def test_other_code_is_not_compiled(written, old, new):
    path, one = written
    content = path.read_text()
    assert old in content
    path.write_text(content.replace(old, new, 1))
    with pytest.raises(RunError, match="not compiled: its code is not what this version of mnistcnn writes"):
        ask(one, path, make_examples(1, 0).images)


@needs_compiler
@pytest.mark.parametrize("command", ["cc --no-such-option", "true"])
def test_a_compiler_that_makes_no_program_is_told(written, monkeypatch, command):
    monkeypatch.setenv("CC", command)
    with pytest.raises(RunError, match=f"`{command}` could not compile it.*; set CC to another compiler$"):
        ask(written[1], written[0], make_examples(1, 0).images)
