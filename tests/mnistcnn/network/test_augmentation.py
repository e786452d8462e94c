"""Changed training images: by known maps, within their limits, and as a function of seed and step."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.ndimage
import tensorflow as tf

from mnistcnn.config.recipe import AugmentationConfig
from mnistcnn.network.augmentation import Augmentation, smoothing_matrix

EVERYTHING = AugmentationConfig(rotation=20, scale=0.2, shift=3, shear=0.3, elastic=1.0)


def blobs(count):
    """Smooth pictures, so that two ways to interpolate agree."""
    noise = np.random.default_rng(0).random((count, 28, 28))
    smooth = scipy.ndimage.gaussian_filter(noise, (0, 2, 2)) * np.pad(np.ones((18, 18)), 5)
    return (smooth / smooth.max()).astype(np.float32)[..., np.newaxis]


def augment(config, images, seed=0, step=0):
    return Augmentation(config, seed)(tf.constant(images), tf.constant(step)).numpy()


def draw(monkeypatch, *numbers):
    """Let the random numbers of every image be these."""
    drawn = tf.constant([numbers], tf.float32)
    monkeypatch.setattr(tf.random, "stateless_uniform", lambda shape, *_, **__: tf.tile(drawn, [shape[0], 1]))


def forward_map(rotation, height, width, shear):
    angle = np.radians(rotation)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return turn @ [[1, 0], [shear, 1]] @ np.diag([height, width])


@pytest.mark.parametrize(
    "numbers",
    [(1, 0, 0, 0, 0, 0), (0, 1, -0.5, 0, 0, 0), (0, 0, 0, 1, 0, 0), (0, 0, 0, 0, 1, -0.3), (0.5, -1, 1, -0.7, 0.2, 1)],
    ids=["rotation", "scale", "shear", "shift", "all"],
)
def test_affine_maps_are_those_of_scipy(monkeypatch, numbers):
    draw(monkeypatch, *numbers)
    config = AugmentationConfig(rotation=25, scale=0.3, shear=0.4, shift=3)
    rotation, tall, wide, slant, down, right = numbers
    inverse = np.linalg.inv(forward_map(25 * rotation, 1 + 0.3 * tall, 1 + 0.3 * wide, 0.4 * slant))
    centre = np.array([13.5, 13.5])
    offset = centre - inverse @ (centre + 3 * np.array([down, right]))
    images = blobs(3)
    expected = [scipy.ndimage.affine_transform(image[..., 0], inverse, offset, order=1) for image in images]
    np.testing.assert_allclose(augment(config, images)[..., 0], expected, atol=1e-4)


def test_a_whole_shift_moves_pixels_and_lets_background_in(monkeypatch):
    draw(monkeypatch, 0, 0, 0, 0, 1, -1)
    images = np.random.default_rng(0).random((2, 28, 28, 1), np.float32)
    shifted = augment(AugmentationConfig(shift=2), images)
    np.testing.assert_allclose(shifted[:, 2:, :-2], images[:, :-2, 2:], atol=1e-5)
    assert not shifted[:, :2].any()
    assert not shifted[:, :, -2:].any()


def test_what_is_shifted_out_of_the_image_leaves_background(monkeypatch):
    draw(monkeypatch, 0, 0, 0, 0, 1, 1)
    assert not augment(AugmentationConfig(shift=28), np.ones((1, 28, 28, 1), np.float32)).any()


def test_an_elastic_field_has_the_size_that_was_asked_for_everywhere_and_is_smooth():
    augmentation = Augmentation(AugmentationConfig(elastic=0.7), 0)
    drawn = tf.random.stateless_uniform([2000, 6 + 2 * 28 * 28], [1, 2], -1, 1)
    grid = np.stack(np.meshgrid(np.arange(28), np.arange(28), indexing="ij"), axis=-1)
    field = augmentation._sources(tf.concat([0 * drawn[:, :6], drawn[:, 6:]], axis=1)) - grid
    np.testing.assert_allclose(np.std(field, axis=0), 0.7, rtol=0.08)
    np.testing.assert_allclose(np.mean(field, axis=0), 0, atol=0.08)
    # The correlation of neighbours under a Gaussian of deviation 4 is exp(-1 / (4 · 4²)).
    centre, right = field[:, 14, 14, 0], field[:, 14, 15, 0]
    assert np.corrcoef(centre, right)[0, 1] == pytest.approx(np.exp(-1 / 64), abs=0.005)
    assert abs(np.corrcoef(centre, field[:, 14, 14, 1])[0, 1]) < 0.1


def test_an_elastic_image_is_the_image_at_the_places_of_the_field():
    augmentation = Augmentation(AugmentationConfig(elastic=1.5), 3)
    images = blobs(4)
    drawn = tf.random.stateless_uniform([4, 6 + 2 * 28 * 28], [-1 - 3, 9], -1, 1, alg="philox")
    places = np.moveaxis(augmentation._sources(drawn).numpy(), -1, 1)
    expected = [
        scipy.ndimage.map_coordinates(image[..., 0], place, order=1)
        for image, place in zip(images, places, strict=True)
    ]
    np.testing.assert_allclose(augmentation(images, tf.constant(9))[..., 0], expected, atol=1e-4)


def test_rows_of_the_smoothing_keep_the_variance_of_noise():
    np.testing.assert_allclose((smoothing_matrix(4.0) ** 2).sum(axis=1), 1, rtol=1e-6)


def test_values_stay_in_their_range():
    changed = augment(EVERYTHING, np.random.default_rng(0).random((50, 28, 28, 1), np.float32))
    assert changed.min() >= 0
    assert changed.max() <= 1


def test_images_are_a_function_of_seed_and_step_and_each_is_changed_in_its_own_way():
    images = np.repeat(blobs(1), 3, axis=0)
    one = augment(EVERYTHING, images, seed=1, step=5)
    np.testing.assert_array_equal(one, augment(EVERYTHING, images, seed=1, step=5))
    for other in (augment(EVERYTHING, images, seed=2, step=5), augment(EVERYTHING, images, seed=1, step=6)):
        assert (one != other).any(axis=(1, 2, 3)).all()
    assert (one[0] != one[1]).any()
    assert (one[1] != one[2]).any()


def test_without_limits_nothing_is_enabled():
    assert not AugmentationConfig().enabled
    assert AugmentationConfig(shear=0.1).enabled
