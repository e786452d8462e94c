"""The charts of a run: its curves and its histograms, as their axes show them."""

import csv

import numpy as np
import pytest
from matplotlib.colors import same_color

from mnistcnn.network.model import to_input
from mnistcnn.visualize.drawing.sheet import hex_colour
from mnistcnn.visualize.drawing.style import LIGHT
from mnistcnn.visualize.sheets.curves import activation_histograms, curves_sheet, parameter_histograms

STEPS = [0, 10, 20, 30]  # Of the checkpoints that the run has kept.


@pytest.fixture(scope="module")
def rows(run):
    with run.metrics_path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def histograms(source):
    return parameter_histograms(source)


def charts(sheet):
    """The axes of a sheet, without those that span it for texts and lines."""
    return [axes for axes in sheet.figure.axes if axes is not sheet.canvas]


def curves(axes):
    """The lines that the legend names."""
    return {line.get_label(): line for line in axes.lines if not line.get_label().startswith("_")}


def column(rows, split, name):
    return np.array([float(row[name]) for row in rows if row["split"] == split])


@pytest.mark.parametrize(
    ("split", "label"),
    [("train", "train (crosses, one batch)"), ("validation", "validation (crosses)"), ("test", "test (crosses)")],
)
def test_the_curves_are_the_losses_and_errors_of_metrics_csv(source, rows, split, label):
    loss, errors = charts(curves_sheet(source))
    steps, accuracy = column(rows, split, "step"), column(rows, split, "accuracy")
    np.testing.assert_array_equal(curves(loss)[label].get_xdata(), steps)
    np.testing.assert_array_equal(curves(loss)[label].get_ydata(), column(rows, split, "loss"))
    wrong = accuracy < 1  # A logarithm has no place for 0 %.
    np.testing.assert_array_equal(curves(errors)[label].get_xdata(), steps[wrong])
    np.testing.assert_allclose(curves(errors)[label].get_ydata(), 100 * (1 - accuracy[wrong]))


def test_the_curves_name_their_axes_and_mark_the_step_of_the_network(source):
    loss, errors = charts(curves_sheet(source))
    assert (loss.get_ylabel(), errors.get_ylabel()) == ("loss (nats)", "errors (%)")
    for axes in (loss, errors):
        assert (axes.get_xlabel(), axes.get_yscale()) == ("step", "log")
        (mark,) = (line for line in axes.lines if line.get_linestyle() == ":")
        assert set(mark.get_xdata()) == {source.trained.step}
        assert {text.get_text() for text in axes.get_legend().get_texts()} == set(curves(axes))


def test_every_variable_has_a_chart_weights_before_biases(histograms, source):
    titles = [text.get_text() for text in histograms.canvas.texts if "/" in text.get_text()][: len(source.weights)]
    layers = ("conv1", "conv2", "fc1", "fc2")
    assert titles == [f"{layer}/{kind}" for kind in ("weights", "biases") for layer in layers]
    assert len(charts(histograms)) == len(titles)


def test_histograms_count_the_weights_of_every_kept_checkpoint(histograms, run):
    edges, counts = (histograms.arrays[f"histogram/conv2/weights/{part}"] for part in ("edges", "counts"))
    for step, row in zip(STEPS, counts, strict=True):
        with np.load(run.checkpoints().find(str(step)) / "weights.npz") as file:
            weights = file["conv2/weights"]
        np.testing.assert_array_equal(row, np.histogram(weights, edges)[0])
        assert row.sum() >= 0.99 * weights.size


def test_a_ridge_is_as_high_as_its_counts_the_first_step_at_the_top_and_the_networks_own_in_colour(histograms):
    for axes, name in zip(charts(histograms), ("conv1/weights", "conv2/weights"), strict=False):
        edges, counts = (histograms.arrays[f"histogram/{name}/{part}"] for part in ("edges", "counts"))
        assert [label.get_text() for label in axes.get_yticklabels()] == [f"{step}" for step in STEPS]
        bases = axes.get_yticks()
        assert list(bases) == sorted(bases, reverse=True)
        for base, count, line in zip(bases, counts, axes.lines, strict=False):
            np.testing.assert_allclose(line.get_xdata(), (edges[:-1] + edges[1:]) / 2)
            height = line.get_ydata() - base
            np.testing.assert_allclose(height / height.max(), count / count.max(), atol=1e-9)
        orange = [same_color(ridge.get_facecolor()[0], hex_colour(LIGHT.orange)) for ridge in axes.collections]
        assert orange == [False, False, False, True]


def test_histograms_of_activations_count_what_the_network_answers_before_relu(source):
    sheet = activation_histograms(source)
    edges, counts = (sheet.arrays[f"histogram/conv1 before ReLU/{part}"] for part in ("edges", "counts"))
    found = source.trained.network.activations(to_input(source.dataset.test.images))["conv1/preactivation"].numpy()
    np.testing.assert_array_equal(counts[-1], np.histogram(found, edges)[0])
