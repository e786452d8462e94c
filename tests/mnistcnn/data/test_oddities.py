"""What is odd about data: missing classes, and digits that lie on their side."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mnistcnn.config.schema import DataConfig
from mnistcnn.data.dataset import Dataset, Examples
from mnistcnn.data.digits import read_digits
from mnistcnn.data.oddities import find_oddities, look_transposed
from mnistcnn.data.sources import load_dataset


def of(dataset: Dataset, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Dataset:
    return replace(dataset, train=Examples(images, labels))


@pytest.fixture(scope="module")
def digits() -> Examples:
    return read_digits().training


def test_ordinary_data_is_nothing_odd(tiny_dataset: Dataset, digits: Examples) -> None:
    assert find_oddities(tiny_dataset, transposed=False) == ()
    assert find_oddities(of(tiny_dataset, digits.images, digits.labels), transposed=False) == ()


def test_classes_without_a_training_image_are_named(tiny_dataset: Dataset) -> None:
    train, test = tiny_dataset.train, tiny_dataset.test
    kept = ~np.isin(train.labels, [3, 8])
    dataset = replace(
        of(tiny_dataset, train.images[kept], train.labels[kept]), validation=Examples(test.images[:3], test.labels[:3])
    )
    [oddity] = find_oddities(dataset, transposed=False)
    assert oddity.startswith("The 192 training images have no 3, 8,")
    assert "sorted" not in oddity


def test_a_class_that_validation_took_away_is_explained(tiny_dataset: Dataset) -> None:
    kept = tiny_dataset.train.labels != 0
    dataset = of(tiny_dataset, tiny_dataset.train.images[kept], tiny_dataset.train.labels[kept])
    [oddity] = find_oddities(dataset, transposed=False)
    assert "Validation has some" in oddity


def test_transposed_digits_get_a_hint_that_fits(tiny_dataset: Dataset, digits: Examples) -> None:
    dataset = of(tiny_dataset, digits.images.transpose(0, 2, 1), digits.labels)
    assert ["data.transpose=true" in oddity for oddity in find_oddities(dataset, transposed=False)] == [True]
    assert ["leave out data.transpose" in oddity for oddity in find_oddities(dataset, transposed=True)] == [True]


def transpose(examples: Examples) -> Examples:
    return Examples(examples.images.transpose(0, 2, 1), examples.labels)


def test_noise_and_few_classes_say_nothing_about_being_transposed(digits: Examples) -> None:
    random = np.random.default_rng(0)
    noise = Examples(random.integers(0, 256, (500, 28, 28), dtype=np.uint8), (np.arange(500) % 10).astype(np.uint8))
    assert not look_transposed(noise)
    assert not look_transposed(Examples(np.zeros((10, 28, 28), np.uint8), np.arange(10, dtype=np.uint8)))
    few = transpose(digits)
    assert not look_transposed(Examples(few.images[few.labels < 2], few.labels[few.labels < 2]))


def test_other_ways_to_turn_a_digit_are_not_taken_for_it(digits: Examples) -> None:
    for turn in range(4):
        assert not look_transposed(Examples(np.rot90(digits.images, turn, (1, 2)), digits.labels))
    for turn in range(1, 4):
        assert not look_transposed(Examples(np.rot90(digits.images.transpose(0, 2, 1), turn, (1, 2)), digits.labels))


def test_wide_pictures_are_not_taken_for_transposed_digits(digits: Examples) -> None:
    """As shoes and bags are: under the wrong labels, lying digits are wide and nothing else."""
    for seed in range(50):
        labels = np.random.default_rng(seed).permutation(10).astype(np.uint8)[digits.labels]
        assert not look_transposed(Examples(digits.images.transpose(0, 2, 1), labels))


def test_the_real_mnist_is_upright_and_its_transpose_is_not(real_mnist_dir: Path) -> None:
    test = load_dataset(DataConfig(source="mnist", dir=real_mnist_dir)).test
    random = np.random.default_rng(0)
    for _ in range(20):
        chosen = random.choice(len(test), 100, replace=False)
        some = Examples(test.images[chosen], test.labels[chosen])
        assert not look_transposed(some)
        assert look_transposed(transpose(some))
