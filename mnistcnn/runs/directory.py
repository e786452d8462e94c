"""Run directories: their names, their files, their lock, and which one is the latest.

    <log_dir>/<name>/
        config.yaml      the whole configuration; `train --config` of it repeats the run
        manifest.json    versions, data, machine, seed, state and results
        metrics.csv      a row for each report and each evaluation
        checkpoints/     see `mnistcnn.runs.checkpoint`
        tensorboard/     see `mnistcnn.training.summaries`

A directory that exists is never written over.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from .. import files
from ..config.schema import Config, dump_config
from ..data.dataset import Dataset
from ..errors import DivergedError, RunError
from ..events import State
from .checkpoint import CheckpointDirectory
from .environment import describe_environment

FORMAT = 1
_PROBE_SECONDS = 0.5  # `is_locked` holds the lock for a moment; nobody may take that for a run in use.


class Run:
    """The files of one run.

    Args:
        path: the run's directory.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.config_path = path / "config.yaml"
        self.manifest_path = path / "manifest.json"
        self.metrics_path = path / "metrics.csv"
        self.checkpoints_path = path / "checkpoints"
        self.tensorboard_path = path / "tensorboard"

    @property
    def name(self) -> str:
        """The name of the directory."""
        return self.path.name

    def manifest(self) -> dict[str, Any]:
        """What the run says of itself.

        Raises:
            RunError: there is no manifest, or it cannot be read.
        """
        try:
            manifest = json.loads(self.manifest_path.read_bytes())
        except OSError as error:
            raise RunError(f"{self.path}: not a run: {self.manifest_path.name}: {error.strerror}") from error
        except (ValueError, RecursionError) as error:
            raise RunError(f"{self.manifest_path}: damaged: {error}") from error
        if not isinstance(manifest, dict) or "state" not in manifest:
            raise RunError(f"{self.manifest_path}: damaged: it has no 'state'")
        return manifest

    def manifest_part(self, name: str, keys: Sequence[str]) -> dict[str, Any]:
        """One object of the manifest.

        Raises:
            RunError: the manifest is damaged, or the object lacks one of `keys`.
        """
        part = self.manifest().get(name)
        if not isinstance(part, dict) or any(key not in part for key in keys):
            raise RunError(f"{self.manifest_path}: damaged: '{name}' is incomplete")
        return part

    def update_manifest(self, changes: Mapping[str, object]) -> None:
        """Replace keys of the manifest, atomically.

        Raises:
            OSError: it could not be written; it is as it was.
        """
        files.write_atomically(self.manifest_path, files.to_json({**self.manifest(), **changes}))

    def checkpoints(self, keep: int = 5) -> CheckpointDirectory:
        """The run's checkpoints."""
        return CheckpointDirectory(self.checkpoints_path, keep)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the run's lock, which the system releases when the process dies, however it dies.

        Raises:
            RunError: another process holds it.
        """
        lock = FileLock(self.path / ".lock")
        try:
            lock.acquire(timeout=_PROBE_SECONDS)
        except Timeout:
            raise RunError(f"{self.path}: in use: another process is training this run") from None
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def recorded(self) -> Iterator[None]:
        """However the work inside ends, the manifest says so, if it can still be written.

        Raises:
            RunError: in place of an OSError.
        """
        try:
            yield
        except DivergedError:
            raise  # Recorded already, with its results.
        except OSError as error:
            self._record_end("failed", str(error))
            raise RunError(f"{error.filename or self.path}: cannot write: {error.strerror or error}") from error
        except (GeneratorExit, KeyboardInterrupt):
            self._record_end("interrupted", "stopped at once, without saving")
            raise
        except BaseException as error:
            self._record_end("failed", repr(error))
            raise

    def _record_end(self, state: State, reason: str) -> None:
        with suppress(OSError, RunError):
            self.update_manifest({"state": state, "ended": now(), "reason": reason})

    def is_locked(self) -> bool:
        """Whether a living process is writing this run.

        Raises:
            OSError: it is not for this user to know.
        """
        path = self.path / ".lock"
        if not path.exists():
            return False
        try:
            with FileLock(path, timeout=0):
                return False
        except Timeout:
            return True


def create_run(config: Config, dataset: Dataset, started: datetime) -> Run:
    """Make a new run directory with its configuration and manifest, all at once.

    Args:
        config: names the directory: `name`, else the time and a hash of the configuration.
        dataset: what the run will learn from, for the manifest.
        started: the time in the name.

    Raises:
        RunError: the name is taken, or the directory cannot be written; nothing is left behind.
    """
    try:
        config.log_dir.mkdir(parents=True, exist_ok=True)
        with files.directory_beside(config.log_dir) as temporary:
            # Without the name, so that `train --config` of this file can repeat the run beside it.
            unnamed = config.model_copy(update={"name": None})
            files.write_synced(temporary / "config.yaml", dump_config(unnamed).encode())
            files.write_synced(temporary / "manifest.json", files.to_json(_new_manifest(config, dataset)))
            (temporary / "checkpoints").mkdir()
            run = _rename_to_free_name(temporary, config, started)
        files.sync_directory(config.log_dir)
    except OSError as error:
        where = error.filename or config.log_dir
        raise RunError(f"{where}: cannot make a run here: {error.strerror or error}") from error
    return run


def now() -> str:
    """The time as a manifest gives it: UTC, ISO 8601."""
    return datetime.now(UTC).isoformat()


def _new_manifest(config: Config, dataset: Dataset) -> dict[str, object]:
    return {
        "format": FORMAT,
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
                    f"{path}: exists already, and a run is never overwritten: choose another --name, or leave it out"
                ) from error
        else:
            temporary.replace(path)
            return Run(path)
    raise AssertionError("count() does not end")


def find_runs(log_dir: Path) -> list[Run]:
    """Every run in a directory, newest first."""
    if not log_dir.is_dir():
        return []
    # A dot marks what a killed process did not finish to make.
    paths = (path for path in log_dir.iterdir() if not path.name.startswith("."))
    found = [Run(path) for path in paths if (path / "manifest.json").is_file()]
    return sorted(found, key=_started, reverse=True)


def open_run(name: str, log_dir: Path) -> Run:
    """The run of that path, of that name in `log_dir`, or, for `latest`, the newest that has a checkpoint.

    Raises:
        RunError: there is no such run.
    """
    if name == "latest":
        for run in find_runs(log_dir):
            if run.checkpoints().steps():
                return run
        raise RunError(f"{log_dir}: no run with a checkpoint here; train one with: mnistcnn train")
    for path in (Path(name), log_dir / name):
        if (path / "manifest.json").is_file():
            return Run(path)
    names = ", ".join(run.name for run in find_runs(log_dir)[:5]) or "none"
    raise RunError(f"{name}: no such run; the newest in {log_dir}: {names}")


def _started(run: Run) -> tuple[str, list[int | str]]:
    """By the time it began; within one second, by name with its numbers as numbers, so that -10 follows -9."""
    try:
        started = str(run.manifest().get("started", ""))
    except RunError:
        started = ""
    return started, [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", run.name)]
