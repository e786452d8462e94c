"""Imports Matplotlib whatever the user's backend is: pictures are drawn without one."""

from __future__ import annotations

import importlib
import os
import sys
from contextlib import suppress

from ...errors import RunError


def import_matplotlib() -> None:
    """Import Matplotlib; call this before anything else imports it.

    Matplotlib takes its backend from MPLBACKEND while it is imported, and fails if that one is not installed, such as a
    notebook's kernel's in an environment of its own. The pictures need no backend. A program that uses this library
    keeps the one that it asked for, if that is installed.

    Raises:
        RunError: Matplotlib has no folder for its cache.
    """
    if "matplotlib" in sys.modules:
        return
    wanted = os.environ.pop("MPLBACKEND", None)
    try:
        matplotlib = importlib.import_module("matplotlib")
    except OSError as error:
        raise RunError(f"Matplotlib cannot be used: {error}") from error
    finally:
        if wanted is not None:
            os.environ["MPLBACKEND"] = wanted
    if wanted:
        with suppress(ValueError):
            matplotlib.rcParams["backend"] = wanted
