"""How the best checkpoint is chosen."""

from __future__ import annotations

import numpy as np
import pytest

from mnistcnn.network.evaluator import EvaluationResult
from mnistcnn.runs.checkpoint import Best
from mnistcnn.training.best_checkpoint import best_at, is_best


def result(errors):
    """Of ten images."""
    labels = np.zeros(10, np.uint8)
    logits = np.eye(10, dtype=np.float32)[[1] * errors + [0] * (10 - errors)]
    return EvaluationResult(logits, labels)


@pytest.mark.parametrize(("errors", "better"), [(2, True), (3, False), (4, False)], ids=["fewer", "tie", "more"])
def test_fewer_validation_errors_are_better_and_a_tie_goes_to_the_earlier_step(errors, better):
    assert is_best(best_at(5, result(3), None), result(errors)) is better


def test_the_first_evaluation_is_the_best_so_far():
    assert is_best(Best(), result(10))


def test_without_a_validation_split_the_newest_evaluation_is_the_best():
    assert is_best(best_at(5, None, result(0)), None)


def test_the_best_keeps_its_figures_on_both_splits():
    assert best_at(5, result(3), result(1)) == Best(5, 3, 0.7, 0.9)
    assert best_at(5, None, result(1)) == Best(5, None, None, 0.9)
