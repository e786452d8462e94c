"""The metadata of an exported file, in the way of its format.

| format | where |
|---|---|
| SavedModel | `assets.extra/mnistcnn.json`, TensorFlow's place for what belongs to a model and is not loaded |
| Keras, NumPy | a member `mnistcnn.json` of the file, which is a zip archive |
| LiteRT | the same, in a zip archive at the end of the file, as LiteRT's associated files are |
| ONNX | `metadata_props` |
| C | the comment at the beginning, with every asterisk escaped |
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass

from .. import __version__, files
from ..config.schema import load_config
from ..data.dataset import SourceName
from ..errors import RunError
from ..runs.directory import Run

if TYPE_CHECKING:
    from ..network.doubt import Doubt

FILE_NAME = "mnistcnn.json"
PROPERTY = "mnistcnn"
_LONGEST_COMMENT = 2**16
"""Characters; 20 times as long as they are."""

_LICENCES = {
    "mnist": "MNIST by Yann LeCun and Corinna Cortes: CC BY-SA 3.0",
    "digits": "Optical Recognition of Handwritten Digits by E. Alpaydin and C. Kaynak, UCI: CC BY 4.0",
    "idx": "not known: see where the data is from",
}


@dataclass(frozen=True)
class DoubtNumbers:
    """The numbers of a network's doubt, `slope · strangeness − weight · largest logit − offset`: doubted above 0."""

    slope: float
    weight: float
    offset: float
    share: float
    """Of the run's validation images, the share that is doubted."""


@dataclass(frozen=True)
class Metadata:
    """Where a network comes from and what it takes."""

    mnistcnn: str
    """The version that exported it."""
    run: str
    checkpoint: str
    """`best`, `last` or a step, as it was asked for."""
    step: int
    weights_digest: str
    """SHA-256 of the weights, as in the run's manifest."""
    data: str
    """The name of the data that the network learned from."""
    data_source: SourceName
    data_sha256: dict[str, str]
    data_licence: str
    data_transpose: bool = False
    """Whether rows and columns of the files' images were swapped (`data.transpose`)."""
    class_names: tuple[str, ...] = tuple("0123456789")
    input: str = "images [n, 28, 28, 1]: one grey channel, 0 is background, 1 is ink"
    input_range: tuple[float, float] = (0.0, 1.0)
    """Pixels of 8 bits, divided by 255."""
    doubt: DoubtNumbers | None = None
    """SavedModel and ONNX have an output `doubt`, C a function; None if it could not be fitted."""

    def to_json(self) -> bytes:
        """The metadata as every format holds it."""
        return files.to_json(asdict(self))


def describe(run: Run, checkpoint: str, step: int, weights_digest: str, doubt: Doubt | None = None) -> Metadata:
    """The metadata of a network that a run trained.

    Raises:
        RunError: the run's manifest is damaged.
        ConfigError: its configuration is.
    """
    data = run.manifest()["data"]
    return Metadata(
        mnistcnn=__version__,
        # The directory's own name, also if it was given as "." or through a link.
        run=run.path.resolve().name,
        checkpoint=checkpoint,
        step=step,
        weights_digest=weights_digest,
        data=data["name"],
        data_source=data["source"],
        data_sha256=dict(data["sha256"]),
        data_licence=_LICENCES[data["source"]],
        data_transpose=load_config(run.config_path).data.transpose,
        doubt=None if doubt is None else DoubtNumbers(doubt.slope, doubt.weight, doubt.offset, doubt.share),
    )


def append_to_zip(path: Path, metadata: Metadata) -> None:
    """Put the metadata into a zip archive, or behind whatever else a file holds."""
    with zipfile.ZipFile(path, "a") as archive:
        # Without the time, which archives cannot hold from a clock before 1980.
        archive.writestr(zipfile.ZipInfo(FILE_NAME), metadata.to_json())


def read_metadata(path: Path) -> Metadata:
    """Read the metadata of an exported file.

    Args:
        path: the file, or the directory of a SavedModel or of NumPy's weights.

    Raises:
        RunError: it cannot be read, or says nothing.
    """
    try:
        content = _content(path)
        if content is None:
            raise RunError(
                f"{path}: has no record of where it comes from: it was not made by `mnistcnn export`, or is damaged"
            )
        return TypeAdapter(Metadata).validate_json(content)
    except RunError:
        raise
    except OSError as error:
        raise RunError(f"{path}: cannot be read: {error.strerror or error}") from error
    except MemoryError:
        raise
    except Exception as error:  # Damaged archives and records come as exceptions of a dozen kinds.
        raise RunError(f"{path}: damaged; export it again") from error


def _content(path: Path) -> bytes | str | None:
    if files.is_dir(path):
        inside = path / "assets.extra" / FILE_NAME
        return inside.read_bytes() if files.is_file(inside) else _content(path / "weights.npz")
    if path.suffix == ".onnx":
        return _onnx_property(path)
    if path.suffix == ".c":
        return _in_first_comment(path)
    if not files.is_file(path) or not _is_archive(path):
        return None
    with zipfile.ZipFile(path) as archive:
        return archive.read(FILE_NAME) if FILE_NAME in archive.namelist() else None


def _is_archive(path: Path) -> bool:
    """Whether a file holds an archive, or is what is left of one."""
    with path.open("rb") as file:
        return file.read(2) == b"PK" or zipfile.is_zipfile(file)


def _in_first_comment(path: Path) -> str | None:
    with path.open(encoding="utf-8", errors="replace") as file:
        comment = file.read(_LONGEST_COMMENT).partition("*/")[0]
    found = re.search(r"^\{$.*?^\}$", comment, re.MULTILINE | re.DOTALL)
    return found[0] if found else None


def _onnx_property(path: Path) -> str | None:
    import onnx
    from google.protobuf.message import DecodeError

    try:
        model = onnx.load(path, load_external_data=False)
    except DecodeError as error:
        raise RunError(f"{path}: damaged: not an ONNX file") from error
    return next((one.value for one in model.metadata_props if one.key == PROPERTY), None)
