"""Loss, accuracy and errors of a network's answers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import log_softmax

from mnistcnn.config.schema import NetworkConfig
from mnistcnn.network import evaluator as evaluation
from mnistcnn.network.evaluator import EvaluationResult, evaluate
from mnistcnn.network.model import Network, to_input
from tests.conftest import make_examples


@pytest.fixture
def result():
    random = np.random.default_rng(0)
    return EvaluationResult(random.normal(0, 30, (200, 10)).astype(np.float32), random.integers(0, 10, 200, np.uint8))


def test_loss_is_the_mean_cross_entropy_even_for_extreme_logits(result):
    expected = -log_softmax(result.logits.astype(np.float64), axis=1)[np.arange(200), result.labels].mean()
    assert result.loss == pytest.approx(expected, rel=1e-12)


def test_errors_and_accuracy_count_the_largest_logit():
    logits = np.eye(10, dtype=np.float32)[[1, 2, 3, 4]]
    result = EvaluationResult(logits, np.array([1, 2, 9, 4], np.uint8))
    assert (result.errors, result.examples, result.accuracy) == (1, 4, 0.75)


def test_a_network_is_evaluated_on_every_image_in_order_whatever_the_batches(monkeypatch):
    network, examples = Network(NetworkConfig(conv1=2, conv2=3, fc1=4), seed=0), make_examples(23, 0)
    whole = network(to_input(examples.images)).numpy()
    monkeypatch.setattr(evaluation, "BATCH_SIZE", 10)
    result = evaluate(network, examples)
    np.testing.assert_allclose(result.logits, whole, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(result.labels, examples.labels)


def test_with_xla_every_batch_has_one_size_and_the_answers_are_the_same(monkeypatch):
    network, examples = Network(NetworkConfig(conv1=2, conv2=3, fc1=4), seed=0), make_examples(23, 0)
    monkeypatch.setattr(evaluation, "GPU_BATCH_SIZE", 10)
    evaluator = evaluation.Evaluator(network, xla=True)
    assert evaluator.prepare() is None
    result = evaluator(examples)
    np.testing.assert_allclose(result.logits, evaluate(network, examples).logits, rtol=1e-5, atol=1e-6)
    assert evaluator._logits.experimental_get_tracing_count() == 1
