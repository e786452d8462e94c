import json
import os
import resource
import shutil
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from mnistcnn_cli.app import run

from mnistcnn.export import exporting, formats
from mnistcnn.export.formats import FORMATS
from mnistcnn.export.metadata import FILE_NAME
from mnistcnn.runs.checkpoint import load
from tests.conftest import idx_bytes, make_examples


@pytest.fixture
def export(bars_run, tmp_path, capfd):
    """Runs `mnistcnn export` of the small run into `tmp_path/out`; gives exit code, standard output and error."""

    def call(*arguments, out="out"):
        code = run(["export", str(bars_run), "--out", str(tmp_path / out), "-q", *arguments])
        return code, *capfd.readouterr()

    return call


@pytest.fixture
def instead(monkeypatch):
    """Makes the export of a format give a file with other content."""

    def replace(name, content):
        monkeypatch.setitem(exporting._WRITERS, name, lambda source, path: path.write_bytes(content))

    return replace


def test_every_format_is_verified_and_recorded(exports, bars_run):
    records = json.loads((exports / "export.json").read_text())["files"]
    proofs = json.loads((exports / "parity.json").read_text())["files"]
    assert set(records) == set(proofs) == {one.file for one in FORMATS.values()}
    digest = json.loads((bars_run / "checkpoints/best/manifest.json").read_text())["weights_digest"]
    for name, record in records.items():
        proof, metadata = proofs[name], record["metadata"]
        assert (record["verdict"], record["problems"]) == ("verified", [])
        assert (metadata["run"], metadata["data"], metadata["weights_digest"]) == ("one", "bars", digest)
        assert (proof["images"], proof["data"]) == (60, "bars")
        assert min(proof["latency_ms_1"], proof["latency_ms_100"]) > 0
        if not record["format"].endswith("-int8"):
            assert proof["same_predictions"] == 60
            assert 0 <= proof["mean_difference"] <= proof["largest_difference"] < 1e-4


def test_every_file_says_itself_where_it_comes_from(exports):
    import onnx

    (prop,) = onnx.load(exports / "model.onnx").metadata_props
    found = [(exports / "saved_model/assets.extra" / FILE_NAME).read_text(), prop.value]
    for name in ("model.keras", "model.tflite", "model-int8.tflite", "numpy/weights.npz"):
        with zipfile.ZipFile(exports / name) as archive:
            found.append(archive.read(FILE_NAME).decode())
    for name in ("model.c", "model-int8.c"):
        comment = (exports / name).read_text().partition("*/")[0]
        found.append(comment[comment.index("\n{") :])
    (metadata,) = {json.dumps(json.loads(text)) for text in found}
    expected = json.loads((exports / "export.json").read_text())["files"]["model.onnx"]["metadata"]
    assert json.loads(metadata) == expected
    assert expected["class_names"] == list("0123456789")


def test_litert_is_made_of_built_in_operations_only_and_the_small_one_of_integers(exports):
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    plain = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    for name, kinds in (("model.tflite", {np.float32, np.int32}), ("model-int8.tflite", {np.int8, np.int32})):
        interpreter = Interpreter(str(exports / name), experimental_op_resolver_type=plain)
        assert {detail["dtype"] for detail in interpreter.get_tensor_details()} <= kinds
        assert not any(op["op_name"].startswith(("Flex", "CUSTOM")) for op in interpreter._get_ops_details())


def test_the_table_shows_each_file_beside_its_network(export, tmp_path):
    code, out, err = export("--format", "numpy", "--checkpoint", "last")
    proof = json.loads((tmp_path / "out/parity.json").read_text())["files"]["numpy"]
    accuracy = f"{100 * proof['accuracy_after']:.2f}"
    assert (code, err) == (0, "")
    assert f"on 60 test images (bars): the network has {accuracy} %" in out
    row, cost = (line.split() for line in out.splitlines() if line.startswith("  numpy"))
    assert (row[:2], row[4], row[-1]) == (["numpy", "60"], accuracy, "verified")
    assert [cost[2], cost[4], cost[6]] == ["kB", "ms", "ms"]
    assert f"written: {tmp_path / 'out/numpy'}" in out


