"""Where the network fails on the test images: which classes it confuses, and its most confident mistakes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...statistics import certainty, percent
from ..drawing.grid import Grid
from ..drawing.sheet import Sheet
from ..drawing.style import INK, SMALL_SIZE, TEXT_SIZE, Scale
from ..picture_source import PictureSource
from .words import plural, words

_CELL = 56
_ERRORS = 24
_MOST_NAMED = 3  # confusions in one sentence


def confusion_sheet(source: PictureSource) -> Sheet:
    """How many images of each class were predicted as each other; only errors have colour."""
    result = source.survey.result
    counts = np.zeros((10, 10), np.int64)
    np.add.at(counts, (result.labels, result.predictions), 1)
    errors = counts * ~np.eye(10, dtype=bool)
    scale = Scale("activation", float(errors.max()) or 1.0, "errors", "up to the most frequent confusion")
    said = words(source, "confusion", _accuracy(source), digit=False, worst=worst_confusions(errors))
    sheet = Sheet(10 * _CELL + 190, 10 * _CELL + 60, said, source.theme, [scale])
    left, top = 56, 52
    sheet.text(left, 10, "prediction", bold=True)
    sheet.text(0, 32, "true", bold=True)
    sheet.text(left + 10 * _CELL + 20, 32, "correct", bold=True)
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
    recall = f"{percent(counts[row, row] / of_class)} of {of_class:,}" if of_class else "no such image"
    sheet.text(left + 10 * _CELL + 20, y, recall)


def errors_sheet(source: PictureSource) -> Sheet | None:
    """The most confident mistakes; None if there is none."""
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
        sheet.text(x, y - 9, f"{certainty(said_so[index], 1)} · #{index}", SMALL_SIZE, faint=True)
    sheet.arrays = {"errors/images": order}
    return sheet


def _accuracy(source: PictureSource) -> str:
    result, data = source.survey.result, source.trained.data
    right = result.examples - result.errors
    share = percent(result.accuracy)
    return f"{right:,} of {result.examples:,} test images correct: {share} ({data}), {plural(result.errors, 'error')}"


def worst_confusions(errors: NDArray[np.int64]) -> str:
    """Name the most frequent confusion, or all that are equally frequent.

    Args:
        errors: [10, 10]: how often a class (row) is predicted as another (column); the diagonal is 0.
    """
    most = int(errors.max())
    if not most:
        return "There are none."
    pairs = [f"{label} taken for {said}" for label, said in np.argwhere(errors == most)]
    times = "once" if most == 1 else f"{most:,} times"
    if len(pairs) == 1:
        return f"The most frequent one: {pairs[0]}, {times}."
    if len(pairs) > _MOST_NAMED:
        return f"{len(pairs)} of them are equally frequent: {times} each."
    return f"The most frequent ones: {', '.join(pairs[:-1])} and {pairs[-1]}, {times} each."
