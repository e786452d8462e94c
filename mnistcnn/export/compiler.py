"""Finds the C compiler that proves the exports to C."""

from __future__ import annotations

import os
import shutil


def c_compiler() -> str | None:
    """The command of a C compiler: what $CC says, or cc, gcc or clang; None if none is installed."""
    for command in (os.environ.get("CC", ""), "cc", "gcc", "clang"):
        words = command.split()
        if words and shutil.which(words[0]):
            return command
    return None
