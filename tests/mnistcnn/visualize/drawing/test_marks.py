"""Marks come to the same place with Pillow as with Matplotlib."""

import numpy as np
import pytest
from PIL import Image

from mnistcnn.visualize.drawing.figure import add_marks, make_figure, rasterise
from mnistcnn.visualize.drawing.marks import Arrow, Box, Line, draw_marks
from mnistcnn.visualize.drawing.style import LIGHT

INK = (20, 20, 20)
MARKS = {
    "a bar": Box(10, 20, 30, 12, INK),
    "a bar between pixels": Box(10.4, 20.3, 29.6, 12, INK),
    "a box": Box(10, 20, 30, 12, INK, line=2),
    "a line": Line([(10, 30), (60, 30)], 2, INK),
    "an arrow": Arrow(10, 50, 30, INK),
}


def edges(image):
    """Top, bottom, left and right of what is dark."""
    rows, columns = np.nonzero(np.asarray(image.convert("L")) < 128)
    return np.array([rows.min(), rows.max(), columns.min(), columns.max()])


@pytest.mark.parametrize("mark", MARKS.values(), ids=MARKS)
def test_pillow_and_matplotlib_agree_to_a_pixel(mark):
    pixels = np.full((72, 72, 3), LIGHT.background, np.uint8)
    image, figure = Image.fromarray(pixels), make_figure(pixels, LIGHT)
    draw_marks(image, [mark])
    add_marks(figure, [mark])
    assert np.abs(edges(image) - edges(rasterise(figure))).max() <= 1


def test_a_bar_without_length_is_not_drawn():
    image = Image.new("RGB", (40, 40), LIGHT.background)
    draw_marks(image, [Box(10, 10, 0.2, 12, INK)])
    assert (np.asarray(image) == LIGHT.background).all()


def test_what_is_drawn_later_lies_above():
    image = Image.new("RGB", (40, 40), LIGHT.background)
    draw_marks(image, [Box(5, 5, 30, 30, INK), Box(10, 10, 10, 10, LIGHT.orange)])
    assert image.getpixel((12, 12)) == LIGHT.orange
