"""The metrics of several runs: read, with a warning for each run that has none, and drawn into a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from mnistcnn.errors import RunError, UsageError

from .rendering.messages import show_warning

if TYPE_CHECKING:
    from mnistcnn.runs.listing import RunSummary
    from mnistcnn.visualize.drawing.sheet import Format

_FORMATS = ("png", "svg", "pdf")


def read_runs(runs: Sequence[RunSummary]) -> Iterator[tuple[RunSummary, Sequence[Mapping[str, str]]]]:
    """Each run with the rows of its `metrics.csv`.

    A run without usable metrics and a damaged row are left out, and a warning says why.
    """
    from mnistcnn.runs.curves import checked_metrics
    from mnistcnn.runs.directory import Run

    for run in runs:
        try:
            metrics = checked_metrics(Run(run.path).metrics_path)
        except RunError as error:
            show_warning(*error.lines[:-1], f"{error.lines[-1]}; the run is left out")
            continue
        if metrics.warning is not None:
            show_warning(metrics.warning)
        yield run, metrics.rows


def check_plot(path: Path) -> Format:
    """The format that a picture's name asks for.

    Raises:
        UsageError: it is none that can be drawn.
    """
    kind = path.suffix[1:].lower()
    if kind not in _FORMATS:
        raise UsageError(f"--plot {path}: expected a name that ends in .png, .svg or .pdf")
    return cast("Format", kind)


def draw_curves(runs: Sequence[RunSummary], path: Path) -> None:
    """Draw the curves of runs into a file.

    Args:
        runs: the same run may be there several times, and is drawn once.
        path: see `check_plot`.

    Raises:
        UsageError: no such format.
        RunError: no run has metrics, or the file cannot be written.
    """
    from mnistcnn import files
    from mnistcnn.runs.curves import seed_groups, splits_of
    from mnistcnn.visualize.sheets.compared_curves import compared_curves

    kind = check_plot(path)
    once = list({run.path.resolve(): run for run in runs}.values())
    found = [(run, rows) for run, rows in read_runs(once) if rows]
    if not found:
        raise RunError(f"{path}: not drawn: none of the runs has metrics")
    curves = {run.path: splits_of(rows) for run, rows in found}
    content = compared_curves(seed_groups([run for run, _ in found]), curves, kind)
    try:
        files.write_atomically(path, content)
    except OSError as error:
        raise RunError(f"{path}: cannot write the picture: {error.strerror or error}") from error
