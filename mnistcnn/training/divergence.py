"""When training counts as diverged: a loss or a weight is NaN or infinite."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ..network.weights import Weights


class NotFiniteError(Exception):
    """A number is not finite; the loop turns this into a `DivergedError`."""


def check_losses(losses: NDArray[np.float32], step: int) -> None:
    """Check the losses of a chunk, [steps], the first of which is that of step `step + 1`.

    Raises:
        NotFiniteError: one is NaN or infinite; it names the first.
    """
    finite = np.isfinite(losses)
    if not finite.all():
        first = int(np.argmin(finite))
        raise NotFiniteError(f"the loss was {losses[first]} at step {step + first + 1:,}")


def check_evaluation_loss(loss: float, split: str, step: int) -> None:
    """Check the loss of a split after `step` steps.

    Raises:
        NotFiniteError: it is NaN or infinite.
    """
    if not math.isfinite(loss):
        raise NotFiniteError(f"the {split} loss was {loss} after step {step:,}")


def check_weights(weights: Weights, step: int) -> None:
    """Check the weights after `step` steps: the update may have spoiled them although the loss was finite.

    Raises:
        NotFiniteError: one is NaN or infinite.
    """
    if not all(np.isfinite(array).all() for array in weights.values()):
        raise NotFiniteError(f"a weight was NaN or infinite after step {step:,}")
