"""What is said at the end of a run: the same facts in a terminal and in a log."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mnistcnn.events import RunFinished
from mnistcnn.statistics import wilson_interval

from .progress import Progress
from .text import count, duration, percent, printable, shell_path

NEXT_COMMANDS: tuple[tuple[str, str], ...] = (
    ("mnistcnn eval {run}", "see what it gets right and wrong"),
    ("mnistcnn export {run}", "use it elsewhere: ONNX, LiteRT, Keras, TensorFlow Serving"),
    ("mnistcnn train --config {config}", "repeat this run"),
    ("mnistcnn data", "see what the data holds"),
)
"""Commands that exist, with what they are for; `{run}` and `{config}` are paths ready for a shell."""


@dataclass(frozen=True)
class Fact:
    """One line of the summary."""

    label: str
    value: str
    note: str = ""


def title(finished: RunFinished) -> str:
    """Say how the run ended."""
    steps = f"after {count(finished.step)} steps"
    reason = ": the loss is no longer a finite number" if finished.state == "diverged" else ""
    return f"{finished.state} {steps}{reason}"


def facts(finished: RunFinished) -> list[Fact]:
    """List what the run achieved, where, and how long it took."""
    data = printable(finished.data)
    found = []
    if finished.test_accuracy is not None:
        value = f"{percent(finished.test_accuracy)} ({data})"
        found.append(Fact("test accuracy", value, _test_note(finished)))
    if finished.validation_accuracy is not None:
        found.append(Fact("validation accuracy", f"{percent(finished.validation_accuracy)} ({data})"))
    if finished.best_validation_accuracy is not None and finished.best_step not in (None, finished.step):
        found.append(_best(finished))
    training = f"{duration(finished.training_seconds)} in training steps"
    speed = f"{count(finished.images_per_second)} images/s"
    found.append(Fact("time", duration(finished.seconds), f"{training}, {speed}"))
    found.append(Fact("run", printable(str(finished.run))))
    return found


def _best(finished: RunFinished) -> Fact:
    """Describe the checkpoint that validation chose, when it is not the last one."""
    label = f"best, at step {count(finished.best_step or 0)}"
    validation = f"{percent(finished.best_validation_accuracy)} validation"
    test = f"{percent(finished.best_test_accuracy)} test ({printable(finished.data)})"
    return Fact(label, f"{validation}, {test}", "in checkpoints/best")


def _test_note(finished: RunFinished) -> str:
    """Give the errors, and the interval that says how much of the accuracy is luck with this test set."""
    if finished.test_errors is None or finished.test_examples < 1:
        return ""
    right = finished.test_examples - finished.test_errors
    low, high = wilson_interval(right, finished.test_examples)
    errors = f"{count(finished.test_errors)} errors of {count(finished.test_examples)}"
    return f"{errors}, 95 % interval {100 * low:.2f} to {100 * high:.2f} %"


def next_commands(progress: Progress, finished: RunFinished) -> list[tuple[str, str]]:
    """List what to type next, and why."""
    config = shell_path(Path(finished.run) / "config.yaml")
    if finished.state == "diverged" and progress.last is not None:
        rate = progress.last.learning_rate / 10
        command = f"mnistcnn train --config {config} --learning-rate {rate:.3g}"
        return [(command, "try again with smaller steps")]
    if finished.state == "interrupted":
        return [(f"mnistcnn train --resume {shell_path(finished.run)}", "go on where it stopped")]
    places = {"run": shell_path(finished.run), "config": config}
    return [(command.format(**places), purpose) for command, purpose in NEXT_COMMANDS]
