"""What the page carries: the network, what is known of it, digits to begin with, words and colours."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from ... import __version__
from ...evaluation.scores import CLASSES, confusion_matrix, most_confident_mistakes
from ...network.evaluator import evaluate
from ...network.model import Network
from ...network.weights import Weights
from ...runs import checkpoint as checkpoints
from ...runs.checkpoint import steps_to_drop
from ..analysis.digit import least_certain
from ..analysis.receptive_fields import RECEPTIVE_FIELDS
from ..drawing.captions import CAPTIONS
from ..drawing.style import DIGIT_COLOURS, THEMES, Colour, Theme, signed_scale
from ..names import PageWeights
from ..picture_source import Moment, PictureSource
from .excitation import excitation
from .tensors import Floats, Tensor, decode, encode, encode_integers
from .time_machine import make_time_machine
from .training_images import doubt_part, sample_of_test, training_images
from .words import WORDS

Part = dict[str, Any]

FORMAT = 1
LAYERS = ("conv1", "conv2", "fc1", "fc2")
MISTAKES = 10
MOST_MOMENTS = 12
"""Of the kept checkpoints; each costs 70 kB (int8) or 280 kB."""
POINTS = 1000
"""Test images in the map of fc1."""


def make_payload(source: PictureSource, weights: PageWeights) -> Part:
    """Everything that the scripts need, ready for JSON.

    Args:
        source: the network; its digit and theme do not matter.
        weights: how to store the largest weights.

    Raises:
        CheckpointError: a kept checkpoint is damaged.
    """
    trained, result = source.trained, source.survey.result
    layers = _layers(source, weights)
    carried = {f"{layer}/{kind}": decode(tensor) for layer in layers for kind, tensor in layers[layer].items()}
    machine = make_time_machine(source, carried)
    return {
        "format": FORMAT,
        "mnistcnn": __version__,
        "run": trained.run.path.resolve().name,
        "step": trained.step,
        "digest": trained.digest,
        "data": trained.data,
        "seed": trained.config.seed,
        "keep_prob": trained.config.keep_prob,
        "parameters": source.network.parameter_count,
        "test": {"images": result.examples, "errors": result.errors, "accuracy": result.accuracy},
        "parity": _parity(source, carried, weights),
        "layers": layers,
        "limits": _limits(source),
        "dead": {layer: np.flatnonzero(source.survey.dead(layer)).tolist() for layer in ("conv1", "conv2", "fc1")},
        "excitation": excitation(source),
        "first": _first(source),
        "samples": _samples(source),
        "mistakes": _mistakes(source),
        "confusion": confusion_matrix(result.labels, result.predictions).tolist(),
        "time_machine": machine,
        # Of a run without snapshots.
        "moments": [] if machine else _moments(source, weights),
        "projection": _projection(source),
        "doubt": doubt_part(source),
        "training_images": training_images(source),
        "test_sample": sample_of_test(source),
        "receptive_fields": {layer: asdict(field) for layer, field in RECEPTIVE_FIELDS.items()},
        "captions": {"page": WORDS, **{name: asdict(caption) for name, caption in CAPTIONS.items()}},
        "palette": _palette(),
    }


def _layers(source: PictureSource, weights: PageWeights) -> dict[str, dict[str, Tensor]]:
    layers = {
        layer: {kind: encode(source.weights[f"{layer}/{kind}"]) for kind in ("weights", "biases")} for layer in LAYERS
    }
    if weights == "int8":
        layers["fc1"]["weights"] = encode_integers(source.weights["fc1/weights"], np.int8)
        layers["conv2"]["weights"] = encode_integers(source.weights["conv2/weights"], np.int16)
        layers["fc2"]["weights"] = encode_integers(source.weights["fc2/weights"], np.int16)
    return layers


def _parity(source: PictureSource, carried: Weights, weights: PageWeights) -> Part:
    """How the weights that are in the page, read back from it, answer compared with the run's own."""
    network = Network(source.trained.config.network, source.trained.config.seed)
    network.load(carried)
    own, page = source.survey.result, evaluate(network, source.dataset.test)
    return {
        "weights": weights,
        "images": own.examples,
        "agree": int(np.count_nonzero(own.predictions == page.predictions)),
        "largest_logit_difference": float(np.abs(own.logits - page.logits).max()),
    }


