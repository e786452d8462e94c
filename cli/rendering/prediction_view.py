"""Predictions, one file after the other: as aligned lines, or as records."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from mnistcnn.statistics import certainty

from .messages import show_error
from .ndjson import write_record
from .text import count, printable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mnistcnn.runs.trained import TrainedNetwork

    from ..file_predictions import DigitPrediction, FilePrediction


def prediction_record(of: FilePrediction, *, show: bool, saved: Sequence[Path] | None = None) -> dict[str, object]:
    """Describe a file as `predict --json` does; see docs/predict.md.

    Args:
        of: the file.
        show: whether to add the network's input.
        saved: its pictures; None if none are saved.
    """
    record: dict[str, object] = {"event": "prediction", "file": of.file}
    if of.error or of.trained is None:
        return record | {"error": str(of.error)}
    digits = [_digit_record(digit, show=show) for digit in of.digits]
    if len(digits) == 1:
        record |= digits[0]
    record |= {"number": of.number, "digits": digits}
    if saved is not None:
        record["saved"] = saved
    return record | {"run": of.trained.run.path, "step": of.trained.step, "data": of.trained.data}


def _digit_record(digit: DigitPrediction, *, show: bool) -> dict[str, object]:
    box = digit.found.box
    place = {"left": box.left, "top": box.top, "width": box.width, "height": box.height}
    image = {"image": digit.found.image.tolist()} if show else {}
    prediction = asdict(digit.prediction)
    if prediction["doubt"] is None:
        del prediction["doubt"]
    else:
        prediction["is_doubted"] = digit.prediction.is_doubted
    return prediction | {"box": place} | image


class PredictionRecords:
    """Writes one record per file."""

    def __init__(self, *, show: bool) -> None:
        self._show = show

    def write(self, of: FilePrediction, saved: Sequence[Path] | None = None) -> None:
        """Write a file's record, with the pictures of it that are saved."""
        write_record(prediction_record(of, show=self._show, saved=saved))


class PredictionLines:
    """Writes aligned lines as they come; a terminal gets them in colour.

    Args:
        names: of all files, which decide the width of the first column.
        show: whether to draw the picture with its digits outlined, and the network's input.
        doubt: whether an answer may be doubted, which needs a wider column.
    """

    def __init__(self, names: Sequence[str], *, show: bool, doubt: bool) -> None:
        from rich.console import Console

        self._width = max(4, *(len(printable(name)) for name in names))
        self._show = show
        self._digit_width = len(_answer(0, doubted=doubt))
        self._console = Console(highlight=False)
        self._has_header = False

    def write(self, of: FilePrediction, saved: Sequence[Path] | None = None) -> None:
        """Write a line, and the pictures if they are wanted; an error goes to standard error."""
        if of.error or of.trained is None:
            show_error(of.error.lines if of.error else [])
            return
        if not self._has_header:
            self._header(of.trained)
        only = len(of.digits) == 1
        if not only:
            self._line((printable(of.file), _number(of), certainty(of.probability), "", ""), "bold")
            self._outline(of)
        for digit in of.digits:
            self._digit(digit, printable(of.file) if only else "")
            if only:
                self._outline(of)
            self._draw(digit.found.image)
        sys.stdout.flush()

    def _digit(self, digit: DigitPrediction, file: str) -> None:
        """Write one digit's line: with its place, unless it is the only one of its file."""
        found, box = digit.prediction, digit.found.box
        place = "" if file else f"{box.width}×{box.height} at {box.left}, {box.top}"
        cells = (_answer(found.digit, doubted=found.is_doubted), certainty(found.probability), str(found.runner_up))
        self._line((file, *cells, certainty(found.runner_up_probability), place), "bold" if file else "")

    def _header(self, trained: TrainedNetwork) -> None:
        where = printable(str(trained.run.path))
        sys.stderr.write(f"{where}, step {count(trained.step)}, trained on {printable(trained.data)}\n")
        sys.stderr.flush()
        self._line(("file", "digit", "probability", "runner-up", "probability"), "")
        self._has_header = True

    def _line(self, cells: Sequence[str], style: str) -> None:
        from rich.text import Text

        file, digit, *rest = cells
        text = Text(f"{file:<{self._width}}  ").append(f"{digit:>{self._digit_width}}", style)
        for cell, width in zip(rest, (11, 9, 11, 0), strict=False):
            text.append(f"  {cell:>{width}}")
        text.rstrip()
        self._console.print(text, soft_wrap=True)

    def _outline(self, of: FilePrediction) -> None:
        from .picture import outlined_picture

        if self._show and of.preview is not None:
            boxes = [digit.found.box for digit in of.digits]
            self._console.print(outlined_picture(of.preview, boxes, self._console), soft_wrap=True)

    def _draw(self, image: NDArray[np.uint8]) -> None:
        from .picture import picture

        if self._show:
            self._console.print(picture(image, self._console), soft_wrap=True)


def _answer(digit: int, *, doubted: bool) -> str:
    """The digit, as wide as its column's head; or that it is doubted, and what comes nearest."""
    return f"? (nearest: {digit})" if doubted else f"{digit:>5}"


def _number(of: FilePrediction) -> str:
    """What the digits spell, with a question mark in place of each that is doubted."""
    digits = iter(of.digits)
    return "".join(
        character if character == " " else "?" if next(digits).prediction.is_doubted else character
        for character in of.number
    )
