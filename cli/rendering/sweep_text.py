"""Texts about trials: the same in a terminal and in a log."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import stdev

from mnistcnn.events import SweepFinished, TrialResult

from .summary import Fact, time_and_place
from .text import count, duration, option_path, percent, printable, shell_path, value_text


def settings_text(params: Mapping[str, object]) -> str:
    """Write `learning_rate=0.0031 batch_size=64`."""
    return " ".join(f"{key}={value_text(value)}" for key, value in params.items())


def trial_line(result: TrialResult, data: str) -> str:
    """Describe in one line how a trial ended."""
    parts = [f"trial {result.trial}: {result.state}"]
    if result.validation_accuracy is not None:
        step = f" at step {count(result.best_step)}" if result.best_step else ""
        if result.repeats:
            step = f", mean of {len(result.repeats)} seeds"
        parts.append(f"validation accuracy {percent(result.validation_accuracy)} ({printable(data)}){step}")
    return "  ".join([*parts, *time_and_place(result)])


def accuracy_text(mean: float | None, values: Sequence[float | None]) -> str:
    """Write the mean of several seeds with their standard deviation, as far as these are known: `98.12 ± 0.07 %`."""
    known = [value for value in values if value is not None]
    if mean is None or len(known) < 2:
        return percent(mean)
    return f"{100 * mean:.2f} ± {100 * stdev(known):.2f} %"


def title(finished: SweepFinished) -> str:
    """Say how far the study is."""
    done = finished.finished + finished.pruned + finished.diverged + finished.failed
    parts = [f"{finished.finished} finished"]
    for number, word in (
        (finished.pruned, "stopped early"),
        (finished.diverged, "diverged"),
        (finished.failed, "failed"),
        (finished.trials - done, "not done"),
    ):
        if number > 0:
            parts.append(f"{number} {word}")
    return f"study {printable(finished.study)}, {finished.trials} trials: {', '.join(parts)}"


def facts(finished: SweepFinished) -> Iterator[Fact]:
    """List what the study found, and where."""
    if finished.best:
        best = finished.best[0]
        data = printable(finished.data)
        seeds = f", mean of {len(best.repeats)} seeds" if best.repeats else ""
        yield Fact(
            "best validation accuracy", f"{percent(best.validation_accuracy)} ({data})", f"trial {best.trial}{seeds}"
        )
        yield Fact("its test accuracy", f"{percent(best.test_accuracy)} ({data})", "not used for selection")
        yield Fact("its settings", settings_text(best.params))
        if best.run is not None:
            yield Fact("its run", printable(str(best.run)), f"on {printable(best.host)}" if best.host else "")
    if finished.retries:
        yield Fact("tried again", count(finished.retries), "trials that were lost or interrupted")
    yield Fact("time", duration(finished.seconds))
    yield Fact("stored in", printable(finished.storage))
    if finished.plots:
        yield Fact("plots", printable(str(finished.plots[0].parent)))


def next_commands(best: Sequence[TrialResult]) -> Iterator[tuple[str, str]]:
    """List what to type next, and why."""
    if best and best[0].run is not None:
        run = best[0].run
        yield f"mnistcnn train --config {option_path(run / 'config.yaml')}", "train the best again"
        yield f"mnistcnn eval {shell_path(run)}", "see where it is wrong"


def show_command(finished: SweepFinished) -> str:
    """Write the command that shows the study again; a password has to be filled in."""
    storage = finished.storage
    where = shlex.quote(printable(storage)) if "://" in storage else option_path(Path(storage))
    return f"mnistcnn sweep show {shlex.quote(printable(finished.study))} --storage {where}"
