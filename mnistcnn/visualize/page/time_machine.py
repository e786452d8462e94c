"""What the page's time machine carries: the network at each snapshot of the run, small enough for a page.

fc1 and conv2 have nearly all weights, too many to be there once for each snapshot. So the page has how they change from
one snapshot to the next in the few directions that matter: of what the change does to a layer's sums over some training
images, the principal components. That makes the change a product of two thin matrices. The chain of changes begins at
the network that the page shows, and each takes in what those before left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from ...data.dataset import Examples
from ...network.evaluator import EvaluationResult, Evaluator
from ...network.model import KERNEL_SIZE, Network, to_input
from ...network.weights import Weights
from ..picture_source import Moment, PictureSource
from .tensors import Floats, Tensor, decode, encode, encode_integers

Part = dict[str, Any]
Layers = dict[str, dict[str, Tensor]]
"""`conv1` and `fc2` have `weights`, `conv2` and `fc1` the factors `left` and `right` of a change; all have `biases`."""

BYTES = 860_000
"""In the page, for all snapshots of the run together; what is left of it decides how many directions fc1 has."""
_TEXT = 4 / 3
"""Bytes of base64 for a byte."""
_MOST_RANK = 32
_CONV2_RANK = 12
_IMAGES = 300
"""Training images whose sums say which directions matter."""
_CONV2_IMAGES = 20
"""As many are enough for conv2, which has 196 places in each."""
COMPARED = 1000
"""Test images that the page's snapshots are compared on with the run's."""


def make_time_machine(source: PictureSource, shown: Weights) -> Part | None:
    """The time machine's part of the payload; None for a run without snapshots.

    Args:
        source: the network.
        shown: its weights as the page has them.
    """
    moments = source.learning
    if not source.snapshots or len(moments) < 2:
        return None
    layers = _layers(source, shown)
    machine = {
        "images": source.snapshots[0].examples,
        "shown": [moment.step for moment in moments].index(source.trained.step),
        "moments": [
            {"step": moment.step, "accuracy": moment.accuracy, "layers": layers.get(moment.step)} for moment in moments
        ],
    }
    return {**machine, "parity": _parity(source, weights_of(machine, shown))}


def weights_of(machine: Part, shown: Weights) -> list[Weights]:
    """The weights of each moment as the page computes with them.

    Args:
        machine: the time machine's part of a payload.
        shown: the weights that the page shows.
    """
    moments, place = machine["moments"], machine["shown"]
    found = {place: shown}
    for number in _outwards(place, len(moments)):
        found[number] = _applied(moments[number]["layers"], found[_towards(number, place)])
    return [found[number] for number in range(len(moments))]


def _outwards(place: int, count: int) -> Iterator[int]:
    """The other moments, each after its neighbour on the side of `place`."""
    yield from range(place - 1, -1, -1)
    yield from range(place + 1, count)


def _towards(number: int, place: int) -> int:
    return number + 1 if number < place else number - 1


def _applied(layers: Layers, neighbour: Weights) -> Weights:
    """The weights that a moment's layers stand for, from those of its neighbour."""
    weights = {f"{layer}/biases": decode(tensors["biases"]) for layer, tensors in layers.items()}
    for layer in ("conv1", "fc2"):
        weights[f"{layer}/weights"] = decode(layers[layer]["weights"])
    for layer in ("conv2", "fc1"):
        before = neighbour[f"{layer}/weights"]
        change = decode(layers[layer]["left"]) @ decode(layers[layer]["right"])
        weights[f"{layer}/weights"] = before + change.reshape(before.shape)
    return weights


def _layers(source: PictureSource, shown: Weights) -> dict[int, Layers]:
    """By their step, the layers of all moments but the one that is shown."""
    moments = source.learning
    place = [moment.step for moment in moments].index(source.trained.step)
    rank, reached, layers = fc1_rank(shown, len(moments) - 1), {place: shown}, {}
    for number in _outwards(place, len(moments)):
        moment, neighbour = moments[number], reached[_towards(number, place)]
        layers[moment.step] = _moment_layers(source, moment, neighbour, rank)
        reached[number] = _applied(layers[moment.step], neighbour)
    return layers


def fc1_rank(weights: Mapping[str, Floats], count: int) -> int:
    """How many directions there is room for in each of `count` changes of fc1, at least one."""
    sizes = {name: array.size for name, array in weights.items()}
    biases = sum(4 * size for name, size in sizes.items() if name.endswith("/biases"))
    conv2 = _CONV2_RANK * sum(_as_matrix(weights["conv2/weights"]).shape)
    others = biases + conv2 + 2 * sizes["conv1/weights"] + sizes["fc2/weights"]
    room = BYTES / _TEXT / count - others
    return max(1, min(_MOST_RANK, int(room / sum(weights["fc1/weights"].shape))))


