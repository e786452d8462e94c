"""What commands do before their work: find the run, load the data, start TensorFlow, load the network."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from mnistcnn.errors import DataError
from mnistcnn.network.memory_errors import check_address_space
from mnistcnn.network.quiet_tensorflow import import_tensorflow

if TYPE_CHECKING:
    from mnistcnn.config.schema import DataConfig
    from mnistcnn.data.dataset import Dataset
    from mnistcnn.runs.directory import Run
    from mnistcnn.runs.trained import TrainedNetwork
    from mnistcnn.visualize.picture_source import PictureSource

    from .rendering.console import Console

_BETTER_RECIPE = "configs/handwriting.yaml"
_ELSEWHERE = "If the run's data is elsewhere now: --data-dir DIR."


def find_run(name: str, log_dir: Path, checkpoint: str) -> Run:
    """Find a run that has this checkpoint, so that a mistyped one is reported before anything is loaded.

    Raises:
        RunError: there is no such run.
        CheckpointError: (a `RunError`) it has no such checkpoint.
    """
    from mnistcnn.runs.finding import open_run

    run = open_run(name, log_dir)
    run.checkpoints().find(checkpoint)
    return run


def load_data(config: DataConfig, console: Console, *, advice: str = "") -> Dataset:
    """Announce and load the data.

    Args:
        config: which data.
        console: shows the progress of a download.
        advice: what to do if the data cannot be loaded, beyond what the error says.

    Raises:
        DataError: the data is missing or damaged.
    """
    check_address_space("TensorFlow")  # All who load data start it next.
    from mnistcnn.data.sources import load_dataset

    console.phase("loading the data")
    with _advising(advice):
        return load_dataset(config, console)


def load_own_data(run: Run, data_dir: Path | None, console: Console, *, advice: str = _ELSEWHERE) -> Dataset:
    """Announce and load the data that a run learned from.

    Raises:
        DataError: the data is missing or damaged, or the run learned from other data.
    """
    from mnistcnn.runs.data import check_own_data, run_data_config

    dataset = load_data(run_data_config(run, None, data_dir), console, advice=advice)
    with _advising(advice):
        check_own_data(run, dataset)
    return dataset


@contextmanager
def _advising(advice: str) -> Iterator[None]:
    """Add what to do to what is wrong with the data."""
    try:
        yield
    except DataError as error:
        if not advice:
            raise
        raise DataError(*error.lines, advice) from error


def warn_of_shortfall(run: Run, step: int) -> bool:
    """Warn if the network of a checkpoint has learned nothing, and tell whether that is so."""
    from mnistcnn.runs.chance import find_shortfall

    from .rendering.messages import show_warning

    shortfall = find_shortfall(run, step)
    if shortfall:
        show_warning(f"{run.path}: {shortfall}")
    return shortfall is not None


def warn_of_damage(source: PictureSource) -> None:
    """Warn, when all is drawn, of what was damaged and could not be shown."""
    from .rendering.messages import show_warning

    for lines in source.warnings:
        show_warning(*lines)


def hint_at_handwriting(trained: TrainedNetwork) -> None:
    """Say, of a network of the tutorial's recipe, that another recipe reads other people's hands better."""
    config = trained.config
    if config.data.source == "idx" or config.augmentation.enabled or config.network.initializer != "tutorial":
        return
    from .rendering.messages import show_hint

    show_hint(f"{trained.run.path}: the tutorial's recipe; {_BETTER_RECIPE} reads other people's handwriting better")


def start_tensorflow(console: Console) -> None:
    """Announce and import TensorFlow; import what needs it afterwards."""
    console.phase("starting TensorFlow")
    import_tensorflow()


def load_picture_source(
    run: Run,
    checkpoint: str,
    data_dir: Path | None,
    console: Console,
    *,
    image: str | None = None,
    theme: str = "light",
    autoscale: bool = False,
) -> PictureSource:
    """Load a run's network with the data that it learned from; the options are those of `mnistcnn visualize`.

    Without an image, the digit is the least certain correct answer among the first test images.

    Raises:
        DataError: the data or the image cannot be loaded, or the run learned from other data.
        CheckpointError: there is no such checkpoint, or it is damaged.
    """
    dataset = load_own_data(run, data_dir, console)
    start_tensorflow(console)
    from mnistcnn.runs.trained import load_trained
    from mnistcnn.visualize.picture_source import picture_source

    return picture_source(load_trained(run, checkpoint), dataset, image=image, theme=theme, autoscale=autoscale)
