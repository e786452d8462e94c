"""Paths on the command line: what a shell leaves as it is in `--log-dir=~/runs` is expanded as in a configuration."""

from __future__ import annotations

import os
from pathlib import Path

import typer

from mnistcnn.config.paths import BadPathError, expand_path
from mnistcnn.errors import UsageError


def expanded(option: typer.CallbackParam, path: Path | None) -> Path | None:
    """Expand `~` and environment variables: a callback for options that do not go through the configuration.

    Raises:
        UsageError: a variable is not set, or nobody has that home directory.
    """
    if path is None:
        return None
    try:
        return expand_path(str(path), os.environ)
    except BadPathError as error:
        raise UsageError(f"{option.opts[0]} {path}: {error}") from None
