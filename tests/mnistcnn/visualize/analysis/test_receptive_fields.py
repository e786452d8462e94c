"""Which pixels a unit sees, by formula and by trying it out."""

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from mnistcnn.config.schema import NetworkConfig
from mnistcnn.network.model import Network
from mnistcnn.visualize.analysis.receptive_fields import RECEPTIVE_FIELDS

MANUAL = Path(__file__).parents[4] / "docs" / "visualize.md"


@pytest.mark.parametrize(
    ("layer", "stride", "first", "last"),
    [("conv1", 1, -2, 2), ("pool1", 2, -2, 3), ("conv2", 2, -6, 7), ("pool2", 4, -6, 9)],
)
def test_the_fields_are_those_of_the_derivation(layer, stride, first, last):
    field = RECEPTIVE_FIELDS[layer]
    assert (field.stride, field.first, field.last) == (stride, first, last)
    assert field.size == last - first + 1


def test_the_manual_has_their_formula():
    row = next(line for line in MANUAL.read_text().splitlines() if line.startswith("| y−2"))
    factors = {1: "", 2: "2", 4: "4"}
    formulas = [
        f"{factors[field.stride]}y{field.first:+d} … {factors[field.stride]}y{field.last:+d}".replace("-", "−")
        for layer, field in RECEPTIVE_FIELDS.items()
        if layer != "input"
    ]
    assert row == f"| {' | '.join(formulas)} |"


@pytest.fixture(scope="module")
def answers_to_single_pixels():
    """Every layer's answer to blank paper, and to each of 784 images with one inked pixel."""
    network = Network(NetworkConfig(conv1=2, conv2=2, fc1=1), seed=0)
    # With positive weights nothing cancels, and a pixel that gets ink changes all that it can reach.
    network.load({name: np.abs(array) + np.float32(0.01) for name, array in network.read().items()})
    images = np.concatenate([np.zeros((1, 784)), np.eye(784)]).reshape(785, 28, 28, 1).astype(np.float32)
    return {name: value.numpy() for name, value in network.activations(tf.constant(images)).items()}


@pytest.mark.parametrize("layer", ["conv1", "pool1", "conv2", "pool2"])
def test_a_unit_changes_with_exactly_the_pixels_in_its_field(layer, answers_to_single_pixels):
    blank, *inked = answers_to_single_pixels[layer]
    changed = np.any(np.array(inked) != blank, axis=-1).reshape(28, 28, *blank.shape[:2])
    field = RECEPTIVE_FIELDS[layer]
    for y, x in np.ndindex(blank.shape[:2]):
        expected = np.zeros((28, 28), bool)
        expected[np.ix_(field.clipped(y), field.clipped(x))] = True
        assert np.array_equal(changed[:, :, y, x], expected), (layer, y, x)