def test_json_is_one_object_for_each_file(export, tmp_path):
    code, out, err = export("--format", "numpy", "--format", "litert", "--json")
    records = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (0, "")
    assert [record["format"] for record in records] == ["litert", "numpy"]
    for record in records:
        stored = json.loads((tmp_path / "out/export.json").read_text())["files"]
        parity = json.loads((tmp_path / "out/parity.json").read_text())["files"]
        name = FORMATS[record["format"]].file
        assert record == {
            "event": "exported",
            "path": str(tmp_path / "out" / name),
            **stored[name],
            "parity": parity[name],
        }


def test_nothing_is_replaced_without_overwrite(export, tmp_path):
    assert export("--format", "numpy", "--no-verify")[0] == 0
    before = (tmp_path / "out/export.json").read_bytes()
    code, out, err = export("--format", "numpy", "--format", "keras")
    assert (code, out) == (2, "")
    assert f"{tmp_path / 'out/numpy'}: already there; overwrite" in err
    assert (tmp_path / "out/export.json").read_bytes() == before
    assert not (tmp_path / "out/model.keras").exists()
    assert export("--format", "numpy", "--overwrite")[0] == 0
    assert json.loads((tmp_path / "out/export.json").read_text())["files"]["numpy"]["verdict"] == "verified"


def test_what_is_not_proven_is_recorded_as_such_and_needs_no_data(export, bars_run, tmp_path):
    copy = shutil.copytree(bars_run, tmp_path / "copy", symlinks=True, ignore=shutil.ignore_patterns("export"))
    config = copy / "config.yaml"
    config.write_text(config.read_text().replace("/bars\n", "/gone\n"))
    assert run(["export", str(copy), "--format", "numpy", "-q"]) == 4
    assert run(["export", str(copy), "--format", "numpy", "-q", "--no-verify"]) == 0
    records = json.loads((copy / "export/export.json").read_text())["files"]
    assert (records["numpy"]["verdict"], list(records)) == ("unverified", ["numpy"])
    assert json.loads((copy / "export/parity.json").read_text())["files"] == {}


def test_other_data_of_the_same_name_proves_nothing(export, tmp_path):
    other = tmp_path / "bars"
    other.mkdir()
    for name, split in (("train", make_examples(60, 7)), ("t10k", make_examples(20, 8))):
        (other / f"{name}-images-idx3-ubyte").write_bytes(idx_bytes(split.images))
        (other / f"{name}-labels-idx1-ubyte").write_bytes(idx_bytes(split.labels))
    code, out, err = export("--format", "numpy", "--data-dir", str(other))
    assert (code, out) == (4, "")
    assert "one: learned from bars (" in err
    assert not (tmp_path / "out").exists()


def test_packages_that_are_missing_are_told_and_the_others_go_on(export, tmp_path, monkeypatch):
    monkeypatch.setattr(formats, "FORMATS", {name: FORMATS[name] for name in ("onnx", "numpy")})
    monkeypatch.setattr(formats, "find_spec", lambda module: None if module == "tf2onnx" else object())
    code, _, err = export("--no-verify", "--format", "all")
    assert code == 0
    assert "left out: onnx: needs tf2onnx; install with: pip install 'mnistcnn[onnx]'" in err
    assert {path.name for path in (tmp_path / "out").iterdir()} == {".lock", "export.json", "parity.json", "numpy"}
    code, out, err = export("--format", "onnx")
    assert (code, out) == (2, "")
    assert "pip install 'mnistcnn[onnx]'" in err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--format", "pickle"], 2, "no such format"),
        (["--checkpoint", "7"], 5, "no checkpoint '7'"),
        (["--data-dir", "/nowhere", "--format", "numpy"], 4, "--data-dir DIR"),
    ],
)
def test_bad_input_is_one_message(export, arguments, code, said):
    found, out, err = export(*arguments)
    assert (found, out) == (code, "")
    assert err.startswith("error: ")
    assert said in err


