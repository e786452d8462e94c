"""The words of the page, by section; where a sheet says the same, it is the sheet's sentence."""

from . import draw, fool, frame, inspector, morph, network, practice, teachers, teaching, time_machine, training, units

WORDS: dict[str, str] = {
    **frame.WORDS,
    **draw.WORDS,
    **network.WORDS,
    **units.WORDS,
    **inspector.WORDS,
    **time_machine.WORDS,
    **morph.WORDS,
    **fool.WORDS,
    **teachers.WORDS,
    **teaching.WORDS,
    **training.WORDS,
    **practice.WORDS,
}
"""A sentence by its key; `{…}` are filled in by the scripts."""
