"""Inputs that excite units most of all."""

import numpy as np
import pytest
import tensorflow as tf

from mnistcnn.visualize.analysis.receptive_fields import RECEPTIVE_FIELDS


def test_the_input_of_conv1_is_the_best_there_is(source):
    found, weights = source.maximised("conv1"), source.weights["conv1/weights"][:, :, 0, :]
    random = np.random.default_rng(0)
    for unit in found.units:
        own = (found.images[unit] * weights[:, :, unit]).sum() + source.weights["conv1/biases"][unit]
        assert found.values[unit] == pytest.approx(own, abs=1e-5)
        others = random.random((500, 5, 5)) > 0.5
        assert (others * weights[:, :, unit]).sum(axis=(1, 2)).max() <= (found.images[unit] * weights[:, :, unit]).sum()


@pytest.mark.parametrize(("layer", "row"), [("conv1", 13), ("conv2", 6)])
def test_the_value_is_what_the_unit_answers_to_the_input_inside_an_image(layer, row, source):
    found, field = source.maximised(layer), RECEPTIVE_FIELDS[layer]
    for index, unit in enumerate(found.units):
        image = np.random.default_rng(1).random((28, 28), np.float32)
        rows = field.clipped(row)
        image[np.ix_(rows, rows)] = found.images[index]
        answer = source.network.activations(tf.constant(image[np.newaxis, :, :, np.newaxis]))
        assert answer[f"{layer}/preactivation"].numpy()[0, row, row, unit] == pytest.approx(
            found.values[index], abs=1e-4
        )


@pytest.mark.parametrize("layer", ["conv2", "fc1", "fc2"])
def test_the_search_finds_ink_that_excites_a_unit_more_than_any_test_image(layer, source):
    found = source.maximised(layer)
    peaks = {**source.survey.peaks, "fc2": source.survey.result.logits}[layer].max(axis=0)
    live = [index for index, unit in enumerate(found.units) if layer == "fc2" or peaks[unit] > 0]
    better = [found.values[index] > peaks[found.units[index]] for index in live]
    # Not all six of conv2: at the border, padding can excite a unit more than any ink does.
    assert np.mean(better) >= 0.8
    assert 0 <= found.images.min() <= found.images.max() <= 1


def test_of_fc1_the_units_are_those_that_the_digit_excites_most(source):
    units = source.maximised("fc1").units
    excited = source.activations["fc1"][list(units)]
    assert (np.diff(excited) <= 0).all()
    assert excited[0] == source.activations["fc1"].max()


def test_the_search_finds_the_same_every_time(source, make_subject):
    assert np.array_equal(source.maximised("conv2").images, make_subject().maximised("conv2").images)
