"""Fills a caption in with a picture's facts, and writes the small print."""

from __future__ import annotations

from .captions import CAPTIONS
from .sheet import Words
from .subject import Subject


def words(subject: Subject, name: str, shape: str, *, digit: bool = True, **facts: object) -> Words:
    """The words of the picture `name`.

    Args:
        subject: what it is of.
        name: the picture's key in `CAPTIONS`.
        shape: what is shown, in numbers.
        digit: whether the picture depends on the digit, which the small print then names.
        **facts: what the caption's braces stand for.
    """
    caption = CAPTIONS[name]
    title, sentence, alt = (text.format(**facts) for text in (caption.title, caption.sentence, caption.alt))
    source = small_print(subject, digit=digit)
    return Words(title, shape, sentence, f"{title}. {alt} {sentence}", source)


def small_print(subject: Subject, *, digit: bool) -> str:
    """The run, step, data and weights that a picture comes from."""
    trained = subject.trained
    asked = "" if trained.checkpoint.isdigit() else f" ({trained.checkpoint})"
    step = f"step {trained.step:,}{asked}"
    parts = [f"run {trained.run.path.resolve().name}", step, f"data {trained.data}"]
    if digit:
        label = "" if subject.digit.label is None else f" (a {subject.digit.label})"
        parts.append(f"{subject.digit.name}{label}")
    return " · ".join([*parts, f"weights {trained.digest[:12]}", "mnistcnn"])


def plural(count: int, noun: str) -> str:
    """`1 unit`, `2 units`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
