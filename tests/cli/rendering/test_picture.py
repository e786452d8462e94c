import io

import numpy as np
import pytest
from mnistcnn_cli.rendering.picture import half_blocks, picture, shades
from rich.console import Console


@pytest.fixture
def image():
    """Ink in the two upper rows, half of it in the third, background in the fourth."""
    return np.array([[255] * 3, [255] * 3, [128] * 3, [0] * 3], np.uint8)


def console(**options):
    return Console(file=io.StringIO(), **{"force_terminal": True, "color_system": "truecolor", **options})


def test_a_half_block_has_the_upper_pixel_in_front_and_the_lower_behind(image):
    text = half_blocks(image)
    assert text.plain == "▀▀▀\n▀▀▀"
    colours = [(span.style.color.triplet.red, span.style.bgcolor.triplet.red) for span in text.spans]
    assert colours == [(255, 255)] * 3 + [(128, 0)] * 3


def test_more_ink_is_a_darker_character(image):
    assert shades(image).plain == "@@@\n:::"
    assert shades(np.zeros((2, 1), np.uint8)).plain == " "


@pytest.mark.parametrize(
    ("options", "drawn"),
    [
        ({}, "▀"),
        ({"color_system": "256"}, "▀"),
        ({"color_system": "standard"}, "@"),
        ({"no_color": True}, "@"),
        ({"force_terminal": False}, "@"),
    ],
    ids=str,
)
def test_only_a_terminal_with_greys_gets_colours(image, options, drawn):
    assert picture(image, console(**options)).plain[0] == drawn


def test_a_terminal_without_the_half_block_gets_characters(image):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")
    assert picture(image, Console(file=stream, force_terminal=True, color_system="truecolor")).plain[0] == "@"
