"""Checkpoints: everything that a run needs to be resumed as if it had never stopped.

A checkpoint is a directory, `step-0003000`, written beside and renamed, so that it is there whole or not at all:

    weights.npz      the network's parameters
    optimizer.npz    the optimizer's slots
    average.npz      the average of the parameters along the way, if the run has one
    manifest.json    the step, what the run has counted so far, and the SHA-256 of these files and of itself
    doubt.npz        only once it was asked for: see `mnistcnn.runs.doubt`

Only arrays and JSON are read, never anything that could run as code.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from .. import files
from ..errors import CheckpointError
from ..network.weights import Weights, weights_digest

FORMAT = 1
_NAME = re.compile(r"step-(\d{7,})")
_MOST_DIGITS = 20
"""Of a step that somebody asks for; longer ones name no directory, and Python refuses to read thousands of digits."""
_BEST = "best_"  # Begins the names of the fields of `Best` in a manifest.


@dataclass(frozen=True)
class Best:
    """The best evaluation so far; every field is None before the first.

    The link `best` points at the checkpoint of its step.
    """

    step: int | None = None
    errors: int | None = None
    """On the validation split; None without one, as is the next."""
    validation_accuracy: float | None = None
    test_accuracy: float | None = None
    """On the test split at `step`; not used for selection."""


@dataclass(frozen=True)
class TrainingProgress:
    """What a run has counted and measured so far: the numbers that do not follow from its weights."""

    best: Best = Best()
    evaluated_step: int | None = None
    """The last step that was evaluated; a run that is stopped in an evaluation repeats it when it is resumed."""
    seconds: float = 0.0
    training_seconds: float = 0.0
    losses: tuple[float, ...] = ()
    """Of the steps since the last report, so that the next report's mean is the same after a resume."""

    def to_record(self) -> dict[str, Any]:
        """The fields as the manifest has them, those of `best` among them: `best_step`, `best_errors` and so on."""
        record = asdict(self)
        return {_BEST + name: value for name, value in record.pop("best").items()} | record

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> TrainingProgress:
        """The inverse of `to_record`.

        Raises:
            KeyError, TypeError, ValueError: it is no such record.
        """
        best = {name.removeprefix(_BEST): value for name, value in record.items() if name.startswith(_BEST)}
        rest = {name: value for name, value in record.items() if not name.startswith(_BEST)}
        progress = cls(**{**rest, "best": Best(**best), "losses": tuple(rest["losses"])})
        return TypeAdapter(cls).validate_python(asdict(progress))


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """The state of a run after `step` steps."""

    step: int
    weights: Weights
    slots: Weights
    """Of the optimizer; empty for a new one, and for weights that will not be trained on."""
    progress: TrainingProgress = TrainingProgress()
    average: Weights | None = None
    """Of the weights along the way, if the run averages them."""

    @property
    def holds_progress(self) -> bool:
        """Whether the run has done anything by then: a step, or the evaluation before the first."""
        return self.step > 0 or self.progress.evaluated_step is not None

    @property
    def evaluated_weights(self) -> Weights:
        """The weights that are evaluated and exported: the average if there is one, else the trained ones."""
        return self.weights if self.average is None else self.average


