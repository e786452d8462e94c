"""Chunks of steps as a worker runs them: which images they see, how long they take, and how many come next."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..config.schema import Config
from ..data.sampling import batch_indices
from .steps import StepResults, TrainingSteps

# A request to stop is answered between two chunks, so one should last well under a second.
_SECONDS_PER_CHUNK = 0.3


@dataclass(frozen=True)
class Throughput:
    """How fast training was since the last report."""

    seconds: float
    """In training steps alone."""
    images_per_second: float
    """Of all workers together."""


class Chunks:
    """Runs chunks of training steps, and times them.

    Args:
        steps: the compiled steps.
        config: the recipe: batch size and seed.
        examples: images in the train split.
        clock: seconds since any moment.
    """

    def __init__(
        self, steps: TrainingSteps, config: Config, examples: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._steps, self._config, self._examples, self._clock = steps, config, examples, clock
        self._seconds_per_step = _SECONDS_PER_CHUNK  # A guess that makes the first chunk one step long.
        self._timed_steps, self._timed_seconds = 0, 0.0  # Since the last report, in this process.

    def most_steps(self) -> int:
        """How many steps a chunk may have so as not to last too long, judging by the last one."""
        most = max(1, int(_SECONDS_PER_CHUNK / self._seconds_per_step))
        return min(most, self._steps.compiled_length or most)

    def batches(self, step: int, count: int) -> NDArray[np.int32]:
        """The indices into the train split of the `count` batches that come after `step` steps: [count, batch]."""
        config = self._config
        return batch_indices(config.seed, step, count, config.batch_size, self._examples)

    def run(self, step: int, count: int) -> tuple[StepResults, float]:
        """Do the `count` steps after `step` steps, and return their results and the seconds that they took."""
        started = self._clock()
        results = self._steps(step, self.batches(step, count))
        seconds = self._clock() - started
        self._seconds_per_step = seconds / count
        self._timed_steps, self._timed_seconds = self._timed_steps + count, self._timed_seconds + seconds
        return results, seconds

    def throughput(self) -> Throughput:
        """The speed since this was last called; the next call begins to count here."""
        images = self._timed_steps * self._config.batch_size
        throughput = Throughput(self._timed_seconds, images / self._timed_seconds)
        self._timed_steps, self._timed_seconds = 0, 0.0
        return throughput
