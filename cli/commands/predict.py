"""`mnistcnn predict`: reads the digits in images."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from mnistcnn.errors import DataError, UsageError

from .. import options
from ..errors import exit_code
from ..help import examples
from ..loading import find_run, hint_at_handwriting, warn_of_shortfall

EXAMPLES = examples(
    ("mnistcnn predict seven.jpg", "one image"),
    ("mnistcnn predict scans/ --show", "a folder, with what the network receives"),
    ("cat seven.png | mnistcnn predict - --json", "standard input, for a script"),
)

Files = Annotated[
    list[str],
    typer.Argument(metavar="FILE", help="Images, folders of images, or - for standard input.", show_default=False),
]
Show = Annotated[
    bool, typer.Option("--show", metavar="", help="Show the input of the network; with --json, as 28×28 numbers.")
]
Single = Annotated[bool, typer.Option("--single", metavar="", help="Treat several digits in one image as an error.")]
NoDoubt = Annotated[
    bool, typer.Option("--no-doubt", metavar="", help="Give an answer to everything, however unlike a digit it is.")
]


def predict(
    files: Files,
    run: options.RunOption = "latest",
    checkpoint: options.Checkpoint = "best",
    log_dir: options.LogDir = Path("runs"),
    show: Show = False,
    single: Single = False,
    no_doubt: NoDoubt = False,
    as_json: options.Json = False,
) -> None:
    """Read the digits in images.

    An image may have any size, and digits may be dark on light or light on dark, drawn, scanned or photographed.
    """
    from mnistcnn.data.digitfiles import STDIN, list_images

    from ..file_predictions import predict_files
    from ..rendering.messages import show_warning
    from ..rendering.prediction_view import PredictionLines, PredictionRecords
    from ..rendering.text import count

    if STDIN in files and sys.stdin is not None and sys.stdin.isatty():
        raise UsageError("- reads an image from standard input, which is a terminal: mnistcnn predict - < digit.png")
    found = find_run(run, log_dir, checkpoint)
    names = list_images(files)
    view = PredictionRecords(show=show) if as_json else PredictionLines(names, show=show, doubt=not no_doubt)
    failed = 0
    warned = False
    for prediction in predict_files(names, found, checkpoint, single=single, doubt=not no_doubt):
        if prediction.trained is not None and not warned:
            if not warn_of_shortfall(prediction.trained.run, prediction.trained.step):
                hint_at_handwriting(prediction.trained)
            if prediction.lack:
                show_warning(f"{prediction.trained.run.path}: {prediction.lack}; --no-doubt does without")
            warned = True
        view.write(prediction)
        failed += prediction.error is not None
    if failed and len(names) > 1 and not as_json:
        sys.stderr.write(f"{count(failed)} of {count(len(names))} files could not be used\n")
    if failed:
        raise typer.Exit(exit_code(DataError()))
