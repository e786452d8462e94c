"""The data on this machine: places, splits, classes and checksums, as a record and as tables."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from .tables import Listing, draw
from .text import count, printable, size

if TYPE_CHECKING:
    from mnistcnn.data.dataset import Dataset
    from mnistcnn.data.report import PlaceReport


def data_record(places: Sequence[PlaceReport], dataset: Dataset | None) -> dict[str, object]:
    """Describe the data as `data --json` does; `dataset` is null where it could not be loaded."""
    return {
        "event": "data",
        "places": [asdict(place) | {"state": place.state} for place in places],
        "dataset": None if dataset is None else _dataset_record(dataset),
    }


def _dataset_record(dataset: Dataset) -> dict[str, object]:
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


def draw_data(places: Sequence[PlaceReport], dataset: Dataset | None) -> None:
    """Write the tables to standard output."""
    draw([*_place_listings(places), *_dataset_listings(dataset)])


def write_notes(places: Sequence[PlaceReport], dataset: Dataset) -> None:
    """Write to standard error what is odd about the data, and what training will do where MNIST is missing."""
    for oddity in dataset.oddities:
        sys.stderr.write(f"warning: {printable(oddity)}\n")
    if dataset.warning is not None:
        sys.stderr.write(f"{_download_note(places)}\n")


def _download_note(places: Sequence[PlaceReport]) -> str:
    cache = next(place for place in places if place.named_by == "cache")
    return (
        f"note: MNIST is not here. `mnistcnn train` will first try to download it into {printable(cache.where)} "
        "and fall back to the digits only if that fails; `mnistcnn data --fetch` downloads it now."
    )


def _place_listings(places: Sequence[PlaceReport]) -> Iterator[Listing]:
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
