"""Every figure of an evaluation, and the files that hold them."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from dataclasses import replace

import numpy as np
import pytest

from mnistcnn.config.schema import DataConfig, load_config
from mnistcnn.data.dataset import Examples
from mnistcnn.data.sources import load_dataset
from mnistcnn.errors import DataError, DivergedError
from mnistcnn.evaluation.assessment import Provenance, assess, assess_run
from mnistcnn.network.evaluator import EvaluationResult
from mnistcnn.runs.checkpoint import Checkpoint
from mnistcnn.runs.directory import Run
from mnistcnn.runs.metrics_file import read_metrics
from mnistcnn.training.loop import train

CHECKSUMS = {"train-images-idx3-ubyte": "0" * 64}  # Of `tiny_dataset`.
SMALL = ("network.conv1=2", "network.conv2=3", "network.fc1=8", "batch_size=10", "steps=2", "eval_every=1")


@pytest.fixture
def run(tmp_path, tiny_dataset):
    return trained_run(tmp_path, tiny_dataset, *SMALL)


def trained_run(log_dir, dataset, *overrides):
    return Run(list(train(load_config(None, [f"log_dir={log_dir}", *overrides]), dataset))[-1].run)


@pytest.fixture
def tiny_assessment(tiny_dataset):
    """Makes an assessment of made-up answers to the test split."""

    def make(dataset=tiny_dataset, logits=None):
        if logits is None:
            logits = np.random.default_rng(0).normal(0, 1, (60, 10)) + 2 * np.eye(10)[dataset.test.labels]
        provenance = Provenance("20261124-1", "best", 7, "ab" * 32, "tiny", CHECKSUMS)
        result = EvaluationResult(logits.astype(np.float32), dataset.test.labels)
        return assess(provenance, dataset, "test", result, 3)

    return make


def test_the_last_checkpoint_has_exactly_the_figures_that_the_run_ended_with(run, tiny_dataset):
    results = run.manifest()["results"]
    last = assess_run(run, "last", tiny_dataset, "test")
    assert (last.accuracy, last.errors) == (results["test_accuracy"], results["test_errors"])
    assert (last.provenance.step, last.provenance.weights_digest) == (results["step"], results["weights_digest"])
    assert assess_run(run, "last", tiny_dataset, "validation").accuracy == results["validation_accuracy"]
    loss = read_metrics(run.metrics_path)[-1]["loss"]
    assert (last.loss, last.split) == (float(loss), "test")


def test_the_record_can_be_worked_out_again_from_the_predictions(tiny_assessment):
    found = tiny_assessment()
    rows = list(csv.DictReader(io.StringIO(found.predictions_csv().decode())))
    probabilities = np.array([[float(row[f"p{label}"]) for label in range(10)] for row in rows])
    labels = np.array([int(row["label"]) for row in rows])
    record = found.record()
    assert [int(row["index"]) for row in rows] == list(range(60))
    assert [int(row["prediction"]) for row in rows] == probabilities.argmax(axis=1).tolist()
    assert record["errors"] == np.count_nonzero(probabilities.argmax(axis=1) != labels) > 0
    assert record["loss"] == pytest.approx(-np.log(probabilities[np.arange(60), labels]).mean(), rel=1e-12)
    assert (probabilities == found.probabilities).all()
    assert probabilities.sum(axis=1) == pytest.approx(1)
    assert record["interval"]["low"] < record["accuracy"] == 1 - record["errors"] / 60 < record["interval"]["high"]


def test_the_files_are_the_record_and_the_predictions_and_belong_together(tiny_assessment, tmp_path):
    found = tiny_assessment()
    paths = found.write(tmp_path)
    assert [path.name for path in paths] == ["eval-test.json", "predictions-test.csv"]
    written = json.loads(paths[0].read_bytes())
    predictions = written.pop("predictions")
    assert written == json.loads(json.dumps(found.record()))
    assert predictions == {
        "file": "predictions-test.csv",
        "sha256": hashlib.sha256(paths[1].read_bytes()).hexdigest(),
    }


def test_every_record_says_who_was_asked_and_on_what(tiny_assessment):
    record = tiny_assessment().record()
    identity = {"run": "20261124-1", "checkpoint": "best", "step": 7, "weights_digest": "ab" * 32}
    assert record.items() >= {**identity, "data": "tiny", "trained_on": "tiny", "is_foreign": False}.items()


@pytest.mark.parametrize(
    ("name", "file"),
    [("digits", "eval-test-digits.json"), ("tiny", "eval-test-tiny.json"), ("a b/$é", "eval-test-a-b--é.json")],
)
def test_other_data_never_takes_the_place_of_the_runs_own(tiny_assessment, tiny_dataset, tmp_path, name, file):
    own = tiny_assessment().write(tmp_path)[0].read_bytes()
    foreign = tiny_assessment(replace(tiny_dataset, name=name, checksums={"train-images-idx3-ubyte": "1" * 64}))
    assert foreign.write(tmp_path)[0].name == file
    assert (tmp_path / "eval-test.json").read_bytes() == own
    record = json.loads((tmp_path / file).read_bytes())
    assert (record["data"], record["trained_on"], record["is_foreign"]) == (name, "tiny", True)


def test_the_same_data_under_another_name_is_the_runs_own(tiny_assessment, tiny_dataset):
    assert not tiny_assessment(replace(tiny_dataset, name="moved", origin="/elsewhere/moved")).is_foreign


def test_a_name_of_any_length_fits_into_a_file_name(tiny_assessment, tiny_dataset, tmp_path):
    tiny_assessment(replace(tiny_dataset, name="数" * 85, checksums={})).write(tmp_path)


def test_a_split_without_images_is_an_error(run, tiny_dataset):
    empty = Examples(tiny_dataset.test.images[:0], tiny_dataset.test.labels[:0])
    with pytest.raises(DataError, match=r"tiny \(/data/tiny\): no images in the validation split"):
        assess_run(run, "best", replace(tiny_dataset, validation=empty), "validation")


def test_useless_weights_are_an_error_and_no_figures(run, tiny_dataset):
    huge = {name: np.full_like(array, 1e38) for name, array in weights_of(run).items()}
    run.checkpoints().save(Checkpoint(9, huge, {}), best=False)
    with pytest.raises(DivergedError, match=r"step 9\).* is nan"):
        assess_run(run, "9", tiny_dataset, "test")


def weights_of(run, checkpoint="last"):
    with np.load(run.checkpoints().find(checkpoint) / "weights.npz", allow_pickle=False) as arrays:
        return dict(arrays)


def convolved(maps, weights, biases):
    """ReLU of a 5×5 convolution, SAME: [batch, height, width, channels] float64."""
    padded = np.pad(maps, ((0, 0), (2, 2), (2, 2), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (5, 5), axis=(1, 2))
    return np.maximum(np.tensordot(windows, weights.transpose(2, 0, 1, 3), axes=3) + biases, 0)


def pooled(maps):
    batch, height, width, channels = maps.shape
    return maps.reshape(batch, height // 2, 2, width // 2, 2, channels).max(axis=(2, 4))


def logits_by_numpy(weights, images):
    """The network without TensorFlow, in float64."""
    weights = {name: array.astype(np.float64) for name, array in weights.items()}
    maps = images[..., np.newaxis] / 255
    for layer in ("conv1", "conv2"):
        maps = pooled(convolved(maps, weights[f"{layer}/weights"], weights[f"{layer}/biases"]))
    flat = maps.reshape(len(maps), -1)
    fc1 = np.maximum(flat @ weights["fc1/weights"] + weights["fc1/biases"], 0)
    return fc1 @ weights["fc2/weights"] + weights["fc2/biases"]


def test_real_mnist_gets_the_answers_that_numpy_gives_with_the_same_weights(real_mnist, tmp_path):
    dataset = load_dataset(DataConfig(source="mnist"))
    dataset = replace(dataset, validation=first(dataset.validation, 100), test=first(dataset.test, 400))
    small = ["network={conv1: 8, conv2: 12, fc1: 64, initializer: he}", "summaries.enabled=false"]
    run = trained_run(tmp_path, dataset, *small, "steps=40", "eval_every=40", "learning_rate=3e-3")
    found = assess_run(run, "last", dataset, "test")
    weights, images = weights_of(run), dataset.test.images
    logits = np.concatenate([logits_by_numpy(weights, images[start : start + 100]) for start in range(0, 400, 100)])
    labels = dataset.test.labels
    losses = np.log(np.exp(logits - logits.max(axis=1, keepdims=True)).sum(axis=1)) + logits.max(axis=1)
    assert found.loss == pytest.approx((losses - logits[np.arange(400), labels]).mean(), abs=1e-4)
    assert (found.predictions == logits.argmax(axis=1)).all()
    assert found.accuracy > 0.5


def first(examples: Examples, count: int) -> Examples:
    return Examples(examples.images[:count], examples.labels[:count])
