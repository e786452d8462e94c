"""The facts at the end of a run: the same in a terminal and in a log."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from mnistcnn.events import RunFinished, SeedFinished, SeedsFinished, TrialResult
from mnistcnn.statistics import Spread, wilson_interval

from .text import count, duration, one_line, percent, printable, shell_path

COMPILING = "compiling for the GPU: about 10 s, once; the next run takes it from the cache"


@dataclass(frozen=True)
class Fact:
    """One line of the summary."""

    label: str
    value: str
    note: str = ""


def headline(finished: RunFinished) -> str:
    """How the run ended, and how good the network is: the last line of the output."""
    how = f"{finished.state} after {count(finished.step)} steps"
    if finished.state == "diverged":
        return f"{how}: the loss is no longer a finite number"
    if finished.test_accuracy is None:
        return how
    return f"{how}: test accuracy {percent(finished.test_accuracy)} ({printable(finished.data)})"


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
    """Describe in one line how the run of a seed ended."""
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


def seeds_headline(finished: SeedsFinished) -> str:
    """How many seeds ended in which way, and how good the networks are: the last line of the output."""
    ends = Counter(result.state for result in finished.results)
    how = f"{len(finished.results)} seeds: {', '.join(f'{number} {state}' for state, number in ends.items())}"
    if finished.test_accuracy is None:
        return how
    return f"{how}; test accuracy {_spread(finished.test_accuracy, printable(finished.data))[0]}"


def seeds_facts(finished: SeedsFinished) -> list[Fact]:
    """List every seed that has no result, and what those that have one say together."""
    bad = [result for result in finished.results if result.state not in ("finished", "not run")]
    facts = [Fact(f"seed {result.seed}", result.state, _why(result)) for result in bad]
    not_run = [str(result.seed) for result in finished.results if result.state == "not run"]
    if not_run:
        facts.append(Fact("not run", ", ".join(not_run), "continue with: --seeds " + ",".join(not_run)))
    data = printable(finished.data)
    for label, figure in (
        ("test accuracy", finished.test_accuracy),
        ("of the best by validation", finished.best_test_accuracy),
    ):
        if figure is not None:
            facts.append(Fact(label, *_spread(figure, data)))
    facts.append(Fact("time", duration(finished.seconds)))
    facts.append(Fact("stored in", printable(str(finished.file))))
    return facts


def _why(result: SeedFinished) -> str:
    if result.state == "interrupted" and result.run is not None:
        return f"resume it: mnistcnn train --resume {shell_path(result.run)}"
    return printable(one_line(result.reason or str(result.run or "")))


def _spread(figure: Spread, data: str) -> tuple[str, str]:
    """Give the mean with its deviation, and what that is worth."""
    if figure.standard_deviation is None or figure.low is None or figure.high is None:
        return f"{percent(figure.mean)} ({data})", "1 run"
    value = f"{percent(figure.mean)} ± {percent(figure.standard_deviation)} ({data})"
    low, high = max(0.0, figure.low), min(1.0, figure.high)  # Student's interval knows no limits.
    interval = f"95 % interval of the mean {100 * low:.2f} to {100 * high:.2f} %"
    return value, f"mean and standard deviation of {figure.count} runs, {interval}"