class CheckpointDirectory:
    """The checkpoints of one run, with the links `best` and `last`.

    Args:
        path: the directory, which exists.
        keep: how many to keep besides the best.
    """

    def __init__(self, path: Path, keep: int = 5) -> None:
        self.path = path
        self.keep = keep

    def steps(self) -> list[int]:
        """The steps that have a checkpoint, ascending.

        Raises:
            CheckpointError: the directory cannot be read.
        """
        return steps_in(self.path, _NAME)

    def path_of(self, step: int) -> Path:
        """Where the checkpoint of a step is, or would be."""
        return self.path / f"step-{step:07d}"

    def save(self, checkpoint: Checkpoint, *, best: bool) -> Path:
        """Write a checkpoint, point `last` (and `best`) at it, and drop what is no longer kept.

        Raises:
            OSError: it could not be written; the checkpoints and links that were there still are.
        """
        path = save(self.path_of(checkpoint.step), checkpoint)
        self._point("last", path)
        if best:
            self._point("best", path)
        self._prune()
        return path

    def find(self, which: str) -> Path:
        """The path of `best`, `last` or a step.

        The two are found without their links as well, which archives and synchronised folders may not keep.

        Raises:
            CheckpointError: there is none; the message lists those that exist. Or they cannot be read.
        """
        steps = self.steps()
        path = self.path / which if which in ("best", "last") else self._path_of_text(which)
        if path is None or not files.is_dir(path):
            path = self._without_link(which, steps)
        if path is None or not files.is_dir(path):
            there = f"{', '.join(map(str, steps))}; choose one, such as {steps[-1]}" if steps else "none; train the run"
            raise CheckpointError(f"{self.path}: no checkpoint '{which}'; there are: {there}")
        return path.resolve()

    def newest_intact(self) -> tuple[Checkpoint, list[str]]:
        """The newest checkpoint that can be trusted, and what is wrong with each newer one.

        Raises:
            CheckpointError: not one is intact.
        """
        problems: list[str] = []
        for step in reversed(self.steps()):
            try:
                return load(self.path_of(step)), problems
            except CheckpointError as error:
                problems += error.lines
        raise CheckpointError(f"{self.path}: no intact checkpoint", *problems)

    def rewind(self, step: int, best_step: int | None) -> None:
        """Remove the checkpoints after `step`, from which the run is resumed, and set the links accordingly."""
        for newer in (other for other in self.steps() if other > step):
            _remove(self.path_of(newer))
        self._point("last", self.path_of(step))
        if best_step is not None and files.is_dir(self.path_of(best_step)):
            self._point("best", self.path_of(best_step))

    def _path_of_text(self, which: str) -> Path | None:
        is_step = which.isascii() and which.isdigit() and len(which) <= _MOST_DIGITS
        return self.path_of(int(which)) if is_step else None

    def _without_link(self, which: str, steps: list[int]) -> Path | None:
        """Where a link that is lost would point; None if that is not known."""
        if not steps or which not in ("best", "last"):
            return None
        newest = self.path_of(steps[-1])
        if which == "last":
            return newest
        try:
            best = load(newest).progress.best.step
        except CheckpointError:
            return None
        return None if best is None else self.path_of(best)

    def _point(self, link: str, target: Path) -> None:
        temporary = self.path / f"{files.TEMPORARY}{link}-{os.getpid()}"
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(target.name)
        temporary.replace(self.path / link)
        files.sync_directory(self.path)

    def _prune(self) -> None:
        best = self.path / "best"
        pinned = best.resolve().name if files.exists(best) else None
        candidates = [step for step in self.steps() if self.path_of(step).name != pinned]
        for step in steps_to_drop(candidates, self.keep):
            _remove(self.path_of(step))


def steps_in(directory: Path, pattern: re.Pattern[str]) -> list[int]:
    """The steps in the names of a directory's entries, ascending; none if there is no such directory.

    Args:
        directory: of checkpoints or snapshots.
        pattern: of a whole name; its first group is the step.

    Raises:
        CheckpointError: the directory cannot be read.
    """
    try:
        names = [pattern.fullmatch(entry.name) for entry in os.scandir(directory)]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise CheckpointError(f"{directory}: not readable: {error.strerror}") from error
    return sorted(int(name[1]) for name in names if name)


def steps_to_drop(steps: list[int], keep: int) -> list[int]:
    """Which of the ascending `steps` to drop so that `keep` remain.

    The two newest stay, so that one can be damaged, and the first, where training began; the others thin out
    evenly, so that a run can still be shown as it went.
    """
    if keep <= 2:
        return steps[:-keep]
    kept = list(steps)
    while len(kept) > keep:
        inner = range(1, len(kept) - 2)
        kept.pop(min(inner, key=lambda i: kept[i + 1] - kept[i - 1]))
    return [step for step in steps if step not in kept]


