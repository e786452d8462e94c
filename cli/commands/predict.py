"""`mnistcnn predict`: reads the digits in images."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mnistcnn.errors import DataError, UsageError

from .. import options
from ..errors import exit_code
from ..help import examples
from ..loading import find_run, hint_at_handwriting, warn_of_shortfall
from ..paths import expanded

if TYPE_CHECKING:
    from ..file_predictions import FilePrediction

EXAMPLES = examples(
    ("mnistcnn predict seven.jpg", "one image"),
    ("mnistcnn predict scans/ --show", "a folder, with what was found and what the network receives"),
    ("mnistcnn predict scans/ --save found", "the same as PNG files"),
    ("cat seven.png | mnistcnn predict - --json", "standard input, for a script"),
)

Files = Annotated[
    list[str],
    typer.Argument(metavar="FILE", help="Images, folders of images, or - for standard input.", show_default=False),
]
Show = Annotated[
    bool,
    typer.Option(
        "--show",
        metavar="",
        help="Show the digits in the picture and the input of the network; with --json, the input as 28×28 numbers.",
    ),
]
Save = Annotated[
    Path | None,
    typer.Option(
        "--save",
        metavar="DIR",
        callback=expanded,
        show_default=False,
        help="New folder for the pictures with their digits outlined, and for the inputs of the network, as PNG files.",
    ),
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
    save: Save = None,
    single: Single = False,
    no_doubt: NoDoubt = False,
    as_json: options.Json = False,
) -> None:
    """Read the digits in images.

    An image may have any size, and digits may be dark on light or light on dark, drawn, scanned or photographed.
    """
    from mnistcnn.data.digitfiles import STDIN, list_images

    from ..file_predictions import predict_files
    from ..file_reading import HowToRead
    from ..rendering.prediction_view import PredictionLines, PredictionRecords
    from ..rendering.reading_bar import ReadingBar
    from ..saved_pictures import SavedPictures

    if STDIN in files and sys.stdin is not None and sys.stdin.isatty():
        raise UsageError("- reads an image from standard input, which is a terminal: mnistcnn predict - < digit.png")
    found = find_run(run, log_dir, checkpoint)
    names = list_images(files)
    how = HowToRead(single=single, preview=save is not None or (show and not as_json))
    saved = None if save is None else SavedPictures(save, len(names))
    view = PredictionRecords(show=show) if as_json else PredictionLines(names, show=show, doubt=not no_doubt)
    failed = 0
    with (
        ReadingBar(len(names)) as bar,
        closing(predict_files(names, found, checkpoint, how, doubt=not no_doubt, on_read=bar.advance)) as predictions,
    ):
        for prediction in _with_warnings(predictions):
            bar.hide()
            view.write(prediction, None if saved is None else saved.write(prediction))
            failed += prediction.error is not None
    _finish(failed, len(names), as_json=as_json)


def _with_warnings(predictions: Iterable[FilePrediction]) -> Iterator[FilePrediction]:
    """Warn of what is wrong with the network, before its first answer, and of the first file with several pages."""
    from ..rendering.messages import show_warning

    warned = warned_of_pages = False
    for prediction in predictions:
        trained = prediction.trained
        if trained is not None and not warned:
            warned = True
            if not warn_of_shortfall(trained.run, trained.step):
                hint_at_handwriting(trained)
            if prediction.lack:
                show_warning(f"{trained.run.path}: {prediction.lack}; --no-doubt does without")
        if prediction.is_first_of_several and not warned_of_pages:
            warned_of_pages = True
            show_warning(f"{prediction.file}: only the first page or frame is read, as of every file with several")
        yield prediction


def _finish(failed: int, files: int, *, as_json: bool) -> None:
    from ..rendering.text import count

    if failed and files > 1 and not as_json:
        sys.stderr.write(f"{count(failed)} of {count(files)} files could not be used\n")
    if failed:
        raise typer.Exit(exit_code(DataError()))
