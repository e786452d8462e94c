"""Summaries of runs for lists and comparisons, read from their directories in whatever state these were left."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..config.differences import differences, flat_config
from ..config.schema import Config, load_config
from ..errors import ConfigError, RunError
from ..events import State
from ..statistics import wilson_interval
from .directory import Run, find_runs
from .metrics_file import read_metrics

ListedState = State | Literal["died", "damaged"]
"""`died`: the manifest says `running`, but no process holds the run. `damaged`: its files cannot be understood."""

Fraction = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]


@dataclass(frozen=True)
class Measured:
    """How many of the test images the network got right after `step` steps."""

    step: int
    accuracy: float
    examples: int

    @property
    def errors(self) -> int:
        """How many it got wrong."""
        return round(self.examples * (1 - self.accuracy))

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % Wilson interval of the accuracy."""
        return wilson_interval(self.examples - self.errors, self.examples)


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What a manifest's `results` say besides the final test; None where they do not.

    They are fields of `mnistcnn.events.RunFinished`, which the loop writes there.
    """

    validation_accuracy: Fraction | None = None
    """With the final weights."""
    best_step: Count | None = None
    """The step that validation chose, as for the next two."""
    best_validation_accuracy: Fraction | None = None
    best_test_accuracy: Fraction | None = None
    seconds: float | None = None
    images_per_second: float | None = None
    weights_digest: str | None = None


@dataclass(frozen=True)
class RunSummary(Figures):
    """One run. What cannot be known, such as the time that a dead run took, is None."""

    path: Path
    state: ListedState
    problem: str | None = None
    """Why it failed, or what is damaged."""
    data: str | None = None
    started: datetime | None = None
    ended: datetime | None = None
    step: int | None = None
    """Steps done."""
    test: Measured | None = None
    """With the final weights; of a run without an end, or stopped between two evaluations, the newest there is."""
    checkpoints: tuple[int, ...] = ()
    config: Mapping[str, object] = field(default_factory=dict)
    """Every value by its dotted key; empty when damaged."""
    changed: Mapping[str, object] = field(default_factory=dict)
    """Of these, what is not the default; where the run is stored does not count."""

    @property
    def name(self) -> str:
        """The name of the run's directory."""
        return self.path.name

    @property
    def steps(self) -> int | None:
        """Steps in the whole run."""
        steps = self.config.get("steps")
        return steps if isinstance(steps, int) else None

    @property
    def can_be_resumed(self) -> bool:
        """Whether it stopped before its end and left a checkpoint."""
        return self.state in ("died", "interrupted", "pruned", "failed") and bool(self.checkpoints)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class _Data(_Part):
    name: str


@dataclass(frozen=True, kw_only=True)
class _Results(Figures):
    step: Count
    test_accuracy: Fraction | None = None
    test_examples: Count = 0


class _Manifest(_Part):
    state: State
    data: _Data
    started: datetime | None = None
    ended: datetime | None = None
    reason: str | None = None
    results: _Results | None = None

    @property
    def final(self) -> _Results | None:
        """The results, if they are of the run's end: a resumed run still has those of when it was stopped."""
        # With a reason, the run ended without results of its own.
        told = self.state in ("finished", "pruned", "diverged") or (self.state == "interrupted" and self.reason is None)
        return self.results if told else None


def summarize_runs(log_dir: Path) -> list[RunSummary]:
    """Every run in a directory, newest first; those that are damaged as well."""
    return [summarize(run) for run in find_runs(log_dir)]


def summarize(run: Run) -> RunSummary:
    """Read a run's files; what cannot be read makes the run `damaged`, and is never an error."""
    try:
        manifest = _Manifest.model_validate(run.manifest())
        config = load_config(run.config_path)
    except ValidationError as error:
        return RunSummary(run.path, "damaged", f"{run.manifest_path}: damaged: {_first_finding(error)}")
    except (RunError, ConfigError) as error:
        return RunSummary(run.path, "damaged", str(error))
    return _summary(run, manifest, config)


def _summary(run: Run, manifest: _Manifest, config: Config) -> RunSummary:
    state, results = _state(run, manifest), manifest.final
    checkpoints = tuple(run.checkpoints().steps())
    step, measured = _progress(run, state, results, checkpoints)
    figures = {each.name: getattr(results, each.name) for each in fields(Figures)} if results else {}
    return RunSummary(
        path=run.path,
        state=state,
        problem=manifest.reason if state in ("failed", "interrupted") else None,
        data=manifest.data.name,
        started=manifest.started,
        ended=None if state in ("running", "died") else manifest.ended,
        step=step,
        test=measured,
        checkpoints=checkpoints,
        config=flat_config(config),
        changed=_changed(config),
        **figures,
    )


def _state(run: Run, manifest: _Manifest) -> ListedState:
    if manifest.state != "running":
        return manifest.state
    try:
        return "running" if run.is_locked() else "died"
    except OSError:  # Somebody else's run: nothing contradicts its manifest.
        return "running"


def _changed(config: Config) -> dict[str, object]:
    return {key: value for key, _, value in differences(Config(), config) if key not in ("log_dir", "name")}


def _progress(
    run: Run, state: ListedState, results: _Results | None, checkpoints: tuple[int, ...]
) -> tuple[int, Measured | None]:
    """How far a run came, and how good it was there, or at the newest evaluation before."""
    measured = _final_test(results) if results else None
    if results and (measured or state == "diverged"):
        return results.step, measured
    seen, measured = _read_metrics(run)
    return results.step if results else max([seen, *checkpoints[-1:]]), measured


def _final_test(results: _Results) -> Measured | None:
    if results.test_accuracy is None or not results.test_examples:
        return None
    return Measured(results.step, results.test_accuracy, results.test_examples)


def _read_metrics(run: Run) -> tuple[int, Measured | None]:
    """The last step in `metrics.csv`, and its last evaluation of the test split; nothing if it cannot be read."""
    try:
        rows = read_metrics(run.metrics_path)
        last = max((int(row["step"]) for row in rows), default=0)
        tests = [row for row in rows if row["split"] == "test"][-1:]
        measured = [Measured(int(row["step"]), float(row["accuracy"]), int(row["examples"])) for row in tests]
    except (OSError, ValueError, KeyError, TypeError, csv.Error):
        return 0, None
    return last, measured[0] if measured else None


def _first_finding(error: ValidationError) -> str:
    finding = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, finding['loc']))}: {finding['msg']}"
