"""Images and labels in memory, and the split of training images into training and validation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..config.data_sources import SourceName as SourceName
from ..errors import DataError


# Without `eq=False` comparing two of these would compare arrays, which have no single truth value.
@dataclass(frozen=True, eq=False)
class Examples:
    """Images with their labels, in a fixed order. The arrays are read-only."""

    images: NDArray[np.uint8]
    """[n, 28, 28], 0 (background) to 255 (ink)."""
    labels: NDArray[np.uint8]
    """[n], 0 to 9."""

    def __len__(self) -> int:
        return len(self.labels)

    def classes(self) -> list[int]:
        """How many examples there are of each of the ten classes."""
        return [int(count) for count in np.bincount(self.labels, minlength=10)]


@dataclass(frozen=True, eq=False)
class Dataset:
    """Everything that a run learns from and is judged by."""

    name: str
    """`mnist`, `digits`, or the folder's name for `idx`; stands beside every accuracy."""
    source: SourceName
    origin: str
    """The folder, or `scikit-learn 1.9.1 (bundled)`."""
    checksums: Mapping[str, str]
    """File name -> SHA-256 of the uncompressed content; of transposed images, as a file would have them."""
    train: Examples
    validation: Examples
    test: Examples
    warning: str | None = None
    """Set when `auto` fell back to digits: what was tried, why each attempt failed, what to do."""
    oddities: tuple[str, ...] = ()
    """What is odd about the data though it can be used, and what to do: a sentence or two for each."""

    def splits(self) -> dict[str, Examples]:
        """Give the three splits by name."""
        return {"train": self.train, "validation": self.validation, "test": self.test}


def split_validation(training: Examples, validation_size: int, origin: str) -> tuple[Examples, Examples]:
    """Set the first `validation_size` training images aside, as the tutorial's reader does.

    Args:
        training: all training images.
        validation_size: how many of them are validation; 0 is allowed.
        origin: where they come from, for the message.

    Returns:
        What is left for training, and the validation images. Views: nothing is copied.

    Raises:
        DataError: nothing would be left for training.
    """
    if validation_size >= len(training):
        raise DataError(
            f"data.validation_size is {validation_size}, which leaves nothing to train on: {origin} has "
            f"{len(training)} training images. Choose a validation_size below {len(training)}."
        )
    images, labels = training.images, training.labels
    validation = Examples(images[:validation_size], labels[:validation_size])
    return Examples(images[validation_size:], labels[validation_size:]), validation
