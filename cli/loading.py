"""Loads what pictures are of: a run's network, its data and a digit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mnistcnn.errors import DataError

from .quiet_tensorflow import starting_tensorflow

if TYPE_CHECKING:
    from mnistcnn.data.dataset import Dataset
    from mnistcnn.runs.directory import Run
    from mnistcnn.runs.trained import TrainedNetwork
    from mnistcnn.visualize.picture_source import PictureSource

    from .rendering.console import Console


def load_picture_source(
    run: Run, checkpoint: str, console: Console, *, image: str = "0", theme: str = "light", autoscale: bool = False
) -> PictureSource:
    """Load a run's network with the data that it learned from; the options are those of `mnistcnn visualize`.

    Raises:
        DataError: the data or the image cannot be had, or it is other data.
        CheckpointError: there is no such checkpoint, or it is damaged.
    """
    from mnistcnn.data.sources import load_dataset
    from mnistcnn.runs.data import run_data_config

    console.phase("loading the data")
    dataset = load_dataset(run_data_config(run), console)
    console.phase("starting TensorFlow")
    with starting_tensorflow():
        from mnistcnn.runs.trained import load_trained
        from mnistcnn.visualize.analysis.digit import find_digit
        from mnistcnn.visualize.drawing.style import THEMES
        from mnistcnn.visualize.picture_source import PictureSource
    trained = load_trained(run, checkpoint)
    _check_data(trained, dataset)
    return PictureSource(trained, dataset, find_digit(image, dataset), THEMES[theme], autoscale=autoscale)


def _check_data(trained: TrainedNetwork, dataset: Dataset) -> None:
    """Refuse pictures of what the network makes of other data than its own: they would be mislabelled."""
    if dataset.name != trained.data:
        raise DataError(
            f"{trained.run.path}: learned from {trained.data}, which cannot be had now; there is {dataset.name}. "
            f"Set data.dir in {trained.run.config_path} or $MNISTCNN_DATA_DIR to where it is."
        )
