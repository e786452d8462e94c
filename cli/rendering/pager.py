"""Long output in a terminal, a screen at a time, through the user's own pager."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Sequence
from typing import TextIO

from mnistcnn import files

from .terminal import can_draw, window_height


def write_in_pages(lines: Sequence[str], stream: TextIO) -> None:
    """Write lines: through $PAGER or less if `stream` is a terminal with fewer lines, as they are anywhere else."""
    command = _pager() if can_draw(stream) and len(lines) >= window_height(stream) else []
    text = "".join(f"{line}\n" for line in lines)
    if not command or not _show(command, text):
        stream.write(text)
        stream.flush()


def _pager() -> list[str]:
    """The command of a pager that is installed; empty if there is none, or if the user wants none (PAGER=cat)."""
    try:
        command = shlex.split(os.environ.get("PAGER") or "less")
    except ValueError:  # A quotation that is not closed.
        return []
    return command if command and command != ["cat"] and shutil.which(command[0]) else []


def _show(command: Sequence[str], text: str) -> bool:
    """Let the user page through a text; False if the pager cannot be started."""
    # -R: colours as they are; -S: a line that is wider than the window is cut, and arrow keys move sideways.
    environment = {"LESS": "-RS", **os.environ}
    # Ctrl-C is the pager's: it stops a search there, and must not end this process under it.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        subprocess.run(command, input=files.utf8(text), env=environment, check=False)  # noqa: S603
    except OSError:  # Not a program, whatever its permissions say.
        return False
    finally:
        signal.signal(signal.SIGINT, before)
    return True
