"""Precision, recall, F1, confusions, calibration and mistakes."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special, stats

from mnistcnn.evaluation.scores import (
    Mistake,
    calibration,
    class_scores,
    confusion_matrix,
    most_confident_mistakes,
    selection,
)


def bytes_of(*labels):
    return np.array(labels, np.uint8)


@pytest.fixture
def answers():
    """500 answers of a network that is right more often than not: probabilities, labels, predictions."""
    random = np.random.default_rng(0)
    labels = random.integers(0, 10, 500).astype(np.uint8)
    logits = random.normal(0, 1, (500, 10)) + 2 * np.eye(10)[labels]
    return special.softmax(logits, axis=1), labels, logits.argmax(axis=1)


def test_scores_of_a_class_count_what_was_taken_for_it_and_what_belongs_to_it():
    labels, predictions = bytes_of(3, 3, 3, 3, 5, 5), np.array([3, 5, 3, 5, 3, 5])
    three, five = class_scores(labels, predictions)[3], class_scores(labels, predictions)[5]
    assert (three.label, three.examples, three.predicted, three.correct) == (3, 4, 3, 2)
    assert (three.precision, three.recall, three.f1) == (2 / 3, 1 / 2, pytest.approx(4 / 7))
    assert (five.label, five.examples, five.predicted, five.correct) == (5, 2, 3, 1)
    assert (five.precision, five.recall, five.f1) == (1 / 3, 1 / 2, pytest.approx(2 / 5))


def test_a_score_that_is_not_defined_is_none_and_not_zero():
    scores = class_scores(bytes_of(1, 1, 2), np.array([1, 1, 1]))
    assert (scores[1].precision, scores[1].recall) == (2 / 3, 1)
    assert (scores[2].precision, scores[2].recall, scores[2].f1) == (None, 0, 0)
    assert (scores[7].precision, scores[7].recall, scores[7].f1) == (None, None, None)
    assert [one.label for one in scores] == list(range(10))


def test_labels_are_the_rows_of_the_confusion_matrix():
    matrix = confusion_matrix(bytes_of(4, 4, 4, 9), np.array([4, 9, 9, 9]))
    assert matrix.shape == (10, 10)
    assert (matrix[4, 4], matrix[4, 9], matrix[9, 4], matrix[9, 9], matrix.sum()) == (1, 2, 0, 1, 4)


def test_the_calibration_error_of_the_published_example():
    """The example in the documentation of torchmetrics' MulticlassCalibrationError, which says 0.2000."""
    probabilities = np.array([[0.25, 0.20, 0.55], [0.55, 0.05, 0.40], [0.10, 0.30, 0.60], [0.90, 0.05, 0.05]])
    found = calibration(probabilities, bytes_of(0, 1, 2, 0), probabilities.argmax(axis=1), bins=3)
    assert found.error == pytest.approx(0.2, abs=1e-12)
    assert [one.examples for one in found.bins] == [0, 3, 1]


def test_the_calibration_error_is_the_one_that_scipys_bins_give(answers):
    probabilities, labels, predictions = answers
    confidences = probabilities.max(axis=1)
    bins = {"bins": 15, "range": (0, 1)}
    gaps = stats.binned_statistic(confidences, confidences - (predictions == labels), "sum", **bins).statistic
    found = calibration(probabilities, labels, predictions)
    assert found.error == pytest.approx(np.abs(gaps).sum() / 500, rel=1e-12)
    assert sum(one.examples for one in found.bins) == 500
    assert [one.accuracy is None for one in found.bins] == [one.examples == 0 for one in found.bins]


def test_there_are_fifteen_bins_open_below_and_closed_above():
    edge = 6 / 15
    confidences = np.array([edge, np.nextafter(edge, 1), 1.0, 1e-9])
    probabilities = np.zeros((4, 10))
    probabilities[:, 0] = confidences
    found = calibration(probabilities, bytes_of(0, 0, 0, 0), np.zeros(4, np.int64))
    assert [number for number, one in enumerate(found.bins) if one.examples] == [0, 5, 6, 14]
    assert (found.bins[5].upper, found.bins[6].lower, len(found.bins)) == (edge, edge, 15)


def test_who_is_always_certain_and_half_the_time_right_is_off_by_a_half():
    found = calibration(np.eye(10)[[1, 1]], bytes_of(1, 2), np.array([1, 1]))
    assert found.error == 0.5
    assert (found.bins[-1].confidence, found.bins[-1].accuracy) == (1, 0.5)


def test_mistakes_come_most_confident_first_and_right_answers_never():
    probabilities = np.array([[0.1, 0.9], [0.4, 0.6], [0.2, 0.8], [0.1, 0.9], [0.3, 0.7]])
    labels, predictions = bytes_of(1, 0, 0, 0, 0), np.array([1, 1, 1, 1, 1])
    found = most_confident_mistakes(probabilities, labels, predictions, 3)
    assert found == [Mistake(3, 0, 1, 0.9, 0.1), Mistake(2, 0, 1, 0.8, 0.2), Mistake(4, 0, 1, 0.7, 0.3)]


def test_of_equally_confident_mistakes_the_earlier_image_comes_first():
    probabilities = np.tile([[0.1, 0.9], [0.4, 0.6], [0.2, 0.8]], (100, 1))
    found = most_confident_mistakes(probabilities, bytes_of(*[0] * 300), np.ones(300, np.int64), 200)
    assert [mistake.index for mistake in found] == [*range(0, 300, 3), *range(2, 300, 3)]


def test_a_perfect_network_makes_no_mistakes():
    assert most_confident_mistakes(np.eye(10), np.arange(10).astype(np.uint8), np.arange(10), 5) == []


def test_doubt_is_judged_by_what_it_leaves_and_by_its_order() -> None:
    right = np.array([True, False, True, False])
    found = selection(np.array([-3.0, 2.0, -2.0, -1.0]), right)
    assert (found.doubted, found.share) == (1, 0.25)
    assert found.rest_accuracy == pytest.approx(2 / 3)
    # In the order of doubt: right, right, wrong, wrong.
    assert found.risk_coverage_area == pytest.approx((0 + 0 + 1 / 3 + 2 / 4) / 4)


def test_if_everything_is_doubted_there_is_no_rest():
    assert selection(np.ones(2), np.array([True, True])).rest_accuracy is None
