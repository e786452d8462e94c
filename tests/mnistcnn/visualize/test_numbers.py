"""The numbers behind the pictures, against a forward pass in NumPy that shares nothing with the network's."""

import numpy as np
import pytest

from mnistcnn.config.schema import load_config
from mnistcnn.runs.directory import Run
from mnistcnn.runs.trained import load_trained
from mnistcnn.training.loop import train
from mnistcnn.visualize.analysis.digit import find_digit
from mnistcnn.visualize.drawing.style import LIGHT
from mnistcnn.visualize.picture_source import PictureSource


def convolve(maps, weights, biases):
    """[h, w, in] → [h, w, out]; stride 1, zero padding, kernel not flipped."""
    padded = np.pad(maps, ((2, 2), (2, 2), (0, 0)))
    height, width = maps.shape[:2]
    out = np.zeros((height, width, weights.shape[-1]))
    for dy in range(5):
        for dx in range(5):
            out += padded[dy : dy + height, dx : dx + width] @ weights[dy, dx]
    return out + biases


def pool(maps):
    height, width, units = maps.shape
    return maps.reshape(height // 2, 2, width // 2, 2, units).max(axis=(1, 3))


def forward(image, weights):
    found, maps = {}, image[:, :, np.newaxis].astype(float)
    for conv, pooled in (("conv1", "pool1"), ("conv2", "pool2")):
        found[f"{conv}/preactivation"] = convolve(maps, weights[f"{conv}/weights"], weights[f"{conv}/biases"])
        found[conv] = np.maximum(found[f"{conv}/preactivation"], 0)
        maps = found[pooled] = pool(found[conv])
    found["fc1"] = np.maximum(maps.ravel() @ weights["fc1/weights"] + weights["fc1/biases"], 0)
    found["fc2"] = found["fc1"] @ weights["fc2/weights"] + weights["fc2/biases"]
    found["probabilities"] = np.exp(found["fc2"]) / np.exp(found["fc2"]).sum()
    return found


@pytest.fixture(scope="module")
def arrays(drawn):
    with np.load(drawn[0] / "arrays.npz", allow_pickle=False) as file:
        return dict(file)


def test_maps_units_and_probabilities_are_the_networks(arrays, run, dataset):
    with np.load(run.checkpoints().find("last") / "weights.npz") as file:
        weights = dict(file)
    expected = forward(dataset.test.images[3] / 255, weights)
    for name, values in expected.items():
        np.testing.assert_allclose(arrays[name], values, atol=1e-4, err_msg=name)


def test_filters_are_the_checkpoints(arrays, run):
    with np.load(run.checkpoints().find("last") / "weights.npz") as weights:
        for name in ("conv1/weights", "conv1/biases", "conv2/weights", "conv2/biases"):
            assert np.array_equal(arrays[name], weights[name])


def test_the_confusion_matrix_counts_every_test_image_once(arrays, dataset, source):
    assert arrays["confusion"].sum() == len(dataset.test)
    assert arrays["confusion"].sum(axis=1).tolist() == dataset.test.classes()
    assert np.trace(arrays["confusion"]) == len(dataset.test) - source.survey.result.errors


def test_the_animation_goes_over_the_snapshots_from_step_0_on(arrays, run):
    assert arrays["history/steps"].tolist() == run.snapshots().steps()
    with np.load(run.checkpoints().find("0") / "weights.npz") as weights:
        assert np.array_equal(arrays["history/conv1/weights"][0], weights["conv1/weights"])
    assert arrays["history/steps"][0] == 0


def test_the_history_of_a_run_that_averages_its_weights_shows_the_averages(dataset, tmp_path):
    small = ["network={conv1: 2, conv2: 3, fc1: 8}", "steps=4", "averaging.decay=0.9", "summaries.enabled=false"]
    run = Run(list(train(load_config(None, [f"log_dir={tmp_path}", *small]), dataset))[-1].run)
    source = PictureSource(load_trained(run, "last"), dataset, find_digit("3", dataset), LIGHT, autoscale=False)
    for name, array in source.history[-1].weights.items():
        np.testing.assert_array_equal(array, source.weights[name])
