"""What several runs measured on their way, side by side; runs that differ in their seed alone are one group.

>>> [(group.label, len(group.runs)) for group in seed_groups(runs)]
[('learning_rate 0.001, 3 seeds', 3), ('slow', 1)]
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import RunError
from .listing import RunSummary
from .metrics_file import Metrics, examine_metrics

Splits = Mapping[str, NDArray[np.float64]]
"""Of each split [3, n]: steps, losses in nats, error rates in [0, 1]."""

_NOT_THE_RECIPE = ("seed", "name", "log_dir", "threads", "data.dir")
"""Settings that runs of one recipe may differ in: the seed, and where and on what they were trained."""
_MOST_SETTINGS = 3  # In a label.


@dataclass(frozen=True)
class SeedGroup:
    """Runs of one recipe on the same data, which differ in their seed alone."""

    label: str
    """The run's name if it is alone; else what tells the group from the others, and how many seeds it has."""
    runs: tuple[RunSummary, ...]


@dataclass(frozen=True, eq=False)
class Band:
    """One measure of a group over the steps that all of its runs have."""

    steps: NDArray[np.float64]
    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    """The smallest of the runs at each step; equal to `mean` for a single run."""
    high: NDArray[np.float64]
    """The largest."""


def checked_metrics(path: Path) -> Metrics:
    """What a run's `metrics.csv` holds.

    Raises:
        RunError: there is none, it cannot be read, or is damaged as a whole.
    """
    try:
        return examine_metrics(path)
    except OSError as error:
        raise RunError(f"{path}: no metrics: {error.strerror or error}") from error


def splits_of(rows: Sequence[Mapping[str, str]]) -> Splits:
    """The curves of each split in the rows of a `metrics.csv`."""
    found: dict[str, list[tuple[float, float, float]]] = {}
    for row in rows:
        values = float(row["step"]), float(row["loss"]), 1 - float(row["accuracy"])
        found.setdefault(row["split"], []).append(values)
    return {split: np.array(values).T for split, values in found.items()}


def seed_groups(runs: Sequence[RunSummary]) -> list[SeedGroup]:
    """Put runs that differ in their seed alone together, in the order of the first of each.

    The same run twice, or the same seed twice, is no sample: such runs stay alone.
    """
    groups: dict[str, list[RunSummary]] = {}
    for run in runs:
        recipe = json.dumps([run.data, _recipe(run)], sort_keys=True, default=str)
        seeds = [other.config.get("seed") for other in groups.get(recipe, [])]
        key = recipe if run.config.get("seed") not in seeds else f"{recipe} {len(groups)}"
        groups.setdefault(key, []).append(run)
    listed = list(groups.values())
    differing = _differing([group[0] for group in listed])
    on_data = len({run.data for run in runs}) > 1
    return [SeedGroup(_label(group, differing, on_data=on_data), tuple(group)) for group in listed]


def band(curves: Sequence[Splits], split: str, row: int) -> Band | None:
    """The mean and the range of several runs; None if they have no step in common.

    Args:
        curves: of each run of a group.
        split: `train`, `validation` or `test`.
        row: of a `Splits` array: 1 for the loss, 2 for the error rate.
    """
    if any(split not in each for each in curves):
        return None
    common = sorted(set.intersection(*(set(each[split][0].tolist()) for each in curves)))
    if not common:
        return None
    measured = [dict(zip(each[split][0].tolist(), each[split][row].tolist(), strict=True)) for each in curves]
    values = np.array([[each[step] for step in common] for each in measured])
    return Band(np.array(common), values.mean(axis=0), values.min(axis=0), values.max(axis=0))


def _recipe(run: RunSummary) -> dict[str, object]:
    return {key: value for key, value in run.config.items() if key not in _NOT_THE_RECIPE}


def _differing(runs: Sequence[RunSummary]) -> list[str]:
    """The settings in which recipes differ."""
    recipes = [_recipe(run) for run in runs]
    keys = dict.fromkeys(key for recipe in recipes for key in recipe)
    return [key for key in keys if len({repr(recipe.get(key)) for recipe in recipes}) > 1]


def _label(group: Sequence[RunSummary], differing: Sequence[str], *, on_data: bool) -> str:
    first = group[0]
    place = f" on {first.data}" if on_data and first.data else ""
    if len(group) == 1:
        return first.name + place
    settings = [f"{key} {_shown(first.config.get(key))}" for key in differing[:_MOST_SETTINGS]]
    others = len(differing) - len(settings)
    more = [f"{others} other settings"] if others > 1 else ["1 other setting"] * others
    return ", ".join([*settings, *more, f"{len(group)} seeds"]) + place


def _shown(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
