"""What replicas draw for their rows is what one process draws for the whole batch."""

import numpy as np
import pytest
import tensorflow as tf

from mnistcnn.config.recipe import AugmentationConfig
from mnistcnn.network.augmentation import Augmentation
from mnistcnn.network.model import Dropout
from mnistcnn.network.randomness import Rows, uniform_rows

BATCH = 12


def shares(count):
    size = BATCH // count
    return [Rows(i * size, size) for i in range(count)]


@pytest.mark.parametrize("columns", [1, 7, 33, 1024])
@pytest.mark.parametrize("count", [1, 2, 3, 12])
def test_rows_are_those_of_the_whole_draw_bit_for_bit(columns, count):
    seed = tf.constant([3, 2**31 - 1])
    whole = tf.random.stateless_uniform([BATCH, columns], seed, alg="philox").numpy()
    drawn = np.concatenate([uniform_rows(seed, rows, columns).numpy() for rows in shares(count)])
    assert np.array_equal(drawn, whole)


def test_dropout_keeps_the_same_neurons_however_the_batch_is_cut():
    values = tf.random.stateless_uniform([BATCH, 33], [0, 0])
    whole = Dropout(0.7, 5, tf.constant(9))(values).numpy()
    cut = [Dropout(0.7, 5, tf.constant(9), rows)(values[rows.first :][: rows.count]) for rows in shares(3)]
    assert np.array_equal(np.concatenate(cut), whole)


def test_images_are_changed_in_the_same_way_however_the_batch_is_cut():
    config = AugmentationConfig(rotation=20, scale=0.1, shift=2, shear=0.1, elastic=1.0)
    augmentation = Augmentation(config, 5)
    images = tf.random.stateless_uniform([BATCH, 28, 28, 1], [0, 0])
    whole = augmentation(images, tf.constant(9)).numpy()
    cut = [augmentation(images[rows.first :][: rows.count], tf.constant(9), rows) for rows in shares(4)]
    np.testing.assert_allclose(np.concatenate(cut), whole, atol=1e-6)
