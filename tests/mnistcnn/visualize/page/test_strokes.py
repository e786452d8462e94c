"""Lines and pictures become digits as MNIST's makers would have made them."""

import base64
import math

import numpy as np
import pytest
from scipy import ndimage

from mnistcnn.config.schema import load_config
from mnistcnn.data.framing import to_mnist_image
from mnistcnn.data.sources import load_dataset

from .tracing import trace

HOOK = [[(0.3, 0.3), (0.6, 0.3)], [(0.6, 0.3), (0.5, 0.7)]]


@pytest.fixture
def draw_all(scripts):
    def call(digits, center=True):
        lines = [
            [[{"x": x, "y": y} for x, y in np.round(stroke, 4).tolist()] for stroke in strokes] for strokes in digits
        ]
        images = scripts.evaluate(
            "([digits, center]) => digits.map((strokes) =>"
            " Array.from(modules['strokes.js'].strokesToImage(strokes, { center })))",
            [lines, center],
        )
        return np.array(images).reshape(-1, 28, 28)

    return call


@pytest.fixture
def draw(draw_all):
    return lambda strokes, center=True: draw_all([strokes], center)[0]


@pytest.fixture
def load(scripts):
    """Gives a picture to the page, [height, width] or [height, width, 3 or 4], 0 to 1."""

    def call(picture, center=True):
        picture = np.atleast_3d(picture) * np.ones((1, 1, 3)) if picture.ndim == 2 else picture
        rgba = np.concatenate([picture, np.ones((*picture.shape[:2], 4 - picture.shape[2]))], axis=2)
        pixels = base64.b64encode(np.rint(rgba * 255).astype(np.uint8).tobytes()).decode()
        image = scripts.evaluate(
            """([pixels, width, height, center]) => {
                const rgba = Uint8ClampedArray.from(atob(pixels), (character) => character.charCodeAt(0));
                const { readDigits, wholePicture } = modules["pictures/reading.js"];
                const [image] = center ? readDigits({ rgba, width, height }).map((digit) => digit.image)
                    : [wholePicture({ rgba, width, height })];
                return Array.from(image ?? new Float32Array(784));
            }""",
            [pixels, picture.shape[1], picture.shape[0], center],
        )
        return np.array(image).reshape(28, 28)

    return call


@pytest.fixture(scope="module")
def mnist(real_mnist_dir):
    return load_dataset(load_config(None, ["data.source=mnist", f"data.dir={real_mnist_dir}"]).data)


def moved(strokes, scale, dx, dy):
    return [[(scale * x + dx, scale * y + dy) for x, y in stroke] for stroke in strokes]


def box(image):
    rows, columns = np.nonzero(image > 0.01)
    return rows[0], columns.min(), np.ptp(rows) + 1, np.ptp(columns) + 1


def test_no_strokes_are_blank_paper(draw):
    assert not draw([]).any()


def test_wherever_and_however_large_it_was_drawn_it_comes_out_the_same(draw):
    usual = draw(HOOK)
    for scale, dx, dy in ((0.4, 0.05, 0.7), (1.3, -0.1, 0), (0.7, 0.5, 0.1)):
        assert np.allclose(draw(moved(HOOK, scale, dx, dy)), usual, atol=1e-4)


def test_ink_fits_into_20_by_20_with_its_mass_in_the_middle(draw):
    image = draw(HOOK)
    assert max(box(image)[2:]) == 20
    assert ndimage.center_of_mass(image) == pytest.approx((14, 14), abs=0.51)
    assert image.max() == 1


def test_ink_is_not_lost_where_its_mass_is_far_from_its_box(draw):
    heavy = [[(0, 0), (1, 0)], *[[(0.9, y), (1, y)] for y in np.linspace(0, 0.2, 20)], [(0, 0), (0, 1)]]
    image = draw(heavy)
    assert max(box(image)[2:]) == 20


def test_a_click_is_a_dot_of_the_pens_width(draw, scripts):
    width = scripts.evaluate("modules['strokes.js'].PEN_WIDTH")
    assert draw([[(0.2, 0.9)]]).sum() == pytest.approx(math.pi * (width / 2) ** 2, rel=0.1)


@pytest.mark.parametrize("angle", [0, 30, 45, 77])
def test_the_pen_is_as_wide_in_every_direction(angle, draw, scripts):
    width = scripts.evaluate("modules['strokes.js'].PEN_WIDTH")
    dx, dy = 0.25 * math.cos(math.radians(angle)), 0.25 * math.sin(math.radians(angle))
    image = draw([[(0.5 - dx, 0.5 - dy), (0.5 + dx, 0.5 + dy)]], center=False)
    assert image.sum() == pytest.approx(14 * width + math.pi * (width / 2) ** 2, rel=0.05)


def test_without_centring_the_pad_is_taken_as_it_is(draw):
    image = draw(moved(HOOK, 0.3, 0.6, 0.6), center=False)
    top, left, height, _ = box(image)
    assert (top, left) == (round((0.09 + 0.6) * 28 - 1.8), round((0.09 + 0.6) * 28 - 1.8))
    assert height < 8


def test_the_pen_has_mnists_mean_ink(draw_all, mnist):
    images = mnist.validation.images[:100]  # The first of the images that the pen was calibrated on.
    drawn = draw_all([[stroke / 28 for stroke in trace(image)] for image in images])
    assert drawn.sum() / (images.sum() / 255) == pytest.approx(1, abs=0.05)


def test_an_image_of_mnist_comes_back_as_it_is(load, mnist):
    for image in mnist.test.images[:5] / 255:
        assert np.allclose(load(image), image, atol=1e-6)
        assert np.allclose(load(1 - image), image, atol=1e-6)


@pytest.fixture(scope="module")
def photo(mnist):
    """A digit (a 2) as a camera might see it: enlarged, dark on paper that is lit from one side, with noise."""
    digit = ndimage.zoom(mnist.test.images[1] / 255, 6, order=1)
    paper = np.linspace(0.65, 0.95, 260) * np.ones((200, 1))
    ink = np.zeros((200, 260))
    ink[20:188, 60:228] = digit
    noise = np.random.default_rng(0).normal(0, 0.01, ink.shape)
    return np.clip(paper - 0.5 * ink + noise, 0, 1)


def test_a_photograph_becomes_what_predict_makes_of_it(load, photo):
    for picture in (photo, 1 - photo):
        expected = to_mnist_image(picture[..., np.newaxis].astype(np.float32), "photo") / 255
        assert np.corrcoef(load(picture).ravel(), expected.ravel())[0, 1] > 0.999


def test_thin_lines_are_thickened_as_predict_does(load):
    paper = np.ones((300, 300))
    paper[40:260, 148:152] = 0
    expected = to_mnist_image(paper[..., np.newaxis].astype(np.float32), "line") / 255
    assert load(paper).sum() == pytest.approx(expected.sum(), rel=0.01)


def test_what_is_transparent_is_no_ink(load):
    picture = np.zeros((100, 100, 4))
    picture[20:80, 45:55, 3] = 1
    upright = load(picture)
    assert box(upright)[2] == 20
    assert box(upright)[3] < 6
    picture[..., :3] = 1
    assert np.allclose(load(picture), upright)


def test_without_centring_a_picture_is_made_28_by_28_as_it_is(load):
    paper = np.ones((280, 140))
    paper[10:50, 10:30] = 0
    assert box(load(paper, center=False)) == (1, 8, 4, 2)


@pytest.mark.parametrize("shade", [0, 0.5, 1])
def test_a_blank_picture_is_blank(load, shade):
    assert not load(np.full((50, 60), shade)).any()
