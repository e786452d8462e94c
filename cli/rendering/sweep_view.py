"""A sweep as a plain log, and a study as a table and as a record."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TextIO

from mnistcnn.events import (
    Evaluated,
    Event,
    SeedStarted,
    SweepFinished,
    SweepProgress,
    SweepStarted,
    TrialFinished,
    TrialResult,
    TrialStarted,
    Warned,
)

from . import sweep_text
from .sink import Sink
from .tables import Listing, draw
from .text import count, one_line, percent, printable, value_text


class PlainSweep(Sink):
    """Writes dated lines to `stream`: the settings of each trial, its validation accuracies, and how it ended."""

    def __init__(self, stream: TextIO, now: Callable[[], datetime] = datetime.now) -> None:
        self._stream = stream
        self._now = now
        self._trial = ""
        self._done = -1

    def show(self, event: Event) -> None:
        """Write the event's line."""
        match event:
            case SweepStarted():
                self._line(_started(event))
            case TrialStarted():
                self._trial = f"trial {event.trial}"
                again = f", trial {event.retry_of} again" if event.retry_of is not None else ""
                self._line(f"trial {event.trial}{again}: {sweep_text.settings_text(event.params)}")
            case SeedStarted():
                self._trial = f"{self._trial.partition(',')[0]}, seed {event.seed}"
            case Evaluated(split="validation"):
                accuracy = f"{percent(event.accuracy)} ({event.data})"
                self._line(f"{self._trial}: step {event.step}  validation accuracy {accuracy}")
            case TrialFinished():
                self._line(sweep_text.trial_line(event.result, event.data))
            case SweepProgress() if event.done != self._done:
                self._done = event.done
                best = f", best {percent(event.best[0].validation_accuracy)}" if event.best else ""
                self._line(f"{event.done} of {event.trials} trials done, {event.running} running{best}")
            case Warned():
                self._line(f"WARNING: {one_line(event.message)}")
            case SweepFinished():
                self._summary(event)

    def phase(self, text: str) -> None:
        """Say what takes a while."""
        self._line(text)

    def _summary(self, event: SweepFinished) -> None:
        self._line(sweep_text.title(event))
        for fact in sweep_text.facts(event):
            self._line(f"{fact.label} {fact.value}{', ' + fact.note if fact.note else ''}")
        for command, purpose in sweep_text.next_commands(event.best):
            self._line(f"next: {command}  # {purpose}")
        self._line(f"next: {sweep_text.show_command(event)}  # see the best trials")

    def _line(self, text: str) -> None:
        self._stream.write(f"{self._now():%Y-%m-%d %H:%M:%S}  {printable(text)}\n")
        self._stream.flush()


def study_record(study: str, counts: Mapping[str, int], best: Sequence[TrialResult]) -> dict[str, object]:
    """Describe a study as `sweep show --json` does; see docs/sweeps.md."""
    return {"event": "study", "study": study, **counts, "best": [asdict(result) for result in best]}


def draw_study(study: str, counts: Mapping[str, int], best: Sequence[TrialResult]) -> None:
    """Draw a study's best trials, and say how to train the best again."""
    ends = ", ".join(f"{number} {state}" for state, number in counts.items() if number)
    header, rows = table(best)
    draw([Listing(f"study {study}: {ends}", header, rows, numbers=range(len(header) - 1), whole=(len(header) - 1,))])
    for command, purpose in sweep_text.next_commands(best):
        sys.stderr.write(f"# {purpose}\n{command}\n")


def table(best: Sequence[TrialResult]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The header and the rows of a table of trials."""
    keys = list(dict.fromkeys(key for result in best for key in result.params))
    header = ("trial", "validation", "test", "at step", *keys, "run")
    rows = [
        (
            str(result.trial),
            sweep_text.accuracy_text(
                result.validation_accuracy, [repeat.validation_accuracy for repeat in result.repeats]
            ),
            sweep_text.accuracy_text(result.test_accuracy, [repeat.test_accuracy for repeat in result.repeats]),
            count(result.best_step) if result.best_step is not None else "–",
            *(value_text(result.params[key]) if key in result.params else "–" for key in keys),
            str(result.run or "–"),
        )
        for result in best
    ]
    return header, rows


def _started(event: SweepStarted) -> str:
    return (
        f"study {event.study} in {event.storage}: {event.data}, {count(event.trials)} trials, "
        f"{count(event.done)} done, {event.sampler}, pruner {event.pruner}, runs in {event.log_dir}"
    )
