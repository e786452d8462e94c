"""MNIST: its files, the places where they may be, and how they are verified."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal, NamedTuple

from ..config.paths import BadPathError, expand_home
from ..errors import DataError
from .download import DownloadError, DownloadProgress, RemoteFile, download
from .filenames import FILE_NAMES, find_candidates
from .files import FoundFile, inspect_folder, join_errors, missing, read_file, what_is_there

ENVIRONMENT_VARIABLE = "MNISTCNN_DATA_DIR"

# Of the uncompressed content: there are many gzip files of the same content.
SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
REMOTE = {
    "train-images-idx3-ubyte": RemoteFile(
        "train-images-idx3-ubyte.gz",
        9_912_422,
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    ),
    "train-labels-idx1-ubyte": RemoteFile(
        "train-labels-idx1-ubyte.gz",
        28_881,
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    ),
    "t10k-images-idx3-ubyte": RemoteFile(
        "t10k-images-idx3-ubyte.gz",
        1_648_877,
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    ),
    "t10k-labels-idx1-ubyte": RemoteFile(
        "t10k-labels-idx1-ubyte.gz",
        4_542,
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    ),
}


class Place(NamedTuple):
    """A folder where MNIST may be, and where that folder comes from."""

    folder: Path
    named_by: Literal["data.dir", "$MNISTCNN_DATA_DIR", "cache"]

    @property
    def is_explicit(self) -> bool:
        """Whether the user named it: then it is never changed, and nothing else takes its place."""
        return self.named_by != "cache"

    def __str__(self) -> str:
        return f"{self.folder} ({self.named_by})"


def places(directory: Path | None) -> list[Place]:
    """Where MNIST is looked for. The first one counts; an empty environment variable is as good as none.

    Args:
        directory: the configuration's `data.dir`.

    Raises:
        DataError: the variable begins with the home of somebody unknown.
    """
    from platformdirs import user_cache_path

    named = []
    if directory is not None:
        named.append(Place(directory, "data.dir"))
    if variable := os.environ.get(ENVIRONMENT_VARIABLE):
        named.append(Place(_folder_of(variable), "$MNISTCNN_DATA_DIR"))
    return [*named, Place(user_cache_path("mnistcnn", appauthor=False) / "mnist", "cache")]


def _folder_of(variable: str) -> Path:
    try:
        return expand_home(variable)  # A shell leaves `export MNISTCNN_DATA_DIR="~/mnist"` as it is.
    except BadPathError as error:
        raise DataError(f"${ENVIRONMENT_VARIABLE}: {error}, got {variable}") from None


def read_mnist(
    place: Place, progress: DownloadProgress | None = None, *, may_download: bool = True
) -> dict[str, FoundFile]:
    """Read MNIST's four files, and bring those into the cache that are missing or damaged there.

    Args:
        place: where; nothing is downloaded into a folder that the user named.
        progress: told how a download goes.
        may_download: False to take what is there or nothing.

    Returns:
        The files by their names in `FILE_NAMES`, each with the right checksum.

    Raises:
        DataError: a file in a folder that the user named is missing or is not MNIST's.
        DownloadError: a file is not in the cache and could not be, or must not be, downloaded.
    """
    found, errors = inspect_folder(place.folder, FILE_NAMES, read_verified)
    if not errors:
        return found
    if place.is_explicit:
        raise _explicit_error(place, errors)
    wrong = list(dict.fromkeys(map(str, errors.values())))
    if not may_download:
        raise DownloadError(f"MNIST is not in {place}:", wrong)
    download(place.folder, [REMOTE[name] for name in errors], progress)
    return found | {name: read_verified(place.folder, name) for name in errors}


def read_verified(folder: Path, name: str) -> FoundFile:
    """Read the first spelling of `name` with the right checksum.

    The first that is there is not enough: a damaged file beside a right one (an interrupted `gunzip`) does
    no harm, since the checksum leaves no doubt about which one is right.

    Raises:
        MissingFileError: the file is there under no spelling.
        DataError: no spelling has the right content; says what is wrong with the first.
    """
    first_error: DataError | None = None
    for path, _ in find_candidates(folder, name):
        try:
            return _verify(read_file(path, name), name)
        except DataError as error:
            first_error = first_error or error
    raise first_error or missing(folder, name)


def fetch_into_cache(progress: DownloadProgress | None = None) -> Path:
    """Make sure that the cache has all of MNIST, and return its folder; no folder named elsewhere counts.

    Raises:
        DownloadError: as `read_mnist`.
    """
    cache = places(None)[-1]
    read_mnist(cache, progress)
    return cache.folder


def _verify(file: FoundFile, name: str) -> FoundFile:
    if file.content.sha256 != SHA256[name]:
        raise DataError(
            f"{file.path}: a valid IDX file, but not the one of MNIST: the SHA-256 of its content is "
            f"{file.content.sha256}, not {SHA256[name]}. If these are other images on purpose, "
            "use data.source=idx."
        )
    return file


def _explicit_error(place: Place, errors: dict[str, DataError]) -> DataError:
    headline = (
        f"No MNIST in {place}; no other place is used when a folder is named. Put the four files "
        f"there, or name none and run `mnistcnn data --fetch`:"
    )
    return join_errors(headline, [*errors.values(), *what_is_there(place.folder, errors.values())])