def save(path: Path, checkpoint: Checkpoint) -> Path:
    """Write a checkpoint to `path`, replacing one that is there.

    Raises:
        OSError: it could not be written; nothing is left behind.
    """
    contents = {"weights.npz": _pack(checkpoint.weights), "optimizer.npz": _pack(checkpoint.slots)}
    if checkpoint.average is not None:
        contents["average.npz"] = _pack(checkpoint.average)
    contents["manifest.json"] = _manifest(checkpoint, contents)
    with files.directory_beside(path.parent) as temporary:
        for name, content in contents.items():
            files.write_synced(temporary / name, content)
        files.sync_directory(temporary)
        if files.exists(path):
            _remove(path)
        temporary.rename(path)
        files.sync_directory(path.parent)
    return path


def load(path: Path) -> Checkpoint:
    """Read a checkpoint and verify every byte of it.

    Raises:
        CheckpointError: it is missing or damaged; the message names the file.
    """
    manifest = _read_manifest(path / "manifest.json")
    try:
        contents = _Contents.model_validate(manifest)
        progress = TrainingProgress.from_record(contents.progress)
        names = ("weights.npz", "optimizer.npz", *({"average.npz"} & contents.files.keys()))
        checksums = {name: contents.files[name].sha256 for name in names}
    except (KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path / 'manifest.json'}: damaged: {_first_line(error)}") from error
    arrays = {name: _unpack(path / name, sha256) for name, sha256 in checksums.items()}
    return Checkpoint(
        contents.step, arrays["weights.npz"], arrays["optimizer.npz"], progress, arrays.get("average.npz")
    )


class _File(BaseModel):
    sha256: str


class _Contents(BaseModel):
    """What is read of a manifest; of another type, it is damaged though its checksum is right."""

    step: int = Field(ge=0)
    progress: dict[str, Any]
    files: dict[str, _File]


def _first_line(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return repr(error)
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"


def _manifest(checkpoint: Checkpoint, contents: Mapping[str, bytes]) -> bytes:
    """The manifest, the last key of which is the SHA-256 of the rest: it vouches for itself as well."""
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "step": checkpoint.step,
        "weights_digest": weights_digest(checkpoint.evaluated_weights),
        "progress": checkpoint.progress.to_record(),
        "files": {
            name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in contents.items()
        },
    }
    return files.to_json({**manifest, "sha256": hashlib.sha256(files.to_json(manifest)).hexdigest()})


def _read_manifest(path: Path) -> dict[str, Any]:
    content = _read(path)
    try:
        manifest = json.loads(content)
        rest = {key: value for key, value in manifest.items() if key != "sha256"}
        digest = hashlib.sha256(files.to_json(rest)).hexdigest()
        # Byte for byte, so that not even a changed space goes unseen.
        intact = content == files.to_json({**rest, "sha256": digest})
    except (ValueError, AttributeError, RecursionError):
        intact = False
    if not intact:
        raise CheckpointError(f"{path}: damaged: its content is not what its checksum says")
    if (found := rest.get("format")) != FORMAT:
        raise CheckpointError(f"{path}: {files.format_problem(found, FORMAT)}")
    return rest


def _pack(arrays: Mapping[str, NDArray[np.float32]]) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def _unpack(path: Path, sha256: str) -> Weights:
    content = _read(path)
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise CheckpointError(f"{path}: damaged: its SHA-256 is {found[:12]}…, not {sha256[:12]}…")
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            return dict(arrays)
    except (ValueError, TypeError, BadZipFile) as error:
        raise CheckpointError(f"{path}: not arrays, though its checksum is right: {error}") from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        problem = "damaged" if isinstance(error, FileNotFoundError) else "not readable"
        raise CheckpointError(f"{path}: {problem}: {error.strerror or error}") from error


def _remove(path: Path) -> None:
    """Take a checkpoint out of sight in one step, then delete it: a kill in between leaves no half of it."""
    with files.directory_beside(path.parent) as graveyard:
        path.rename(graveyard / path.name)
