"""What to type next: after a run, and under `mnistcnn runs show`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mnistcnn import files
from mnistcnn.events import RunFinished
from mnistcnn.events.displayed_run import DisplayedRun

from .tensorboard_viewer import viewer_command
from .text import option_path, shell_path

if TYPE_CHECKING:
    from mnistcnn.runs.directory import Run
    from mnistcnn.runs.listing import RunSummary

_WIDEST_COLUMN = 72
"""A command that is longer does not push away the purposes of the others."""
Hint = tuple[str, str]
"""A command that can be pasted into a shell, and its purpose."""

AFTER_A_RUN: Sequence[Hint] = (
    ("mnistcnn page {run}", "draw a digit and watch"),
    ("mnistcnn visualize {run}", "see what it learned"),
    ("mnistcnn eval {run}", "see where it is wrong"),
)
"""`{run}` and `{config}` are paths."""
LATER: Sequence[Hint] = (
    ("mnistcnn predict --run {run} FILE", "read the digits in an image"),
    ("mnistcnn export {run}", "use it elsewhere: ONNX, LiteRT, Keras, C"),
    ("mnistcnn runs reproduce {run}", "train it again and compare the weights"),
    ("mnistcnn train --config {config}", "train with the same settings"),
)
"""Shown only by `mnistcnn runs show`, so that the end of a run stays short."""


def after_run(run: DisplayedRun, finished: RunFinished) -> list[Hint]:
    """The commands to type next, the most likely one first."""
    if finished.state == "diverged" and run.last is not None:
        rate = run.last.learning_rate / 10
        config = option_path(finished.run / "config.yaml")
        return [(f"mnistcnn train --config {config} --learning-rate {rate:.3g}", "try again with smaller steps")]
    if finished.state == "interrupted":
        return [(f"mnistcnn train --resume {shell_path(finished.run)}", "continue where it stopped")]
    return _filled(AFTER_A_RUN, finished.run)


def for_run(summary: RunSummary, run: Run) -> list[Hint]:
    """Every command for a run that can be read; none for one without a checkpoint."""
    if not summary.checkpoints:
        return []
    hints = [*AFTER_A_RUN, *LATER] if summary.state == "finished" else [*AFTER_A_RUN, *LATER[:2], LATER[-1]]
    return [*_filled(hints, run.path), *_tensorboard(run)]


def hint_lines(hints: Sequence[Hint], width: int | None = None) -> list[str]:
    """Each command on one line, so that it can be copied whole, with its purpose behind it if that fits, or above.

    Args:
        hints: the commands.
        width: of the window, in columns; None for a stream without a width.
    """
    longest = max((len(command) for command, _ in hints if len(command) <= _WIDEST_COLUMN), default=0)
    lines = [f"{command:<{longest}}  # {purpose}" for command, purpose in hints]
    if width is None or all(len(line) <= width for line in lines):
        return lines
    return [line for command, purpose in hints for line in (f"# {purpose}", command)]


def _filled(hints: Sequence[Hint], run: Path) -> list[Hint]:
    places = {"run": shell_path(run), "config": option_path(run / "config.yaml")}
    return [(command.format(**places), purpose) for command, purpose in hints]


def _tensorboard(run: Run) -> list[Hint]:
    from mnistcnn.config.schema import load_config
    from mnistcnn.runs.picture_sets import count_picture_sets

    if not files.is_dir(run.tensorboard_path):
        return []
    sets = count_picture_sets(run, load_config(run.config_path))
    return [(viewer_command(run.tensorboard_path, sets), "see it in TensorBoard")]
