"""The runs in a directory: all of them, the latest one, and one by its name."""

from __future__ import annotations

import math
import os
import re
from datetime import datetime
from itertools import chain
from pathlib import Path

from .. import files
from ..errors import CheckpointError, RunError
from . import manifest as manifests
from .directory import NO_RUN, Run, no_manifest
from .names import is_of_pictures, otherwise_encoded, refuse_checkpoint, suggestion


def find_runs(log_dir: Path) -> list[Run]:
    """Every run in a directory, newest first; those that cannot be read or are damaged come last.

    Raises:
        RunError: the directory cannot be read.
    """
    try:
        # A dot marks what a killed process did not finish to make.
        paths = [entry.path for entry in os.scandir(log_dir) if not entry.name.startswith(".")]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise RunError(f"{log_dir}: not readable: {error.strerror}") from error
    # Text, not paths, which take as long to make as a manifest takes to read.
    found = [(started, path) for path in paths if (started := _started(f"{path}/manifest.json")) is not None]
    return [Run(Path(path)) for _, path in sorted(found, key=lambda pair: (pair[0], _natural(pair[1])), reverse=True)]


def open_run(name: str, log_dir: Path) -> Run:
    """The run of that path, of that name in `log_dir`, or, for `latest`, the newest that has a checkpoint.

    Raises:
        RunError: there is no such run, or it cannot be read.
    """
    if name == "latest":
        return _latest(log_dir)
    places = Path(name), log_dir / name
    for path in chain(places, filter(None, map(otherwise_encoded, places))):
        try:
            files.read_regular(path / "manifest.json")
        except OSError as error:
            if error.errno not in NO_RUN:
                raise no_manifest(path, error) from error
        else:
            refuse_checkpoint(path)
            return Run(path)
    names = [run.name for run in find_runs(log_dir)]
    newest = ", ".join(names[:5]) or "none"
    raise RunError(f"{name}: no such run; the newest in {log_dir}: {newest}{suggestion(name, names)}")


def _latest(log_dir: Path) -> Run:
    unreadable: list[str] = []
    for run in find_runs(log_dir):
        try:
            for path in (run.manifest_path, run.config_path):
                files.read_regular(path)
            if run.checkpoints().steps():
                return run
        except (CheckpointError, OSError):
            unreadable.append(run.name)
    hint = f"; not readable: {', '.join(unreadable[:5])}" if unreadable else ""
    raise RunError(f"{log_dir}: no run with a checkpoint here{hint}; train one with: mnistcnn train")


def _started(manifest: str) -> float | None:
    """When a run began, in seconds since 1970; minus infinity if that cannot be known, None if this is no run."""
    try:
        content = manifests.read_json(manifest)
        if is_of_pictures(content):
            return None
        started = content.get("started")
        return datetime.fromisoformat(started).timestamp() if isinstance(started, str) else -math.inf
    except (RunError, ValueError, OverflowError):
        return -math.inf
    except OSError as error:
        return None if error.errno in NO_RUN else -math.inf


def _natural(name: str) -> list[int | str]:
    """Orders names with their numbers as numbers, so that -10 follows -9."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", name)]
