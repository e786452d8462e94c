"""Runs as tables: what `mnistcnn runs` shows to people."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .hints import for_run, hint_lines
from .run_records import compared_settings, manifest_or_none
from .tables import Listing, draw
from .terminal import window_width
from .text import count, duration, one_line, option_path, percent, printable, shell_path, value_text

if TYPE_CHECKING:
    from mnistcnn.runs.directory import Run
    from mnistcnn.runs.listing import RunSummary

_MOST_HINTS = 5
_MOST_COLUMNS = 4
"""More runs than this are compared in rows, because their columns would not fit."""
_UNLUCKY = {"died": "died while it was training", "failed": "failed"}
_STATE_NAMES = {"unreadable": "not readable"}
_UNKNOWN = "–"


def draw_list(runs: Sequence[RunSummary], log_dir: Path, hidden: int) -> None:
    """Draw a table of runs, and write to standard error how to continue with those that died."""
    if not runs and not hidden:
        sys.stderr.write(f"no runs in {shell_path(log_dir)}; train one with: mnistcnn train\n")
        return
    header = ("run", "state", "data", "steps", "accuracy", "95 % interval", "time", "not default")
    rows = [
        (
            run.name,
            _STATE_NAMES.get(run.state, run.state),
            run.data or _UNKNOWN,
            _steps(run),
            _accuracy(run),
            _interval(run),
            _time(run),
            ", ".join(f"{key} {value_text(value)}" for key, value in run.changed.items()),
        )
        for run in runs
    ]
    if rows:
        optional = (7, 6, 5, 3, 2, 1, 4)
        draw([Listing("", header, rows, numbers=(3, 4, 5, 6), whole=range(7), optional=optional, one_line=True)])
    if hidden:
        sys.stderr.write(f"{count(hidden)} more, not shown\n")
    _write_hints(runs, log_dir)


def draw_run(run: RunSummary, opened: Run) -> None:
    """Draw everything about one run."""
    manifest = manifest_or_none(opened) or {}
    default = _defaults()
    settings = [
        (key, _shown(value), f"default {_shown(default.get(key))}" if key in run.changed else "")
        for key, value in run.config.items()
        if key not in ("name", "log_dir")
    ]
    environment = [(key, _shown(value)) for key, value in _environment(manifest)]
    listings = [
        Listing(f"{run.path}", ("", ""), _facts(run, manifest)),
        Listing("configuration", ("", "", ""), settings),
        Listing("made with", ("", ""), environment),
    ]
    draw([listing for listing in listings if listing.rows])
    _write_hints([run], opened.path.parent)
    for line in hint_lines(for_run(run, opened), window_width(sys.stderr)):
        sys.stderr.write(f"{line}\n")


def draw_comparison(runs: Sequence[RunSummary], *, everything: bool) -> None:
    """Draw runs side by side; many of them one below the other."""
    settings = [
        (key, *(_shown(run.config.get(key)) for run in runs)) for key in compared_settings(runs, everything=everything)
    ]
    results = [(label, *(fact(run) for run in runs)) for label, fact in _RESULTS.items()]
    header = ("", *(run.name for run in runs))
    rows = [*settings, *results]
    if len(runs) > _MOST_COLUMNS:
        header, *rows = zip(*[header, *rows], strict=True)
        header = ("run", *header[1:])
    draw([Listing("", header, rows)])
    names = sorted({run.data for run in runs if run.data})
    if len(names) > 1:
        text = f"note: accuracies on different data ({', '.join(names)}) are not comparable"
        sys.stderr.write(printable(text) + "\n")
    _write_problems(runs)


_RESULTS: dict[str, Callable[[RunSummary], str]] = {
    "state": lambda run: _STATE_NAMES.get(run.state, run.state),
    "data": lambda run: run.data or _UNKNOWN,
    "steps done": lambda run: _steps(run),
    "test accuracy": lambda run: _accuracy(run),
    "95 % interval": lambda run: _interval(run),
    "validation accuracy": lambda run: percent(run.validation_accuracy),
    "best step": lambda run: _UNKNOWN if run.best_step is None else count(run.best_step),
    "validation there": lambda run: percent(run.best_validation_accuracy),
    "test there": lambda run: percent(run.best_test_accuracy),
    "time": lambda run: _time(run),
    "images/s": lambda run: _UNKNOWN if run.images_per_second is None else count(run.images_per_second),
    "weights": lambda run: (run.weights_digest or _UNKNOWN)[:12],
}


def _facts(run: RunSummary, manifest: dict[str, Any]) -> list[tuple[str, str]]:
    """What a run is and achieved, as far as it is known."""
    data = manifest.get("data")
    origin = data.get("origin") if isinstance(data, dict) else None
    facts = [
        ("state", _STATE_NAMES.get(run.state, run.state)),
        ("problem", one_line(run.problem or "")),
        ("data", f"{run.data} ({origin})" if run.data else ""),
        ("started from", _source(manifest)),
        ("steps done", _steps(run)),
        ("test accuracy", _test(run)),
        ("warning", _shortfall(run)),
        ("validation accuracy", _on(run.validation_accuracy, run)),
        ("best step", _best_step(run)),
        ("  validation accuracy", _on(run.best_validation_accuracy, run)),
        ("  test accuracy", _on(run.best_test_accuracy, run)),
        ("weights", run.weights_digest or ""),
        ("started", _moment(run.started)),
        ("ended", _moment(run.ended)),
        ("time", duration(run.seconds) if run.seconds is not None else ""),
        ("speed", f"{count(run.images_per_second)} images/s" if run.images_per_second is not None else ""),
        ("checkpoints", ", ".join(map(count, run.checkpoints))),
    ]
    return [(label, text) for label, text in facts if text and text != _UNKNOWN]


def _source(manifest: dict[str, Any]) -> str:
    """The run whose weights this one started from."""
    source = manifest.get("from")
    return f"{source['run']}, step {count(source['step'])}, weights {source['weights_digest'][:12]}" if source else ""


def _best_step(run: RunSummary) -> str:
    if run.best_step is None:
        return ""
    is_chosen = run.best_validation_accuracy is not None
    why = "chosen by validation" if is_chosen else "the last evaluated: there is no validation"
    return f"{count(run.best_step)}, {why}"


def _environment(manifest: dict[str, Any]) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for key in ("mnistcnn", "python", "packages", "machine"):
        value = manifest.get(key)
        found += value.items() if isinstance(value, dict) else [(key, value)] if value is not None else []
    return found


def _write_hints(runs: Sequence[RunSummary], log_dir: Path) -> None:
    """Say how to continue with runs that died or failed, and what is wrong with those that cannot be read."""
    for state, what in _UNLUCKY.items():
        unlucky = [run for run in runs if run.state == state]
        for run in unlucky[:_MOST_HINTS]:
            reason = f" ({one_line(run.problem)})" if run.problem else ""
            sys.stderr.write(f"{printable(run.name)} {what}{reason}; {_way_on(run, log_dir)}\n")
        if len(unlucky) > _MOST_HINTS:
            sys.stderr.write(f"{len(unlucky) - _MOST_HINTS} more {state}; see: mnistcnn runs --filter state={state}\n")
    _write_shortfalls(runs)
    _write_problems(runs)


def _way_on(run: RunSummary, log_dir: Path) -> str:
    if run.can_be_resumed:
        name = shell_path(Path(run.name) if log_dir == Path("runs") else run.path)
        return f"resume it: mnistcnn train --resume {name}"
    return f"it has no checkpoint; start again: mnistcnn train --config {option_path(run.path / 'config.yaml')}"


def _write_shortfalls(runs: Sequence[RunSummary]) -> None:
    """Name the runs that have learned nothing."""
    useless = [run for run in runs if run.no_better_than]
    for run in useless[:_MOST_HINTS]:
        sys.stderr.write(f"{printable(run.name)} is {_shortfall(run)}\n")
    if len(useless) > _MOST_HINTS:
        sys.stderr.write(f"{len(useless) - _MOST_HINTS} more have learned nothing\n")


def _write_problems(runs: Sequence[RunSummary]) -> None:
    for run in runs:
        if run.state == "damaged":
            sys.stderr.write(f"damaged: {printable(one_line(run.problem or ''))}\n")
        elif run.state == "unreadable":
            sys.stderr.write(f"{printable(one_line(run.problem or ''))}\n")


def _defaults() -> dict[str, object]:
    from mnistcnn.config.differences import flat_config
    from mnistcnn.config.schema import Config

    return flat_config(Config())


def _steps(run: RunSummary) -> str:
    if run.step is None or run.steps is None:
        return _UNKNOWN
    return f"{count(run.step)}/{count(run.steps)}"


def _accuracy(run: RunSummary) -> str:
    """The accuracy, and of which step it is when not of the last."""
    if run.test is None:
        return _UNKNOWN
    return percent(run.test.accuracy) + ("" if run.test.step == run.step else f" at {count(run.test.step)}")


def _interval(run: RunSummary) -> str:
    if run.test is None:
        return _UNKNOWN
    low, high = run.test.interval
    return f"{100 * low:.2f} to {100 * high:.2f}"


def _test(run: RunSummary) -> str:
    if run.test is None:
        return ""
    of = f"{count(run.test.errors)} errors of {count(run.test.examples)}"
    return f"{_accuracy(run)} ({run.data}), {of}, 95 % interval {_interval(run)} %"


def _shortfall(run: RunSummary) -> str:
    if run.no_better_than is None:
        return ""
    if run.no_better_than == "start":
        return "no better than before its first step"
    return f"no better than always giving the most frequent digit ({percent(run.chance_accuracy)})"


def _on(accuracy: float | None, run: RunSummary) -> str:
    return "" if accuracy is None else f"{percent(accuracy)} ({run.data})"


def _time(run: RunSummary) -> str:
    return _UNKNOWN if run.seconds is None else duration(run.seconds)


def _moment(moment: datetime | None) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S}" if moment else ""


def _shown(value: object) -> str:
    """A value as a configuration file would have it."""
    return value if isinstance(value, str) else json.dumps(value)
