"""Pictures decode to the pixels that went in, and the same value always has the same grey."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from mnistcnn.training.summaries.pictures import confusion_matrix, png, to_grey, to_signed_grey

RANDOM = np.random.default_rng(0)


def decoded(content):
    picture = Image.open(io.BytesIO(content))
    picture.load()
    return np.asarray(picture)


@pytest.mark.parametrize("shape", [(28, 28), (5, 5), (1, 1), (3, 7), (336, 336, 3), (2, 5, 3)])
def test_a_picture_decodes_to_its_pixels(shape):
    pixels = RANDOM.integers(0, 256, shape, np.uint8)
    assert np.array_equal(decoded(png(pixels)), pixels)


def test_grey_is_linear_from_black_to_white_and_clipped():
    values = np.array([-1, 0, 0.5, 1, 2, 9, np.nan], np.float32)
    assert to_grey(values, 2.0).tolist() == [0, 0, 64, 128, 255, 255, 0]


def test_signed_grey_has_zero_in_the_middle_and_is_symmetric():
    values = np.array([-9, -2, -1, 0, 1, 2, 9, np.nan], np.float32)
    assert to_signed_grey(values, 2.0).tolist() == [1, 1, 64, 128, 192, 255, 255, 128]


def test_the_confusion_matrix_has_true_digits_in_rows_and_marks_mistakes_red():
    labels = np.repeat(np.arange(10), 10).astype(np.uint8)
    predictions = labels.astype(np.int64)
    predictions[30] = 8  # A three taken for an eight.
    matrix = confusion_matrix(labels, predictions)

    def corner(row, column):
        return matrix[36 + 30 * row + 2, 36 + 30 * column + 2].tolist()

    assert corner(3, 8) == [178, 24, 43]
    assert corner(8, 3) == corner(0, 1) == [247, 247, 247]
    assert corner(5, 5) == [8, 69, 148]
    assert corner(3, 3) != corner(5, 5)


def test_a_digit_that_never_comes_has_an_empty_row():
    assert confusion_matrix(np.zeros(3, np.uint8), np.zeros(3, np.int64)).shape == (336, 336, 3)