def test_a_terminal_gets_colours(export, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    for name, value in {"COLUMNS": "120", "TERM": "xterm-256color", "COLORTERM": "truecolor"}.items():
        monkeypatch.setenv(name, value)
    assert "\x1b[33munverified" in export("--format", "numpy", "--no-verify")[1]


# What goes wrong in exporters, done to a file's own bytes: each must be caught.

CONV1, FC1 = "conv1/weights", "fc1/weights"


def stored(format_name, weights):
    """A weight as the format holds it."""
    if format_name == "onnx":
        return weights.transpose(3, 2, 0, 1) if weights.ndim == 4 else weights
    return weights.transpose(3, 0, 1, 2) if weights.ndim == 4 else weights.T


def one_percent_more(weights):
    """A single weight, the largest."""
    changed = weights.copy()
    changed[np.unravel_index(np.abs(weights).argmax(), weights.shape)] *= 1.01
    return changed


def channels_first(weights):
    """The rows of fc1 as for maps in the order channel, height, width."""
    return weights.reshape(7, 7, -1, weights.shape[-1]).transpose(2, 0, 1, 3).reshape(weights.shape)


def transposed_kernel(weights):
    """Height and width swapped."""
    return weights.swapaxes(0, 1)


def takes_255(weights):
    """What takes images in 0 to 255 divides by 255 itself: fed with [0, 1] it sees nothing."""
    return weights / np.float32(255)


MUTATIONS = [
    (CONV1, one_percent_more),
    (FC1, channels_first),
    (CONV1, transposed_kernel),
    (CONV1, takes_255),
]


def faulty(format_name, name, mutate, exports, bars_run):
    """The content of a file with that fault."""
    weights = load(bars_run / "checkpoints/best").weights[name]
    right, wrong = (stored(format_name, values).tobytes() for values in (weights, mutate(weights)))
    content = (exports / FORMATS[format_name].file).read_bytes()
    assert content.count(right) == 1
    return content.replace(right, wrong)


@pytest.fixture
def faulty_onnx(exports, bars_run):
    return faulty("onnx", CONV1, takes_255, exports, bars_run)


@pytest.mark.parametrize(("name", "mutate"), MUTATIONS, ids=[mutate.__name__ for _, mutate in MUTATIONS])
@pytest.mark.parametrize("format_name", ["onnx", "litert"])
def test_a_file_with_a_fault_is_caught(format_name, name, mutate, exports, bars_run, export, instead, tmp_path):
    file = FORMATS[format_name].file
    instead(format_name, faulty(format_name, name, mutate, exports, bars_run))
    code, out, err = export("--format", format_name)
    assert code == 8
    assert "error: 1 of 1 exports do not predict what the network predicts" in err
    assert "logits differ by up to" in err
    assert out.splitlines()[2].split()[-1] == "differs"
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        ".lock", f"{file}.differs", "export.json", "parity.json",
    }  # fmt: skip
    assert json.loads((tmp_path / "out/export.json").read_text())["files"][f"{file}.differs"]["verdict"] == "differs"


def test_a_file_that_cannot_be_run_is_no_difference_and_the_others_go_on(export, instead, tmp_path):
    instead("onnx", b"no network")
    code, out, err = export("--format", "onnx", "--format", "numpy", "--json")
    first, second, error = map(json.loads, out.splitlines())
    assert (code, error["kind"], error["exit_code"]) == (5, "RunError", 5)
    assert (first["event"], second["verdict"]) == ("export_failed", "verified")
    assert f"{tmp_path / 'out/model.onnx'}: not kept, since it could not be compared with the network: cannot be" in err
    assert "; to keep it, export unverified\n" in err
    assert not list((tmp_path / "out").glob("model.onnx*"))


