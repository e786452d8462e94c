"""What lies behind an accuracy: classes, confusions, how honest the probabilities are, the worst mistakes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

CLASSES = 10
CALIBRATION_BINS = 15

Labels = NDArray[np.uint8]
Predictions = NDArray[np.int64]
Probabilities = NDArray[np.float64]


@dataclass(frozen=True)
class ClassScores:
    """How well one class is recognised.

    A score is None where it is not defined: the precision of a class that was never predicted, the recall of one
    that no image belongs to, and the F1 of one for which both hold.
    """

    label: int
    examples: int
    """Images of this class."""
    predicted: int
    """Images that were taken for this class, rightly or wrongly."""
    correct: int
    """Images of this class that were taken for it."""
    precision: float | None
    """correct / predicted."""
    recall: float | None
    """correct / examples."""
    f1: float | None
    """The harmonic mean of precision and recall: 2 · correct / (examples + predicted)."""


@dataclass(frozen=True)
class CalibrationBin:
    """The images whose confidence is in (lower, upper]."""

    lower: float
    upper: float
    examples: int
    confidence: float | None
    """Mean probability of the predicted class; None in an empty bin."""
    accuracy: float | None
    """Fraction of predictions that are right; None in an empty bin."""


@dataclass(frozen=True)
class Calibration:
    """Whether a network is right as often as it claims to be."""

    error: float
    """The expected calibration error, in [0, 1]; 0 is perfect."""
    bins: tuple[CalibrationBin, ...]


@dataclass(frozen=True)
class Mistake:
    """An image that was taken for another class."""

    index: int
    """Its place in the split, from 0."""
    label: int
    prediction: int
    probability: float
    """Of the prediction."""
    label_probability: float
    """Of the true class."""


@dataclass(frozen=True)
class Selection:
    """What is left when the doubted predictions are left out."""

    doubted: int
    """Images."""
    share: float
    """Doubted images among all."""
    rest_accuracy: float | None
    """Fraction of the other predictions that are right; None if all are doubted."""
    risk_coverage_area: float
    """The area under the risk-coverage curve, in [0, 1]; 0 is perfect."""


def selection(doubts: NDArray[np.float64], right: NDArray[np.bool_]) -> Selection:
    """Judge doubt by the predictions that it leaves, and by the order in which it leaves them.

    With the least doubted first, the risk at coverage k / n is the share of errors among the first k predictions, and
    the area is its mean over k = 1 … n.

    Args:
        doubts: [n]; a prediction is doubted above 0. n ≥ 1.
        right: whether each prediction is right, [n].

    Source: Y. Geifman, G. Uziel, R. El-Yaniv, "Bias-Reduced Uncertainty Estimation for Deep Neural Classifiers", ICLR
    2019, section 2.
    """
    doubted = doubts > 0
    errors = np.cumsum(~right[np.argsort(doubts, kind="stable")])
    return Selection(
        doubted=int(doubted.sum()),
        share=float(doubted.mean()),
        rest_accuracy=None if doubted.all() else float(right[~doubted].mean()),
        risk_coverage_area=float(np.mean(errors / np.arange(1, len(right) + 1))),
    )


def class_scores(labels: Labels, predictions: Predictions) -> list[ClassScores]:
    """Precision, recall and F1 of each of the ten classes, by scikit-learn.

    Args:
        labels: [n], 0 to 9.
        predictions: [n], 0 to 9.
    """
    from sklearn.metrics import precision_recall_fscore_support

    precision, recall, f1, _ = precision_recall_fscore_support(
        labels, predictions, labels=range(CLASSES), zero_division=np.nan
    )
    matrix = confusion_matrix(labels, predictions)
    return [
        ClassScores(
            label=label,
            examples=int(matrix[label].sum()),
            predicted=int(matrix[:, label].sum()),
            correct=int(matrix[label, label]),
            precision=_defined(precision[label]),
            recall=_defined(recall[label]),
            f1=_defined(f1[label]),
        )
        for label in range(CLASSES)
    ]


def confusion_matrix(labels: Labels, predictions: Predictions) -> NDArray[np.int64]:
    """How many images of class i (row) were predicted as class j (column): [10, 10]; by scikit-learn.

    Args:
        labels: [n], 0 to 9.
        predictions: [n], 0 to 9.
    """
    from sklearn import metrics

    return np.asarray(metrics.confusion_matrix(labels, predictions, labels=range(CLASSES)))


def calibration(
    probabilities: Probabilities, labels: Labels, predictions: Predictions, bins: int = CALIBRATION_BINS
) -> Calibration:
    """The expected calibration error, and the reliability diagram that it sums up.

    The confidence of a prediction is its probability. With M bins of equal width, bin m (from 1 to M) holds the n_m
    images whose confidence is in ((m − 1)/M, m/M]: open below, closed above, and 0 itself belongs to the first bin.
    With acc_m the fraction of them that is right and conf_m their mean confidence,

        ECE = Σ_m n_m / n · |acc_m − conf_m|

    where an empty bin counts nothing.

    Args:
        probabilities: [n, 10] in [0, 1], n ≥ 1.
        labels: [n].
        predictions: [n], the class that each row of `probabilities` is largest for.
        bins: M.

    Source: C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger, "On Calibration of Modern Neural Networks", ICML 2017,
    equation 3, with the 15 bins of its section 5.
    """
    edges = np.linspace(0.0, 1.0, bins + 1)
    confidences = probabilities[np.arange(len(labels)), predictions]
    of_bin = np.digitize(confidences, edges[1:-1], right=True)
    found = tuple(
        _bin(float(lower), float(upper), confidences[of_bin == number], (predictions == labels)[of_bin == number])
        for number, (lower, upper) in enumerate(pairwise(edges))
    )
    gaps = (
        one.examples * abs(one.accuracy - one.confidence)
        for one in found
        if one.accuracy is not None and one.confidence is not None
    )
    return Calibration(sum(gaps) / len(labels), found)


def most_confident_mistakes(
    probabilities: Probabilities, labels: Labels, predictions: Predictions, count: int
) -> list[Mistake]:
    """The wrong predictions with the highest probability, most confident first; of equals, the earlier image first.

    Args:
        probabilities: [n, 10].
        labels: [n].
        predictions: [n].
        count: at most so many.
    """
    wrong = np.flatnonzero(predictions != labels)
    confidences = probabilities[wrong, predictions[wrong]]
    worst = wrong[np.argsort(-confidences, kind="stable")[:count]]
    return [
        Mistake(
            index=int(index),
            label=int(labels[index]),
            prediction=int(predictions[index]),
            probability=float(probabilities[index, predictions[index]]),
            label_probability=float(probabilities[index, labels[index]]),
        )
        for index in worst
    ]


def _bin(lower: float, upper: float, confidences: NDArray[np.float64], right: NDArray[np.bool_]) -> CalibrationBin:
    if len(right) == 0:
        return CalibrationBin(lower, upper, 0, None, None)
    return CalibrationBin(lower, upper, len(right), float(confidences.mean()), float(right.mean()))


def _defined(score: float) -> float | None:
    return None if np.isnan(score) else float(score)
