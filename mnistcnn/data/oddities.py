"""What is odd about a data set though every file of it is whole: classes without images, and transposed digits."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from .dataset import Dataset, Examples
from .idx import IMAGE_SIDE

_SIDE = 7  # Blocks of 4×4 pixels: fine enough to tell a digit from its transpose.
_FEWEST_CLASSES = 3
_MOST_EXAMPLES = 10_000
_ALIKE = 0.5
"""Correlation with MNIST. Measured, transposed: 1.00 for MNIST's test images, at least 0.81 for 100 of them and 0.49
for 20, and 0.59 for scikit-learn's digits, other people's. Noise and random blobs stay below 0.2."""

# The mean image of each digit in MNIST's 60,000 training images, in 7×7 blocks, from 0 to f.
_MNIST = (
    "0000000 0027820 0187670 0481380 0662750 0399610 0000000",
    "0000000 0004410 0007500 000a200 0029100 0046100 0000000",
    "0001000 0158710 0123720 0026710 048a731 0375420 0000000",
    "0000000 0158610 0126710 0049710 0112730 0378610 0011000",
    "0000000 0021320 0163630 0396a20 0257710 0014300 0001100",
    "0000000 0025531 0167421 0177410 0123620 0267510 0011000",
    "0001100 0026410 0056110 0186740 0198840 0047400 0000000",
    "0000000 0012200 0388a30 0122910 0016500 0027200 0023100",
    "0000000 0027720 0166740 005a710 0168510 0178510 0011000",
    "0000000 0014300 0176820 0277910 0136600 0015300 0012100",
)


def find_oddities(dataset: Dataset, *, transposed: bool) -> tuple[str, ...]:
    """Look at the training images.

    Args:
        dataset: as it is about to be used.
        transposed: whether rows and columns have been swapped since the files were read (`data.transpose`).

    Returns:
        A sentence or two for each thing that is odd: what, and what to do.
    """
    return (*_missing_classes(dataset), *_transposed_digits(dataset, transposed))


def _missing_classes(dataset: Dataset) -> Iterator[str]:
    trained, validated = dataset.train.classes(), dataset.validation.classes()
    missing = [digit for digit in range(10) if not trained[digit]]
    if not missing:
        return
    digits = ", ".join(map(str, missing))
    yield (
        f"The {len(dataset.train):,} training images have no {digits}, so the network cannot learn to recognize it."
        + (
            " Validation has some: it takes the first images of the file, which seems to be sorted. Shuffle it."
            if any(validated[digit] for digit in missing)
            else ""
        )
    )


def _transposed_digits(dataset: Dataset, transposed: bool) -> Iterator[str]:
    if not look_transposed(dataset.train):
        return
    advice = "leave out data.transpose" if transposed else "if so: --set data.transpose=true, as for EMNIST's files"
    yield f"The digits look transposed, with rows and columns swapped; {advice}."


def look_transposed(examples: Examples) -> bool:
    """Compare the mean image of each class with MNIST's, turned and mirrored in all eight ways.

    What all classes have in common is left out, because all tall pictures have it in common with digits.

    Args:
        examples: any; the first 10,000 are looked at.

    Returns:
        Whether they are like MNIST's when they are transposed, and less so in any other way. False if there are fewer
        than three classes.
    """
    images, labels = examples.images[:_MOST_EXAMPLES], examples.labels[:_MOST_EXAMPLES]
    classes = np.unique(labels)
    if len(classes) < _FEWEST_CLASSES:
        return False
    found = np.stack([_blocks(images[labels == digit]) for digit in classes])
    expected = np.array([[int(block, 16) for block in _MNIST[digit].replace(" ", "")] for digit in classes], np.float64)
    transposed = found.transpose(0, 2, 1)
    likeness = [_correlation(np.rot90(way, turn, (1, 2)), expected) for way in (transposed, found) for turn in range(4)]
    return likeness[0] >= _ALIKE and likeness[0] == max(likeness)


def _blocks(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The mean image: [n, 28, 28] -> [7, 7]."""
    size = IMAGE_SIDE // _SIDE
    return np.asarray(images.mean(axis=0).reshape(_SIDE, size, _SIDE, size).mean(axis=(1, 3)), np.float64)


def _correlation(found: NDArray[np.float64], expected: NDArray[np.float64]) -> float:
    """Of what makes the classes different, [classes, 7, 7] and [classes, 49]."""
    flat = (values.reshape(len(values), -1) for values in (found, expected))
    one, other = (values - values.mean(axis=0) for values in flat)
    scale = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float((one * other).sum()) / scale if scale else 0.0
