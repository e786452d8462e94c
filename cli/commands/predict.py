"""`mnistcnn predict`: says which digit is in an image."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mnistcnn.errors import DataError, UsageError

from ..errors import exit_code, write_for_people
from ..quiet_tensorflow import quiet_stderr, starting_tensorflow
from ..rendering.text import count, percent, printable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from rich.console import Console

    from mnistcnn.evaluation.prediction import Prediction
    from mnistcnn.runs.directory import Run
    from mnistcnn.runs.trained import TrainedNetwork

Files = Annotated[
    list[str],
    typer.Argument(metavar="FILE", help="Images, folders of images, or - for standard input.", show_default=False),
]
RunName = Annotated[str, typer.Option("--run", metavar="RUN", help="Whose network: a path, a name, or latest.")]
Checkpoint = Annotated[str, typer.Option(metavar="WHICH", help="Of the run's checkpoints: best, last, or a step.")]
LogDir = Annotated[Path, typer.Option(help="Folder that holds the runs.", metavar="DIR")]
Show = Annotated[
    bool, typer.Option("--show", metavar="", help="Draw what the network saw; with --json: its 28×28 pixels.")
]
AsJson = Annotated[bool, typer.Option("--json", metavar="", help="One JSON object per file on standard output.")]

CHUNK = 100
"""Files that are read before the network sees them: few enough that answers come soon."""


@dataclass(frozen=True, eq=False)
class Answer:
    """What became of one file: an image with a prediction, or an error."""

    file: str
    image: NDArray[np.uint8] | None = None
    prediction: Prediction | None = None
    error: DataError | None = None


def predict(
    files: Files,
    run: RunName = "latest",
    checkpoint: Checkpoint = "best",
    log_dir: LogDir = Path("runs"),
    show: Show = False,
    as_json: AsJson = False,
) -> None:
    """Say which digit is in an image: of any size, dark on light or light on dark, drawn, scanned or photographed."""
    from mnistcnn.data.digitfiles import STDIN, list_images
    from mnistcnn.runs.directory import open_run

    if STDIN in files and sys.stdin is not None and sys.stdin.isatty():
        raise UsageError("- reads an image from standard input, which is a terminal: mnistcnn predict - < digit.png")
    opened = open_run(run, log_dir)
    opened.checkpoints().find(checkpoint)  # A wrong name is told before anything is read.
    names = list_images(files)
    report = _Json(show) if as_json else _Lines(names, show)
    failed = 0
    for answer, trained in _answers(names, opened, checkpoint):
        report.write(answer, trained)
        failed += answer.error is not None
    if failed and len(names) > 1 and not as_json:
        sys.stderr.write(f"{count(failed)} of {count(len(names))} files could not be used\n")
    if failed:
        raise typer.Exit(exit_code(DataError()))


def _answers(names: Sequence[str], run: Run, checkpoint: str) -> Iterator[tuple[Answer, TrainedNetwork | None]]:
    """Answer for every file in its turn, with the network, which is loaded when there is an image for it."""
    network: _Predictor | None = None
    for start in range(0, len(names), CHUNK):
        read = _read(names[start : start + CHUNK])
        if network is None and any(answer.image is not None for answer in read):
            network = _Predictor(run, checkpoint)
        for answer in read if network is None else network(read):
            yield answer, None if network is None else network.trained


def _read(names: Sequence[str]) -> list[Answer]:
    from mnistcnn.data.digitfiles import read_digit

    answers = []
    with quiet_stderr():  # libtiff writes its own complaints there.
        for name in names:
            try:
                answers.append(Answer(name, image=read_digit(name, sys.stdin.buffer)))
            except DataError as error:
                answers.append(Answer(name, error=error))
    return answers


class _Predictor:
    """A network in memory."""

    def __init__(self, run: Run, checkpoint: str) -> None:
        with starting_tensorflow():
            from mnistcnn.network.evaluator import Evaluator
            from mnistcnn.runs.trained import load_trained

        self.trained = load_trained(run, checkpoint)
        self._logits = Evaluator(self.trained.network).logits

    def __call__(self, answers: Sequence[Answer]) -> Iterator[Answer]:
        """Add the predictions to those that have an image."""
        import numpy as np

        from mnistcnn.evaluation.prediction import to_predictions

        images = [answer.image for answer in answers if answer.image is not None]
        logits = self._logits(np.stack(images)) if images else ()
        predictions = (prediction for batch in logits for prediction in to_predictions(batch))
        for answer in answers:
            yield answer if answer.error else Answer(answer.file, answer.image, next(predictions))


class _Json:
    """One object per file; see docs/predict.md."""

    def __init__(self, show: bool) -> None:
        self._show = show

    def write(self, answer: Answer, trained: TrainedNetwork | None) -> None:
        """Write the object, flushed, so that a reader on the other end of a pipe sees it now."""
        record: dict[str, Any] = {"event": "prediction", "file": answer.file}
        if answer.prediction is None or trained is None:
            record["error"] = str(answer.error)
        else:
            record |= asdict(answer.prediction)
            record |= {"run": str(trained.run.path), "step": trained.step, "data": trained.data}
            if self._show and answer.image is not None:
                record["image"] = answer.image.tolist()
        sys.stdout.write(json.dumps(record, allow_nan=False) + "\n")
        sys.stdout.flush()


class _Lines:
    """Aligned lines, written as they come; a terminal gets them in colour."""

    def __init__(self, names: Sequence[str], show: bool) -> None:
        self._width = max(4, *(len(printable(name)) for name in names))
        self._show = show
        self._console = _console()
        self._began = False

    def write(self, answer: Answer, trained: TrainedNetwork | None) -> None:
        """Write a line, and the picture if it is wanted; an error goes to standard error."""
        if answer.prediction is None or trained is None:
            write_for_people("DataError", str(answer.error).splitlines())
            return
        if not self._began:
            self._begin(trained)
        found = answer.prediction
        cells = (str(found.digit), percent(found.probability), str(found.runner_up))
        self._line((printable(answer.file), *cells, percent(found.runner_up_probability)), "bold")
        if self._show and answer.image is not None:
            self._draw(answer.image)
        sys.stdout.flush()

    def _begin(self, trained: TrainedNetwork) -> None:
        where = printable(str(trained.run.path))
        sys.stderr.write(f"{where}, step {count(trained.step)}, trained on {printable(trained.data)}\n")
        sys.stderr.flush()
        self._line(("file", "digit", "probability", "runner-up", "probability"), "")
        self._began = True

    def _line(self, cells: Sequence[str], style: str) -> None:
        from rich.text import Text

        file, digit, *rest = cells
        text = Text(f"{file:<{self._width}}  ").append(f"{digit:>5}", style)
        for cell, width in zip(rest, (11, 9, 11), strict=True):
            text.append(f"  {cell:>{width}}")
        self._console.print(text, soft_wrap=True)

    def _draw(self, image: NDArray[np.uint8]) -> None:
        from ..rendering.picture import picture

        self._console.print(picture(image, self._console), soft_wrap=True)


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False)
