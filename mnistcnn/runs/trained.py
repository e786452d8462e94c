"""A network that a run trained, taken from one of its checkpoints."""

from __future__ import annotations

from dataclasses import dataclass

from ..config.schema import Config, load_config
from ..errors import CheckpointError
from ..network.model import Network
from ..network.threads import limit_threads
from ..network.weights import weights_digest
from . import checkpoint as checkpoints
from .directory import Run
from .fitting import check_fit
from .manifest import check_agreement


@dataclass(frozen=True, eq=False)
class TrainedNetwork:
    """A network with where it comes from."""

    run: Run
    config: Config
    """The run's own."""
    checkpoint: str
    """What was asked for: `best`, `last` or a step."""
    step: int
    network: Network
    digest: str
    """SHA-256 of the weights, as in the run's manifest; see `mnistcnn.network.weights.weights_digest`."""
    data: str
    """The name of the data that it was trained on."""


def load_trained(run: Run, checkpoint: str = "best", *, own_threads: bool = True) -> TrainedNetwork:
    """Load a network from a run, with the averaged weights if there are any, for as many cores as the run used.

    This is the only way from a checkpoint to a network. Call it before TensorFlow's first operation, after which the
    number of threads is settled.

    Args:
        run: the run.
        checkpoint: `best` (fewest errors on validation), `last` or a step.
        own_threads: whether to compute on as many cores as the run did. False for a process in which TensorFlow may
            have started already, with another number.

    Raises:
        RunError: this is not a run, or its manifest is damaged or of another run.
        CheckpointError: there is no such checkpoint, it is damaged, or it does not fit the configuration.
        ConfigError: the run's configuration is damaged, or TensorFlow already runs with another number of threads.
    """
    manifest, config = run.manifest(), load_config(run.config_path)
    check_agreement(run.path, manifest, config)
    limit_threads(config.threads if own_threads else None)
    path = run.checkpoints().find(checkpoint)
    loaded = checkpoints.load(path)
    check_fit(path, loaded.evaluated_weights, config.network)
    network = Network(config.network, config.seed)
    try:
        network.load(loaded.evaluated_weights)
    except (KeyError, ValueError) as error:
        raise CheckpointError(f"{path}: holds no weights of this network") from error
    data, digest = manifest["data"]["name"], weights_digest(loaded.evaluated_weights)
    return TrainedNetwork(run, config, checkpoint, loaded.step, network, digest, data)
