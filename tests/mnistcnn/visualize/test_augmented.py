"""The picture of augmentation shows what the training step saw."""

import dataclasses

import numpy as np
import tensorflow as tf

from mnistcnn.augmentation import Augmentation
from mnistcnn.config import load_config
from mnistcnn.model import to_input
from mnistcnn.visualize.augmented import augmented_sheet


def test_each_image_stands_beside_what_the_steps_made_of_it(subject):
    shown = augmented_sheet(subject).arrays["augmented/images"]
    images = to_input(subject.dataset.train.images[: len(shown)])
    np.testing.assert_array_equal(shown[:, 0], images[..., 0])
    config = subject.trained.config
    changed = Augmentation(config.augmentation, config.seed)(images, tf.constant(3))
    np.testing.assert_array_equal(shown[:, 4], changed[..., 0])


def test_the_sheet_names_what_is_done_to_the_images(subject):
    assert augmented_sheet(subject).words.shape == "rotation 10"


def test_a_run_that_changes_no_image_has_no_such_picture(make_subject):
    subject = make_subject()
    subject.trained = dataclasses.replace(subject.trained, config=load_config())
    assert augmented_sheet(subject) is None
