"""The digit that is shown when nobody chose one."""

import numpy as np
import pytest
from scipy.special import softmax

from mnistcnn.errors import DataError
from mnistcnn.network.model import to_input
from mnistcnn.visualize.analysis.digit import default_digit, find_digit


@pytest.fixture(scope="module")
def probabilities(source, dataset):
    return softmax(source.network(to_input(dataset.test.images)).numpy(), axis=1)


def test_it_is_the_correct_answer_with_the_least_probability(source, dataset, probabilities):
    labels = dataset.test.labels
    correct = np.flatnonzero(probabilities.argmax(axis=1) == labels)
    expected = min(correct, key=lambda index: probabilities[index].max())
    digit = default_digit(source.network, dataset)
    assert digit.name == f"test image {expected} of crosses"
    assert digit.label == labels[expected]
    assert "least certain correct answer among the first 40 test images" in digit.reason


def test_where_no_answer_is_correct_it_is_the_first_image(source, dataset, monkeypatch):
    wrong = (dataset.test.labels + 1) % 10
    monkeypatch.setattr(type(source.network), "__call__", lambda *_: ConstantLogits(wrong))
    digit = default_digit(source.network, dataset)
    assert (digit.name, digit.reason) == ("test image 0 of crosses", "")


@pytest.mark.parametrize("number", ["40", "-1", "9" * 300, "9" * 5000])
def test_a_number_that_no_image_has_is_told_with_those_that_there_are(dataset, number):
    with pytest.raises(DataError, match=f"image {number}: the test images of crosses are numbered 0 to 39"):
        find_digit(number, dataset)


class ConstantLogits:
    def __init__(self, classes):
        self.classes = classes

    def numpy(self):
        return np.eye(10, dtype=np.float32)[self.classes]
