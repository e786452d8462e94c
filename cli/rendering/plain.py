"""A run as plain dated lines, for logs: one per event, no control characters, nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TextIO

from mnistcnn.events import (
    CheckpointSaved,
    Compiled,
    Compiling,
    Evaluated,
    Event,
    RunFinished,
    RunStarted,
    SeedFinished,
    SeedsFinished,
    SeedStarted,
    StepsDone,
    Warned,
    WorkerFinished,
    WorkerStarted,
    WorkerStepped,
)
from mnistcnn.events.displayed_run import DisplayedRun

from . import summary
from .hints import after_run, hint_lines
from .sink import Sink
from .text import count, duration, loss, one_line, percent, printable, size

_WATCHED_PACE = timedelta(seconds=5)
"""Between two reports: more often than people look, and 20 lines for a run of 100 s."""


class PlainLog(Sink):
    """Writes dated lines to `stream`, each flushed, so that `tail -f` shows it at once.

    A log in a file has every report. Where people watch it, in a notebook or a simple terminal, reports come at a calm
    pace; nothing else is left out.

    Args:
        stream: for people.
        now: the clock.
    """

    def __init__(self, stream: TextIO, now: Callable[[], datetime] = datetime.now) -> None:
        self._stream = stream
        self._now = now
        self._pace = _WATCHED_PACE if stream.isatty() else timedelta()
        self._reported = datetime.min
        self._run = DisplayedRun()
        self._in_batch = False
        self._steps_of_worker = 0

    def show(self, event: Event) -> None:
        """Write the event's line; the summary's lines for `RunFinished`, the headline last."""
        self._run.update(event)
        match event:
            case RunStarted():
                self._line(_started(event))
            case Compiling():
                self._line(summary.COMPILING)
            case Compiled():
                self._line(f"compiled in {event.seconds:.1f} s")
            case StepsDone() if self._is_time_to_report():
                self._line(f"{self._step(event.step)}  {_steps(event)}")
            case Evaluated():
                self._line(f"{self._step(event.step)}  {_evaluated(event)}")
            case CheckpointSaved():
                self._line(f"{self._step(event.step)}  {_saved(event)}")
            case Warned():
                self._line(f"WARNING: {one_line(event.message)}")
            case RunFinished() if not self._in_batch:
                self._summary(event)
            case SeedStarted():
                self._in_batch, self._run = True, DisplayedRun()
                self._line(f"seed {event.seed}, {event.number} of {event.seeds}")
            case SeedFinished():
                self._line(summary.seed_line(event))
            case SeedsFinished():
                self._batch_summary(event)
            case WorkerStarted():
                self._steps_of_worker = event.steps
                self._line(_worker_started(event))
            case WorkerStepped() if self._is_time_to_report():
                speed = f"{count(event.images_per_second)} images/s of all workers"
                self._line(f"{self._step(event.step)}  loss {loss(event.loss)}  {speed}")
            case WorkerFinished():
                self._line(
                    f"{self._step(event.step)}  {event.state} after {duration(event.seconds)}; the chief saved it"
                )

    def phase(self, text: str) -> None:
        """Say what takes a while."""
        self._line(text)

    def note(self, text: str) -> None:
        """Say it."""
        self._line(text)

    def download(self, name: str, received: int, total: int) -> None:
        """One line when a file begins, one when it is whole."""
        if received == 0:
            self._line(f"downloading {name}, {size(total)}")
        elif received >= total:
            self._line(f"downloaded {name}")

    def _is_time_to_report(self) -> bool:
        now = self._now()
        is_time = now - self._reported >= self._pace
        if is_time:
            self._reported = now
        return is_time

    def _step(self, step: int) -> str:
        """`step  100/3000`, so that the columns of a log stay in line."""
        steps = str(self._run.started.steps if self._run.started else self._steps_of_worker or "?")
        return f"step {step:>{len(steps)}}/{steps}"

    def _summary(self, event: RunFinished) -> None:
        for warning in self._run.warnings:
            self._line(f"WARNING: {one_line(warning)}")
        for fact in summary.facts(event):
            self._fact(fact)
        for line in hint_lines(after_run(self._run, event)):
            self._line(f"next: {line}")
        self._line(summary.headline(event))

    def _batch_summary(self, event: SeedsFinished) -> None:
        for fact in summary.seeds_facts(event):
            self._fact(fact)
        self._line(summary.seeds_headline(event))

    def _fact(self, fact: summary.Fact) -> None:
        self._line(f"{fact.label} {fact.value}{', ' + fact.note if fact.note else ''}")

    def _line(self, text: str) -> None:
        self._stream.write(f"{self._now():%Y-%m-%d %H:%M:%S}  {printable(text)}\n")
        self._stream.flush()


class WarningsOnly(Sink):
    """For `--quiet`: warnings, and nothing else."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def show(self, event: Event) -> None:
        """Write the event if it is a warning."""
        if isinstance(event, Warned):
            self._stream.write(f"warning: {printable(one_line(event.message))}\n")
            self._stream.flush()


def _started(event: RunStarted) -> str:
    resumed = f", resumed after step {event.step}" if event.step else ""
    shared = f" shared by {event.workers} workers" if event.workers > 1 else ""
    return (
        f"run {event.run}: {event.data}, {count(event.train_examples)} training, "
        f"{count(event.validation_examples)} validation and {count(event.test_examples)} test images, "
        f"{count(event.steps)} steps of {event.batch_size}{shared}, seed {event.seed}, "
        f"{count(event.parameters)} parameters{resumed}"
    )


def _worker_started(event: WorkerStarted) -> str:
    resumed = f", resumed after step {event.step}" if event.step else ""
    return (
        f"worker {event.worker} of {event.workers} at {event.address}, the chief at {event.chief}: {event.data}, "
        f"{count(event.steps)} steps of {event.batch_size}, of which {event.share} here, seed {event.seed}{resumed}"
    )


def _steps(event: StepsDone) -> str:
    accuracy = f"training accuracy {percent(event.accuracy)} ({event.data}, {count(event.examples)} images)"
    speed = f"{count(event.images_per_second)} images/s"
    return f"loss {loss(event.loss)}  {accuracy}  learning rate {event.learning_rate:g}  {speed}"


def _evaluated(event: Evaluated) -> str:
    outcome = f"{event.data}, {count(event.errors)} errors of {count(event.examples)}"
    best = "  best so far" if event.best else ""
    return f"{event.split} accuracy {percent(event.accuracy)} ({outcome})  loss {loss(event.loss)}{best}"


def _saved(event: CheckpointSaved) -> str:
    return f"saved {event.path}{' (best)' if event.best else ''} in {_short(event.seconds)}"


def _short(seconds: float) -> str:
    """Short times in milliseconds."""
    return f"{1000 * seconds:.0f} ms" if seconds < 10 else duration(seconds)
