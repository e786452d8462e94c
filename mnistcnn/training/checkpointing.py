"""When a run saves a checkpoint, and what it checks before."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from ..config.schema import Config
from ..runs.checkpoint import Checkpoint, CheckpointDirectory
from .cadence import Cadence
from .divergence import check_weights


class CheckpointSaver:
    """Saves the checkpoints of a run, which are due every so many steps or by the clock.

    Args:
        directory: where they go.
        config: says how often.
        saved_step: the step of the checkpoint that the run was resumed from; None for a new run.
        clock: seconds since any moment.
    """

    def __init__(
        self,
        directory: CheckpointDirectory,
        config: Config,
        saved_step: int | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._directory, self._clock = directory, clock
        self._cadence, self._every_seconds = Cadence.of(config), config.checkpoints.every_seconds
        self.saved_step = saved_step
        self._saved_at = clock()

    def is_due(self, step: int) -> bool:
        """Whether a checkpoint is due after `step` steps, which has none yet."""
        if self.saved_step == step:
            return False
        if self._every_seconds is not None:
            return self._clock() - self._saved_at >= self._every_seconds
        return self._cadence.checkpoint_is_due(step)

    def save(self, checkpoint: Checkpoint, *, best: bool) -> Path:
        """Save a checkpoint, and return its path.

        Raises:
            NotFiniteError: a weight is NaN or infinite; nothing was written.
            OSError: it could not be written.
        """
        check_weights(checkpoint.weights, checkpoint.step)
        path = self._directory.save(checkpoint, best=best)
        self.saved_step, self._saved_at = checkpoint.step, self._clock()
        return path
