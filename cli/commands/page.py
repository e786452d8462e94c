"""`mnistcnn page`: one HTML file in which a person draws digits and watches a run's network, opened in the browser."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mnistcnn.errors import UsageError
from mnistcnn.visualize.names import PAGE, PageWeights

from ..loading import load_picture_source
from ..rendering.text import count, printable, size

if TYPE_CHECKING:
    from mnistcnn.visualize.page.build import Page
    from mnistcnn.visualize.picture_source import PictureSource

    from ..rendering.console import Console

RunName = Annotated[str, typer.Argument(metavar="[RUN]", help="Path of a run, or its name in --log-dir.")]
Weights = Annotated[PageWeights, typer.Option(help="How fc1's weights are stored: int8 is a third of the size.")]
Checkpoint = Annotated[str, typer.Option(metavar="WHICH", help="best, last, or a step.")]
Out = Annotated[
    Path | None, typer.Option(metavar="FILE", help="The HTML file.", show_default=f"visualize/{PAGE} in the run")
]
NoOpen = Annotated[bool, typer.Option("--no-open", help="Do not open it in the browser.")]
LogDir = Annotated[Path, typer.Option(metavar="DIR", help="Folder that holds the runs.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show nothing but warnings and errors.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object for the page on standard output.")]


def page(
    run: RunName = "latest",
    weights: Weights = "int8",
    checkpoint: Checkpoint = "best",
    out: Out = None,
    no_open: NoOpen = False,
    log_dir: LogDir = Path("runs"),
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Write a page in which you draw digits and watch a run's network think, and open it in the browser.

    It is one HTML file that needs nothing else, neither a server nor the internet.
    """
    path = write_run_page(run, log_dir, checkpoint, out, weights, quiet=quiet, as_json=as_json)
    if not no_open and not as_json and sys.stdout.isatty():
        _open(path)


def write_run_page(
    run: str, log_dir: Path, checkpoint: str, out: Path | None, weights: PageWeights, *, quiet: bool, as_json: bool
) -> Path:
    """Write a run's page to a file, by default into its folder `visualize`, say where it is, and return the path."""
    from mnistcnn.runs.directory import open_run

    from ..rendering.console import open_console

    found = open_run(run, log_dir)
    found.checkpoints().find(checkpoint)
    path = out or found.path / "visualize" / PAGE
    if path.is_dir():
        raise UsageError(f"{path}: is a folder; name a file: --out {path / PAGE}")
    with open_console(as_json=as_json, quiet=quiet) as console:
        made = _make_page(load_picture_source(found, checkpoint, console), path, weights, console)
    _show_page(made, as_json=as_json)
    return path


def _make_page(source: PictureSource, path: Path, weights: PageWeights, console: Console) -> Page:
    """Write the page, and say how large and how exact it is."""
    from mnistcnn.visualize.page.build import write_page

    console.phase("making the page")
    made = write_page(source, path, weights)
    agree, images = made.parity["agree"], made.parity["images"]
    console.note(
        f"{size(made.size)}; its {weights} weights agree with the network's on {count(agree)} of {count(images)} "
        f"test images"
    )
    return made


def _show_page(made: Page, *, as_json: bool) -> None:
    """Say where the page is: its path on standard output, or one JSON object."""
    if as_json:
        record = {"event": "Page", "path": str(made.path), "bytes": made.size, "parity": made.parity}
        sys.stdout.write(json.dumps(record, allow_nan=False) + "\n")
    else:
        sys.stdout.write(f"{printable(str(made.path))}\n")
    sys.stdout.flush()


def _open(path: Path) -> None:
    """Open the page where there is a screen; a browser in the terminal could not show it."""
    import webbrowser

    screen = sys.platform == "darwin" or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))
    try:
        opened = screen and webbrowser.open(path.resolve().as_uri())
    except webbrowser.Error:
        opened = False
    if not opened:
        sys.stderr.write("there is no browser to open it with here: open the file in one\n")
