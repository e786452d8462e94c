"""The images to which two networks give different answers."""

from __future__ import annotations

import numpy as np

from ...evaluation.assessment import Assessment
from ...evaluation.comparison import Comparison, Disagreement
from ...statistics import certainty
from ..drawing.grid import Grid
from ..drawing.sheet import Sheet, Words, same_everywhere
from ..drawing.style import INK, LIGHT, SMALL_SIZE
from .words import plural

MOST_IMAGES = 32
_SENTENCE = (
    "Each digit stands under its label and number in the split, with the answer of each network and its probability. "
    "Where both networks are confident comes first; a check mark shows which one is right."
)


def disagreements_png(comparison: Comparison) -> bytes | None:
    """Draw the most confident disagreements; None if there are none."""
    shown = comparison.most_confident(MOST_IMAGES)
    if not shown:
        return None
    a, b = comparison.a, comparison.b
    names = [f"{letter}: {_name(each)}" for letter, each in (("A", a), ("B", b))]
    shape = f"{plural(len(comparison.disagreements), 'disagreement')} on {plural(len(a.examples), 'image')} ({a.data})"
    if len(shown) < len(comparison.disagreements):
        shape += f"; {len(shown)} are shown"
    title = "Where two networks disagree"
    words = Words(title, shape, f"{'. '.join(names)}. {_SENTENCE}", f"{shape}.", " · ".join(names))
    with same_everywhere():
        grid = Grid(len(shown), 8, 112, 112, gap=20, label=64)
        sheet = Sheet(grid.width, grid.height, words, LIGHT, [INK])
        for place, each in enumerate(shown):
            _draw(sheet, *grid.place(place), each, comparison)
        return sheet.render("png", "mnistcnn compare")


def _draw(sheet: Sheet, x: int, y: int, each: Disagreement, comparison: Comparison) -> None:
    sheet.array(x, y, comparison.a.examples.images[each.index] / np.float32(255), INK, 4, frame=True)
    sheet.text(x, y - 52, f"{each.label}", bold=True)
    sheet.text(x + 16, y - 52, f"#{each.index}", SMALL_SIZE, faint=True)
    answers = (("A", each.prediction_a, each.probability_a), ("B", each.prediction_b, each.probability_b))
    for line, (letter, prediction, probability) in enumerate(answers):
        mark = " ✓" if prediction == each.label else ""
        sheet.text(x, y - 32 + 18 * line, f"{letter}: {prediction}, {certainty(probability, 1)}{mark}", SMALL_SIZE)


def _name(assessment: Assessment) -> str:
    provenance = assessment.provenance
    return f"{provenance.run}, step {provenance.step:,}"
