"""The real MNIST, for benchmarks."""

from __future__ import annotations

from mnistcnn.config.schema import load_config
from mnistcnn.data.dataset import Dataset
from mnistcnn.data.sources import load_dataset


class _Silent:
    """Hears of downloads."""

    def start(self, file: str, total: int) -> None:
        """Nothing is shown."""

    def advance(self, count: int) -> None:
        """Nothing is shown."""


def load_mnist() -> Dataset:
    """Train, validation and test; an error where MNIST cannot be found or fetched."""
    return load_dataset(load_config(None, ["data.source=mnist"]).data, _Silent())
