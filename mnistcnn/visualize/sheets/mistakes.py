"""Where the network fails on the test images: which classes it takes for which, and its most confident errors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..drawing.grid import Grid
from ..drawing.sheet import Sheet
from ..drawing.style import INK, SMALL_SIZE, TEXT_SIZE, Scale
from ..picture_source import PictureSource
from .words import words

_CELL = 56
_ERRORS = 24


def confusion_sheet(source: PictureSource) -> Sheet:
    """How many images of each class were taken for each other; right answers have no colour."""
    result = source.survey.result
    counts = np.zeros((10, 10), np.int64)
    np.add.at(counts, (result.labels, result.predictions), 1)
    errors = counts * ~np.eye(10, dtype=bool)
    scale = Scale("activation", float(errors.max()) or 1.0, "errors", "the largest of them")
    said = words(source, "confusion", _accuracy(source), digit=False, worst=_worst(errors))
    sheet = Sheet(10 * _CELL + 190, 10 * _CELL + 60, said, source.theme, [scale])
    left, top = 56, 52
    sheet.text(left, 10, "the network says", bold=True)
    sheet.text(0, 32, "it is", bold=True)
    sheet.text(left + 10 * _CELL + 20, 32, "found", bold=True)
    sheet.array(left, top, np.where(np.eye(10, dtype=bool), 0, errors).astype(float), scale, _CELL, frame=True)
    for row in range(10):
        y = top + row * _CELL + _CELL / 2
        sheet.text(left + row * _CELL + _CELL / 2, 32, str(row), TEXT_SIZE, align="center", bold=True)
        sheet.text(left - 16, y, str(row), TEXT_SIZE, align="right", bold=True)
        _draw_row(sheet, counts, row, left, y, scale)
    sheet.arrays = {"confusion": counts}
    return sheet


def _draw_row(sheet: Sheet, counts: NDArray[np.int64], row: int, left: int, y: float, scale: Scale) -> None:
    for column in range(10):
        value = int(counts[row, column])
        right = row == column
        if value or right:
            strong = not right and value > 0.55 * scale.limit
            colour = sheet.theme.background if strong else None
            x = left + column * _CELL + _CELL / 2
            sheet.text(x, y, f"{value:,}", TEXT_SIZE, align="center", bold=right, colour=colour)
    of_class = int(counts[row].sum())
    recall = f"{100 * counts[row, row] / of_class:.2f} % of {of_class:,}" if of_class else "none there"
    sheet.text(left + 10 * _CELL + 20, y, recall)


def errors_sheet(source: PictureSource) -> Sheet | None:
    """The wrong answers that the network was surest of; None if there is no wrong answer."""
    result = source.survey.result
    wrong = np.flatnonzero(result.predictions != result.labels)
    if not len(wrong):
        return None
    said_so = np.exp(result.log_probabilities.max(axis=1))
    order = wrong[np.argsort(-said_so[wrong], kind="stable")][:_ERRORS]
    grid = Grid(len(order), 8, 112, 112, gap=14, label=36)
    said = words(source, "errors", _accuracy(source), digit=False, count=len(order))
    sheet = Sheet(grid.width, grid.height, said, source.theme, [INK])
    for place, index in enumerate(order):
        x, y = grid.place(place)
        sheet.array(x, y, source.dataset.test.images[index] / np.float32(255), INK, 4, frame=True)
        text = f"{result.labels[index]} taken for {result.predictions[index]}"
        sheet.text(x, y - 26, text, bold=True)
        sheet.text(x, y - 9, f"{100 * said_so[index]:.1f} % sure · #{index}", SMALL_SIZE, faint=True)
    sheet.arrays = {"errors/images": order}
    return sheet


def _accuracy(source: PictureSource) -> str:
    result, data = source.survey.result, source.trained.data
    right = result.examples - result.errors
    share = f"{100 * result.accuracy:.2f} %"
    return f"{right:,} of {result.examples:,} test images right: {share} ({data}), {result.errors:,} errors"


def _worst(errors: NDArray[np.int64]) -> str:
    if not errors.any():
        return "There are none."
    label, said = np.unravel_index(errors.argmax(), errors.shape)
    return f"Most often, a {label} is taken for a {said}: {errors[label, said]} times."
