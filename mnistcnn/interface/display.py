"""How a program watches a run: in a notebook, in a terminal, or not at all."""

from __future__ import annotations

import importlib
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from ..events import Event, Warned


class Display(Protocol):
    """What shows a run. It is a `DownloadProgress` as well, so that `load_dataset` can report to it."""

    def show(self, event: Event) -> None:
        """Take an event in."""

    def phase(self, text: str) -> None:
        """Say that something is going on that takes a while."""

    def start(self, file: str, total: int) -> None:
        """Begin a download of `total` bytes."""

    def advance(self, count: int) -> None:
        """`count` more bytes of it are there."""


class Silence:
    """Shows nothing. A warning of the run becomes one of Python's, which programs can filter and tests can catch."""

    def show(self, event: Event) -> None:
        """Pass a warning on."""
        if isinstance(event, Warned):
            warnings.warn(event.message, stacklevel=4)  # Where `mnistcnn.train` or `Run.resume` was called.

    def phase(self, text: str) -> None:
        """Say nothing."""

    def start(self, file: str, total: int) -> None:
        """Say nothing."""

    def advance(self, count: int) -> None:
        """Say nothing."""


@contextmanager
def open_display(progress: bool) -> Iterator[Display]:
    """Open the display that suits where this process runs.

    Args:
        progress: False to show nothing.
    """
    if not progress:
        yield Silence()
    elif in_notebook():
        from .notebook.live import NotebookDisplay

        with NotebookDisplay() as notebook:
            yield notebook
    else:
        # By name: the core imports no command line, and works without one.
        console = importlib.import_module("mnistcnn_cli.rendering.console")
        with console.open_display() as terminal:
            yield terminal


def in_notebook() -> bool:
    """Whether this process is a notebook's kernel (Jupyter, JupyterLab, Colab, VS Code), and not IPython's terminal."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return hasattr(shell, "kernel")
