"""The doubt of a checkpoint: fitted the first time that it is asked for, and kept beside the checkpoint's weights.

It is a file `doubt.npz` in the checkpoint's directory. It goes with the checkpoint, and a file that belongs to other
weights, is damaged, or is of another format is fitted anew.
"""

from __future__ import annotations

import io
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from .. import files
from ..data.dataset import Dataset, split_validation
from ..data.sources import load_dataset
from ..errors import ConfigError, DataError, RunError
from ..network.doubt import Doubt, fit_doubt
from ..network.responder import Responder
from ..network.responses import Responses
from .data import learned_from, run_data_config
from .trained import TrainedNetwork

FILE_NAME = "doubt.npz"
FORMAT = 1
TRAINING_IMAGES = 5000
"""Of the training split, the first so many are fitted to."""
VALIDATION_IMAGES = 5000
"""Of the validation split, the first so many decide the limit."""
LEAST_IMAGES = 20
"""Of either split; with fewer, one in a hundred means nothing."""


@dataclass(frozen=True, eq=False)
class FoundDoubt:
    """A checkpoint's doubt, or why there is none."""

    doubt: Doubt | None = None
    lack: str | None = None
    """One line: what is missing, and what to do."""


def find_doubt(trained: TrainedNetwork, dataset: Dataset | None = None) -> FoundDoubt:
    """Read a checkpoint's doubt; if it has none yet, fit it and keep it, where the run may be written.

    Fitting runs 10,000 images through the network: about three seconds on two cores.

    Args:
        trained: the network.
        dataset: data that is loaded already, with or without its validation split; what the run learned from is looked
            for on this machine if this is something else.
    """
    path = trained.run.checkpoints().find(trained.checkpoint) / FILE_NAME
    if (kept := _read(path, trained.digest)) is not None:
        return FoundDoubt(kept)
    try:
        dataset = _own_data(trained, dataset)
    except (DataError, RunError, ConfigError) as error:
        reason = str(error).splitlines()[0]
        return FoundDoubt(lack=f"no doubt: fitting it needs the run's training images, once: {reason}")
    if min(len(dataset.train), len(dataset.validation)) < LEAST_IMAGES:
        return FoundDoubt(
            lack=f"no doubt: fitting it needs {LEAST_IMAGES} training and {LEAST_IMAGES} validation images, and the "
            f"run has {len(dataset.train):,} and {len(dataset.validation):,}"
        )
    train, validation = _responses(trained, dataset)
    if not all(np.isfinite(one.logits).all() for one in (train, validation)):
        return FoundDoubt(lack="no doubt: the network's answers are not finite: choose another checkpoint")
    doubt = fit_doubt(train, validation)
    with suppress(OSError):  # A run that may not be written is used all the same.
        files.write_atomically(path, _pack(doubt, trained.digest))
    return FoundDoubt(doubt)


def _own_data(trained: TrainedNetwork, loaded: Dataset | None) -> Dataset:
    """What the run learned from, split as it was for the run.

    Raises:
        DataError: it is not on this machine.
    """
    if loaded is None or not learned_from(trained.run, loaded) or (loaded.source == "digits" and not loaded.validation):
        loaded = load_dataset(run_data_config(trained.run), may_download=False)
        if not learned_from(trained.run, loaded):
            raise DataError("the data on this machine is not what the run learned from")
    if loaded.validation:
        return loaded
    train, validation = split_validation(loaded.train, trained.config.data.validation_size, loaded.origin)
    return replace(loaded, train=train, validation=validation)


def _responses(trained: TrainedNetwork, dataset: Dataset) -> tuple[Responses, Responses]:
    """To training images, and to validation images."""
    respond = Responder(trained.network)
    return respond(dataset.train.images[:TRAINING_IMAGES]), respond(dataset.validation.images[:VALIDATION_IMAGES])


def _pack(doubt: Doubt, digest: str) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, format=FORMAT, weights_digest=digest, **doubt.to_arrays())
    return buffer.getvalue()


def _read(path: Path, digest: str) -> Doubt | None:
    try:
        with np.load(io.BytesIO(files.read_regular(path)), allow_pickle=False) as arrays:
            if int(arrays["format"]) != FORMAT or str(arrays["weights_digest"]) != digest:
                return None
            return Doubt.from_arrays(arrays)
    except MemoryError:
        raise
    except Exception:  # Damaged archives come as exceptions of a dozen kinds; it is fitted anew.
        return None
