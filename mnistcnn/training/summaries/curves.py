"""The points of the curves, by tag."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...network.evaluator import EvaluationResult
from ...network.model import Network
from ...network.weights import Weights
from ..steps import StepResults
from . import tags

Points = dict[str, float]


def step_points(results: StepResults, keep_prob: float) -> list[Points]:
    """The points of every step, in the order of the steps."""
    rows = np.stack([results.losses, results.accuracies, results.learning_rates], axis=1).tolist()
    return [
        {tags.LOSS: loss, tags.ACCURACY: accuracy, tags.LEARNING_RATE: learning_rate, tags.KEEP_PROB: keep_prob}
        for loss, accuracy, learning_rate in rows
    ]


def evaluation_points(result: EvaluationResult) -> Points:
    """How good the network is."""
    return {tags.LOSS: result.loss, tags.ACCURACY: result.accuracy}


def statistics_points(network: Network, statistics: NDArray[np.float32]) -> Points:
    """Mean, standard deviation, maximum and minimum of every variable.

    Args:
        network: knows the variables' names.
        statistics: [variables, 4], as `variable_statistics` gives them.
    """
    names = [tag for name in network.parameters for tag in tags.statistics(name)]
    return dict(zip(names, statistics.ravel().tolist(), strict=True))


def gradient_points(network: Network, norms: NDArray[np.float32]) -> Points:
    """The norm of each layer's gradient.

    Args:
        network: knows the layers' names.
        norms: [layers].
    """
    return dict(zip(map(tags.gradient_norm, network.weights), norms.tolist(), strict=True))


def update_points(network: Network, before: Weights) -> Points:
    """How far one step moved each layer's weights: ‖after − before‖ / ‖before‖, Euclidean norms.

    Args:
        network: after the step.
        before: every variable before the step.
    """
    points = {}
    for layer, variable in network.weights.items():
        weights = before[f"{layer}/weights"]
        with np.errstate(over="ignore", invalid="ignore"):  # The step may have diverged; the run will say so.
            moved = float(np.linalg.norm(variable.numpy() - weights))
            points[tags.update_ratio(layer)] = moved / max(float(np.linalg.norm(weights)), 1e-30)
    return points
