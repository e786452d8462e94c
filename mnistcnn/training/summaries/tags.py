"""The tags in TensorBoard: those of the tutorial where the tutorial has them."""

from __future__ import annotations

from ...network.model import SCOPES
from ..measures import STATISTICS

INPUT = "input/preprocess"
LOSS = "cross_entropy/cross_entropy"
ACCURACY = "accuracy/accuracy"
KEEP_PROB = f"{SCOPES['fc1']}/dropout_keep_probability"
LEARNING_RATE = "train/learning_rate"
CONFUSION = "accuracy/confusion_matrix"

LAYERS = ("conv1", "conv2", "fc1", "fc2")
"""The layers that have weights."""
RECTIFIED = ("conv1", "conv2", "fc1")
"""The layers with a ReLU, whose units may be dead."""

_KINDS = {"weights": "weight", "biases": "bias"}
_OUTPUTS = {"conv1": "activations", "conv2": "activations", "fc1": "activations", "fc2": "preactivations"}


def variable(name: str) -> str:
    """Where the tags of a variable begin: `conv1/weights` → `1st_layer/conv1_layer/weight`."""
    layer, _, kind = name.partition("/")
    return f"{SCOPES[layer]}/{_KINDS[kind]}"


def statistics(name: str) -> list[str]:
    """The curves of a variable, in the order of `STATISTICS`."""
    return [f"{variable(name)}/{statistic}" for statistic in STATISTICS]


def filters(layer: str) -> str:
    """The pictures of a convolution's kernels."""
    return f"{variable(f'{layer}/weights')}/filter"


def maps(layer: str) -> str:
    """The pictures of the maps of a convolution or a pooling."""
    return f"{SCOPES[layer]}/{'pooled' if layer.startswith('pool') else 'activations/convolved'}"


def histogram(name: str) -> str:
    """The histogram of a variable (`conv1/weights`) or of a layer's output (`conv1`)."""
    return f"{variable(name) if '/' in name else f'{SCOPES[name]}/{_OUTPUTS[name]}'}/histogram"


def dead(layer: str) -> str:
    """The fraction of units that are zero for every image."""
    return f"{SCOPES[layer]}/activations/dead"


def gradient_norm(layer: str) -> str:
    """The norm of a layer's gradient."""
    return f"{SCOPES[layer]}/gradient_norm"


def update_ratio(layer: str) -> str:
    """How far a step moves a layer's weights, relative to their size."""
    return f"{SCOPES[layer]}/update_to_weight_ratio"
