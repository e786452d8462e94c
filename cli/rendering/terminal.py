"""Whether a stream leads to a terminal that a display can be drawn on."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TextIO

_NOTEBOOK = "JPY_PARENT_PID"
"""Jupyter sets it for its kernels, and so for the commands of their cells, but not for its terminals."""
_COLAB = "COLAB_"
_DUMB = {"", "dumb", "unknown"}


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
