"""Filters and maps as text."""

import re

import numpy as np
import pytest

from mnistcnn.visualize.drawing.style import LIGHT, Scale
from mnistcnn.visualize.terminal import encode, nearest_of_256, terminal_lines

SCALE = Scale("signed", 1.0, "weight", "by hand")


def test_without_colours_a_character_says_how_large_a_value_is():
    lines = list(encode(np.array([[0.0, 1.0, 9.0], [np.nan, -1.0, 0.5]]), SCALE, LIGHT, "ascii"))
    assert lines == ["  @@@@", "  &&++"]


def test_a_half_block_holds_two_values():
    (line,) = encode(np.array([[1.0], [-1.0]]), SCALE, LIGHT, "truecolor")
    upper, lower = SCALE.colours(np.array([1.0, -1.0]), LIGHT)
    assert line == f"\x1b[38;2;{';'.join(map(str, upper))};48;2;{';'.join(map(str, lower))}m▀\x1b[0m"


def test_half_of_a_block_can_be_missing():
    (line,) = encode(np.array([[1.0, np.nan]]), SCALE, LIGHT, "256")
    assert "▀" in line
    assert "48;" not in line


@pytest.mark.parametrize(
    ("colour", "code"), [((0, 0, 0), 16), ((255, 255, 255), 231), ((95, 135, 175), 67), ((9, 8, 8), 232)]
)
def test_colours_are_the_nearest_of_256(colour, code):
    assert nearest_of_256(colour) == code


@pytest.mark.parametrize("depth", ["truecolor", "256", "ascii"])
@pytest.mark.parametrize("width", [20, 57, 80, 200])
def test_everything_keeps_to_the_width_of_the_window(depth, width, source):
    if depth == "ascii" and width < 57:
        pytest.skip("a map of 28 values is 56 characters wide, whatever the window")
    drawing = [
        line
        for line in terminal_lines(source, "all", [], max(width, 30), depth)
        if "from" not in line and ":" not in line
    ]
    plain = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in drawing]
    assert max(map(len, plain)) <= max(width, 30)
    assert ("\x1b" in "".join(drawing)) == (depth != "ascii")


def test_a_layer_and_kinds_select(source):
    text = "\n".join(terminal_lines(source, "conv1", ["filters"], 80, "ascii"))
    assert "filters of conv1" in text
    assert "after ReLU" not in text
    assert "%" in "\n".join(terminal_lines(source, "fc2", [], 80, "ascii"))
