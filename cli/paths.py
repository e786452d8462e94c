"""Paths on the command line: what a shell leaves as it is in `--log-dir=~/runs` is expanded as in a configuration.

Every option that takes a path has one of these as its callback, or goes through the configuration. Names of runs are
no paths: of them only `~/` is expanded, because a name may have a dollar sign.
"""

from __future__ import annotations

import os
from pathlib import Path

import typer

from mnistcnn.config.paths import BadPathError, expand_home, expand_path
from mnistcnn.errors import UsageError


def expanded(option: typer.CallbackParam, path: Path | None) -> Path | None:
    """Expand `~` and environment variables: a callback for options that do not go through the configuration.

    Raises:
        UsageError: a variable is not set, or nobody has that home directory.
    """
    return None if path is None else expand(option.opts[0], str(path))


def expanded_text(option: typer.CallbackParam, text: str | None) -> str | None:
    """The same for an option that takes a path or something else: an address, or a number.

    Raises:
        UsageError: as for `expanded`.
    """
    return text if text is None or "://" in text else str(expand(option.opts[0], text))


def expanded_run(option: typer.CallbackParam, run: str | None) -> str | None:
    """Expand `~/` at the beginning of a run's path."""
    return str(expand_home(run)) if run is not None and run.startswith("~/") else run


def expand(option: str, path: str) -> Path:
    """Expand the value of an option.

    Raises:
        UsageError: as for `expanded`.
    """
    try:
        return expand_path(path, os.environ)
    except BadPathError as error:
        raise UsageError(f"{option} {path}: {error}") from None
