"""Lists of runs, and their metrics, for other programs and for documents; docs/runs.md describes the columns."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from mnistcnn import files

from .markup import latex_table, markdown_table
from .ndjson import write_record
from .run_records import run_record
from .text import count, duration, percent, value_text

if TYPE_CHECKING:
    from mnistcnn.runs.listing import RunSummary

Format = Literal["table", "csv", "markdown", "latex", "json"]

_MAPS = ("event", "changed", "config")
"""What a record has besides facts: `config` gets a column for each setting, and `changed` follows from it."""
_UNKNOWN = "–"
_HEADER = ("run", "state", "data", "steps", "test accuracy", "95 % interval", "validation accuracy", "time", "settings")
_NUMBERS = range(3, 8)


def write_runs(runs: Sequence[RunSummary], form: Format) -> None:
    """Write a list of runs to standard output.

    Args:
        runs: in the order of the list.
        form: every value in full for `csv` and `json`, rounded for `markdown` and `latex`; not `table`.
    """
    if form == "json":
        for run in runs:
            write_record(run_record(run))
    elif form == "csv":
        _write_csv(runs)
    else:
        table = markdown_table if form == "markdown" else latex_table
        sys.stdout.write(table(_HEADER, [_cells(run) for run in runs], _NUMBERS))


def write_metrics(runs: Iterable[tuple[RunSummary, Sequence[Mapping[str, str]]]]) -> None:
    """Write the rows of several `metrics.csv` as one; their numbers stay as they are written.

    Args:
        runs: each with its rows.
    """
    from mnistcnn.runs.metrics_file import COLUMNS

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("run", "name", "seed", *COLUMNS))
    for run, rows in runs:
        of_run = (_plain(str(run.path)), _plain(run.name), _plain(run.config.get("seed")))
        writer.writerows((*of_run, *(row[column] for column in COLUMNS)) for row in rows)


def _write_csv(runs: Sequence[RunSummary]) -> None:
    from mnistcnn.config.differences import flat_config
    from mnistcnn.config.schema import Config

    settings = [f"config.{key}" for key in flat_config(Config())]
    facts = [key for name in run_record(_nobody()) if name not in _MAPS for key in _columns(name)]
    writer = csv.DictWriter(sys.stdout, [*facts, *settings], extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: _plain(value) for key, value in _flat(run_record(run)).items()} for run in runs)


def _nobody() -> RunSummary:
    """A run of which nothing is known, for the names of its facts."""
    from pathlib import Path

    from mnistcnn.runs.listing import RunSummary

    return RunSummary(Path(), "damaged")


def _columns(name: str) -> Sequence[str]:
    return ("test_interval_low", "test_interval_high") if name == "test_interval" else (name,)


def _flat(record: Mapping[str, Any]) -> dict[str, object]:
    """A record with one value under each key."""
    low, high = record["test_interval"] or (None, None)
    settings = {f"config.{key}": value for key, value in record["config"].items()}
    return {**record, "test_interval_low": low, "test_interval_high": high, **settings}


def _plain(value: object) -> str:
    """A value in a cell: nothing for what is not known, text as it is, everything else as JSON has it.

    A name that is not UTF-8 has escapes, because programs refuse a whole CSV for one such byte.
    """
    if value is None:
        return ""
    return files.utf8(value).decode() if isinstance(value, str) else json.dumps(value)


def _cells(run: RunSummary) -> tuple[str, ...]:
    """A run in a document."""
    test, interval = _UNKNOWN, _UNKNOWN
    if run.test is not None:
        low, high = run.test.interval
        at = "" if run.test.step == run.step else f" at {count(run.test.step)}"
        test, interval = percent(run.test.accuracy) + at, f"{100 * low:.2f}–{100 * high:.2f} %"
    return (
        run.name,
        run.state,
        run.data or _UNKNOWN,
        _UNKNOWN if run.step is None else count(run.step),
        test,
        interval,
        percent(run.validation_accuracy),
        _UNKNOWN if run.seconds is None else duration(run.seconds),
        ", ".join(f"{key} {value_text(value)}" for key, value in run.changed.items()),
    )
