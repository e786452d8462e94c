"""What the last two layers of a network answer: fc1, from which doubt is measured, and the logits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Responses:
    """A network's answers to n images."""

    features: NDArray[np.float32]
    """What fc1 makes of them, [n, units]."""
    logits: NDArray[np.float32]
    """[n, 10]; the same bits as an `Evaluator`'s."""
