"""Writes the interactive page of a run, for `mnistcnn page` and `mnistcnn visualize --page`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mnistcnn import files
from mnistcnn.errors import RunError, UsageError
from mnistcnn.visualize.names import PAGE, PageWeights

from .loading import find_run, hint_at_handwriting, load_picture_source, warn_of_damage

if TYPE_CHECKING:
    from mnistcnn.visualize.page.build import Page


def write_run_page(
    run: str,
    log_dir: Path,
    checkpoint: str,
    data_dir: Path | None,
    out: Path | None,
    weights: PageWeights,
    *,
    quiet: bool,
    as_json: bool,
) -> Page:
    """Write the page to `out`, by default into the run's folder `visualize`, and say where it is.

    Raises:
        UsageError: `out` is a folder.
        RunError: there is no such run or checkpoint, or the page cannot be written.
        DataError: the run's data cannot be loaded.
    """
    from .rendering.console import open_console
    from .rendering.page_view import parity_note, show_page

    found = find_run(run, log_dir, checkpoint)
    path = out or found.path / "visualize" / PAGE
    if files.is_dir(path):
        raise UsageError(f"{path}: is a folder; name a file: --out {path / PAGE}")
    try:
        files.check_replaceable(path)
    except OSError as error:
        raise RunError(f"{path}: cannot write the page: {error.strerror or error}") from error
    with open_console(as_json=as_json, quiet=quiet) as console:
        source = load_picture_source(found, checkpoint, data_dir, console)
        console.phase("writing the page")
        from mnistcnn.visualize.page.build import write_page

        page = write_page(source, path, weights)
        console.note(parity_note(page))
    warn_of_damage(source)
    show_page(page, as_json=as_json)
    if not quiet:
        hint_at_handwriting(source.trained)
    return page