def test_a_bad_export_does_not_replace_a_good_one_and_a_good_one_clears_it_away(
    export, faulty_onnx, monkeypatch, tmp_path
):
    out = tmp_path / "out"
    assert export("--format", "onnx")[0] == 0
    good = (out / "model.onnx").read_bytes()
    with monkeypatch.context() as patch:
        patch.setitem(exporting._WRITERS, "onnx", lambda source, path: path.write_bytes(faulty_onnx))
        assert export("--format", "onnx", "--overwrite")[0] == 8
    assert (out / "model.onnx").read_bytes() == good
    assert set(json.loads((out / "export.json").read_text())["files"]) == {"model.onnx", "model.onnx.differs"}
    assert export("--format", "onnx", "--overwrite")[0] == 0
    assert not (out / "model.onnx.differs").exists()
    assert set(json.loads((out / "export.json").read_text())["files"]) == {"model.onnx"}


@pytest.fixture
def evaluate(capfd):
    """Runs `mnistcnn eval`; gives its exit code, standard output and standard error."""

    def call(*arguments):
        code = run(["eval", "-q", *map(str, arguments)])
        return code, *capfd.readouterr()

    return call


@pytest.fixture
def data(bars_run):
    return "--data-dir", bars_run.parents[1] / "bars"


@pytest.mark.parametrize("file", ["model.onnx", "model.tflite", "numpy", "model.c"])
def test_a_file_is_evaluated_as_its_run_is(exports, bars_run, evaluate, data, file, tmp_path):
    path = tmp_path / file
    path.symlink_to(exports / file)
    code, out, err = evaluate("--model", path, *data, "--json")
    record = json.loads(out)
    of_run = json.loads(evaluate(bars_run, "--json")[1])
    assert (code, err) == (0, "")
    assert record["written"] == [
        str(tmp_path / f"{file}-{name}") for name in ("eval-test.json", "predictions-test.csv")
    ]
    assert (record["model"], of_run["model"]) == (str(path), None)
    assert record["loss"] == pytest.approx(of_run["loss"], rel=1e-4)
    same = ["run", "checkpoint", "step", "weights_digest", "trained_on", "errors", "confusion", "is_foreign"]
    assert [record[key] for key in same] == [of_run[key] for key in same]


def test_a_file_can_be_below_the_accuracy_that_was_asked_for(exports, evaluate, tmp_path):
    shutil.copy(exports / "model-int8.tflite", tmp_path)
    code, out, _ = evaluate("--model", tmp_path / "model-int8.tflite", "--data", "digits", "--min-accuracy", "0.9")
    assert code == 7
    assert ["file", str(tmp_path / "model-int8.tflite")] in [line.split() for line in out.splitlines()]


def test_a_file_without_its_data_asks_for_it(exports, evaluate):
    code, out, err = evaluate("--model", exports / "model.tflite")
    assert (code, out) == (2, "")
    assert "needs a data_dir" in err


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (b"PK\x05\x06" + bytes(18), 5, "has no record of where it comes from"),
        (b"", 5, "has no record"),
        (b"PK\x03\x04" + bytes(300), 5, "damaged; export it again"),
    ],
)
def test_a_file_of_others_is_refused(tmp_path, evaluate, content, code, said):
    path = tmp_path / "model.tflite"
    path.write_bytes(content)
    found, out, err = evaluate("--model", path)
    assert (found, out) == (code, "")
    assert said in err


def test_a_damaged_onnx_file_is_told(tmp_path, evaluate):
    (tmp_path / "model.onnx").write_bytes(b"no network")
    code, _, err = evaluate("--model", tmp_path / "model.onnx")
    assert (code, err) == (5, f"error: {tmp_path / 'model.onnx'}: damaged: not an ONNX file\n")


