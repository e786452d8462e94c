"""Errors and warnings on standard error: the first line stands out, and no line is wrapped, so paths can be copied."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from .text import printable


def show_error(lines: Sequence[str]) -> None:
    """Write an error, its message in the first line."""
    _write(lines, "error: ", "bold red")


def write_error(lines: Sequence[str]) -> None:
    """Write an error without Rich, whose import needs memory."""
    if sys.stderr is not None:
        sys.stderr.write("error: " + "\n  ".join(map(printable, lines)) + "\n")


def show_interruption(lines: Sequence[str]) -> None:
    """Write why the command ended early, which is no error."""
    _write(lines, "", "")


def show_warning(*lines: str) -> None:
    """Write a warning, its message in the first line."""
    _write(lines, "warning: ", "bold yellow")


def show_hint(message: str) -> None:
    """Write what could be done better; nothing is wrong."""
    _write([message], "hint: ", "bold cyan")


def _write(lines: Sequence[str], label: str, style: str) -> None:
    if sys.stderr is None:
        return
    from rich.console import Console
    from rich.text import Text

    first, *rest = map(printable, lines)
    text = Text.assemble((label, style), first)
    for line in rest:
        text.append(f"\n  {line}")
    Console(stderr=True, highlight=False).print(text, soft_wrap=True)
