"""Fills a caption in with a picture's facts, and writes the small print."""

from __future__ import annotations

from ..drawing.captions import CAPTIONS
from ..drawing.sheet import Words
from ..picture_source import PictureSource


def words(source: PictureSource, name: str, shape: str, *, digit: bool = True, **facts: object) -> Words:
    """The words of the picture `name`.

    Args:
        source: what it is of.
        name: the picture's key in `CAPTIONS`.
        shape: what is shown, in numbers.
        digit: whether the picture depends on the digit, which the small print then names.
        **facts: what the caption's braces stand for.
    """
    caption = CAPTIONS[name]
    title, sentence, alt = (text.format(**facts) for text in (caption.title, caption.sentence, caption.alt))
    footer = small_print(source, digit=digit)
    return Words(title, shape, sentence, f"{title}. {alt} {sentence}", footer)


def small_print(source: PictureSource, *, digit: bool) -> str:
    """The run, step, data and weights that a picture comes from."""
    trained = source.trained
    asked = "" if trained.checkpoint.isdigit() else f" ({trained.checkpoint})"
    step = f"step {trained.step:,}{asked}"
    parts = [f"run {trained.run.path.resolve().name}", step, f"data {trained.data}"]
    if digit:
        label = "" if source.digit.label is None else f" (a {source.digit.label})"
        parts.append(f"{source.digit.name}{label}")
    return " · ".join([*parts, f"weights {trained.digest[:12]}", "mnistcnn"])


def plural(count: int, noun: str) -> str:
    """`1 unit`, `2 units`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
