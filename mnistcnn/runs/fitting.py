"""Whether stored weights are of a network with the widths of a configuration."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..config.schema import NetworkConfig
from ..errors import CheckpointError

_LAYERS = ("conv1", "conv2", "fc1")
"""Those whose width is a setting."""


def stored_widths(path: Path, weights: Mapping[str, NDArray[np.float32]]) -> dict[str, int]:
    """The widths of the network that weights are of, by layer.

    Args:
        path: where the weights are from, for the message.
        weights: by name.

    Raises:
        CheckpointError: they are of no such network.
    """
    try:
        return {layer: len(weights[f"{layer}/biases"]) for layer in _LAYERS}
    except (KeyError, TypeError) as error:
        raise CheckpointError(f"{path}: holds no weights of this network: {error}") from error


def check_fit(path: Path, weights: Mapping[str, NDArray[np.float32]], network: NetworkConfig) -> None:
    """Refuse weights of other widths than the run's configuration has, as after somebody edited it.

    Args:
        path: where the weights are from, for the message.
        weights: by name.
        network: of the run's configuration.

    Raises:
        CheckpointError: they do not fit; the message has the settings that they fit.
    """
    expected = network.model_dump()
    found = stored_widths(path, weights)
    wrong = [layer for layer in _LAYERS if found[layer] != expected[layer]]
    if wrong:
        first = wrong[0]
        settings = ", ".join(f"network.{layer} back to {found[layer]}" for layer in wrong)
        raise CheckpointError(
            f"{path}: does not fit the network of config.yaml: "
            f"{first}/biases has shape [{found[first]}], not [{expected[first]}]; set {settings}"
        )
