"""What standard output carries in a pipe without `--json`: the path of the result, and nothing else."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import TextIO

from mnistcnn.events import Event, RunFinished, SweepFinished

from .sink import Sink


class RunPath(Sink):
    """The run's path when it is over: `run=$(mnistcnn train)`; of several, each on its line."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._runs: list[Path] = []

    def show(self, event: Event) -> None:
        """Remember the path."""
        if isinstance(event, RunFinished):
            self._runs.append(event.run)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write the paths, also those of runs that did not end well: their files can still be examined."""
        self._stream.writelines(f"{run}\n" for run in self._runs)
        self._stream.flush()


class BestRunPath(Sink):
    """The path of the best run when the study is over: `best=$(mnistcnn sweep …)`."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._finished: SweepFinished | None = None

    def show(self, event: Event) -> None:
        """Remember how the sweep ended."""
        if isinstance(event, SweepFinished):
            self._finished = event

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Write the path, if there is a best run."""
        if self._finished and self._finished.best and self._finished.best[0].run:
            self._stream.write(f"{self._finished.best[0].run}\n")
            self._stream.flush()
