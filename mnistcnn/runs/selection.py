"""Which runs of a list are wanted, and in which order."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from typing import Any

from ..config.differences import flat_config
from ..config.schema import Config
from ..config.yaml_reader import plain_value
from ..errors import UsageError
from .directory import Run
from .listing import RunSummary, summarize

_OWN: dict[str, Callable[[RunSummary], Any]] = {
    "started": lambda run: run.started.timestamp() if run.started else None,
    "name": lambda run: run.name,
    "state": lambda run: run.state,
    "data": lambda run: run.data,
    "step": lambda run: run.step,
    "test_accuracy": lambda run: run.test.accuracy if run.test else None,
    "validation_accuracy": lambda run: run.validation_accuracy,
    "best_test_accuracy": lambda run: run.best_test_accuracy,
    "best_validation_accuracy": lambda run: run.best_validation_accuracy,
    "seconds": lambda run: run.seconds,
    "images_per_second": lambda run: run.images_per_second,
}
_UNKNOWN = object()
"""A setting of a damaged run: equal to nothing that can be asked for, not even to null."""
_LARGEST_FIRST = {
    "started",
    "test_accuracy",
    "validation_accuracy",
    "best_test_accuracy",
    "best_validation_accuracy",
    "images_per_second",
}


def selected_runs(
    runs: Sequence[Run], conditions: Sequence[str], key: str, *, reverse: bool = False, limit: int | None = None
) -> list[RunSummary]:
    """Read runs, keep those that are wanted, and order them; the newest few cost no look at the others.

    Args:
        runs: the newest first, as `mnistcnn.runs.finding.find_runs` has them.
        conditions: see `filtered_runs`.
        key: see `sorted_runs`.
        reverse: as for `sorted_runs`.
        limit: at most so many of the first.

    Raises:
        UsageError: as the other two.
    """
    needs_only_the_first = key == "started" and not reverse and not conditions
    summaries = [summarize(run) for run in (runs[:limit] if needs_only_the_first else runs)]
    return sorted_runs(filtered_runs(summaries, conditions), key, reverse=reverse)[:limit]


def sorted_runs(runs: Sequence[RunSummary], key: str, *, reverse: bool = False) -> list[RunSummary]:
    """Order runs by a fact or a setting: newest, best and fastest first; anything else from small to large.

    Runs of which it is not known come last, in either direction. Runs that are equal stay in their order.

    Args:
        runs: in any order.
        key: see `keys`.
        reverse: turn the order around.

    Raises:
        UsageError: there is no such key.
    """
    value = _getter(key)
    known = [run for run in runs if value(run) not in (None, _UNKNOWN)]
    unknown = [run for run in runs if value(run) in (None, _UNKNOWN)]
    # Numbers before text, where a setting may be either (checkpoints.every).
    ordered = sorted(
        known, key=lambda run: (isinstance(value(run), str), value(run)), reverse=reverse != (key in _LARGEST_FIRST)
    )
    return [*ordered, *unknown]


def filtered_runs(runs: Sequence[RunSummary], conditions: Sequence[str]) -> list[RunSummary]:
    """Keep the runs that meet the conditions.

    Args:
        runs: in any order, which is kept.
        conditions: `KEY=VALUE`; of conditions with the same key, one has to hold, of different keys all. A value is
            written as in a configuration file (`1e-4`, `null`); in text, `*` and `?` stand for any characters.

    Raises:
        UsageError: a condition has no `=`, or there is no such key.
    """
    wanted: dict[str, list[str]] = {}
    for condition in conditions:
        key, equals, text = condition.partition("=")
        if not equals:
            raise UsageError(f"--filter {condition}: expected KEY=VALUE, such as --filter state=finished")
        wanted.setdefault(key.strip(), []).append(text.strip())
    getters = {key: _getter(key) for key in wanted}
    return [
        run
        for run in runs
        if all(any(_matches(getters[key](run), text) for text in texts) for key, texts in wanted.items())
    ]


def keys() -> list[str]:
    """Everything that runs can be sorted and filtered by: facts first, then settings."""
    return [*_OWN, *(key for key in flat_config(Config()) if key not in (*_OWN, "log_dir"))]


def _getter(key: str) -> Callable[[RunSummary], Any]:
    if key not in keys():
        similar = difflib.get_close_matches(key, keys(), n=1)
        hint = f"did you mean '{similar[0]}'?" if similar else f"there are: {', '.join(keys())}"
        raise UsageError(f"unknown key '{key}'; {hint}")
    return _OWN.get(key) or (lambda run: run.config.get(key, _UNKNOWN))


def _matches(value: object, text: str) -> bool:
    return fnmatchcase(value, text) if isinstance(value, str) else value == plain_value(text)
