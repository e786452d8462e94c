"""When a run takes a snapshot of its weights, and what is noted with it; `mnistcnn.runs.snapshots` has the files."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import count

import numpy as np
from numpy.typing import NDArray

from ..config.schema import Config
from ..data.dataset import Dataset
from ..network.evaluator import EvaluationResult, Evaluator
from ..network.model import Network
from ..runs.snapshots import Snapshot, SnapshotDirectory, stored_bytes
from .divergence import check_weights

SAMPLE = 500
"""Validation images that each snapshot is tried on, from the front: one batch, a fifth of a second without AVX-512."""
_BYTES_PER_MEGABYTE = 1_000_000


class SnapshotTaker:
    """Takes the snapshots of a run when they are due, which follows from the configuration alone.

    Args:
        directory: where they go.
        config: the run's.
        dataset: its first validation images are the sample, the first test image of each class the digits.
        network: what the run stands by.
        evaluator: of that network.
    """

    def __init__(
        self, directory: SnapshotDirectory, config: Config, dataset: Dataset, network: Network, evaluator: Evaluator
    ) -> None:
        self._directory, self._network, self._evaluator = directory, network, evaluator
        sizes = {name: variable.shape.num_elements() for name, variable in network.parameters.items()}
        room = config.snapshots.megabytes * _BYTES_PER_MEGABYTE
        self._most = room // stored_bytes(sizes) if config.snapshots.enabled else 0
        self._due = steps_to_take(config.steps, self._most)
        self._digits = np.unique(dataset.test.labels, return_index=True)[1]
        self._labels = dataset.validation.labels[:SAMPLE]
        self._images = np.concatenate([dataset.validation.images[:SAMPLE], dataset.test.images[self._digits]])

    def steps_to_next(self, step: int) -> int:
        """How many steps may come after `step` steps in one chunk."""
        return min((due - step for due in self._due if due > step), default=sys.maxsize)

    def take_if_due(self, step: int) -> None:
        """Take a snapshot after `step` steps, if one is due and not there yet.

        Raises:
            NotFiniteError: a weight is NaN or infinite; nothing was written.
            OSError: it could not be written.
        """
        if step not in self._due:
            return
        # A run that was extended again and again has an end for each time.
        taken = self._directory.steps()
        if step not in taken and len(taken) < self._most:
            self._directory.save(self._snapshot(step))

    def _snapshot(self, step: int) -> Snapshot:
        weights = self._network.read()
        check_weights(weights, step)
        logits = self._logits()
        sample = EvaluationResult(logits[: len(self._labels)], self._labels)
        return Snapshot(step, weights, sample.errors, sample.examples, self._digits, logits[sample.examples :])

    def _logits(self) -> NDArray[np.float32]:
        return np.concatenate([np.empty((0, 10), np.float32), *self._evaluator.logits(self._images)])


def steps_to_take(steps: int, most: int) -> tuple[int, ...]:
    """The steps after which a run of `steps` steps takes snapshots: 0, 10, 20, 50, 100, … and the last.

    Args:
        steps: at least 1.
        most: how many there is room for. If these are too few, the first and the last stay, and of the others some that
            lie evenly on a logarithmic scale; for less than two, there are none.
    """
    wanted = [0, *_round_numbers(steps), steps]
    if most < 2:
        return ()
    if len(wanted) <= most:
        return tuple(wanted)
    return tuple(wanted[round(i * (len(wanted) - 1) / (most - 1))] for i in range(most))


def _round_numbers(below: int) -> Iterator[int]:
    """The numbers 10, 20, 50, 100, 200, 500 and so on."""
    for power in count(1):
        for digit in (1, 2, 5):
            if digit * 10**power >= below:
                return
            yield digit * 10**power
