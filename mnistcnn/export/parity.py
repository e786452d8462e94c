"""Whether an exported file answers as its network does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .inference import Answers

LARGEST_DIFFERENCE = 1e-4
"""Between logits of float32, which differ by 1e-5 when sums are taken in another order."""
LARGEST_LOSS = (1, 2000)
"""Of accuracy, for 8-bit integers: 0.05 percentage points, as a ratio of integers so that no rounding decides."""


@dataclass(frozen=True)
class Parity:
    """A file's answers beside its network's, on the same images."""

    data: str
    """The name of the data."""
    images: int
    same_predictions: int
    largest_difference: float
    """Between two logits of the same image and class; NaN if any is."""
    mean_difference: float
    errors_before: int
    """Of the network."""
    errors_after: int
    """Of the file."""
    accuracy_before: float
    accuracy_after: float
    exact: bool
    """Whether the file must give the same logits, up to rounding."""
    latency_ms_1: float | None
    """Milliseconds for one image, on this machine; None if not measured."""
    latency_ms_100: float | None
    """Milliseconds for a hundred images at once."""

    @property
    def problems(self) -> list[str]:
        """What keeps the file from passing for its network; empty if nothing does."""
        if not self.exact:
            return self._accuracy_problems()
        found = []
        if different := self.images - self.same_predictions:
            found.append(f"{different:,} of {self.images:,} predictions differ")
        if not self.largest_difference <= LARGEST_DIFFERENCE:  # So put, NaN is one as well.
            found.append(f"logits differ by up to {self.largest_difference:.2g}, and {LARGEST_DIFFERENCE:g} is allowed")
        return found

    def _accuracy_problems(self) -> list[str]:
        part, whole = LARGEST_LOSS
        if (self.errors_after - self.errors_before) * whole <= self.images * part:
            return []
        lost = 100 * (self.accuracy_before - self.accuracy_after)
        return [f"it loses {lost:.2f} percentage points of accuracy; at most {100 * part / whole:g} are allowed"]


def compare(
    data: str, logits: NDArray[np.float32], labels: NDArray[np.uint8], answers: Answers, *, exact: bool
) -> Parity:
    """Set a file's answers beside its network's.

    Args:
        data: the name of the data.
        logits: the network's, [n, 10].
        labels: of the images, [n].
        answers: the file's.
        exact: whether the file must give the same logits, up to rounding.
    """
    difference = np.abs(answers.logits.astype(np.float64) - logits)
    before, after = logits.argmax(axis=1), answers.logits.argmax(axis=1)
    errors_before, errors_after = (int(np.count_nonzero(found != labels)) for found in (before, after))
    count = len(labels)
    one, hundred = answers.milliseconds or (None, None)
    return Parity(
        data=data,
        images=count,
        same_predictions=int(np.count_nonzero(before == after)),
        largest_difference=float(difference.max()),
        mean_difference=float(difference.mean()),
        errors_before=errors_before,
        errors_after=errors_after,
        accuracy_before=(count - errors_before) / count,
        accuracy_after=(count - errors_after) / count,
        exact=exact,
        latency_ms_1=one,
        latency_ms_100=hundred,
    )
