"""The data that a run is looked at with: its own, wherever that is now, or other data on purpose."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .. import files
from ..config.data_sources import DataSource
from ..config.schema import DataConfig, load_config
from ..data.dataset import Dataset
from ..errors import DataError, RunError, UsageError
from ..events import Split
from .directory import Run
from .manifest import check_agreement

_MNIST = frozenset({"auto", "mnist"})


def run_data_config(run: Run, source: DataSource | None = None, directory: Path | None = None) -> DataConfig:
    """The data section of a run's configuration, with the requested changes.

    Without `source` and `directory` it is the run's own data. A run that fell back to the digits is given the
    digits, even where MNIST has come since. Where the folder of a run's MNIST is gone, MNIST is looked for in the
    other places: its checksums leave no doubt that it is the same.

    Args:
        run: the run.
        source: other data.
        directory: where its files are.

    Raises:
        UsageError: the digits are in no directory, and `idx` needs one.
        RunError: this is not a run, or its manifest is damaged or of another run.
        ConfigError: the run's configuration is damaged.
    """
    config = load_config(run.config_path)
    check_agreement(run.path, run.manifest(), config)
    own = config.data
    if source is None:
        fell_back = own.source == "auto" and _data(run)["source"] == "digits"
        source = "digits" if fell_back and directory is None else own.source
    _refuse_directory_of_digits(source, directory)
    return _placed(own, source, directory or _own_directory(own, source))


def config_for_split(config: DataConfig, split: Split) -> DataConfig:
    """What to load for one split, of the run's own data or other data.

    The test images are the same however many others are set aside for validation, and other data may have fewer to
    spare than the run's own.
    """
    return config.model_copy(update={"validation_size": 0}) if split == "test" else config


def file_data_config(
    trained_on: DataSource,
    source: DataSource | None = None,
    directory: Path | None = None,
    *,
    transpose: bool = False,
) -> DataConfig:
    """The same for an exported file, which records the kind of its data, but not where it is.

    Args:
        trained_on: the kind of data.
        source: other data.
        directory: where its files are.
        transpose: whether the network learned from transposed images.

    Raises:
        UsageError: the digits are in no directory, and `idx` needs one.
    """
    source = source or trained_on
    _refuse_directory_of_digits(source, directory)
    return _placed(DataConfig().model_copy(update={"transpose": transpose}), source, directory)


def _refuse_directory_of_digits(source: DataSource, directory: Path | None) -> None:
    if source == "digits" and directory is not None:
        raise UsageError(
            f"data_dir {directory}: the digits are bundled with scikit-learn and have no directory; "
            "say what kind of data is in it: mnist or idx"
        )


def _placed(config: DataConfig, source: DataSource, directory: Path | None) -> DataConfig:
    if source == "idx" and directory is None:
        raise UsageError("idx data needs a data_dir: name the directory with the four IDX files")
    transpose = config.transpose and source == "idx"
    return config.model_copy(update={"source": source, "dir": directory, "transpose": transpose})


def data_to_repeat(run: Run, config: DataConfig) -> DataConfig:
    """Where the run's data is; for `auto`, what that turned out to be.

    Raises:
        RunError: the manifest is damaged.
    """
    return config.model_copy(update={"source": _data(run)["source"]})


def learned_from(run: Run, dataset: Dataset) -> bool:
    """Whether the run learned from this very data: its files have the same SHA-256, whatever it is called.

    Raises:
        RunError: the manifest is damaged.
    """
    return bool(_data(run)["sha256"] == dict(dataset.checksums))


def describe_data(run: Run) -> str:
    """Name the data that the run learned from, and where it was.

    Raises:
        RunError: the manifest is damaged.
    """
    data = _data(run)
    return f"{data['name']} ({data['origin']})"


def check_own_data(run: Run, dataset: Dataset) -> None:
    """Refuse to show or prove a network with other data than it learned from.

    Raises:
        DataError: it is other data.
        RunError: the manifest is damaged.
    """
    if not learned_from(run, dataset):
        raise DataError(
            f"{run.path}: learned from {describe_data(run)}; {dataset.name} ({dataset.origin}) has other checksums."
        )


def check_same_data(run: Run, dataset: Dataset) -> None:
    """Refuse data that is not what the run learned from.

    Raises:
        RunError: it is not, or the manifest is damaged.
    """
    if not learned_from(run, dataset):
        raise RunError(f"{run.path}: it learned from {describe_data(run)}, and {dataset.origin} is not the same data")


def _own_directory(own: DataConfig, source: DataSource) -> Path | None:
    """The run's own directory, if it is one for data of this source."""
    if own.source == source == "idx":
        return own.dir
    is_mnist = own.source in _MNIST and source in _MNIST
    return own.dir if is_mnist and own.dir is not None and files.is_dir(own.dir) else None


def _data(run: Run) -> dict[str, Any]:
    return run.manifest_part("data", ("name", "source", "origin", "sha256"))
