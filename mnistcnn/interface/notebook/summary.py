"""A run as a notebook shows it when it is asked for: headline, curves, and what to do next."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from ...runs.listing import RunSummary
from .curves import Point, curves_svg
from .html import card, commands, duration, line, percent, table, warning

_NEXT = (
    ("run.evaluate()", "see what it gets right and wrong"),
    ("run.visualize('conv1')", "see what it learned"),
    ("run.page()", "draw a digit and watch the network think"),
    ("run.predict('seven.png')", "read your own digit"),
    ("run.export('onnx')", "use it elsewhere"),
)


def run_html(run: RunSummary, metrics: NDArray[Any]) -> str:
    """Describe a run.

    Args:
        run: what is known of it.
        metrics: as `mnistcnn.interface.metrics.metrics_array` gives them.
    """
    losses, errors = _points(metrics, "train", "loss"), _points(metrics, "test", "error")
    parts = [table(_facts(run))] if run.step is not None else []
    parts.append(curves_svg(losses, errors, run.steps or 1, run.data or ""))
    if run.problem is not None:
        parts.append(warning(run.problem))
    parts += [line(str(run.path)), commands(_next(run))]
    title = run.name if run.test is None else f"{run.name}: {percent(run.test.accuracy)} ({run.data})"
    return card(title, run.state, parts)


def _facts(run: RunSummary) -> list[list[str]]:
    rows = [["steps", f"{run.step or 0:,} of {run.steps or 0:,}"]]
    if run.test is not None:
        low, high = run.test.interval
        interval = f"95 % interval {100 * low:.2f} to {100 * high:.2f} %"
        rows.append(["test accuracy", f"{percent(run.test.accuracy)}, {interval}"])
    if run.validation_accuracy is not None:
        rows.append(["validation accuracy", percent(run.validation_accuracy)])
    if run.best_validation_accuracy is not None and run.best_step not in (None, run.step):
        best = f"{percent(run.best_validation_accuracy)} validation, {percent(run.best_test_accuracy)} test"
        rows.append([f"best, step {run.best_step:,}", best])
    if run.seconds is not None:
        rows.append(["time", duration(run.seconds)])
    changed = ", ".join(f"{key}={value}" for key, value in run.changed.items())
    return [*rows, ["changed settings", changed]] if changed else rows


def _points(metrics: NDArray[Any], split: str, what: str) -> list[Point]:
    rows = metrics[metrics["split"] == split]
    values = rows["loss"] if what == "loss" else 1 - rows["accuracy"]
    return list(zip(rows["step"].tolist(), values.tolist(), strict=True))


def _next(run: RunSummary) -> list[tuple[str, str]]:
    again = [("run.resume()", "go on where it stopped")] if run.can_be_resumed else []
    return again + list(_NEXT if run.checkpoints else ())
