"""`mnistcnn data`: shows the data on this machine, verifies it, and downloads MNIST ahead of time."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mnistcnn.errors import DataError, UsageError

from .. import options
from ..help import examples
from ..paths import expanded
from ..rendering.text import printable

if TYPE_CHECKING:
    from mnistcnn.config.schema import DataConfig
    from mnistcnn.data.dataset import Dataset

EXAMPLES = examples(
    ("mnistcnn data", "which data is on this machine"),
    ("mnistcnn data --fetch", "download MNIST now, for a machine that will be offline"),
    ("mnistcnn data --import mine/ --out mine-idx/ --frame", "make a data set of your own handwriting"),
)

ValidationSize = Annotated[
    int,
    typer.Option(
        "--validation-size",
        metavar="N",
        min=0,
        help="Training images to set aside for validation.",
    ),
]
Fetch = Annotated[
    bool,
    typer.Option("--fetch", metavar="", help="Download MNIST into the cache now, so that training needs no network."),
]
Transpose = Annotated[
    bool,
    typer.Option("--transpose", help="Swap rows and columns of every image, as `data.transpose` in a configuration."),
]
ImportFrom = Annotated[
    Path | None,
    typer.Option(
        "--import",
        metavar="FOLDER",
        callback=expanded,
        help="Make the four IDX files from train.csv, an .npz file, or folders of images named 0 to 9.",
    ),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", callback=expanded, help="New folder for the files that --import makes."),
]
Frame = Annotated[
    bool,
    typer.Option("--frame", help="With --import: scale and centre every image as in MNIST, whatever its size and ink."),
]


def data(
    source: options.Data = "auto",
    data_dir: options.ConfiguredDataDir = None,
    validation_size: ValidationSize = 5000,
    transpose: Transpose = False,
    fetch: Fetch = False,
    import_from: ImportFrom = None,
    out: Out = None,
    frame: Frame = False,
    as_json: options.Json = False,
) -> None:
    """Show, verify, download or import the data.

    Without options, it lists the data on this machine and verifies it. Nothing is downloaded without `--fetch`.
    """
    from mnistcnn.config.schema import load_config
    from mnistcnn.data.report import report_places

    from ..rendering.data_view import data_record, draw_data, write_notes
    from ..rendering.ndjson import write_record

    if import_from is not None or out is not None or frame:
        if fetch or transpose or data_dir is not None or source != "auto":
            raise UsageError("--import makes new files: leave out --fetch, --transpose, --data-dir and --data")
        _import(import_from, out, frame=frame, as_json=as_json)
        return
    if fetch:
        _fetch(source, data_dir)
    settings = {"source": source, "dir": data_dir, "validation_size": validation_size, "transpose": transpose}
    config = load_config(options={f"data.{key}": value for key, value in settings.items()}).data
    places = report_places(config)
    dataset, error = _load(config)
    if as_json:
        write_record(data_record(places, dataset))
    else:
        draw_data(places, dataset)
    if error is not None:
        raise error
    if dataset is not None and not as_json:
        write_notes(places, dataset)


def _import(import_from: Path | None, out: Path | None, *, frame: bool, as_json: bool) -> None:
    if import_from is None or out is None:
        raise UsageError("--import and --out go together: add --import FOLDER to read from and --out DIR to write to")
    from mnistcnn.data.importing.folder import import_folder

    from ..rendering.import_view import show_import

    show_import(import_folder(import_from, out, frame=frame), as_json=as_json)


def _fetch(source: str, data_dir: Path | None) -> None:
    from mnistcnn.data.mnist import fetch_into_cache

    from ..rendering.console import open_console

    if source not in ("auto", "mnist"):
        raise UsageError(f"--fetch downloads MNIST; there is nothing to download for --data {source}")
    if data_dir is not None:
        raise UsageError("--fetch downloads into the cache, not into a folder of yours: leave out --data-dir")
    with open_console(as_json=False, quiet=False) as console:
        folder = fetch_into_cache(console)
    sys.stderr.write(f"MNIST is in {printable(str(folder))}, complete and verified\n")


def _load(config: DataConfig) -> tuple[Dataset | None, DataError | None]:
    """Load what training would use without a network, or return the error to raise after the listing."""
    from mnistcnn.data.sources import load_dataset

    try:
        return load_dataset(config, may_download=False), None
    except DataError as error:
        return None, error
