"""The charts of a run: its curves and its histograms, as their axes show them."""

import csv
import dataclasses

import numpy as np
import pytest
from matplotlib.colors import same_color
from matplotlib.figure import Figure

from mnistcnn.config.schema import load_config
from mnistcnn.network.model import to_input
from mnistcnn.visualize.drawing.marks import Text
from mnistcnn.visualize.drawing.style import LIGHT, hex_colour
from mnistcnn.visualize.sheets import curves as module
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
    """The axes of a sheet."""
    return sheet.figure.axes


def curves(axes):
    """The lines that the legend names."""
    return {line.get_label(): line for line in axes.lines if not line.get_label().startswith("_")}


def column(rows, split, name):
    return np.array([float(row[name]) for row in rows if row["split"] == split])


@pytest.mark.parametrize("split", ["validation", "test"])
def test_the_curves_of_evaluations_are_those_of_metrics_csv_zeros_among_them(source, rows, split):
    loss, errors = charts(curves_sheet(source))
    for axes, values in ((loss, column(rows, split, "loss")), (errors, 100 * (1 - column(rows, split, "accuracy")))):
        line = curves(axes)[f"{split} (crosses)"]
        np.testing.assert_array_equal(line.get_xdata(), column(rows, split, "step"))
        np.testing.assert_allclose(line.get_ydata(), values)


def test_the_curve_of_training_is_a_running_mean_of_all_batches(source, rows, monkeypatch):
    monkeypatch.setattr(module, "_window", lambda _: 3)
    sheet = curves_sheet(source)
    (line,) = (line for label, line in curves(charts(sheet)[1]).items() if label.startswith("train"))
    errors = 100 * (1 - column(rows, "train", "accuracy"))
    expected = [errors[start : start + 3].mean() for start in range(len(errors) - 2)]
    np.testing.assert_allclose(line.get_ydata(), expected, atol=1e-9)
    assert line.get_xdata()[0] == column(rows, "train", "step")[:3].mean()
    assert line.get_label() == "train (crosses, mean of 3 batches)"
    assert "a running mean of 3" in sheet.words.sentence


def test_a_curve_that_reaches_zero_is_drawn_down_to_zero():
    axes = Figure().add_subplot()
    axes.plot([0, 1, 2], [40.0, 0.3, 0.0])
    module._scale(axes)
    assert axes.get_yscale() == "symlog"
    assert axes.get_ylim()[0] == 0
    assert {0.0, 0.1, 1.0, 10.0} <= set(np.round(axes.get_yticks(), 9))


def test_a_curve_above_zero_has_a_logarithmic_axis():
    axes = Figure().add_subplot()
    axes.plot([0, 1, 2], [40.0, 0.3, 0.2])
    module._scale(axes)
    assert axes.get_yscale() == "log"


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (["keep_prob=1"], "single batches."),
        ([], "single batches with dropout, which raises their loss."),
        (["augmentation.shift=1"], "single batches with dropout and augmentation, which raise their loss."),
    ],
)
def test_the_caption_names_only_what_the_run_had(settings, sentence, make_subject, monkeypatch):
    monkeypatch.setattr(module, "_window", lambda _: 1)
    source = make_subject()
    source.trained = dataclasses.replace(source.trained, config=load_config(None, settings))
    assert sentence in curves_sheet(source).words.sentence


def test_the_curves_name_their_axes_and_mark_the_step_of_the_network(source):
    loss, errors = charts(curves_sheet(source))
    assert (loss.get_ylabel(), errors.get_ylabel()) == ("loss (nats)", "errors (%)")
    assert loss.get_yscale() == "log"  # A loss is never zero, and the mark of the step is no curve.
    for axes in (loss, errors):
        assert axes.get_xlabel() == "step"
        (mark,) = (line for line in axes.lines if line.get_linestyle() == ":")
        assert set(mark.get_xdata()) == {source.trained.step}
        assert {text.get_text() for text in axes.get_legend().get_texts()} == set(curves(axes))


def test_every_variable_has_a_chart_weights_before_biases(histograms, source):
    titles = [mark.text for mark in histograms.marks if isinstance(mark, Text) and "/" in mark.text][
        : len(source.weights)
    ]
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
