"""Weights of one run that another run starts from, as `train --from` asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..config.schema import NetworkConfig
from ..errors import ConfigError
from ..network.weights import Weights, weights_digest
from . import checkpoint as checkpoints
from .checkpoint import Checkpoint, CheckpointDirectory
from .fitting import stored_widths


@dataclass(frozen=True, eq=False)
class StartingWeights:
    """What a new run starts from instead of initial weights."""

    run: Path
    """Of the run that they are taken from."""
    step: int
    """Of its checkpoint."""
    digest: str
    """SHA-256 of the weights; see `mnistcnn.network.weights.weights_digest`."""
    weights: Weights

    @property
    def checkpoint(self) -> Checkpoint:
        """The state of the new run before its first step; its optimizer is new."""
        return Checkpoint(step=0, weights=self.weights, slots={})

    @property
    def record(self) -> Mapping[str, object]:
        """`from` in the new run's manifest."""
        return {"run": str(self.run.absolute()), "step": self.step, "weights_digest": self.digest}


def load_starting_weights(
    run: Path, directory: CheckpointDirectory, which: str, network: NetworkConfig
) -> StartingWeights:
    """Read the weights that a run stands by, and check that they fit a network.

    Args:
        run: its path.
        directory: its checkpoints.
        which: `best`, `last` or a step.
        network: of the run that will start from them.

    Raises:
        CheckpointError: there is no such checkpoint, or it is damaged.
        ConfigError: the weights are of a network of another shape.
    """
    path = directory.find(which)
    loaded = checkpoints.load(path)
    weights = loaded.evaluated_weights
    widths = stored_widths(path, weights)
    if widths != network.model_dump(include=set(widths)):
        settings = " ".join(f"--set network.{layer}={width}" for layer, width in widths.items())
        raise ConfigError([f"network: {run} has a network of another shape; to start from it: {settings}"])
    return StartingWeights(run, loaded.step, weights_digest(weights), weights)
