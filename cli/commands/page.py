"""`mnistcnn page`: one HTML file in which a person draws digits and watches a run's network, opened in the browser."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from mnistcnn.visualize.names import PAGE

from .. import options
from ..browser import open_in_browser
from ..help import examples
from ..paths import expanded
from ..run_page import write_run_page

EXAMPLES = examples(
    ("mnistcnn page", "for the latest run"),
    ("mnistcnn page runs/one --out digits.html", "a file to keep or to send to somebody"),
)

Out = Annotated[
    Path | None,
    typer.Option(metavar="FILE", callback=expanded, help="The HTML file.", show_default=f"visualize/{PAGE} in the run"),
]
NoOpen = Annotated[bool, typer.Option("--no-open", metavar="", help="Do not open the page in the browser.")]


def page(
    run: options.Run = "latest",
    weights: options.Weights = "int8",
    checkpoint: options.Checkpoint = "best",
    out: Out = None,
    no_open: NoOpen = False,
    data_dir: options.DataDir = None,
    log_dir: options.LogDir = Path("runs"),
    quiet: options.Quiet = False,
    as_json: options.Json = False,
) -> None:
    """Draw digits in the browser and watch the network think.

    It writes one HTML file, which needs neither a server nor the internet, and opens it.
    """
    written = write_run_page(run, log_dir, checkpoint, data_dir, out, weights, quiet=quiet, as_json=as_json)
    if not no_open and not as_json and sys.stdout.isatty() and not open_in_browser(written.path):
        sys.stderr.write("no browser was found: open the file in one\n")