def _moment_layers(source: PictureSource, moment: Moment, neighbour: Weights, rank: int) -> Layers:
    images = to_input(source.dataset.train.images[:_IMAGES])
    network = source.network_at(moment)
    own = {name: value.numpy() for name, value in network.activations(images).items()}
    patches = _patches(own["pool1"][:_CONV2_IMAGES])
    changes = {
        layer: _as_matrix(moment.weights[f"{layer}/weights"] - neighbour[f"{layer}/weights"])
        for layer in ("conv2", "fc1")
    }
    layers: Layers = {
        "conv1": {"weights": encode_integers(moment.weights["conv1/weights"], np.int16)},
        "conv2": change_in_few_directions(changes["conv2"], patches, _CONV2_RANK),
        "fc1": change_in_few_directions(changes["fc1"], own["pool2"].reshape(len(images), -1), rank),
        "fc2": {"weights": encode_integers(moment.weights["fc2/weights"], np.int8)},
    }
    for layer, tensors in layers.items():
        tensors["biases"] = encode(moment.weights[f"{layer}/biases"])
    network.load(_applied(layers, neighbour))
    sums = network.activations(images)["fc1/preactivation"].numpy()
    # What all images have in common of what was left out, the biases make up for.
    left_out = (own["fc1/preactivation"] - sums).mean(axis=0)
    layers["fc1"]["biases"] = encode(moment.weights["fc1/biases"] + left_out)
    return layers


def _as_matrix(weights: Floats) -> Floats:
    """[..., outputs] → [inputs, outputs]."""
    return weights.reshape(-1, weights.shape[-1])


def _patches(maps: Floats) -> Floats:
    """What a convolution reads of [images, height, width, channels]: [places, weights of a unit]."""
    sizes = [1, KERNEL_SIZE, KERNEL_SIZE, 1]
    found = tf.image.extract_patches(maps, sizes, [1, 1, 1, 1], [1, 1, 1, 1], "SAME").numpy()
    return np.asarray(found.reshape(-1, found.shape[-1]))


def change_in_few_directions(change: Floats, inputs: Floats, rank: int) -> dict[str, Tensor]:
    """A matrix as a product of two thin ones that does to some inputs nearly the same.

    With the principal directions V of `inputs @ change`, `change @ V @ V.T` is the matrix of that rank whose products
    with the inputs differ least from those of `change` (Eckart and Young, Psychometrika 1, 1936), but for their mean.

    Args:
        change: [inputs, outputs].
        inputs: [n, inputs].
        rank: at most so many columns of the first matrix and rows of the second.

    Returns:
        `left`, [inputs, rank], and `right`, [rank, outputs], rounded to 8 bits.
    """
    effect = inputs @ change
    directions = np.linalg.svd(effect - effect.mean(axis=0), full_matrices=False)[2][:rank]
    left = encode_integers(change @ directions.T, np.int8)
    return {"left": left, "right": encode_integers(directions, np.int8)}


def _parity(source: PictureSource, carried: Sequence[Weights]) -> Part:
    """How the moments answer as they are carried, compared with the run's snapshots and with the network back then."""
    test = Examples(source.dataset.test.images[:COMPARED], source.dataset.test.labels[:COMPARED])
    network = Network(source.trained.config.network, source.trained.config.seed)
    evaluator = Evaluator(network)

    def answers(weights: Weights, examples: Examples) -> EvaluationResult:
        network.load(weights)
        return evaluator(examples)

    agree, probability, digits = [], [], [0.0]
    back_then = {snapshot.step: snapshot for snapshot in source.snapshots}
    for moment, weights in zip(source.learning, carried, strict=True):
        stored, page = answers(moment.weights, test), answers(weights, test)
        agree.append(int(np.count_nonzero(stored.predictions == page.predictions)))
        probability.append(_largest_difference(stored, page))
        if (snapshot := back_then.get(moment.step)) is not None and len(snapshot.digits):
            own = EvaluationResult(snapshot.logits, source.dataset.test.labels[snapshot.digits])
            ten = Examples(source.dataset.test.images[snapshot.digits], own.labels)
            digits.append(_largest_difference(own, answers(weights, ten)))
    return {
        "images": len(test),
        "agree": agree,
        "largest_probability_differences": probability,
        "largest_probability_difference_of_digits": max(digits),
    }


def _largest_difference(one: EvaluationResult, other: EvaluationResult) -> float:
    return float(np.abs(np.exp(one.log_probabilities) - np.exp(other.log_probabilities)).max())
