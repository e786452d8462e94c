import math

import numpy as np
import pytest

from mnistcnn.evaluation.prediction import to_predictions


def test_the_two_most_likely_digits_with_their_probabilities():
    logits = np.zeros((2, 10), np.float32)
    logits[0, 7], logits[0, 1] = math.log(8), math.log(4)
    logits[1, 9], logits[1, 0] = 2000, 1000  # exp() of these is infinite.
    first, second = to_predictions(logits)
    assert (first.digit, first.runner_up) == (7, 1)
    assert (first.probability, first.runner_up_probability) == pytest.approx((0.4, 0.2))
    assert first.probabilities == pytest.approx([0.05, 0.2, *[0.05] * 5, 0.4, 0.05, 0.05])
    assert (second.digit, second.runner_up, second.probability) == (9, 0, 1.0)


def test_of_equals_the_smaller_digit_comes_first():
    (found,) = to_predictions(np.zeros((1, 10), np.float32))
    assert (found.digit, found.runner_up, found.probability) == (0, 1, pytest.approx(0.1))
