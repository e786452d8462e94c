import numpy as np
import pytest
from scipy import ndimage

from mnistcnn.data.framing import THINNEST, stroke_width, to_mnist_image
from mnistcnn.data.idx import read_images
from mnistcnn.errors import DataError


def drawn(ink):
    """Black ink on white paper: [height, width, 1]."""
    return (1 - ink[..., None]).astype(np.float32)


def hook(side, width, top=0, left=0, height=None, canvas=None):
    """How much ink: a seven-like hook of strokes `width` wide."""
    height = height or side
    ink = np.zeros(canvas or (height, side))
    ink[top : top + width, left : left + side] = 1
    ink[top : top + height, left + side - width : left + side] = 1
    return ink


def box(frame):
    rows, columns = np.nonzero(frame)
    return np.ptp(rows) + 1, np.ptp(columns) + 1


def test_the_longer_side_becomes_20_and_the_shape_stays():
    assert box(to_mnist_image(drawn(np.pad(hook(60, 10, height=120), 40)), "x")) == (20, 10)
    assert box(to_mnist_image(drawn(np.pad(hook(120, 10, height=60), 40)), "x")) == (10, 20)


@pytest.mark.parametrize("side", [7, 20, 27, 40, 100, 700])
def test_small_and_large_come_out_alike(side):
    width = max(1, round(side * 0.15))
    frame = to_mnist_image(drawn(np.pad(hook(side, width), side // 3)), "x")
    usual = to_mnist_image(drawn(np.pad(hook(400, 60), 133)), "x")
    assert box(frame) == box(usual) == (20, 20)
    assert np.abs(frame.astype(int) - usual).mean() < 10


@pytest.mark.parametrize("place", [(0, 0), (3, 250), (170, 10), (200, 280)])
def test_wherever_it_is_its_mass_comes_to_the_middle(place):
    frame = to_mnist_image(drawn(hook(100, 14, *place, canvas=(300, 380))), "x")
    assert ndimage.center_of_mass(frame) == pytest.approx((14, 14), abs=0.51)


def test_dark_on_light_and_light_on_dark_come_out_the_same():
    paper = drawn(np.pad(hook(90, 14), 30))
    assert np.array_equal(to_mnist_image(paper, "x"), to_mnist_image(1 - paper, "x"))


def test_the_strongest_ink_is_255_however_pale_it_was():
    pale = 1 - 0.2 * (1 - drawn(np.pad(hook(90, 14), 30)))
    frame = to_mnist_image(pale, "x")
    assert (frame.dtype, frame.shape, frame.min(), frame.max()) == (np.uint8, (28, 28), 0, 255)


def test_thin_strokes_become_as_wide_as_a_pen_that_mnist_knew():
    thin = np.pad(hook(400, 4), 50)
    frame = to_mnist_image(drawn(thin), "x")
    middle_of_the_stem = frame[14].astype(float).sum() / 255
    assert THINNEST < middle_of_the_stem < 3


def test_the_width_of_strokes_is_measured():
    for width in (5, 11, 21):
        assert stroke_width(hook(200, width) > 0) == pytest.approx(width, abs=2)
    assert stroke_width(np.zeros((5, 5), bool)) == 0


def test_a_long_line_is_a_digit():
    for ink in (np.pad(np.ones((4, 900)), 60), np.pad(np.ones((900, 4)), 60)):
        assert to_mnist_image(drawn(ink), "x").max() == 255


@pytest.mark.parametrize("side", [1, 3, 5])
def test_too_little_ink_is_an_error_that_names_the_image(side):
    with pytest.raises(DataError, match=r"^speck\.png: no digit: .*too little"):
        to_mnist_image(drawn(np.pad(np.ones((side, side)), 150)), "speck.png")


def test_a_blank_image_is_an_error_that_names_it():
    with pytest.raises(DataError, match=r"^blank\.png: no digit"):
        to_mnist_image(np.ones((50, 50, 3), np.float32), "blank.png")


@pytest.mark.parametrize("invert", [False, True])
@pytest.mark.parametrize("channels", [1, 3])
def test_an_image_of_mnist_comes_back_as_it_is(real_mnist_dir, invert, channels):
    images = read_images(real_mnist_dir / "t10k-images-idx3-ubyte.gz").values[:200]
    for image in images:
        shown = 255 - image if invert else image
        pixels = np.repeat(shown[..., None], channels, axis=2).astype(np.float32) / 255
        assert np.array_equal(to_mnist_image(pixels, "x"), image)


def test_an_image_of_28x28_that_is_not_framed_is_framed():
    small = hook(10, 2, top=1, left=1, canvas=(28, 28))
    assert box(to_mnist_image(drawn(small), "x")) == (20, 20)


@pytest.mark.parametrize("highest", [1, 16, 32])
def test_a_dim_image_of_mnist_is_scaled_by_what_is_there(highest):
    ink = hook(20, 3, top=4, left=6, canvas=(28, 28))
    bright = to_mnist_image((ink[..., None]).astype(np.float32), "x")
    dim = to_mnist_image((ink[..., None] * highest / 255).astype(np.float32), "x")
    assert np.array_equal(dim, bright)
