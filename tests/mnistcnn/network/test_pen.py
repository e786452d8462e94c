"""Strokes as other people's pens draw them, and nothing else changed."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
import tensorflow as tf

from mnistcnn.config.recipe import AugmentationConfig
from mnistcnn.network.augmentation import Augmentation
from mnistcnn.network.pen import Pen
from mnistcnn.network.randomness import Rows

BATCH = 12
PENS = {"stroke": 1.5, "contrast": 1.0, "gap": 5.0, "feet": 0.5}
STROKE, CONTRAST, GAP, PLACE, FEET = 0, 1, 2, 3, 4
MOST, LEAST = 1 - 1e-6, 0.0


def lines(*widths):
    """Upright lines of so many pixels, from row 4 to 23: [n, 28, 28, 1]."""
    images = np.zeros((len(widths), 28, 28, 1), np.float32)
    for image, width in zip(images, widths, strict=True):
        image[4:24, 12 : 12 + width] = 1
    return images


def drawn(count, **numbers):
    """Random numbers of which some are given by the name of their column."""
    found = np.full((count, 12), 0.5, np.float32)
    for name, number in numbers.items():
        found[:, globals()[name]] = number
    return tf.constant(found)


def pen(**limits):
    return Pen(AugmentationConfig(**limits), seed=-1)


def augment(config, images, labels=None, seed=0, step=0):
    labels = None if labels is None else tf.constant(labels)
    return Augmentation(config, seed)(tf.constant(images), tf.constant(step), labels=labels).numpy()


def ones_and_sevens(count):
    """Upright 1s, and 7s with a roof; their labels."""
    images, labels = lines(*[2] * count), np.where(np.arange(count) % 2, 7, 1).astype(np.uint8)
    images[labels == 7, 4:6, 5:14] = 1
    return images, labels


@pytest.mark.parametrize(("number", "change"), [(MOST, 2), (0.75, 1), (0.5, 0), (0.25, -1), (LEAST, -2)])
def test_strokes_become_wider_and_narrower_by_up_to_the_limit(number, change):
    changed = pen(stroke=2).reweigh(tf.constant(lines(5)), drawn(1, STROKE=number))
    assert changed.numpy()[0, 14].sum() == pytest.approx(5 + change, abs=0.01)


@pytest.mark.parametrize("width", [1, 2, 3])
def test_a_thin_stroke_that_becomes_narrower_does_not_break(width):
    narrow = pen(stroke=2).reweigh(tf.constant(lines(width)), drawn(1, STROKE=LEAST)).numpy()
    assert (narrow[0, 6:22].max(axis=1) > 0.99).all()


def test_contrast_changes_grey_and_leaves_ink_and_background():
    values = np.linspace(0, 1, 784, dtype=np.float32).reshape(1, 28, 28, 1)
    darker, lighter = (
        pen(contrast=1).reweigh(tf.constant(values), drawn(1, CONTRAST=number)).numpy() for number in (LEAST, MOST)
    )
    np.testing.assert_allclose(darker, values**0.5, atol=1e-5)
    np.testing.assert_allclose(lighter, values**2, atol=1e-4)


def test_a_gap_takes_the_ink_in_a_disc_on_the_stroke_and_no_other():
    image = lines(2)
    left = pen(gap=6).redraw(tf.constant(image), None, drawn(1, GAP=MOST, PLACE=0.5)).numpy()
    taken = np.argwhere((image - left)[0, ..., 0] > 0.5)
    middle = taken.mean(axis=0)
    np.testing.assert_allclose(middle, [14, 12.5], atol=1)
    assert len(taken) >= 8
    assert (np.linalg.norm(taken - middle, axis=1) < 4).all()


def test_half_of_the_images_have_no_gap():
    image = tf.constant(lines(2))
    np.testing.assert_array_equal(pen(gap=6).redraw(image, None, drawn(1, GAP=0.5)), image)
    np.testing.assert_array_equal(pen(gap=6).redraw(image, None, drawn(1, GAP=0.2)), image)
    changed = augment(AugmentationConfig(gap=6), np.repeat(lines(2), 400, axis=0))
    whole = (np.abs(changed - augment(AugmentationConfig(gap=1e-9), lines(2))) < 1e-5).all(axis=(1, 2, 3))
    assert 0.4 < whole.mean() < 0.6


def test_feet_and_bars_are_drawn_under_1s_and_through_7s_alone():
    images, labels = ones_and_sevens(200)
    others = np.where(labels == 1, 4, 9).astype(np.uint8)
    config = AugmentationConfig(feet=1)
    changed = augment(config, images, labels)
    np.testing.assert_allclose(augment(config, images, others), images, atol=1e-5)
    assert (changed >= images - 1e-5).all()
    longest = (changed[..., 0] > 0.5).sum(axis=2)
    feet, bars = longest[labels == 1, 20:24].max(axis=1), longest[labels == 7, 10:20].max(axis=1)
    assert 0.5 < (feet > 4).mean() < 0.8  # A third of the 1s have a flag alone.
    flags = changed[labels == 1][:, 4:12, 5:11, 0].max(axis=(1, 2)) > 0.5
    assert 0.5 < flags.mean() < 0.8
    assert (bars > 4).all()


def test_the_share_of_1s_with_feet_is_the_one_that_was_asked_for():
    images, labels = ones_and_sevens(1000)
    changed = augment(AugmentationConfig(feet=0.3), images, labels)
    assert np.mean(np.abs(changed - images).max(axis=(1, 2, 3)) > 0.5) == pytest.approx(0.3, abs=0.05)


def test_without_labels_there_are_no_feet():
    images, _ = ones_and_sevens(50)
    np.testing.assert_allclose(augment(AugmentationConfig(feet=1), images), images, atol=1e-5)


def test_values_stay_in_their_range():
    images = np.random.default_rng(0).random((100, 28, 28, 1), np.float32)
    changed = augment(AugmentationConfig(**PENS, rotation=10, elastic=1), images, np.arange(100) % 10)
    assert changed.min() >= 0
    assert changed.max() <= 1


def test_ink_so_faint_that_it_is_lost_in_rounding_stays_a_number():
    faint = np.zeros((1, 28, 28, 1), np.float32)
    faint[:, 10:15, 10:15] = 4e-8  # As interpolation leaves it; 1 - (1 - 4e-8) is 6e-8 in float32.
    changed = pen(stroke=2, contrast=1).reweigh(tf.constant(faint), drawn(1, STROKE=0, CONTRAST=LEAST)).numpy()
    assert changed.min() >= 0


def test_pens_are_a_function_of_seed_and_step_and_each_image_has_its_own():
    images = np.repeat(lines(3), 3, axis=0)
    config = AugmentationConfig(stroke=1)
    one = augment(config, images, seed=1, step=5)
    np.testing.assert_array_equal(one, augment(config, images, seed=1, step=5))
    for other in (augment(config, images, seed=2, step=5), augment(config, images, seed=1, step=6)):
        assert (one != other).any(axis=(1, 2, 3)).all()
    assert (one[0] != one[1]).any()


def test_images_are_changed_in_the_same_way_however_the_batch_is_cut():
    images, labels = ones_and_sevens(BATCH)
    augmentation = Augmentation(AugmentationConfig(**PENS, rotation=10), 5)
    whole = augmentation(tf.constant(images), tf.constant(9), labels=tf.constant(labels))
    parts = [(slice(first, first + 4), Rows(first, 4)) for first in range(0, BATCH, 4)]
    cut = [augmentation(images[part], tf.constant(9), rows, labels[part]) for part, rows in parts]
    np.testing.assert_allclose(np.concatenate(cut), whole, atol=1e-5)


def test_a_limit_that_is_raised_leaves_the_other_changes_as_they_were():
    image = np.repeat(lines(2), 4, axis=0)
    alone = augment(AugmentationConfig(gap=4), image)
    together = augment(AugmentationConfig(gap=4, stroke=1e-9, feet=1), image, np.full(4, 3))
    np.testing.assert_allclose(alone, together, atol=1e-5)


def test_recipes_without_pens_draw_the_random_numbers_that_they_always_drew(monkeypatch):
    digests = []

    def recording(*arguments, **options):
        numbers = uniform(*arguments, **options)
        digests.append(hashlib.sha256(numbers.numpy().tobytes()).hexdigest())
        return numbers

    uniform = tf.random.stateless_uniform
    monkeypatch.setattr(tf.random, "stateless_uniform", recording)
    moving = {"rotation": 8, "scale": 0.1, "shift": 1, "shear": 0.1}
    augment(AugmentationConfig(**moving), lines(2, 3), seed=7, step=41)
    augment(AugmentationConfig(**moving, elastic=1.2), lines(2, 3), seed=7, step=41)
    assert digests == [AFFINE_DIGEST, ELASTIC_DIGEST]
    digests.clear()
    augment(AugmentationConfig(**moving, **PENS), lines(2, 3), np.array([1, 7]), seed=7, step=41)
    assert len(digests) == 2
    assert AFFINE_DIGEST in digests


AFFINE_DIGEST = "a4436732dde16e26868b5a527a1a3a86ce4b35bb8130b510a15cb123be0deb48"
ELASTIC_DIGEST = "b260b82908273665c9e06ddcd7af548dc85a670f362c4fe7715b799d608f8ae1"
