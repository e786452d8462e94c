import numpy as np
import pytest

from mnistcnn.network.doubt import Doubt, fit_doubt, strangeness
from mnistcnn.network.responder import Responder
from mnistcnn.network.responses import Responses

UNITS = 40


def responses(count, seed, *, strange=0.0, sure=1.0):
    """Positive features in a space of 8 directions, with a little noise; `strange` adds directions of their own."""
    random = np.random.default_rng(seed)
    basis = np.random.default_rng(0).uniform(0, 1, (8, UNITS))
    features = random.uniform(0.5, 1.5, (count, 8)) @ basis + strange * np.abs(random.normal(size=(count, UNITS)))
    features += 0.05 * np.abs(random.normal(size=(count, UNITS)))
    logits = random.normal(0, 1, (count, 10))
    logits[np.arange(count), random.integers(0, 10, count)] += 12 * sure
    return Responses(features.astype(np.float32), logits.astype(np.float32))


@pytest.fixture(scope="module")
def doubt():
    return fit_doubt(responses(2000, 1), responses(1000, 2))


def test_one_in_a_hundred_of_the_validation_images_is_doubted(doubt):
    assert np.mean(doubt(responses(1000, 2)) > 0) == pytest.approx(0.01, abs=0.002)
    assert np.mean(doubt(responses(5000, 3)) > 0) == pytest.approx(0.01, abs=0.01)


def test_strange_features_are_doubted_and_so_are_small_logits(doubt):
    assert np.mean(doubt(responses(200, 4, strange=1.5)) > 0) > 0.95
    assert np.mean(doubt(responses(200, 5, sure=0.0)) > 0) > 0.9


def test_the_formula_is_that_of_the_module(doubt):
    asked = responses(3, 6)
    h, mean, components = (array.astype(np.float64) for array in (asked.features, doubt.mean, doubt.components))
    outside = (h - mean) - (h - mean) @ components @ components.T
    strange = np.linalg.norm(outside, axis=1) / np.sqrt(np.linalg.norm(h, axis=1))
    expected = doubt.slope * strange - doubt.weight * asked.logits.max(axis=1) - doubt.offset
    assert doubt(asked) == pytest.approx(expected, abs=1e-3)
    assert np.allclose(components.T @ components, np.eye(components.shape[1]), atol=1e-5)


def test_features_of_nothing_but_zeros_are_strange_and_finite():
    zeros, mean = np.zeros((1, UNITS), np.float32), np.ones(UNITS, np.float32)
    assert 1e2 < strangeness(zeros, mean, np.zeros((UNITS, 1), np.float32))[0] < np.inf


def test_images_that_are_all_the_same_can_be_fitted():
    same = Responses(np.ones((30, UNITS), np.float32), np.ones((30, 10), np.float32))
    assert np.isfinite(fit_doubt(same, same)(same)).all()


def test_a_doubt_comes_back_from_its_arrays(doubt):
    again = Doubt.from_arrays({name: np.asarray(value) for name, value in doubt.to_arrays().items()})
    asked = responses(20, 7)
    assert np.array_equal(again(asked), doubt(asked))
    with pytest.raises(ValueError, match="do not fit"):
        Doubt.from_arrays({**doubt.to_arrays(), "mean": doubt.mean[1:]})


def test_a_responder_gives_the_evaluators_bits():
    from mnistcnn.config.schema import load_config
    from mnistcnn.network.evaluator import Evaluator
    from mnistcnn.network.model import Network, to_input

    config = load_config(None, ["network.conv1=3", "network.conv2=4", "network.fc1=16"])
    network = Network(config.network, 0)
    images = np.random.default_rng(0).integers(0, 256, (30, 28, 28), dtype=np.uint8)
    answers = Responder(network)(images)
    assert np.array_equal(answers.logits, np.concatenate(list(Evaluator(network).logits(images))))
    assert np.allclose(answers.features, network.activations(to_input(images))["fc1"], atol=1e-5)
