"""What every format is made from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..network.doubt import Doubt
from ..network.model import Network
from .metadata import Metadata


@dataclass(frozen=True, eq=False)
class Source:
    """A trained network with what its files say and need besides."""

    network: Network
    metadata: Metadata
    keep_prob: float
    """Of the run's dropout."""
    calibration: NDArray[np.uint8] | None
    """Training images [n, 28, 28], from which the ranges of 8-bit integers are taken; None if they are not here."""
    doubt: Doubt | None = None
    """Of the network; None if it could not be fitted."""
