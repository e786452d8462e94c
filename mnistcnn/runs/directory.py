"""Run directories: their files, their lock, and how their end is recorded.

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
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .. import files
from ..errors import CheckpointError, RunError
from ..events import State
from . import lock
from . import manifest as manifests
from .checkpoint import CheckpointDirectory
from .snapshots import SnapshotDirectory

NO_RUN = frozenset(
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
            raise no_manifest(self.path, error) from error
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

        Nothing is recorded of a run that is not running: a diverged one, whose end is recorded with its results, or a
        finished one that could not be resumed.

        Raises:
            RunError: in place of an OSError; says so if the whole directory is gone.
        """
        try:
            yield
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
            if missing.errno in NO_RUN:
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
            if self.manifest().get("state") == "running":
                self.update_manifest({"state": state, "ended": now(), "reason": reason})

    def is_locked(self) -> bool:
        """Whether a living process is writing this run.

        Raises:
            OSError: it is not for this user to know.
        """
        return lock.is_held(self.path)


def now() -> str:
    """The time as a manifest gives it: UTC, ISO 8601."""
    return datetime.now(UTC).isoformat()


def no_manifest(path: Path, error: OSError) -> RunError:
    """Say what it means that the manifest in `path` cannot be read."""
    problem = "not a run: manifest.json" if error.errno in NO_RUN else "not readable"
    return RunError(f"{path}: {problem}: {error.strerror}")
