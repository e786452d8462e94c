"""Fills a caption in with a picture's facts, and writes the small print."""

from __future__ import annotations

from ..analysis.digit import Digit
from ..drawing.captions import CAPTIONS
from ..drawing.captions.what_it_sees import CHOSEN
from ..drawing.sheet import Words
from ..picture_source import SAMPLE_IMAGES, PictureSource


def words(source: PictureSource, name: str, shape: str, *, digit: bool = True, **facts: object) -> Words:
    """The words of the picture `name`.

    Args:
        source: what it is of.
        name: the picture's key in `CAPTIONS`.
        shape: what is shown, in numbers.
        digit: whether the picture depends on the digit, which the small print then names.
        **facts: what the caption's braces stand for; `chosen` and `sample` are known already.
    """
    caption, facts = CAPTIONS[name], {"chosen": _chosen(source.digit), "sample": sample_in_words(source), **facts}
    title, sentence, alt = (text.format(**facts) for text in (caption.title, caption.sentence, caption.alt))
    return Words(title, shape, sentence, alt, small_print(source, digit=digit))


def sample_in_words(source: PictureSource) -> str:
    """The images in which patches are looked for: `the first 2,000 test images`, or `the 40 test images` of fewer."""
    images = len(source.dataset.test)
    return f"the {'first ' if images > SAMPLE_IMAGES else ''}{plural(min(images, SAMPLE_IMAGES), 'test image')}"


def _chosen(digit: Digit) -> str:
    """Which digit was chosen and why, if the user did not choose it."""
    return CHOSEN.format(name=named(digit), reason=digit.reason) if digit.reason else ""


def named(digit: Digit) -> str:
    """`test image 18 of mnist (a 3)`."""
    if digit.label is None:
        return digit.name
    return f"{digit.name} ({'an' if digit.label == 8 else 'a'} {digit.label})"


def small_print(source: PictureSource, *, digit: bool) -> str:
    """The run, step, data and weights that a picture comes from."""
    trained = source.trained
    asked = "" if trained.checkpoint.isdigit() else f" ({trained.checkpoint})"
    step = f"step {trained.step:,}{asked}"
    parts = [f"run {trained.run.path.resolve().name}", step, f"data {trained.data}"]
    if digit:
        parts.append(named(source.digit) + (f", {source.digit.reason}" if source.digit.reason else ""))
    return " · ".join([*parts, f"weights {trained.digest[:12]}", "mnistcnn"])


def plural(count: int, noun: str, nouns: str = "") -> str:
    """`1 unit`, `2 units`; `nouns` is a plural that takes more than an s."""
    return f"{count:,} {noun if count == 1 else nouns or f'{noun}s'}"
