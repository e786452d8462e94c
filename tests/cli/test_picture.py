from io import StringIO

import numpy as np
import pytest
from mnistcnn_cli.picture import RAMP, can_show_gray, picture
from rich.console import Console


@pytest.fixture
def image():
    pixels = np.zeros((4, 3), np.uint8)
    pixels[0, 0], pixels[1, 0], pixels[2:, 2] = 255, 100, 255
    return pixels


def test_ascii_has_a_character_for_two_pixels(image):
    lines = picture(image, color=False).plain.split("\n")
    assert lines[0][1:] == lines[1][:2] == "  "
    assert lines[1][2] == RAMP[-1]
    assert lines[0][0] in RAMP[5:8]


def test_half_blocks_have_the_exact_gray_of_each_pixel(image):
    stream = StringIO()
    Console(file=stream, force_terminal=True, color_system="truecolor").print(picture(image, color=True))
    assert stream.getvalue().count("▀") == 6
    assert "38;2;255;255;255;48;2;100;100;100" in stream.getvalue()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"force_terminal": True, "color_system": "256"}, True),
        ({"force_terminal": True, "color_system": "256", "no_color": True}, False),
        ({"force_terminal": True, "color_system": None}, False),
    ],
)
def test_colors_are_used_where_there_are_colors(options, expected):
    class Utf8(StringIO):
        encoding = "utf-8"

    assert can_show_gray(Console(file=Utf8(), **options)) is expected


def test_a_terminal_without_unicode_gets_ascii():
    class Latin(StringIO):
        encoding = "latin-1"

    assert not can_show_gray(Console(file=Latin(), force_terminal=True, color_system="256"))
