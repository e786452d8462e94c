"""The page finds the digits in pictures that `predict` finds, at the same places, and makes the same of them."""

import base64
import io

import numpy as np
import pytest
from PIL import Image, ImageOps

from benchmarks.photo_drawing import CONDITIONS, photos
from mnistcnn.data.framing import find_digits
from mnistcnn.data.imagefile import read_picture
from tests.mnistcnn.data.test_finding import DIGITS

READ = """([pixels, width, height]) => {
    const rgba = Uint8ClampedArray.from(atob(pixels), (character) => character.charCodeAt(0));
    const digits = modules["pictures/reading.js"].readDigits({ rgba, width, height });
    return digits.map(({ box, image }) => [[box.left, box.top, box.right, box.bottom], Array.from(image)]);
}"""
ALIKE = (
    "photo", "ruled", "transparent", "coloured ink", "blackboard", "soft shadow", "hard shadow", "thumb",
    "desk all around", "form's box", "tight crop, 280", "28×28, up to 16", "two lines of two",
)  # fmt: skip
"""Half as large as they are drawn: a quarter of the time."""


def smaller(picture):
    return picture.reduce(2) if min(picture.size) > 300 else picture


def found_by_page(scripts, picture):
    pixels = base64.b64encode(picture.convert("RGBA").tobytes()).decode()
    found = scripts.evaluate(READ, [pixels, *picture.size])
    return [(box, np.array(image).reshape(28, 28)) for box, image in found]


def found_by_predict(picture):
    content = io.BytesIO()
    picture.save(content, "PNG")
    read = read_picture(content.getvalue(), "picture")
    places = []
    for digit in find_digits(read.pixels):
        top, left = read.displayed(digit.box.top, digit.box.left)
        bottom, right = read.displayed(digit.box.bottom, digit.box.right)
        places.append(([left, top, right, bottom], digit.image / 255))
    return places


@pytest.mark.parametrize("condition", [one for one in CONDITIONS if one.name in ALIKE], ids=lambda one: one.name)
def test_the_page_reads_what_predict_reads(scripts, condition):
    [photo] = photos(condition, DIGITS, 1)
    picture = smaller(ImageOps.exif_transpose(Image.open(io.BytesIO(photo.content))))
    expected, found = found_by_predict(picture), found_by_page(scripts, picture)
    assert len(found) == len(expected) == condition.written
    for (box, image), (expected_box, expected_image) in zip(found, expected, strict=True):
        assert np.abs(np.subtract(box, expected_box)).max() <= 1
        assert np.corrcoef(image.ravel(), expected_image.ravel())[0, 1] > 0.999
        assert np.abs(image - expected_image).max() < 0.03


@pytest.mark.parametrize("shade", [0, 0.5, 1])
def test_blank_paper_has_no_digit(scripts, shade):
    blank = Image.fromarray(np.full((50, 60), round(255 * shade), np.uint8))
    assert found_by_page(scripts, blank) == []


def test_a_large_picture_is_read_by_its_means_and_its_boxes_are_in_its_own_pixels(scripts):
    page = np.full((240, 1300), 255, np.uint8)
    page[40:200, 900:920] = 0
    [(box, image)] = found_by_page(scripts, Image.fromarray(page))
    [(expected_box, expected_image)] = found_by_predict(Image.fromarray(page))
    assert np.abs(np.subtract(box, expected_box)).max() <= 3
    assert np.abs(image - expected_image).max() < 0.03
