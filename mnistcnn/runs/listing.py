"""Summaries of runs for lists and comparisons, read from their directories in whatever state these were left."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal

from .. import files
from ..config.differences import flat_config
from ..config.schema import Config, load_config
from ..errors import CheckpointError, ConfigError, RunError
from ..events import State
from ..statistics import wilson_interval
from . import manifest as manifests
from .directory import Run
from .finding import find_runs
from .manifest import Figures, Manifest, Results
from .metrics_file import read_end

ListedState = State | Literal["died", "damaged", "unreadable"]
"""`died`: the manifest says `running`, but no process holds the run. `damaged`: its files cannot be understood.
`unreadable`: the system does not let this user read them."""

_PLACES = ("log_dir", "name")
"""Settings of where a run is stored."""


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


def summarize_runs(log_dir: Path) -> list[RunSummary]:
    """Every run in a directory, newest first; those that are damaged or not readable as well.

    Raises:
        RunError: the directory cannot be read.
    """
    return [summarize(run) for run in find_runs(log_dir)]


def summarize(run: Run) -> RunSummary:
    """Read a run's files; what cannot be read makes the run `unreadable` or `damaged`, and is never an error."""
    try:
        content = manifests.read_json(run.manifest_path)
        manifest = manifests.check(run.manifest_path, content)
        checkpoints = tuple(run.checkpoints().steps())
        config = load_config(run.config_path)
        manifests.check_agreement(run.path, content, config)
    except OSError as error:
        return RunSummary(run.path, "unreadable", f"{run.path}: not readable: {error.strerror}")
    except CheckpointError as error:
        return RunSummary(run.path, "unreadable", str(error))
    except RunError as error:
        return RunSummary(run.path, "damaged", str(error))
    except ConfigError as error:
        return RunSummary(run.path, "damaged" if _may_be_read(run.config_path) else "unreadable", str(error))
    return _summary(run, manifest, config, checkpoints)


def _summary(run: Run, manifest: Manifest, config: Config, checkpoints: tuple[int, ...]) -> RunSummary:
    state, results = _state(run, manifest), manifest.final
    step, measured = _progress(run, state, results, checkpoints)
    figures = {each.name: getattr(results, each.name) for each in fields(Figures)} if results else {}
    flat, default = flat_config(config), _default_config()
    return RunSummary(
        path=run.path,
        state=state,
        problem=manifest.reason if state in ("failed", "interrupted") else None,
        data=manifest.data.name,
        started=_time(manifest.started),
        ended=None if state in ("running", "died") else _time(manifest.ended),
        step=step,
        test=measured,
        checkpoints=checkpoints,
        config=flat,
        changed={key: value for key, value in flat.items() if value != default[key] and key not in _PLACES},
        **figures,
    )


def _state(run: Run, manifest: Manifest) -> ListedState:
    if manifest.state != "running":
        return manifest.state
    try:
        return "running" if run.is_locked() else "died"
    except OSError:  # Somebody else's run: nothing contradicts its manifest.
        return "running"


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


@cache
def _default_config() -> dict[str, object]:
    return flat_config(Config())


def _may_be_read(path: Path) -> bool:
    try:
        files.read_regular(path)
    except FileNotFoundError:
        return True  # It is missing, which is damage.
    except OSError:
        return False
    return True


def _progress(
    run: Run, state: ListedState, results: Results | None, checkpoints: tuple[int, ...]
) -> tuple[int, Measured | None]:
    """How far a run came, and how good it was there, or at the newest evaluation before."""
    measured = _final_test(results) if results else None
    if results and (measured or state == "diverged"):
        return results.step, measured
    seen, measured = _read_metrics(run)
    return results.step if results else max([seen, *checkpoints[-1:]]), measured


def _final_test(results: Results) -> Measured | None:
    if results.test_accuracy is None or not results.test_examples:
        return None
    return Measured(results.step, results.test_accuracy, results.test_examples)


def _read_metrics(run: Run) -> tuple[int, Measured | None]:
    """The last step in `metrics.csv`, and its last evaluation of the test split; nothing if it cannot be read."""
    try:
        last, test = read_end(run.metrics_path)
        measured = Measured(int(test["step"]), float(test["accuracy"]), int(test["examples"])) if test else None
    except (OSError, ValueError, KeyError, TypeError, csv.Error):
        return 0, None
    return last, measured
