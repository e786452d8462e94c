"""Sheets: sharp pixels, texts that fit, and metadata."""

import base64
import io
import re

import matplotlib as mpl
import numpy as np
import pytest
from PIL import Image

from mnistcnn.visualize.drawing.sheet import LEAST_WIDTH, MARGIN, Sheet, Words, same_everywhere
from mnistcnn.visualize.drawing.style import DARK, LIGHT, SMALL_SIZE, Scale
from mnistcnn.visualize.drawing.text_drawing import text_width, wrap

WORDS = Words("A title", "2 × 2", "One sentence.", "What it shows.", "run x · step 1")
SCALE = Scale("signed", 1.0, "weight", "by hand")


def make_sheet(width=40, height=40, theme=LIGHT, words=WORDS):
    sheet = Sheet(width, height, words, theme, [SCALE])
    sheet.array(0, 0, np.array([[1.0, -1.0], [0.0, np.nan]]), SCALE, 20)
    return sheet


def opened(content):
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_what_is_painted_is_in_the_file_to_the_pixel(theme):
    sheet = make_sheet(theme=theme)
    pixels = np.asarray(opened(sheet.render("png", "")).convert("RGB"))
    assert pixels.shape[:2] == sheet.size[::-1]
    top = sheet._top
    left = sheet._left
    assert np.array_equal(pixels[top : top + 40, left : left + 40], sheet.pixels[top : top + 40, left : left + 40])
    assert np.array_equal(pixels[-1, -1], theme.background)


@pytest.mark.parametrize("width", [40, 733, 741, 1001, 1303])
def test_no_width_costs_a_pixel(width):
    sheet = make_sheet(width=width)
    assert opened(sheet.render("png", "")).size == sheet.size
    assert sheet.size[0] >= max(width, LEAST_WIDTH) + 2 * MARGIN


def test_the_alternative_text_is_in_every_format():
    sheet = make_sheet()
    png = opened(sheet.render("png", "weights abc")).info
    assert (png["Title"], png["Description"], png["Source"]) == (WORDS.title, WORDS.alt, "weights abc")
    assert WORDS.alt in sheet.render("svg", "weights abc").decode()
    assert WORDS.alt.encode() in sheet.render("pdf", "weights abc")


def test_vector_formats_hold_the_same_pixels():
    sheet = make_sheet()
    svg = sheet.render("svg", "").decode()
    encoded = re.search(r"base64,([^\"]+)", svg)[1]
    embedded = np.asarray(Image.open(io.BytesIO(base64.b64decode(encoded))).convert("RGB"))
    # SVG's own transform turns the picture the right way up.
    assert "scale(1 -1)" in svg
    assert np.array_equal(embedded[::-1], sheet.pixels)
    pdf = sheet.render("pdf", "")
    assert b"/Width %d" % sheet.size[0] in pdf
    assert b"/Height %d" % sheet.size[1] in pdf


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_the_same_sheet_gives_the_same_bytes_whatever_the_users_settings(kind):
    def rendered():
        with same_everywhere():
            return make_sheet().render(kind, "")

    first = rendered()
    with mpl.rc_context({"font.family": "serif", "savefig.dpi": 33, "savefig.facecolor": "red", "figure.dpi": 10}):
        assert rendered() == first


def test_long_sentences_are_broken_and_make_room():
    words = Words("A title", "2 × 2", "One sentence goes on and on. " * 20, "alt", "small")
    short, long = make_sheet(), make_sheet(words=words)
    assert long.size[1] > short.size[1] + 40
    assert all(text_width(line, SMALL_SIZE) <= 300 for line in wrap(words.sentence, 300, SMALL_SIZE))
    assert " ".join(wrap(words.sentence, 300, SMALL_SIZE)) == words.sentence.strip()


@pytest.mark.parametrize(("align", "edge"), [("left", 0), ("center", -0.5), ("right", -1)])
def test_text_in_a_png_stands_where_it_stands_in_other_formats(align, edge):
    sheet = Sheet(300, 60, WORDS, LIGHT)
    sheet.text(150, 30, "HHH", 20, align=align)
    width = text_width("HHH", 20)
    pixels = np.asarray(sheet.raster().convert("L"))[sheet._top : sheet._top + 60, sheet._left : sheet._left + 300]
    rows, columns = np.nonzero(pixels < 128)
    assert (rows[0] + rows[-1]) / 2 == pytest.approx(30, abs=1.5)
    assert columns[0] == pytest.approx(150 + edge * width, abs=5)
    assert columns[-1] == pytest.approx(150 + (edge + 1) * width, abs=5)
