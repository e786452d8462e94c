"""What data is on this machine, for people to look at: nothing is loaded for use, nothing downloaded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from .dataset import SourceName
from .filenames import FILE_NAMES
from .files import Inspection, MissingFileError, inspect_folder, read_preferred
from .mnist import places, read_verified

if TYPE_CHECKING:
    from ..config.schema import DataConfig

State = Literal["ok", "missing", "damaged"]


@dataclass(frozen=True)
class FileReport:
    """One file of a folder."""

    name: str
    state: State
    """`damaged` is also a sound file that is not MNIST's where MNIST is looked for."""
    path: str | None
    """Where it is, if `ok`."""
    sha256: str | None
    """Of the uncompressed content, if `ok`."""
    reason: str | None
    """What is wrong, if it is not `ok`."""


@dataclass(frozen=True)
class PlaceReport:
    """One place where data can come from."""

    source: SourceName
    where: str
    named_by: str
    """`data.dir`, `$MNISTCNN_DATA_DIR`, `cache` or `bundled`."""
    files: tuple[FileReport, ...]

    @property
    def state(self) -> State:
        """`damaged` if any file is, `missing` if any is and none is damaged, else `ok`."""
        states = {file.state for file in self.files}
        if "damaged" in states:
            return "damaged"
        return "missing" if "missing" in states else "ok"


def report_places(config: DataConfig) -> list[PlaceReport]:
    """Look into every place that `config.source` can take data from, in the order in which they are tried."""
    if config.source == "idx":
        return [] if config.dir is None else [_report_idx(config.dir)]
    if config.source == "digits":
        return [_report_digits()]
    found = [_report_mnist(place.folder, place.named_by) for place in places(config.dir)]
    return [*found, _report_digits()] if config.source == "auto" else found


def _report_mnist(folder: Path, named_by: str) -> PlaceReport:
    files = _report_files(inspect_folder(folder, FILE_NAMES, read_verified))
    return PlaceReport("mnist", str(folder), named_by, files)


def _report_idx(folder: Path) -> PlaceReport:
    files = _report_files(inspect_folder(folder, FILE_NAMES, read_preferred))
    return PlaceReport("idx", str(folder), "data.dir", files)


def _report_digits() -> PlaceReport:
    from importlib.metadata import version

    return PlaceReport("digits", f"scikit-learn {version('scikit-learn')}", "bundled", ())


def _report_files(inspection: Inspection) -> tuple[FileReport, ...]:
    return tuple(_report_file(name, inspection) for name in FILE_NAMES)


def _report_file(name: str, inspection: Inspection) -> FileReport:
    if error := inspection.errors.get(name):
        state: State = "missing" if isinstance(error, MissingFileError) else "damaged"
        return FileReport(name, state, None, None, str(error))
    found = inspection.found[name]
    return FileReport(name, "ok", str(found.path), found.content.sha256, None)
