"""What is wrong with a command line, in words of our own instead of Typer's and pydantic's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import typer

from mnistcnn.errors import UsageError

_EMPTY = re.compile(r"(--[a-z-]+=)?")
_NUMBERS = {"int": "a whole number", "float": "a number", "finite": "a finite number"}
_BOUNDS = {  # pydantic's kinds of errors, and the names of the bounds in their context
    "greater_than_equal": ("at least", "ge"),
    "greater_than": ("more than", "gt"),
    "less_than_equal": ("at most", "le"),
    "less_than": ("less than", "lt"),
}


def refuse_empty(arguments: Sequence[str]) -> None:
    """Refuse an empty argument: as a path it would be the current folder, although nobody named it.

    Raises:
        UsageError: an argument, or the value after `--option=`, is empty.
    """
    for before, argument in zip(["", *arguments], arguments, strict=False):
        if _EMPTY.fullmatch(argument):
            option = argument.removesuffix("=") or (before if before.startswith("--") else "")
            where = f"{option}: the value" if option else "an argument"
            raise UsageError(f"{where} is empty; is it a variable of the shell that is not set?")


def usage_message(error: typer.TyperException) -> str:
    """Typer's message; where pydantic refused a number, what is expected and what was given."""
    message = error.format_message().replace("Value error, ", "")
    found: list[Any] = getattr(error.__cause__, "errors", list)()
    reason = _reason(found[0]["type"], found[0].get("ctx", {})) if found else None
    return message.replace(str(found[0]["msg"]), f"{reason}, got {found[0]['input']}") if reason else message


def _reason(kind: str, context: dict[str, object]) -> str | None:
    if kind in _BOUNDS:
        words, bound = _BOUNDS[kind]
        return f"must be {words} {context[bound]}"
    expected = _NUMBERS.get(kind.partition("_")[0])
    return expected and f"expected {expected}"
