"""`mnistcnn data`: shows the data on this machine, verifies it, and downloads MNIST ahead of time."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mnistcnn.errors import DataError, UsageError

from .. import options
from ..rendering.text import printable

if TYPE_CHECKING:
    from mnistcnn.config.schema import DataConfig
    from mnistcnn.data.dataset import Dataset

ValidationSize = Annotated[
    int,
    typer.Option(
        "--validation-size",
        metavar="N",
        min=0,
        max=10_000_000,
        help="Training images that are set aside for validation.",
    ),
]
Fetch = Annotated[
    bool,
    typer.Option("--fetch", metavar="", help="Download MNIST into the cache now, so that later no network is needed."),
]


def data(
    source: options.Data = "auto",
    data_dir: options.DataDir = None,
    validation_size: ValidationSize = 5000,
    fetch: Fetch = False,
    as_json: options.Json = False,
) -> None:
    """Show the data on this machine, where it is from, and whether it is intact.

    Nothing is downloaded without `--fetch`.
    """
    from mnistcnn.config.schema import DataConfig
    from mnistcnn.data.report import report_places

    from ..rendering.data_view import data_record, download_note, draw_data
    from ..rendering.ndjson import write_record

    if fetch:
        _fetch(source, data_dir)
    config = DataConfig(source=source, dir=data_dir, validation_size=validation_size)
    places = report_places(config)
    dataset, error = _load(config)
    if as_json:
        write_record(data_record(places, dataset))
    else:
        draw_data(places, dataset)
    if error is not None:
        raise error
    if dataset is not None and dataset.warning is not None and not as_json:
        sys.stderr.write(f"{download_note(places)}\n")


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
