"""The terminal that a stream leads to: whether a display can be drawn on it, and the size of its window."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, MutableMapping
from typing import TextIO

_NOTEBOOK = "JPY_PARENT_PID"
"""Jupyter sets it for its kernels, and so for the commands of their cells, but not for its terminals."""
_COLAB = "COLAB_"
_DUMB = {"", "dumb", "unknown"}
_WINDOW = ("COLUMNS", "LINES", "TERMINAL_WIDTH")
"""The variables with which a user tells Rich, and Typer's help, the size of the window."""
_LARGEST = 65_535
"""Columns or lines: what the system can tell of a terminal, in 16 bits."""


def forget_impossible_windows(environment: MutableMapping[str, str]) -> None:
    """Remove a size that no window can have: Rich fills lines with spaces, and would fill the memory with them."""
    for name in _WINDOW:
        value = environment.get(name, "1")
        if not re.fullmatch("[0-9]{1,5}", value) or not 1 <= int(value) <= _LARGEST:
            del environment[name]


def can_draw(stream: TextIO, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether a display may move the cursor and use the characters that it is made of.

    A notebook runs `!mnistcnn train` in a pseudo-terminal, but shows every frame of a display below the last one.
    """
    if not stream.isatty() or environment.get("TERM", "") in _DUMB:
        return False
    if _NOTEBOOK in environment or any(name.startswith(_COLAB) for name in environment):
        return False
    encoding = (stream.encoding or "").lower().replace("-", "")
    return encoding.startswith("utf") and window_height(stream) > 0


def window_width(stream: TextIO) -> int | None:
    """The number of columns of a terminal; None for anything else, and for a terminal that does not know it."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or None
    except (OSError, ValueError):
        return None


def window_height(stream: TextIO) -> int:
    """The number of lines of a terminal; 0 for what only looks like one, such as the log of a CI."""
    try:
        return os.get_terminal_size(stream.fileno()).lines
    except (OSError, ValueError):  # Without a descriptor: a test's.
        return 24