def _limits(source: PictureSource) -> Part:
    """Where the colour scales end, as on the sheets."""
    return {
        "weights": {layer: signed_scale(source.weights[f"{layer}/weights"], "weight").limit for layer in LAYERS},
        "activations": {layer: source.limit(layer) for layer in ("conv1", "pool1", "conv2", "pool2", "fc1")},
    }


def _first(source: PictureSource) -> Part:
    """The digit that is on the pad when the page opens: the one that pictures follow if nobody chose one."""
    index = least_certain(source.survey.result) or 0
    test = source.dataset.test
    return {"index": index, "label": int(test.labels[index]), "image": encode(test.images[index])}


def _samples(source: PictureSource) -> list[Part]:
    """For each class the first test image that is recognised; if none is, the first; nothing if there is none."""
    labels, predictions = source.survey.result.labels, source.survey.result.predictions
    images = source.dataset.test.images
    # Recognised ones first, and stable, so that of each kind the earliest is found first.
    order = np.argsort(predictions != labels, kind="stable")
    found = {label: int(order[labels[order] == label][0]) for label in np.unique(labels).tolist()}
    return [{"index": index, "label": label, "image": encode(images[index])} for label, index in found.items()]


def _mistakes(source: PictureSource) -> list[Part]:
    result = source.survey.result
    probabilities = np.exp(result.log_probabilities)
    return [
        {
            "index": mistake.index,
            "label": mistake.label,
            "prediction": mistake.prediction,
            "confidence": mistake.probability,
            "image": encode(source.dataset.test.images[mistake.index]),
        }
        for mistake in most_confident_mistakes(probabilities, result.labels, result.predictions, MISTAKES)
    ]


def _moments(source: PictureSource, weights: PageWeights) -> list[Part]:
    """The convolutions at the kept checkpoints."""
    directory = source.trained.run.checkpoints()
    rows = source.metrics.rows
    accuracies = {int(row["step"]): float(row["accuracy"]) for row in rows if row["split"] == "test"}
    moments = []
    for step in steps_to_show(directory.steps(), source.trained.step):
        moment = Moment(step, checkpoints.load(directory.path_of(step)).evaluated_weights)
        moments.append(_moment(moment, accuracies.get(step), weights))
    return moments


def steps_to_show(steps: list[int], shown: int) -> list[int]:
    """At most `MOST_MOMENTS` of the ascending `steps`: the first, the last and the one shown, the others spread."""
    dropped = steps_to_drop([step for step in steps if step != shown], MOST_MOMENTS - 1)
    return [step for step in steps if step not in dropped]


def _moment(moment: Moment, accuracy: float | None, weights: PageWeights) -> Part:
    layers = {
        layer: {kind: encode(moment.weights[f"{layer}/{kind}"]) for kind in ("weights", "biases")}
        for layer in ("conv1", "conv2")
    }
    if weights == "int8":
        layers["conv2"]["weights"] = encode_integers(moment.weights["conv2/weights"], np.int8)
    return {"step": moment.step, "test_accuracy": accuracy, "layers": layers}


def _projection(source: PictureSource) -> Part | None:
    """Two principal components of fc1 over test images; None for too few images or units."""
    units: Floats = source.survey.peaks["fc1"][:POINTS]
    if len(units) < CLASSES or units.shape[1] < 2:
        return None
    from sklearn.decomposition import PCA

    pca = PCA(n_components=2, svd_solver="randomized", random_state=0).fit(units)
    points = pca.transform(units).astype(np.float32)
    return {
        "mean": encode(pca.mean_.astype(np.float32)),
        "components": encode(pca.components_.astype(np.float32)),
        "points": encode_integers(points, np.int16),
        "labels": encode(source.survey.result.labels[: len(points)]),
        "share": float(pca.explained_variance_ratio_.sum()),
    }


def _palette() -> Part:
    return {
        **{name: _colours(theme) for name, theme in THEMES.items()},
        "digits": list(DIGIT_COLOURS),
    }


def _colours(theme: Theme) -> Part:
    single = ("background", "text", "faint", "stripes", "dot", "blue", "orange")
    return {
        **{name: _hex(getattr(theme, name)) for name in single},
        "signed": [_hex(colour) for colour in theme.signed],
        "ink": [_hex(colour) for colour in theme.ink],
    }


def _hex(colour: Colour) -> str:
    return "#" + "".join(f"{channel:02x}" for channel in colour)
