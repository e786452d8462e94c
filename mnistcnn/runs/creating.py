"""New run directories: their names, and where they can be made.

A directory that exists is never written over.
"""

from __future__ import annotations

import hashlib
import os
from datetime import datetime
from itertools import count
from pathlib import Path

from .. import files
from ..config.schema import Config, dump_config
from ..data.dataset import Dataset
from ..errors import RunError
from . import manifest as manifests
from .checkpoint import CheckpointDirectory
from .directory import Run, now
from .environment import describe_environment
from .starting import StartingWeights

_LONGEST_NAME = "n" * 100  # Of a run; the names in it are shorter.


def create_run(config: Config, dataset: Dataset, started: datetime, start: StartingWeights | None = None) -> Run:
    """Make a new run directory with its configuration and manifest, all at once.

    Args:
        config: names the directory: `name`, else the time and a hash of the configuration.
        dataset: what the run will learn from, for the manifest.
        started: the time in the name.
        start: weights of another run, which become the checkpoint of step 0; None for initial weights.

    Raises:
        RunError: the name is taken, or the directory cannot be written; nothing is left behind.
    """
    try:
        config.log_dir.mkdir(parents=True, exist_ok=True)
        with files.directory_beside(config.log_dir) as temporary:
            # Without the name, so that `train --config` of this file can repeat the run beside it.
            unnamed = config.model_copy(update={"name": None})
            files.write_synced(temporary / "config.yaml", dump_config(unnamed).encode())
            manifest = _new_manifest(config, dataset) | ({"from": start.record} if start else {})
            files.write_synced(temporary / "manifest.json", files.to_json(manifest))
            (temporary / "checkpoints").mkdir()
            if start:
                CheckpointDirectory(temporary / "checkpoints").save(start.checkpoint, best=True)
            run = _rename_to_free_name(temporary, config, started)
        files.sync_directory(config.log_dir)
    except OSError as error:
        where = error.filename or config.log_dir
        raise RunError(f"{where}: cannot create a run here: {error.strerror or error}") from error
    return run


def check_log_dir(log_dir: Path) -> None:
    """Find out whether runs can be made in `log_dir`, before anything slow begins; nothing is left there.

    Raises:
        RunError: it is a file, a broken link, too long, or in a place where nothing can be made; says which.
    """
    problem = f"{log_dir}: cannot create a run here"
    try:
        (log_dir / _LONGEST_NAME / "checkpoints" / _LONGEST_NAME).lstat()
    except (FileNotFoundError, NotADirectoryError):
        pass  # Not too long; what is in the way is named below.
    except OSError as error:
        raise RunError(f"{problem}: {error.strerror or error}") from error
    try:
        places = (log_dir, *log_dir.absolute().parents)
    except FileNotFoundError:
        raise RunError(f"{problem}: the current folder has been deleted; change to another one") from None
    existing = next(path for path in places if os.path.lexists(path))
    if not files.exists(existing):
        raise RunError(f"{problem}: {existing} is a link to {existing.readlink()}, which is not there")
    if not files.is_dir(existing):
        raise RunError(f"{problem}: Not a directory: {existing} is a file")
    try:
        with files.directory_beside(existing) as probe:
            _check_umask(probe, problem)
    except OSError as error:
        raise RunError(f"{problem}: cannot create anything in {existing}: {error.strerror or error}") from error


def _check_umask(probe: Path, problem: str) -> None:
    try:
        (probe / "file").touch()
        files.read_regular(probe / "file")
        list(probe.iterdir())
    except PermissionError as error:
        raise RunError(
            f"{problem}: the umask keeps even you out of new files and folders; set another, such as: umask 022"
        ) from error


def _new_manifest(config: Config, dataset: Dataset) -> dict[str, object]:
    return {
        "format": manifests.FORMAT,
        "state": "running",
        "started": now(),
        "seed": config.seed,
        "data": {
            "name": dataset.name,
            "source": dataset.source,
            "origin": dataset.origin,
            "examples": {split: len(getattr(dataset, split).labels) for split in ("train", "validation", "test")},
            "sha256": dict(dataset.checksums),
        },
        **describe_environment(),
    }


def config_hash(config: Config) -> str:
    """Six hexadecimal digits that tell configurations apart; where a run is stored does not count."""
    text = dump_config(config.model_copy(update={"name": None, "log_dir": Path()}))
    return hashlib.sha256(text.encode()).hexdigest()[:6]


def _rename_to_free_name(temporary: Path, config: Config, started: datetime) -> Run:
    """Give the directory the first name that nobody has; of two processes at once, each gets its own."""
    stem = config.name or f"{started:%Y%m%d-%H%M%S}-{config_hash(config)}"
    for number in count(1):
        path = config.log_dir / (stem if number == 1 else f"{stem}-{number}")
        try:
            path.mkdir()  # Claims the name: it fails where anything is already, and only one process succeeds.
        except FileExistsError as error:
            if config.name:
                raise RunError(
                    f"{path}: exists already, and a run is never overwritten: choose another name, or leave it out"
                ) from error
        else:
            temporary.replace(path)
            return Run(path)
    raise AssertionError("count() does not end")
