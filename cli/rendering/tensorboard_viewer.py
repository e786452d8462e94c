"""TensorBoard beside a run: a child process that ends when this one does, however it ends."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from mnistcnn.events import Event, RunStarted
from mnistcnn.network.scratch_file import scratch_file

from . import tensorboard_process
from .text import printable, shell_path

_STOP_SECONDS = 5.0
_FIRST_TAB = "#custom_scalars"
"""Loss and accuracy; by itself, TensorBoard opens with all curves in alphabetical order, so with dead units."""


class Notes(Protocol):
    """Shows messages to people: a `Console`."""

    def note(self, text: str) -> None:
        """Show a message."""


def viewer_options(logdir: str, picture_sets: int) -> list[str]:
    """Give TensorBoard's options for a run.

    By default it shows ten pictures of each kind. (Its help says that 0 means all, but TensorBoard 2.21 then shows
    none.)
    """
    return ["--logdir", logdir, "--samples_per_plugin", f"images={picture_sets},histograms={picture_sets}"]


def viewer_command(logdir: Path, picture_sets: int) -> str:
    """Give the command that shows a run, ready for a shell."""
    return " ".join(["tensorboard", *viewer_options(shell_path(logdir), picture_sets)])


class Viewer:
    """Starts TensorBoard when there is something to show, and ends it with the command.

    If it does not start, a message says so, and the run continues.

    Args:
        wanted: whether to do anything.
        stays: whether to wait for Ctrl-C when all went well, so that people can look at what the run did.
    """

    def __init__(self, *, wanted: bool, stays: bool) -> None:
        self._wanted, self._stays = wanted, stays
        self._child: _Child | None = None
        self._told = False

    def __enter__(self) -> Self:
        """Nothing is started yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let people look, and end it."""
        if self._child is None:
            return
        try:
            if kind is None and self._stays:
                self._stay(self._child)
        except KeyboardInterrupt:
            pass  # What this was waiting for: the run has ended well, and so does the command.
        finally:
            self._child.close()

    def _stay(self, child: _Child) -> None:
        if child.has_started():
            print(f"{child.answer()} until you press Ctrl-C", file=sys.stderr, flush=True)  # noqa: T201
            child.wait()
        elif not self._told:
            print(child.answer(), file=sys.stderr, flush=True)  # noqa: T201

    def beside(self, events: Iterator[Event], notes: Notes) -> Iterator[Event]:
        """Pass on the events of a run; start with it, and show the address of TensorBoard as soon as it is known."""
        for event in events:
            yield event
            if self._wanted and isinstance(event, RunStarted) and event.tensorboard is not None:
                self._child = _Child(viewer_options(str(event.tensorboard), event.picture_sets))
            if self._child is not None and self._child.has_answered() and not self._told:
                self._told = True
                notes.note(self._child.answer())


class _Child:
    """The process that runs `tensorboard_process`."""

    def __init__(self, options: list[str]) -> None:
        self._stack = ExitStack()
        self._complaints = self._stack.enter_context(scratch_file())
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", tensorboard_process.__name__, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints or subprocess.DEVNULL,
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
            start_new_session=True,  # Ctrl-C is for the run, which then saves.
        )
        self._url = ""
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def has_answered(self) -> bool:
        """Whether it is known where it is, or that it did not start."""
        return not self._listener.is_alive()

    def has_started(self) -> bool:
        """Whether people can look at it; waits until that is known."""
        self._listener.join()
        return bool(self._url)

    def answer(self) -> str:
        """Where it is, or why it is not, as a sentence; waits until that is known."""
        if self.has_started():
            return f"TensorBoard is at {self._url}{_FIRST_TAB}"
        return f"TensorBoard did not start: {self._last_line()}"

    def wait(self) -> None:
        """Wait until it ends."""
        self._process.wait()

    def close(self) -> None:
        """End it, politely at first."""
        try:
            self._process.communicate(timeout=_STOP_SECONDS)  # The end of its input is what it waits for.
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
        self._listener.join()
        self._stack.close()

    def _listen(self) -> None:
        if self._process.stdout is not None:
            self._url = self._process.stdout.readline().decode().strip()

    def _last_line(self) -> str:
        lines: list[str] = []
        if self._complaints is not None:
            self._complaints.seek(0)
            lines = self._complaints.read().decode(errors="replace").splitlines()
        return printable(next((line for line in reversed(lines) if line.strip()), "it ended without a message"))
