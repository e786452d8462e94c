"""Every caption, a file for each chapter, so that they can be read in one go, improved, and one day translated."""

from __future__ import annotations

from . import how_it_learned, what_it_has_learned, what_it_sees, where_it_errs
from .caption import Caption as Caption

CAPTIONS: dict[str, Caption] = {
    **what_it_sees.CAPTIONS,
    **what_it_has_learned.CAPTIONS,
    **how_it_learned.CAPTIONS,
    **where_it_errs.CAPTIONS,
}
"""By the name of the picture."""

CHAPTERS: tuple[tuple[str, str], ...] = (
    ("What it sees", "One digit on its way from pixels to a prediction, layer by layer."),
    ("What it has learned", "The weights, and what makes each unit respond, whichever digit is shown."),
    ("How it learned", "The run, from its first step to its last."),
    ("Where it errs", "The test images that the network gets wrong."),
)
"""Title and subtitle of each chapter, in order."""
