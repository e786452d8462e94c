"""`mnistcnn data`: what data is on this machine, whether it is right, and fetching it ahead."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from mnistcnn.errors import DataError, UsageError

from ..rendering.tables import Listing, draw
from ..rendering.text import count, printable, size

if TYPE_CHECKING:
    from mnistcnn.config.schema import DataConfig
    from mnistcnn.data.dataset import Dataset
    from mnistcnn.data.report import PlaceReport

Source = Annotated[
    Literal["auto", "mnist", "digits", "idx"],
    typer.Option("--source", help="Whose data: as `data.source` in a configuration."),
]
Directory = Annotated[
    Path | None,
    typer.Option("--dir", help="The folder with the four IDX files: as `data.dir` in a configuration."),
]
ValidationSize = Annotated[
    int,
    typer.Option("--validation-size", min=0, max=10_000_000, help="Training images that are set aside for validation."),
]
Fetch = Annotated[
    bool,
    typer.Option("--fetch", help="Download MNIST into the cache now, so that later no network is needed."),
]
Transpose = Annotated[
    bool,
    typer.Option("--transpose", help="Swap rows and columns of every image: as `data.transpose` in a configuration."),
]
ImportFrom = Annotated[
    Path | None,
    typer.Option(
        "--import",
        metavar="FOLDER",
        help="Make the four IDX files from train.csv, an .npz file, or folders of images called 0 to 9.",
    ),
]
Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Where --import writes them: a new folder.")]
Frame = Annotated[
    bool, typer.Option("--frame", help="With --import: scale and centre every image as MNIST's were; any size and ink.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Write one JSON object to standard output.")]


def data(
    source: Source = "auto",
    directory: Directory = None,
    validation_size: ValidationSize = 5000,
    transpose: Transpose = False,
    fetch: Fetch = False,
    import_from: ImportFrom = None,
    out: Out = None,
    frame: Frame = False,
    as_json: AsJson = False,
) -> None:
    """Show which data is there, where from, and whether it is right; or import your own images.

    Downloads nothing without `--fetch`.
    """
    from mnistcnn.config.schema import load_config
    from mnistcnn.data.report import report_places

    if import_from is not None or out is not None or frame:
        if fetch or transpose or directory is not None or source != "auto":
            raise UsageError("--import makes files, and has nothing to do with options for data that is there")
        _import(import_from, out, frame=frame, as_json=as_json)
        return
    if fetch:
        _fetch(source, directory)
    options = {"source": source, "dir": directory, "validation_size": validation_size, "transpose": transpose}
    config = load_config(options={f"data.{key}": value for key, value in options.items()}).data
    places = report_places(config)
    dataset, error = _load(config)
    if as_json:
        sys.stdout.write(json.dumps(_record(places, dataset)) + "\n")
    else:
        draw([*_place_listings(places), *_dataset_listings(dataset)])
    sys.stdout.flush()
    if error is not None:
        raise error
    if dataset is None or as_json:
        return
    for oddity in dataset.oddities:
        sys.stderr.write(f"warning: {printable(oddity)}\n")
    if dataset.warning is not None:
        sys.stderr.write(f"note: {_note(places)}\n")


def _import(import_from: Path | None, out: Path | None, *, frame: bool, as_json: bool) -> None:
    if import_from is None or out is None:
        raise UsageError("--import FOLDER and --out DIR go together: what to read, and where to write it")
    from mnistcnn.data.importing.folder import import_folder

    from ..rendering.import_view import show_import

    show_import(import_folder(import_from, out, frame=frame), as_json=as_json)


def _fetch(source: str, directory: Path | None) -> None:
    from mnistcnn.data.mnist import fetch_into_cache

    from ..rendering.console import open_console

    if source in ("digits", "idx"):
        raise UsageError(f"--fetch downloads MNIST; there is nothing to download for --source {source}.")
    if directory is not None:
        raise UsageError("--fetch downloads into the cache, never into a folder of yours: leave out --dir.")
    with open_console(as_json=False, quiet=False) as console:
        folder = fetch_into_cache(console)
    sys.stderr.write(f"MNIST is in {printable(str(folder))}, whole and verified\n")


def _load(config: DataConfig) -> tuple[Dataset | None, DataError | None]:
    """Load what training would use without a network, or give the reason to raise after the listing."""
    from mnistcnn.data.sources import load_dataset

    try:
        return load_dataset(config, may_download=False), None
    except DataError as error:
        return None, error


def _note(places: list[PlaceReport]) -> str:
    cache = next(place for place in places if place.named_by == "cache")
    return (
        f"MNIST is not here. `mnistcnn train` will first try to download it into {printable(cache.where)} "
        "and fall back to the digits only if that fails; `mnistcnn data --fetch` downloads it now."
    )


def _record(places: list[PlaceReport], dataset: Dataset | None) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "event": "data",
        "places": [asdict(place) | {"state": place.state} for place in places],
        "dataset": None if dataset is None else _dataset_record(dataset),
    }


def _dataset_record(dataset: Dataset) -> dict[str, Any]:
    return {
        "name": dataset.name,
        "source": dataset.source,
        "origin": dataset.origin,
        "splits": {
            split: {"examples": len(examples), "classes": examples.classes()}
            for split, examples in dataset.splits().items()
        },
        "checksums": dict(dataset.checksums),
        "warning": dataset.warning,
        "oddities": list(dataset.oddities),
    }


def _place_listings(places: list[PlaceReport]) -> Iterator[Listing]:
    if not places:
        return
    rows = [(place.source, place.state, place.named_by, place.where) for place in places]
    yield Listing("Places, the first one counts", ("source", "state", "named by", "where"), rows)
    wrong = [
        (file.name, file.state, file.reason)
        for place in places
        for file in place.files
        if file.reason is not None and place.state == "damaged"
    ]
    if wrong:
        yield Listing("What is wrong", ("file", "state", "why"), wrong)


def _dataset_listings(dataset: Dataset | None) -> Iterator[Listing]:
    if dataset is None:
        return
    title = f"{dataset.name}: what is here to train on, from {dataset.origin}"
    rows = [
        (split, count(len(examples)), *map(count, examples.classes())) for split, examples in dataset.splits().items()
    ]
    megabytes = size(sum(examples.images.nbytes for examples in dataset.splits().values()))
    header = ("split", "images", *map(str, range(10)))
    yield Listing(f"{title} ({megabytes} in memory)", header, rows, numbers=range(1, 12))
    checksums = list(dataset.checksums.items())
    yield Listing("SHA-256 of the uncompressed content", ("file", "SHA-256"), checksums)
