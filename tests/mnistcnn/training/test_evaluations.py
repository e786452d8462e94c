"""Evaluations of the held-out splits."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest

from mnistcnn.config.schema import NetworkConfig
from mnistcnn.data.dataset import Examples
from mnistcnn.events import Evaluating
from mnistcnn.network.evaluator import Evaluator
from mnistcnn.network.model import Network
from mnistcnn.training.divergence import NotFiniteError
from mnistcnn.training.evaluations import Evaluations


@pytest.fixture(scope="module")
def network():
    return Network(NetworkConfig(conv1=2, conv2=2, fc1=4), seed=0)


@pytest.fixture(scope="module")
def evaluator(network):
    return Evaluator(network)


def never():
    return False


def finished(evaluation):
    """What an evaluation reports on its way, and its result."""
    progress = []
    try:
        while True:
            progress.append(next(evaluation))
    except StopIteration as end:
        return progress, end.value


def test_validation_and_test_are_evaluated_and_the_newest_results_kept(evaluator, tiny_dataset):
    evaluations = Evaluations(evaluator, tiny_dataset, never)
    _, evaluated = finished(evaluations.evaluate(3))
    assert {split: each.result.examples for split, each in evaluated.items()} == {"validation": 40, "test": 60}
    assert evaluations.newest == {split: each.result for split, each in evaluated.items()}


def test_it_counts_the_images_of_all_splits_together_until_the_last_batch(evaluator, tiny_dataset, monkeypatch):
    monkeypatch.setattr(evaluator, "_batch_size", 30)
    progress, evaluated = finished(Evaluations(evaluator, tiny_dataset, never).evaluate(3))
    assert progress == [Evaluating(3, done, 100) for done in (30, 40, 70)]
    assert {split: each.result.examples for split, each in evaluated.items()} == {"validation": 40, "test": 60}


def test_a_split_without_images_is_left_out(evaluator, tiny_dataset):
    nothing = Examples(np.empty((0, 28, 28), np.uint8), np.empty(0, np.uint8))
    dataset = dataclasses.replace(tiny_dataset, validation=nothing)
    assert list(finished(Evaluations(evaluator, dataset, never).evaluate(0))[1]) == ["test"]


def test_a_request_to_stop_between_the_splits_ends_the_evaluation_without_a_result(evaluator, tiny_dataset):
    asked = itertools.count()
    assert finished(Evaluations(evaluator, tiny_dataset, lambda: next(asked) == 1).evaluate(0))[1] is None


def test_a_loss_that_is_not_finite_is_named_with_its_split_and_step(network, evaluator, tiny_dataset):
    before = network.biases["fc2"].numpy()
    network.biases["fc2"].assign(np.full(10, np.nan, np.float32))
    with pytest.raises(NotFiniteError, match="the validation loss was nan after step 3"):
        finished(Evaluations(evaluator, tiny_dataset, never).evaluate(3))
    network.biases["fc2"].assign(before)
