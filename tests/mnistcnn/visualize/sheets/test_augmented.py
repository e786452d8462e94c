"""The picture of augmentation shows what the training step saw."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from mnistcnn.config.schema import load_config
from mnistcnn.network.augmentation import Augmentation
from mnistcnn.network.model import to_input
from mnistcnn.visualize.sheets.augmented import augmented_sheet


def test_each_image_stands_beside_what_the_steps_made_of_it(source):
    shown = augmented_sheet(source).arrays["augmented/images"]
    images = to_input(source.dataset.train.images[: len(shown)])
    np.testing.assert_array_equal(shown[:, 0], images[..., 0])
    config = source.trained.config
    changed = Augmentation(config.augmentation, config.seed)(images, tf.constant(3))
    np.testing.assert_array_equal(shown[:, 4], changed[..., 0])


def test_the_sheet_names_what_is_done_to_the_images(source):
    assert augmented_sheet(source).words.shape == "rotation 10"


@pytest.mark.parametrize(
    ("settings", "changes"),
    [({"rotation": 5}, "turned"), ({"scale": 0.1, "shift": 2, "elastic": 1}, "scaled, moved and bent")],
)
def test_the_caption_names_what_was_done_and_nothing_else(settings, changes, make_subject):
    source = make_subject()
    config = load_config(None, [f"augmentation.{name}={value}" for name, value in settings.items()])
    source.trained = dataclasses.replace(source.trained, config=config)
    assert f"image is {changes}, a little" in augmented_sheet(source).words.sentence


def test_a_run_that_changes_no_image_has_no_such_picture(make_subject):
    source = make_subject()
    source.trained = dataclasses.replace(source.trained, config=load_config())
    assert augmented_sheet(source) is None