def test_a_damaged_file_with_good_metadata_is_told(exports, tmp_path, evaluate, data):
    path = tmp_path / "model.tflite"
    path.write_bytes(b"\0" * 100 + (exports / "model.tflite").read_bytes()[100:])
    code, _, err = evaluate("--model", path, *data)
    assert code == 5
    assert "cannot be run as litert" in err


@pytest.mark.parametrize("damaged", ["saved_model.pb", "variables/variables.data-00000-of-00001"])
def test_a_damaged_saved_model_is_told(exports, tmp_path, evaluate, data, damaged):
    path = shutil.copytree(exports / "saved_model", tmp_path / "saved_model")
    (path / damaged).write_text("x")
    code, _, err = evaluate("--model", path, *data)
    assert (code, err) == (5, f"error: {path}: cannot be run as saved_model: damaged; export it again\n")


def test_a_saved_model_that_could_write_files_is_not_loaded(exports, tmp_path, evaluate, data):
    import tensorflow as tf

    class Harmful(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None, 28, 28, 1], tf.float32, name="images")])
        def serve(self, images):
            tf.io.write_file(str(tmp_path / "written"), "harm")
            return {"logits": tf.zeros([tf.shape(images)[0], 10])}

    harmful = Harmful()
    tf.saved_model.save(harmful, str(tmp_path / "harmful"), signatures=harmful.serve)
    shutil.copytree(exports / "saved_model/assets.extra", tmp_path / "harmful/assets.extra")
    code, _, err = evaluate("--model", tmp_path / "harmful", *data)
    assert code == 5
    assert "operations that an exported network does not have" in err
    assert "WriteFile" in err
    assert not (tmp_path / "written").exists()


def test_a_keras_file_that_brings_code_is_not_loaded(exports, tmp_path, evaluate, data):
    import keras

    model = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Lambda(lambda images: images[:, 0, :10, 0])])
    model.save(tmp_path / "model.keras")
    with zipfile.ZipFile(exports / "model.keras") as source, zipfile.ZipFile(tmp_path / "model.keras", "a") as archive:
        archive.writestr(FILE_NAME, source.read(FILE_NAME))
    code, _, err = evaluate("--model", tmp_path / "model.keras", *data)
    assert code == 5
    assert "cannot be run as keras" in err


def test_a_c_file_that_brings_code_is_not_compiled(exports, tmp_path, evaluate, data):
    content = (exports / "model.c").read_text()
    path = tmp_path / "model.c"
    path.write_text(content.replace("while ((bytes", 'fopen("written", "w"); while ((bytes', 1))
    code, _, err = evaluate("--model", path, *data)
    assert code == 5
    assert "its code is not what this version of mnistcnn writes" in err


@pytest.mark.parametrize("arguments", [["one"], ["--checkpoint", "last"]])
def test_a_file_and_a_run_exclude_each_other(exports, evaluate, arguments):
    code, _, err = evaluate("--model", exports / "model.onnx", *arguments)
    assert code == 2
    assert "leave out RUN and --checkpoint" in err


def test_a_format_that_cannot_be_made_does_not_keep_the_others_from_it(export, monkeypatch, tmp_path):
    def fails(source, path):
        path.write_bytes(b"half")
        raise ModuleNotFoundError("No module named 'torch'")

    monkeypatch.setitem(exporting._WRITERS, "keras", fails)
    code, out, err = export("--format", "keras", "--format", "numpy", "--no-verify", "--json")
    failed, done, error = map(json.loads, out.splitlines())
    path, problem = tmp_path / "out/model.keras", "ModuleNotFoundError: No module named 'torch'"
    assert failed == {"event": "export_failed", "format": "keras", "path": str(path), "problem": problem}
    assert (code, done["format"], error["kind"]) == (5, "numpy", "RunError")
    assert err == f"error: 1 of 2 formats could not be made\n  {path}: {problem}\n"
    assert {one.name for one in (tmp_path / "out").iterdir()} == {".lock", "numpy", "export.json", "parity.json"}


