"""Errors that the user can do something about.

    MnistCnnError
    ├── UsageError           the command line makes no sense
    ├── ConfigError          the configuration is wrong; carries every problem that was found
    ├── DataError            images or labels are missing, damaged or of the wrong kind
    ├── RunError             a run directory is missing, locked or cannot be written
    │   ├── CheckpointError  a checkpoint is missing or damaged
    │   └── WorkersError     a worker that trains with others lost one of them, or cannot reach it
    ├── DivergedError        the loss became NaN or infinite
    ├── BelowAccuracyError   a network is less accurate than was asked for
    └── ExportMismatchError  an exported file's predictions are not its network's

A message says what happened, where (file and value), and what to do next. Anything else that
escapes is a bug and shows its traceback.

A message names files, whose names may hold line breaks and escape sequences. So each of its lines is an argument of its
own, within which control characters are escaped.
"""

from __future__ import annotations

from collections.abc import Sequence


def printable(text: str) -> str:
    r"""Write `text` on one line, with control characters as escapes such as `\x1b`.

    A file's name is data: it may hold an escape sequence, which must not reach the terminal or the log.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


class MnistCnnError(Exception):
    """Base class of the errors that the user can do something about.

    Args:
        lines: of the message, the first of which says the most.
    """

    def __init__(self, *lines: str) -> None:
        super().__init__(*lines)

    @property
    def lines(self) -> list[str]:
        """Of the message, without control characters."""
        return [printable(line) for line in self.args]

    def __str__(self) -> str:
        return "\n".join(self.lines)


class UsageError(MnistCnnError):
    """The command line is invalid."""


class ConfigError(MnistCnnError):
    """The configuration is wrong.

    Args:
        problems: one line for each problem, in the order of the file, such as
            `configs/a.yaml:7:3: unknown key 'keep_pob'; did you mean 'keep_prob'?`.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(*problems)
        self.problems = tuple(problems)


class DataError(MnistCnnError):
    """Images or labels are missing, damaged or of the wrong kind."""


class RunError(MnistCnnError):
    """A run directory is missing, locked or cannot be written."""


class CheckpointError(RunError):
    """A checkpoint is missing or damaged."""


class WorkersError(RunError):
    """A worker that trains with others lost one of them, or cannot reach it."""


class DivergedError(MnistCnnError):
    """The loss became NaN or infinite."""


class BelowAccuracyError(MnistCnnError):
    """The accuracy is below the required minimum."""


class ExportMismatchError(MnistCnnError):
    """An exported file's predictions differ from its network's."""
