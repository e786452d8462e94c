"""Pictures and arrays become what the network takes."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

import mnistcnn
from mnistcnn.errors import DataError
from mnistcnn.interface.digits import to_images


def drawn(mode="L"):
    """A one in dark ink on white, much larger than MNIST's."""
    image = Image.new(mode, (200, 160), "white")
    ImageDraw.Draw(image).line([(100, 30), (100, 130)], fill="black", width=14)
    return image


def test_a_file_an_image_and_an_array_give_the_same_digit(tmp_path):
    path = tmp_path / "one.png"
    drawn().save(path)
    digit = mnistcnn.read_digit(path)
    assert (digit.shape, digit.dtype, digit.max()) == ((28, 28), np.uint8, 255)
    pixels = np.asarray(drawn())
    pictures = [
        str(path),
        drawn(),
        drawn("RGB"),
        drawn("RGB").convert("CMYK"),
        pixels,
        pixels / 255,
        np.dstack([pixels] * 3),
    ]
    for picture in pictures:
        np.testing.assert_array_equal(mnistcnn.read_digit(picture), digit)


def test_an_image_of_mnist_comes_back_as_it_is():
    digit = mnistcnn.read_digit(drawn())
    np.testing.assert_array_equal(mnistcnn.read_digit(digit), digit)


def test_a_batch_may_mix_pictures_and_arrays(tmp_path):
    digit = mnistcnn.read_digit(drawn())
    batch = to_images([drawn(), digit, digit[np.newaxis] / 255])
    np.testing.assert_array_equal(batch, np.stack([digit] * 3))


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (np.zeros((20, 20), np.uint8), "the array: no digit"),
        (np.zeros((2, 3, 4, 5)), "the array has the shape [2, 3, 4, 5]"),
        (np.full((28, 28), 254.0), "the array has numbers from 254 to 254"),
        (np.full((28, 28), np.nan), "the array has numbers from nan to nan"),
        (np.full((28, 28), -1), "the array has numbers from -1 to -1"),
        ("nowhere.png", "nowhere.png: there is no such file"),
        (".", ".: this is a folder; pass the images in it"),
    ],
    ids=str,
)
def test_what_is_no_digit_is_refused_in_one_line(picture, said):
    with pytest.raises(DataError) as caught:
        mnistcnn.read_digit(picture)
    assert str(caught.value).startswith(said)


def test_an_array_for_the_network_must_be_28_by_28():
    with pytest.raises(DataError, match=r"mnistcnn\.read_digit makes 28×28"):
        to_images(np.zeros((5, 30, 30), np.uint8))