def test_a_clock_before_1980_keeps_nothing_from_being_made(export, monkeypatch):
    monkeypatch.setattr("time.time", lambda: 86_400.0)
    code, _, err = export("--format", "keras", "--format", "numpy", "--no-verify")
    assert (code, err) == (0, "")


def test_a_file_that_is_too_large_for_the_disk_or_its_limit_is_one_line(export, tmp_path):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        code, _, err = export("--format", "saved_model", "--format", "numpy", "--no-verify")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert code == 5
    assert [line.strip() for line in err.splitlines()[1:]] == [
        f"{tmp_path / 'out' / name}: cannot write: File too large" for name in ("saved_model", "numpy")
    ]


def test_a_file_that_differs_counts_more_than_one_that_is_missing(export, faulty_onnx, instead, monkeypatch):
    instead("onnx", faulty_onnx)
    monkeypatch.setitem(exporting._WRITERS, "keras", lambda source, path: path.read_bytes())
    code, _, err = export("--format", "onnx", "--format", "keras")
    assert code == 8
    assert "1 of 1 exports do not predict" in err
    assert "1 of 2 formats could not be made" in err


def test_keras_is_used_as_the_export_needs_it_whatever_is_configured(bars_run, tmp_path):
    (tmp_path / ".keras").mkdir()
    settings = {"image_data_format": "channels_first", "backend": "torch", "floatx": "float16"}
    (tmp_path / ".keras/keras.json").write_text(json.dumps(settings))
    environment = {**os.environ, "KERAS_HOME": str(tmp_path / ".keras"), "KERAS_BACKEND": "no_such_backend"}
    arguments = ["export", str(bars_run), "--out", str(tmp_path / "out"), "-q", "--format", "keras"]
    command = [sys.executable, "-m", "mnistcnn", *arguments]
    result = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert (result.returncode, result.stderr) == (0, "")
    records = json.loads((tmp_path / "out/export.json").read_text())["files"]
    assert {record["verdict"] for record in records.values()} == {"verified"}
    with zipfile.ZipFile(tmp_path / "out/model.keras") as archive:
        layers = [layer["config"] for layer in json.loads(archive.read("config.json"))["config"]["layers"]]
    assert {layer.get("data_format", "channels_last") for layer in layers} == {"channels_last"}
    assert "float16" not in json.dumps([layer["dtype"] for layer in layers])


def test_onnx_calls_the_batch_batch(exports):
    import onnx

    graph = onnx.load(exports / "model.onnx").graph
    shapes = {
        end.name: [size.dim_param or size.dim_value for size in end.type.tensor_type.shape.dim]
        for end in (*graph.input, *graph.output)
    }
    assert shapes == {
        "images": ["batch", 28, 28, 1],
        "logits": ["batch", 10],
        "probabilities": ["batch", 10],
        "classes": ["batch"],
        "doubt": ["batch"],
    }


@pytest.mark.parametrize(
    ("file", "outputs"),
    [
        ("model.tflite", ["logits", "probabilities", "classes"]),
        ("model-int8.tflite", ["logits", "probabilities"]),
    ],
)
def test_litert_calls_its_tensors_as_the_signature_does_and_aligns_its_weights(exports, file, outputs):
    from ai_edge_litert import schema_py_generated as schema

    content = bytearray((exports / file).read_bytes())
    model = schema.ModelT.InitFromPackedBuf(content)
    (subgraph,), (signature,) = model.subgraphs, model.signatureDefs
    assert [subgraph.tensors[index].name.decode() for index in subgraph.inputs] == ["images"]
    assert [subgraph.tensors[index].name.decode() for index in subgraph.outputs] == outputs
    assert [end.name.decode() for end in signature.outputs] == outputs
    assert [end.tensorIndex for end in signature.outputs] == list(subgraph.outputs)
    weights = max((buffer.data for buffer in model.buffers if buffer.data is not None), key=len)
    assert bytes(content).index(weights.tobytes()) % 16 == 0
