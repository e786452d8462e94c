import numpy as np
import pytest

from mnistcnn.config.schema import NetworkConfig
from mnistcnn.evaluation.unit_matching import LAYERS, correlations, match_layer, match_networks
from mnistcnn.network.model import Network, to_input
from tests.conftest import make_examples

IMAGES = make_examples(230, 0).images  # Two whole batches and a part.


def network(seed=1, **widths):
    return Network(NetworkConfig(**{"conv1": 3, "conv2": 5, "fc1": 8, "initializer": "he", **widths}), seed)


@pytest.fixture(scope="module")
def shuffled():
    """A network, the same with its units in another order, and these orders."""
    one, other = network(), network()
    orders = {layer: np.random.default_rng(3).permutation(len(one.biases[layer].numpy())) for layer in LAYERS}
    weights = one.read()
    for layer in LAYERS:
        weights[f"{layer}/weights"] = weights[f"{layer}/weights"][..., orders[layer]]
        weights[f"{layer}/biases"] = weights[f"{layer}/biases"][orders[layer]]
    weights["conv2/weights"] = weights["conv2/weights"][:, :, orders["conv1"]]
    by_map = weights["fc1/weights"].reshape(49, 5, 8)
    weights["fc1/weights"] = by_map[:, orders["conv2"]].reshape(49 * 5, 8)
    other.load(weights)
    return one, other, orders


def test_units_in_another_order_are_found_again(shuffled):
    one, other, orders = shuffled
    for match in match_networks(one, other, IMAGES):
        order = orders[match.layer]
        assert match.pairs
        assert all(order[pair.second] == pair.first for pair in match.pairs)
        assert all(pair.correlation == pytest.approx(1, abs=1e-5) for pair in match.pairs)
        assert len(match.pairs) == len(order) - len(match.silent[0])


def test_correlations_are_numpys(shuffled):
    one, other = shuffled[0], network(2)
    found = correlations(one, other, IMAGES)
    for layer in LAYERS:
        x, y = (each.activations(to_input(IMAGES))[layer].numpy() for each in (one, other))
        x, y = x.reshape(-1, x.shape[-1]), y.reshape(-1, y.shape[-1])
        with np.errstate(all="ignore"):
            expected = np.corrcoef(x.T, y.T)[: x.shape[1], x.shape[1] :]
        assert np.allclose(found[layer], expected, atol=1e-5, equal_nan=True)


def test_a_network_with_more_units_has_some_without_a_partner():
    matches = {match.layer: match for match in match_networks(network(), network(2, conv2=3, fc1=20), IMAGES)}
    assert (matches["conv2"].units, len(matches["conv2"].pairs)) == ((5, 3), 3)
    assert matches["fc1"].units == (8, 20)
    assert len({pair.second for pair in matches["fc1"].pairs}) == len(matches["fc1"].pairs) <= 8


def test_the_sum_of_the_correlations_decides_and_silent_units_have_no_partner():
    matrix = np.array([[0.9, 0.8, np.nan], [0.8, 0.1, np.nan], [np.nan, np.nan, np.nan]])
    match = match_layer("fc1", matrix)
    assert [tuple(pair) for pair in match.pairs] == [(0, 1, 0.8), (1, 0, 0.8)]
    assert match.silent == ((2,), (2,))
    assert (match.mean, match.count_from(0.8), match.count_from(0.9)) == (0.8, 2, 0)


def test_a_layer_without_a_living_unit_has_no_mean():
    match = match_layer("fc1", np.full((2, 3), np.nan))
    assert (match.pairs, match.mean, match.silent) == ((), None, ((0, 1), (0, 1, 2)))
