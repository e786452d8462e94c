"""Arrays as lines of text."""

import numpy as np
import pytest

from mnistcnn.visualize.drawing.half_blocks import encode, nearest_of_256
from mnistcnn.visualize.drawing.style import LIGHT, Scale

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
