"""Filters and maps as text."""

import re

import numpy as np
import pytest

from mnistcnn.errors import UsageError
from mnistcnn.visualize.terminal import terminal_lines


@pytest.mark.parametrize("depth", ["truecolor", "256", "ascii"])
@pytest.mark.parametrize("width", [20, 57, 80, 200])
def test_everything_keeps_to_the_width_of_the_window(depth, width, source):
    if depth == "ascii" and width < 57:
        pytest.skip("a map of 28 values is 56 characters wide, whatever the window")
    lines = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in terminal_lines(source, "all", [], max(width, 30), depth)]
    drawing = [line for line in lines if not re.search(r": |\(.*percentile|\(0 is paper", line)]
    assert len(drawing) > 50
    assert max(map(len, drawing)) <= max(width, 30)
    assert ("\x1b" in "".join(terminal_lines(source, "conv1", [], 80, depth))) == (depth != "ascii")


def text_of(source, layer, kinds=(), unit=None):
    return list(terminal_lines(source, layer, kinds, 80, "ascii", unit))


def test_a_layer_and_kinds_select(source):
    text = "\n".join(text_of(source, "conv1", ["filters"]))
    assert "filters of conv1" in text
    assert "after ReLU" not in text
    assert "%" in "\n".join(text_of(source, "fc2"))


def test_units_have_their_numbers_above_them(source):
    _, _, numbers, *_ = text_of(source, "conv1", ["filters"])
    assert numbers.split() == ["0", "1", "2", "3"]
    assert [numbers.index(number) for number in "0123"] == [0, 12, 24, 36]  # Five values of two characters, and a gap.
    kernels = text_of(source, "conv2", ["filters"])[2:]
    rows = [line.split() for line in kernels if re.match(r"\d", line)]
    assert [row[0] for row in rows] == ["0", "1", "2", "3", "4", "5"]
    norms = np.square(source.weights["conv2/weights"]).sum(axis=(0, 1))
    assert [list(map(int, row[1:])) for row in rows] == [list(np.argsort(-norms[:, unit])) for unit in range(6)]
    dense = [line for line in text_of(source, "fc1", ["maps"])[2:] if line]
    assert dense[0].startswith("0    ")


def test_the_legend_runs_from_the_lowest_value_to_the_highest(source):
    _, legend, *_ = text_of(source, "conv1", ["filters"])
    low, high = re.match(r"−(\S+) &&.*@@ (\S+)  weight", legend).groups()
    assert low == high
    _, legend, *_ = text_of(source, "input")
    assert legend.startswith("0 ")
    assert "@@ 1  ink" in legend


def test_one_unit_is_drawn_alone(source):
    text = text_of(source, "conv1", ["filters"], unit=2)
    values = [float(each.replace("−", "-")) for line in text if line.count(".") == 5 for each in line.split()]
    assert np.allclose(values, source.weights["conv1/weights"][:, :, 0, 2].ravel(), rtol=5e-3)
    (kernels,) = [line.split() for line in text_of(source, "conv2", ["filters"], unit=5) if re.match(r"\d", line)]
    assert kernels == ["0", "1", "2", "3"]
    alone, together = text_of(source, "pool2", unit=1), text_of(source, "pool2")
    assert len(alone) < len(together)
    assert "unit 1" in alone[0]
    assert "unit 19: " in "\n".join(text_of(source, "fc1", unit=19))


def test_of_all_layers_those_with_such_a_unit_are_drawn(source):
    text = "\n".join(text_of(source, "all", ["maps"], unit=5))
    assert "conv2" in text
    assert "conv1" not in text
    with pytest.raises(UsageError, match=r"--unit 20: .*conv1 has units 0 to 3; .*fc1 has units 0 to 19"):
        text_of(source, "all", unit=20)
