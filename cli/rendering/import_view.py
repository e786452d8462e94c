"""What an import has made: images of each digit, notes, and the command that trains on them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from .ndjson import write_record
from .tables import Listing, draw
from .text import count, option_path, printable

if TYPE_CHECKING:
    from mnistcnn.data.dataset import Examples
    from mnistcnn.data.importing.folder import Imported

_VALIDATION_SHARE = 10  # One training image in so many, where MNIST's 5,000 would be too many.


def show_import(imported: Imported, *, as_json: bool) -> None:
    """Show it on standard output, for people or for programs."""
    splits = {"train": imported.training, "test": imported.test}
    if as_json:
        write_record(_record(imported, splits))
    else:
        header = ("split", "images", *map(str, range(10)))
        rows = [(name, count(len(split)), *map(count, split.classes())) for name, split in splits.items()]
        draw([Listing(f"Written to {printable(str(imported.folder))}", header, rows, numbers=range(1, 12))])
    sys.stdout.flush()
    for note in imported.notes:
        sys.stderr.write(f"note: {printable(note)}\n")
    sys.stderr.write(f"next: {_train_command(imported)}\n")


def _record(imported: Imported, splits: Mapping[str, Examples]) -> dict[str, object]:
    return {
        "event": "imported",
        "folder": str(imported.folder),
        "splits": {name: {"examples": len(split), "classes": split.classes()} for name, split in splits.items()},
        "notes": list(imported.notes),
    }


def _train_command(imported: Imported) -> str:
    from mnistcnn.config.schema import Config

    validation = min(5000, len(imported.training) // _VALIDATION_SHARE)
    learned, batch = len(imported.training) - validation, Config().batch_size
    return (
        f"mnistcnn train --set data.source=idx --set data.dir={option_path(imported.folder)} "
        f"--set data.validation_size={validation}" + (f" --set batch_size={learned}" if learned < batch else "")
    )
