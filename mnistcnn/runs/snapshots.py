"""Snapshots: small copies of a run's weights along the way, from which to show how the network learned.

A snapshot is one file, `snapshots/step-0000100.npz`, which is there whole or not at all. No run is resumed from one.
Every layer is exact except for fc1, which has 98 % of the tutorial's weights: they are rounded to 8 bits, with a scale
for each unit. The file holds

    <layer>/weights, <layer>/biases   float32; `fc1/weights` int8, to be multiplied by `fc1/weights/scale`
    digits, logits                    the first test image of each class, and the logits that the network gives them
    sample                            errors on the first validation images, and how many these are
    step, format

and in its last bytes, as the comment of an archive, the SHA-256 of all others, which is checked when it is read.
The logits and the errors are those of the network itself, before rounding.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
from numpy.typing import NDArray

from .. import files
from ..errors import CheckpointError
from ..network.weights import Weights, from_integers, to_integers
from .checkpoint import steps_in

FORMAT = 1
_NAME = re.compile(r"step-(\d{7,})\.npz")
_ROUNDED = "fc1/weights"
_SCALE = f"{_ROUNDED}/scale"
_OVERHEAD = 20_000
"""Bytes of a file besides the weights, at most: the scales of 4,096 units, answers, the archive's directory."""
_DIGEST_LENGTH = 64
"""Hexadecimal digits of the SHA-256 of all that stands before it."""


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The network after `step` steps, and how good it was."""

    step: int
    weights: Weights
    """What the run stands by; read from a file, fc1's are rounded."""
    errors: int
    """On the sample."""
    examples: int
    """Images in the sample; 0 for a run without validation images."""
    digits: NDArray[np.int64]
    """Indices into the test split, [n]: the first image of each class that it has."""
    logits: NDArray[np.float32]
    """Of these images, [n, 10]."""

    @property
    def accuracy(self) -> float | None:
        """On the sample, in [0, 1]; None without one."""
        return (self.examples - self.errors) / self.examples if self.examples else None


class SnapshotDirectory:
    """The snapshots of one run.

    Args:
        path: the directory; made with the first snapshot.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def steps(self) -> list[int]:
        """The steps that have a snapshot, ascending.

        Raises:
            CheckpointError: the directory cannot be read.
        """
        return steps_in(self.path, _NAME)

    def path_of(self, step: int) -> Path:
        """Where the snapshot of a step is, or would be."""
        return self.path / f"step-{step:07d}.npz"

    def save(self, snapshot: Snapshot) -> None:
        """Write a snapshot, replacing one of the same step.

        Raises:
            OSError: it could not be written; what was there still is.
        """
        self.path.mkdir(exist_ok=True)
        files.write_atomically(self.path_of(snapshot.step), _pack(snapshot))

    def load(self, step: int) -> Snapshot:
        """Read a snapshot.

        Raises:
            CheckpointError: it is missing, damaged or of a newer version; the message names the file.
        """
        path = self.path_of(step)
        try:
            content = files.read_regular(path)
        except OSError as error:
            raise CheckpointError(f"{path}: not readable: {error.strerror or error}") from error
        if content[-_DIGEST_LENGTH:] != _digest(content[:-_DIGEST_LENGTH]):
            raise CheckpointError(
                f"{path}: damaged: its content is not what its checksum says; no other file needs it, so delete it"
            )
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            arrays = dict(file)
        if (found := int(arrays["format"])) != FORMAT:
            raise CheckpointError(f"{path}: {files.format_problem(found, FORMAT)}")
        return _unpack(arrays)

    def load_intact(
        self, shapes: Mapping[str, tuple[int, ...]], until: int | None = None
    ) -> tuple[list[Snapshot], list[str]]:
        """Read all snapshots that can be read; no command needs them.

        Args:
            shapes: of the run's weights, by their names.
            until: the last step to read; None for all.

        Returns:
            The intact ones in their order, and what is wrong with each of the others.
        """
        intact, problems = [], []
        try:
            steps = [step for step in self.steps() if until is None or step <= until]
        except CheckpointError as error:
            return [], error.lines
        for step in steps:
            try:
                snapshot = self.load(step)
            except CheckpointError as error:
                problems += error.lines
                continue
            if {name: array.shape for name, array in snapshot.weights.items()} == dict(shapes):
                intact.append(snapshot)
            else:
                problems.append(f"{self.path_of(step)}: of a network of another shape")
        return intact, problems

    def rewind(self, step: int) -> None:
        """Forget what came after `step`, from where the run goes on: it will be taken again.

        Raises:
            OSError: it could not be removed.
        """
        # A folder of that name is nothing that a run has made.
        newer = [path for other in self.steps() if other > step and not (path := self.path_of(other)).is_dir()]
        for path in newer:
            path.unlink()
        if newer:
            files.sync_directory(self.path)


def stored_bytes(sizes: Mapping[str, int]) -> int:
    """The size of a snapshot's file in bytes, at most.

    Args:
        sizes: how many numbers each parameter has, by its name.
    """
    return _OVERHEAD + sum(size if name == _ROUNDED else 4 * size for name, size in sizes.items())


def _pack(snapshot: Snapshot) -> bytes:
    arrays: dict[str, Any] = dict(snapshot.weights)
    arrays[_ROUNDED], arrays[_SCALE] = to_integers(snapshot.weights[_ROUNDED], np.int8)
    arrays |= {"digits": snapshot.digits, "logits": snapshot.logits}
    arrays |= {"sample": np.array([snapshot.errors, snapshot.examples]), "step": snapshot.step, "format": FORMAT}
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    with ZipFile(buffer, "a") as archive:
        archive.comment = bytes(_DIGEST_LENGTH)
    content = buffer.getvalue()[:-_DIGEST_LENGTH]
    return content + _digest(content)


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()


def _unpack(arrays: dict[str, NDArray[Any]]) -> Snapshot:
    weights = {name: array for name, array in arrays.items() if name.endswith(("/weights", "/biases"))}
    weights[_ROUNDED] = from_integers(arrays[_ROUNDED], arrays[_SCALE])
    errors, examples = arrays["sample"].tolist()
    return Snapshot(int(arrays["step"]), weights, errors, examples, arrays["digits"], arrays["logits"])
