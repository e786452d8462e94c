"""Where images come from: MNIST, scikit-learn's digits, or any four IDX files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import DataError
from .dataset import Dataset, Examples, SourceName, split_validation
from .download import DownloadError, DownloadProgress
from .filenames import FILE_NAMES
from .files import FoundFile, inspect_folder, join_errors, pair, read_preferred, what_is_there
from .idx import transposed
from .mnist import ENVIRONMENT_VARIABLE, places, read_mnist
from .oddities import find_oddities

if TYPE_CHECKING:
    from ..config.schema import DataConfig

__all__ = ["Dataset", "DownloadProgress", "Examples", "load_dataset"]

DIGITS_VALIDATION_SHARE = 12
"""At most one in so many of the 1,437 training images is validation, as in MNIST (5,000 of 60,000)."""


def load_dataset(config: DataConfig, progress: DownloadProgress | None = None, *, may_download: bool = True) -> Dataset:
    """Load the data that `config` asks for: uint8 arrays in memory, in a fixed split.

    `auto` is MNIST, and digits with a `warning` only if MNIST cannot be loaded: no folder was named, it is not
    in the cache, and no mirror delivers it. A folder that was named is never silently passed over: what is
    wrong there is an error, under `auto` too.

    Args:
        config: `source`, `dir`, `validation_size` and `transpose`.
        progress: told how a download goes, if there is one.
        may_download: False to use what is on this machine.

    Returns:
        Training, validation and test examples, with their name and checksums.

    Raises:
        DataError: files are missing or damaged, or the split leaves nothing to train on.
        DownloadError: (a `DataError`) `mnist` could not be downloaded.
    """
    if config.source == "idx":
        return _load_idx(config)
    if config.source == "digits":
        return _load_digits(config)
    try:
        return _load_mnist(config, progress, may_download)
    except DownloadError as error:
        if config.source == "mnist":
            raise DownloadError(f"{error.headline}", [*error.attempts, _how_to_get_mnist()]) from error
        return replace(_load_digits(config), warning=_fallback_warning(error))


def _load_mnist(config: DataConfig, progress: DownloadProgress | None, may_download: bool) -> Dataset:
    place = places(config.dir)[0]
    files = read_mnist(place, progress, may_download=may_download)
    return _assemble("mnist", "mnist", place.folder, files, config)


def _load_idx(config: DataConfig) -> Dataset:
    if config.dir is None:
        raise DataError(
            "data.source is idx, but data.dir names no folder. Set data.dir to the folder with "
            f"{', '.join(FILE_NAMES)} (plain or .gz)."
        )
    folder = config.dir
    files, errors = inspect_folder(folder, FILE_NAMES, read_preferred)
    if errors:
        wrong = [*errors.values(), *what_is_there(folder, errors.values())]
        raise join_errors(f"The IDX files in {folder} (data.dir) cannot be used:", wrong)
    if config.transpose:
        files = {name: _transposed(file) if "images" in name else file for name, file in files.items()}
    return _assemble(folder.resolve().name or "idx", "idx", folder, files, config)


def _transposed(file: FoundFile) -> FoundFile:
    return file._replace(content=transposed(file.content))


def _assemble(name: str, source: SourceName, folder: Path, files: dict[str, FoundFile], config: DataConfig) -> Dataset:
    train_images, train_labels, test_images, test_labels = (files[file] for file in FILE_NAMES)
    training, test = pair(train_images, train_labels), pair(test_images, test_labels)
    train, validation = split_validation(training, config.validation_size, str(train_images.path))
    checksums = {file: found.content.sha256 for file, found in files.items()}
    dataset = Dataset(name, source, str(folder), checksums, train, validation, test)
    of_files = [found.content.oddity for found in files.values() if found.content.oddity]
    of_digits = find_oddities(dataset, transposed=config.transpose) if source == "idx" else ()
    return replace(dataset, oddities=(*of_files, *of_digits))


def _load_digits(config: DataConfig) -> Dataset:
    # Inside, because scikit-learn takes most of a second to import.
    from .digits import read_digits

    digits = read_digits()
    size = min(config.validation_size, len(digits.training) // DIGITS_VALIDATION_SHARE)
    train, validation = split_validation(digits.training, size, digits.origin)
    return Dataset("digits", "digits", digits.origin, digits.checksums, train, validation, digits.test)


def _fallback_warning(error: DownloadError) -> str:
    lines = [
        "MNIST could not be loaded. This uses scikit-learn's 1,797 small digits instead: the accuracy is theirs "
        "and cannot be compared with MNIST's.",
        *error.lines,
        _how_to_get_mnist(),
        "To use the digits without this warning: data.source=digits.",
    ]
    return "\n".join(lines)


def _how_to_get_mnist() -> str:
    return (
        "To use MNIST: run `mnistcnn data --fetch` where there is a network, or put its four files into a "
        f"folder and name that with {ENVIRONMENT_VARIABLE} or data.dir."
    )
