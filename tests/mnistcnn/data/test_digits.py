from __future__ import annotations

import numpy as np
import pytest

from mnistcnn.data.digits import Digits, read_digits, to_mnist_frames


@pytest.fixture(scope="module")
def digits() -> Digits:
    return read_digits()


def test_the_split_is_fixed_and_every_class_is_in_both_parts(digits: Digits) -> None:
    assert digits.training.images.shape == (1437, 28, 28)
    assert digits.test.images.shape == (360, 28, 28)
    assert digits.training.labels[:12].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]
    assert digits.test.classes() == [35, 36, 35, 37, 37, 37, 37, 36, 33, 37]


def test_images_are_uint8_over_the_whole_range_and_read_only(digits: Digits) -> None:
    for examples in (digits.training, digits.test):
        assert examples.images.dtype == examples.labels.dtype == np.uint8
        assert (examples.images.min(), examples.images.max()) == (0, 255)
        assert not examples.images.flags.writeable
        assert not examples.labels.flags.writeable


def test_ink_is_like_that_of_mnist(digits: Digits) -> None:
    """MNIST: 19 % of the pixels are inked, with a mean of 174."""
    inked = digits.training.images > 0
    assert 0.15 < inked.mean() < 0.25
    assert 150 < digits.training.images[inked].mean() < 190


def test_images_are_centred_by_mass(digits: Digits) -> None:
    images = digits.training.images.astype(np.float64)
    place = np.arange(28)
    mass = images.sum(axis=(1, 2))
    for axis in (1, 2):
        centres = images.sum(axis=axis) @ place / mass
        assert np.abs(centres - 13.5).max() <= 0.51


def test_twice_is_the_same_and_checksums_say_so(digits: Digits) -> None:
    again = read_digits()
    np.testing.assert_array_equal(again.test.images, digits.test.images)
    assert again.checksums == digits.checksums
    assert set(digits.checksums) == {"digits-images", "digits-labels"}


def test_the_origin_names_the_version_of_scikit_learn(digits: Digits) -> None:
    import sklearn

    assert digits.origin == f"scikit-learn {sklearn.__version__} (bundled)"


def test_an_image_is_upright_and_neither_mirrored_nor_wrapped() -> None:
    image = np.zeros((8, 8))
    image[0:2, 0:2] = 16  # All ink in a corner: it moves by the margin at most, and not round the edge.
    (framed,) = to_mnist_frames(image[np.newaxis])
    assert framed.shape == (28, 28)
    assert framed[8:12, 8:12].min() > 200
    assert framed[:7].max() == framed[:, :7].max() == framed[16:].max() == framed[:, 16:].max() == 0


def test_an_empty_image_stays_empty() -> None:
    assert to_mnist_frames(np.zeros((1, 8, 8))).max() == 0
