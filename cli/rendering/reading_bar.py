"""How many files `predict` has read: a bar on a terminal."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self

from .terminal import can_draw

if TYPE_CHECKING:
    from rich.progress import Progress


class ReadingBar:
    """A bar on standard error while files are read; it is out of the way while results are written.

    Args:
        files: how many there are; one file has no bar.
    """

    def __init__(self, files: int) -> None:
        self._files = files
        self._read = 0
        self._bar: Progress | None = None
        self._is_wanted = files > 1 and sys.stderr is not None and can_draw(sys.stderr)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.hide()

    def advance(self) -> None:
        """Count a file, and show the bar."""
        self._read += 1
        if not self._is_wanted:
            return
        if self._bar is None:
            self._bar = _bar(self._files)
            self._bar.start()
        self._bar.update(self._bar.task_ids[0], completed=self._read)

    def hide(self) -> None:
        """Take the bar away until the next file is counted."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def _bar(files: int) -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = Console(stderr=True)
    columns = (TextColumn("reading"), BarColumn(), MofNCompleteColumn())
    bar = Progress(*columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False)
    bar.add_task("", total=files)
    return bar
