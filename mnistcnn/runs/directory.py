"""Run directories: their names, their files, their lock, and which one is the latest.

    <log_dir>/<name>/
        config.yaml      the whole configuration; `train --config` of it repeats the run
        manifest.json    versions, data, machine, seed, state and results
        metrics.csv      a row for each report and each evaluation
        checkpoints/     see `mnistcnn.runs.checkpoint`
        snapshots/       see `mnistcnn.runs.snapshots`
        tensorboard/     see `mnistcnn.training.summaries`

A directory that exists is never written over.
"""

from __future__ import annotations

import errno
import hashlib
import math
import os
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from itertools import chain, count
from pathlib import Path
from typing import Any

from .. import files
from ..config.schema import Config, dump_config
from ..data.dataset import Dataset
from ..errors import CheckpointError, DivergedError, RunError
from ..events import State
from . import lock
from . import manifest as manifests
from .checkpoint import CheckpointDirectory
from .environment import describe_environment
from .names import otherwise_encoded, refuse_checkpoint, suggestion
from .snapshots import SnapshotDirectory
from .starting import StartingWeights

_LONGEST_NAME = "n" * 100  # Of a run; the names in it are shorter.
_NO_RUN = frozenset(
    {errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EINVAL, errno.ENXIO, errno.ELOOP, errno.ENAMETOOLONG}
)
"""What a system answers where there is no file `manifest.json`, in contrast to one that it will not show."""
_PROBE_SECONDS = 0.5  # `is_locked` holds the lock for a moment; nobody may take that for a run in use.


class Run:
    """The files of one run.

    Args:
        path: the run's directory.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def name(self) -> str:
        """The name of the directory."""
        return self.path.name

    @property
    def config_path(self) -> Path:
        """The whole configuration."""
        return self.path / "config.yaml"

    @property
    def manifest_path(self) -> Path:
        """Versions, data, machine, seed, state and results."""
        return self.path / "manifest.json"

    @property
    def metrics_path(self) -> Path:
        """A row for each report and each evaluation."""
        return self.path / "metrics.csv"

    @property
    def checkpoints_path(self) -> Path:
        """See `mnistcnn.runs.checkpoint`."""
        return self.path / "checkpoints"

    @property
    def snapshots_path(self) -> Path:
        """See `mnistcnn.runs.snapshots`."""
        return self.path / "snapshots"

    @property
    def tensorboard_path(self) -> Path:
        """See `mnistcnn.training.summaries`."""
        return self.path / "tensorboard"

    def manifest(self) -> dict[str, Any]:
        """The content of manifest.json, with every value of the right type.

        Raises:
            RunError: there is no manifest, it cannot be read, is damaged, or another version of mnistcnn wrote it.
        """
        try:
            manifest = manifests.read_json(self.manifest_path)
        except OSError as error:
            raise _no_manifest(self.path, error) from error
        manifests.check(self.manifest_path, manifest)
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

    def started(self) -> datetime:
        """When the run began.

        Raises:
            RunError: its manifest is damaged.
        """
        started = self.manifest().get("started")
        if started is None:
            raise RunError(f"{self.manifest_path}: damaged: 'started' is missing")
        return datetime.fromisoformat(started)

    def update_manifest(self, changes: Mapping[str, object]) -> None:
        """Replace keys of the manifest, atomically.

        Raises:
            OSError: it could not be written; it is as it was.
        """
        files.write_atomically(self.manifest_path, files.to_json({**self.manifest(), **changes}))

    def checkpoints(self, keep: int = 5) -> CheckpointDirectory:
        """The run's checkpoints."""
        return CheckpointDirectory(self.checkpoints_path, keep)

    def snapshots(self) -> SnapshotDirectory:
        """The run's snapshots; a run that took none has an empty directory of them, which need not exist."""
        return SnapshotDirectory(self.snapshots_path)

    @contextmanager
    def locked(self) -> Iterator[str | None]:
        """Hold the run's lock; the value is a warning where the file system has none, see `mnistcnn.runs.lock`.

        Raises:
            RunError: another process holds it, something else is in its place, or the run cannot be written.
        """
        with ExitStack() as stack:
            try:
                warning = stack.enter_context(lock.held(self.path, _PROBE_SECONDS))
            except lock.InUseError:
                raise RunError(f"{self.path}: in use: another process is training this run") from None
            except OSError as error:
                raise RunError(
                    f"{self.path}: cannot write into this run: {error.strerror or error}; "
                    "to continue it, copy it to a place where you may write, and resume the copy"
                ) from error
            yield warning

    @contextmanager
    def recorded(self) -> Iterator[None]:
        """Record in the manifest how the work inside ends, if it can still be written.

        Raises:
            RunError: in place of an OSError; says so if the whole directory is gone.
        """
        try:
            yield
        except DivergedError:
            raise  # Recorded already, with its results.
        except OSError as error:
            self._raise_if_gone(error)
            self._record_end("failed", str(error))
            raise RunError(
                f"{error.filename or self.path}: cannot write: {error.strerror or error}; {self._way_on()}"
            ) from error
        except (GeneratorExit, KeyboardInterrupt):
            self._record_end("interrupted", "stopped at once, without saving")
            raise
        except BaseException as error:
            if isinstance(error, RunError):
                self._raise_if_gone(error)
            self._record_end("failed", repr(error))
            raise

    def _raise_if_gone(self, error: Exception) -> None:
        """Say what is behind any other error."""
        try:
            self.manifest_path.lstat()
        except OSError as missing:
            if missing.errno in _NO_RUN:
                raise RunError(
                    f"{self.path}: no longer there: was it renamed or deleted? If it was renamed, resume it under its "
                    "new name: mnistcnn train --resume NAME"
                ) from error

    def _way_on(self) -> str:
        with suppress(CheckpointError):
            if self.checkpoints().steps():
                return f"once that is fixed, resume with: mnistcnn train --resume {shlex.quote(str(self.path))}"
        return "once that is fixed, start again: the run has no checkpoint yet"

    def _record_end(self, state: State, reason: str) -> None:
        with suppress(OSError, RunError):
            self.update_manifest({"state": state, "ended": now(), "reason": reason})

    def is_locked(self) -> bool:
        """Whether a living process is writing this run.

        Raises:
            OSError: it is not for this user to know.
        """
        return lock.is_held(self.path)


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
    if not existing.exists():
        raise RunError(f"{problem}: {existing} is a link to {existing.readlink()}, which is not there")
    if not existing.is_dir():
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


def now() -> str:
    """The time as a manifest gives it: UTC, ISO 8601."""
    return datetime.now(UTC).isoformat()


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
            if error.errno not in _NO_RUN:
                raise _no_manifest(path, error) from error
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
        if "pictures" in content and "state" not in content:
            return None  # A folder of pictures, which `visualize --out` made here.
        started = content.get("started")
        return datetime.fromisoformat(started).timestamp() if isinstance(started, str) else -math.inf
    except (RunError, ValueError, OverflowError):
        return -math.inf
    except OSError as error:
        return None if error.errno in _NO_RUN else -math.inf


def _natural(name: str) -> list[int | str]:
    """Orders names with their numbers as numbers, so that -10 follows -9."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", name)]


def _no_manifest(path: Path, error: OSError) -> RunError:
    problem = "not a run: manifest.json" if error.errno in _NO_RUN else "not readable"
    return RunError(f"{path}: {problem}: {error.strerror}")
