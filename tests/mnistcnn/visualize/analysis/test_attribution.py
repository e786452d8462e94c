"""Attributions: complete, and about the pixels that matter."""

import numpy as np
import pytest
import tensorflow as tf

from mnistcnn.visualize.analysis.attribution import WINDOW, integrated_gradients, occlusion


def logit(source, image, target):
    return float(source.network(tf.constant(image[np.newaxis, :, :, np.newaxis])).numpy()[0, target])


@pytest.mark.parametrize("target", range(10))
def test_integrated_gradients_add_up_to_the_rise_of_the_logit(source, target):
    image = source.digit.image
    rise = logit(source, image, target) - logit(source, np.zeros_like(image), target)
    assert integrated_gradients(source.network, image, target).sum() == pytest.approx(rise, rel=0.01, abs=0.002)


def test_paper_has_no_part_in_a_logit(source):
    image = source.digit.image.copy()
    image[:, :9] = 0
    assert not integrated_gradients(source.network, image, 0)[:, :9].any()


def test_occlusion_is_the_fall_of_the_logit_when_a_square_is_erased(source):
    image = source.digit.image
    drops = occlusion(source.network, image)[..., 4]
    for row, column in ((0, 0), (13, 9), (27, 20)):
        wiped = image.copy()
        reach = WINDOW // 2
        wiped[max(row - reach, 0) : row + reach + 1, max(column - reach, 0) : column + reach + 1] = 0
        fall = logit(source, image, 4) - logit(source, wiped, 4)
        assert drops[row, column] == pytest.approx(fall, abs=1e-4)
