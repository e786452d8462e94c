"""A picture of each kind that `benchmarks/photos.py` measures: are the digits found, and nothing else?"""

from itertools import pairwise

import numpy as np
import pytest
from scipy import ndimage

from benchmarks.photo_drawing import CONDITIONS, Digit, photos
from mnistcnn.data.box import Box
from mnistcnn.data.framing import find_digits
from mnistcnn.data.imagefile import read_pixels

SIDE = 28


def strokes(*points):
    """A digit in MNIST's frame, as straight strokes from point to point (row, column)."""
    image = np.zeros((SIDE * 4, SIDE * 4))
    for start, end in pairwise(points):
        line = np.rint(np.linspace(start, end, 400) * np.array(4)).astype(int)
        image[tuple(line.T)] = 1
    thick = ndimage.gaussian_filter(ndimage.maximum_filter(image, 9), 2)
    return np.rint(255 * np.clip(1.3 * thick[::4, ::4], 0, 1)).astype(np.uint8)


SEVEN = Digit(strokes((5, 7), (5, 20), (23, 12)), 7)
FOUR = Digit(strokes((4, 9), (15, 7), (15, 20), (4, 18), (23, 17)), 4)
ZERO = Digit(strokes((5, 12), (9, 7), (18, 7), (22, 12), (22, 16), (18, 20), (9, 20), (5, 15), (5, 12)), 0)
DIGITS = (SEVEN, FOUR, ZERO)


def likeness(image, digit):
    """The correlation with the digit that was drawn, both a little blurred, as a pixel's shift is no difference."""
    return np.corrcoef(*(ndimage.gaussian_filter(one.astype(float), 1.2).ravel() for one in (image, digit.image)))[0, 1]


def read(image):
    """The digit that the image is most like."""
    return max(DIGITS, key=lambda digit: likeness(image, digit)).label


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda condition: condition.name)
def test_the_digits_are_found_under_every_condition(condition):
    (picture,) = photos(condition, DIGITS, 1)
    found = find_digits(read_pixels(picture.content, "photo"))
    assert "".join(str(read(digit.image)) for digit in found) == picture.digits


def test_boxes_are_around_the_digits_in_pixels_of_the_picture():
    page = np.ones((200, 300, 1), np.float32)
    page[40:160, 60:72] = 0
    page[50:150, 200:214] = 0
    found = find_digits(page)
    assert [(d.box.left, d.box.top, d.box.width, d.box.height) for d in found] == [
        (60, 40, 12, 120),
        (200, 50, 14, 100),
    ]
    assert [digit.line for digit in found] == [0, 0]


def page_with_a_stroke(ground):
    """A stroke that takes nine tenths of the light."""
    page = np.array(ground, np.float32)
    page[150:250, 200:212] *= 0.1
    return page[..., np.newaxis]


STROKE = Box(150, 200, 250, 212)


def test_a_shadow_that_reaches_all_sides_is_no_digit():
    shadowed = np.full((400, 400), 0.9)
    shadowed[:, 260:] = shadowed[350:353] = 0.35
    assert [digit.box for digit in find_digits(page_with_a_stroke(shadowed))] == [STROKE]


def test_the_black_edge_of_a_scan_is_no_digit():
    scanned = np.full((400, 400), 0.9)
    scanned[:40] = scanned[:, -40:] = 0.05
    assert [digit.box for digit in find_digits(page_with_a_stroke(scanned))] == [STROKE]


def test_a_sheet_that_lies_askew_on_a_desk_and_touches_all_sides_is_no_digit():
    y, x = np.abs(np.mgrid[:200, :200] - 99.5)
    photo = np.where(y + x <= 100, 0.9, 0.1)
    photo[72:128, 72:128] *= 1 - 0.35 * np.kron(SEVEN.image / 255, np.ones((2, 2)))
    (digit,) = find_digits(ndimage.gaussian_filter(photo, 1).astype(np.float32)[..., np.newaxis])
    assert read(digit.image) == 7
    assert digit.box.within(Box(72, 72, 128, 128))


def test_what_is_hardly_there_beside_a_clear_stroke_is_no_digit():
    on_desk = np.full((400, 400), 0.9)
    on_desk[:, 300:] = 0.12
    on_desk[150:250, 340:350] = 0.06
    assert [digit.box for digit in find_digits(page_with_a_stroke(on_desk))] == [STROKE]


def test_what_is_paler_and_finer_than_a_clear_stroke_is_printed_and_no_digit():
    y, x = np.mgrid[:400, :400]
    printed = np.where(np.abs(np.hypot(y - 200, x - 310) - 60) < 2, 0.55, 0.9)
    assert [digit.box for digit in find_digits(page_with_a_stroke(printed))] == [STROKE]


def test_a_stroke_within_a_spot_of_light_is_read_and_the_spot_is_not():
    y, x = np.mgrid[:400, :400]
    spot = np.where(np.hypot((y - 200) / 1.4, x - 206) < 70, 0.95, 0.6)
    (digit,) = find_digits(page_with_a_stroke(ndimage.gaussian_filter(spot, 3)))
    assert digit.box == STROKE


@pytest.mark.parametrize("noise", [0, 0.02, 0.2])
@pytest.mark.parametrize("shape", [(1, 1, 1), (2, 3, 3), (28, 28, 1), (200, 150, 3)])
def test_blank_paper_has_no_digit(shape, noise):
    random = np.random.default_rng(1)
    found = find_digits((0.8 + random.normal(0, 1, shape) * noise).astype(np.float32))
    if max(shape) > 3 or not noise:  # Two pixels may mean anything, but are no crash.
        assert found == []
