"""What is said at the end of a run: the same facts in a terminal and in a log."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from mnistcnn.events import RunFinished, SeedFinished, SeedsFinished, TrialResult
from mnistcnn.events.displayed_run import DisplayedRun
from mnistcnn.statistics import Spread, wilson_interval

from .tensorboard_viewer import viewer_command
from .text import count, duration, one_line, percent, printable, shell_path

NEXT_COMMANDS: tuple[tuple[str, str], ...] = (
    ("mnistcnn eval {run}", "see what it gets right and wrong"),
    ("mnistcnn visualize {run}", "see what it learned"),
    ("mnistcnn export {run}", "use it elsewhere: ONNX, LiteRT, Keras, TensorFlow Serving"),
    ("mnistcnn train --config {config}", "repeat this run"),
    ("mnistcnn runs show {run}", "see everything about this run"),
    ("mnistcnn data", "see what the data holds"),
)
"""Commands that exist, with what they are for; `{run}` and `{config}` are paths ready for a shell."""

COMPILING = "compiling for the GPU: about 10 s, once; the next run takes it from the cache"


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


def seed_line(result: SeedFinished) -> str:
    """Say in one line what became of a seed."""
    parts = [f"seed {result.seed}: {result.state}"]
    if result.test_accuracy is not None:
        parts.append(f"test accuracy {percent(result.test_accuracy)} ({printable(result.data)})")
    return "  ".join([*parts, *time_and_place(result)])


def time_and_place(result: SeedFinished | TrialResult) -> list[str]:
    """How long one of many runs took, and where it is, or why it ended without a result."""
    parts = []
    if result.seconds is not None:
        parts.append(duration(result.seconds))
    if result.reason is not None:
        parts.append(one_line(result.reason))
    elif result.run is not None:
        parts.append(printable(str(result.run)))
    return parts


def seeds_title(finished: SeedsFinished) -> str:
    """Say how many seeds there were, and how many of them ended in which way."""
    ends = Counter(result.state for result in finished.results)
    return f"{len(finished.results)} seeds: {', '.join(f'{number} {state}' for state, number in ends.items())}"


def seeds_facts(finished: SeedsFinished) -> list[Fact]:
    """List every seed that has no result, and what those that have one say together."""
    bad = [result for result in finished.results if result.state not in ("finished", "not run")]
    facts = [Fact(f"seed {result.seed}", result.state, _why(result)) for result in bad]
    not_run = [str(result.seed) for result in finished.results if result.state == "not run"]
    if not_run:
        facts.append(Fact("not run", ", ".join(not_run), "go on with: --seeds " + ",".join(not_run)))
    data = printable(finished.data)
    for label, figure in (
        ("test accuracy", finished.test_accuracy),
        ("of the best by validation", finished.best_test_accuracy),
    ):
        if figure is not None:
            facts.append(Fact(label, *_spread(figure, data)))
    facts.append(Fact("time", duration(finished.seconds)))
    facts.append(Fact("kept in", printable(str(finished.file))))
    return facts


def _why(result: SeedFinished) -> str:
    if result.state == "interrupted" and result.run is not None:
        return f"go on with: mnistcnn train --resume {shell_path(result.run)}"
    return printable(one_line(result.reason or str(result.run or "")))


def _spread(figure: Spread, data: str) -> tuple[str, str]:
    """Give the mean with its deviation, and what that is worth."""
    if figure.standard_deviation is None or figure.low is None or figure.high is None:
        return f"{percent(figure.mean)} ({data})", "1 run"
    value = f"{percent(figure.mean)} ± {percent(figure.standard_deviation)} ({data})"
    interval = f"95 % interval of the mean {100 * figure.low:.2f} to {100 * figure.high:.2f} %"
    return value, f"mean and standard deviation of {figure.count} runs, {interval}"


def next_commands(run: DisplayedRun, finished: RunFinished) -> list[tuple[str, str]]:
    """List what to type next, and why."""
    config = shell_path(Path(finished.run) / "config.yaml")
    if finished.state == "diverged" and run.last is not None:
        rate = run.last.learning_rate / 10
        command = f"mnistcnn train --config {config} --learning-rate {rate:.3g}"
        return [(command, "try again with smaller steps")]
    if finished.state == "interrupted":
        return [(f"mnistcnn train --resume {shell_path(finished.run)}", "go on where it stopped")]
    places = {"run": shell_path(finished.run), "config": config}
    commands = [(command.format(**places), purpose) for command, purpose in NEXT_COMMANDS]
    started = run.started
    if started is not None and started.tensorboard is not None:
        commands.insert(0, (viewer_command(started.tensorboard, started.picture_sets), "see it in TensorBoard"))
    return commands
