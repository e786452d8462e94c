"""The interactive page's path, size and parity with the network."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from .ndjson import write_record
from .text import count, printable, size

if TYPE_CHECKING:
    from mnistcnn.visualize.page.build import Page


def parity_note(page: Page) -> str:
    """Say how large the page is, and on how many test images its weights agree with the network's."""
    agree, images = count(page.parity["agree"]), count(page.parity["images"])
    return (
        f"{size(page.size)}; its {page.parity['weights']} weights agree with the network's on {agree} of {images} "
        "test images"
    )


def show_page(page: Page, *, as_json: bool) -> None:
    """Write the page's path to standard output, or one record."""
    if as_json:
        write_record({"event": "page", "path": page.path, "bytes": page.size, "parity": page.parity})
    else:
        sys.stdout.write(f"{printable(str(page.path))}\n")
        sys.stdout.flush()
