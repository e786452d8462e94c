"""An evaluation in tables: the figures, the classes, the confusions, the worst mistakes; and its warnings."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from mnistcnn.statistics import certainty

from .picture import picture
from .tables import Listing, draw
from .text import count, loss, percent, printable

if TYPE_CHECKING:
    from mnistcnn.data.dataset import Dataset
    from mnistcnn.evaluation.assessment import Assessment
    from mnistcnn.evaluation.scores import Mistake, Selection


def show_assessment(assessment: Assessment, written: list[Path]) -> None:
    """Write everything to standard output: tables, the mistakes as pictures, the files, and the accuracy again."""
    draw(list(_listings(assessment)))
    _draw_pictures(assessment)
    for path in written:
        sys.stdout.write(f"written: {printable(str(path))}\n")
    sys.stdout.write(f"{_headline(assessment)}\n")
    sys.stdout.flush()


def _headline(assessment: Assessment) -> str:
    """The accuracy once more, at the end, where it needs no scrolling."""
    errors = f"{count(assessment.errors)} errors of {count(len(assessment.examples))}"
    return f"{assessment.split} accuracy {percent(assessment.accuracy)} ({printable(data_label(assessment))}): {errors}"


def data_label(assessment: Assessment) -> str:
    """Name the data of an accuracy, and the data that the network learned from if it is different."""
    if not assessment.is_foreign:
        return assessment.data
    learned = assessment.provenance.trained_on
    return f"{assessment.data}, trained on {'other data' if learned == assessment.data else learned}"


def _listings(assessment: Assessment) -> Iterator[Listing]:
    yield _figures(assessment)
    yield _classes(assessment)
    yield _confusion(assessment)
    if assessment.mistakes:
        yield _mistakes(assessment.mistakes)


def _figures(assessment: Assessment) -> Listing:
    provenance, (low, high) = assessment.provenance, assessment.interval
    rows = [
        ("accuracy", f"{percent(assessment.accuracy)} ({data_label(assessment)})"),
        ("interval", f"{100 * low:.2f} to {100 * high:.2f} %, with 95 % confidence"),
        ("errors", f"{count(assessment.errors)} of {count(len(assessment.examples))}"),
        ("loss", loss(assessment.loss)),
        ("ECE", percent(assessment.calibration.error)),
        *([("doubt", _doubt(assessment.selection))] if assessment.selection else []),
        ("data", f"{assessment.data}, from {assessment.origin}"),
        *([("file", provenance.model)] if provenance.model else []),
        ("run", provenance.run),
        ("checkpoint", f"{provenance.checkpoint}, step {count(provenance.step)}"),
        ("weights", provenance.weights_digest),
    ]

    def style(row: int, column: int, _cell: str) -> str:
        if column == 0:
            return "dim"
        foreign = assessment.is_foreign and rows[row][0] in ("accuracy", "data")
        return "bold yellow" if foreign else "bold" if row == 0 else ""

    return Listing(f"The {assessment.split} split", ("", ""), rows, style=style)


def _doubt(selection: Selection) -> str:
    rest = "-" if selection.rest_accuracy is None else percent(selection.rest_accuracy)
    area = f"area under the risk-coverage curve {selection.risk_coverage_area:.5f}"
    return f"{percent(selection.share)} of the images, accuracy of the rest {rest}, {area}"


def _classes(assessment: Assessment) -> Listing:
    rows = [
        (
            str(one.label),
            count(one.examples),
            count(one.examples - one.correct),
            *("-" if score is None else percent(score) for score in (one.precision, one.recall, one.f1)),
        )
        for one in assessment.classes
    ]
    header = ("class", "images", "errors", "precision", "recall", "F1")
    return Listing("Classes", header, rows, numbers=range(len(header)), style=_first_column_bold)


def _confusion(assessment: Assessment) -> Listing:
    matrix = assessment.confusion.tolist()
    rows = [(str(label), *map(str, row)) for label, row in enumerate(matrix)]
    most = max((row[j] for i, row in enumerate(matrix) for j in range(len(row)) if i != j), default=0)

    def style(row: int, column: int, cell: str) -> str:
        if column == 0:
            return "bold"
        if row == column - 1:
            return "green"
        if cell == "0":
            return "dim"
        return "bold red" if int(cell) > most / 2 else "yellow"

    return Listing(
        "Confusions: label in rows, prediction in columns",
        ("", *map(str, range(10))),
        rows,
        numbers=range(11),
        style=style,
    )


def _mistakes(mistakes: list[Mistake]) -> Listing:
    rows = [
        (
            str(mistake.index),
            str(mistake.label),
            str(mistake.prediction),
            certainty(mistake.probability),
            certainty(mistake.label_probability),
        )
        for mistake in mistakes
    ]
    header = ("index", "label", "prediction", "probability", "of the label")
    return Listing("Most confident mistakes", header, rows, numbers=range(len(header)), style=lambda *_: "")


def _draw_pictures(assessment: Assessment) -> None:
    from rich.columns import Columns
    from rich.console import Console, Group
    from rich.text import Text

    console = Console(highlight=False)
    images = assessment.examples.images
    pictures = [
        Group(
            Text(f"{mistake.index}: {mistake.label}, read as {mistake.prediction}"),
            picture(images[mistake.index], console),
            Text(),
        )
        for mistake in assessment.mistakes
    ]
    if pictures:
        console.print(Columns(pictures, padding=(0, 2)))


def _first_column_bold(_row: int, column: int, _cell: str) -> str:
    return "bold" if column == 0 else ""


def data_warnings(assessment: Assessment, dataset: Dataset) -> list[str]:
    """List what to know about the data before believing the figures.

    Args:
        assessment: the evaluation.
        dataset: what it was evaluated on.
    """
    warnings = [warning for warning in (dataset.warning, *map(printable, dataset.oddities)) if warning]
    if assessment.is_foreign:
        provenance = assessment.provenance
        warnings.append(
            f"other data: {provenance.run} learned from {provenance.trained_on}, and this evaluates it on "
            f"{assessment.data}, {assessment.origin}: the checksums differ, and these figures are not the run's own"
        )
    return warnings
