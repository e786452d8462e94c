"""The program's own standard streams: what happens when one is closed, full, or read by nobody.

- Closed at the start (`>&-`): it leads nowhere, as /dev/null does, and no file can take its place by accident.
- Standard output on a full disk: `OutputError`, because results that cannot be written are an error.
- Standard output to a pipe that nobody reads any more (`… | head -1`): `ReaderGoneError`.
- Standard error: whatever happens to it, the command goes on; only messages are lost.
- Standard output with characters that its encoding lacks: see `encodable`.
"""

from __future__ import annotations

import codecs
import io
import os
import sys
from contextlib import suppress
from typing import TextIO, cast

from mnistcnn.errors import MnistCnnError

_ENCODABLE = "mnistcnn_encodable"
"""The name of `encodable` among Python's handlers of errors."""
_ASCII = {"–": "-", "…": "...", "×": "x", "·": "-", "±": "+-", "≥": ">=", "Δ": "d"}
"""What people can read in place of the characters that tables and sentences have beyond ASCII."""


class OutputError(MnistCnnError):
    """Results cannot be written to standard output."""


class ReaderGoneError(Exception):
    """The reader of standard output is gone.

    Not a `BrokenPipeError`, which Rich would turn into an exit code of its own.
    """


class Results(io.TextIOWrapper):
    """Standard output, whose errors say that it is standard output."""

    def write(self, text: str) -> int:
        """Write text.

        Raises:
            OutputError, ReaderGoneError: it cannot be written.
        """
        try:
            return super().write(text)
        except OSError as error:
            raise _named(error) from error

    def flush(self) -> None:
        """Write what is buffered.

        Raises:
            OutputError, ReaderGoneError: it cannot be written.
        """
        try:
            super().flush()
        except OSError as error:
            raise _named(error) from error


class Messages(io.TextIOWrapper):
    """A stream for people, who may go away: a closed terminal, or a log on a full disk, must not end a run."""

    def write(self, text: str) -> int:
        """Write text if that is possible."""
        with suppress(OSError):
            super().write(text)
        return len(text)

    def flush(self) -> None:
        """Write what is buffered if that is possible."""
        with suppress(OSError):
            super().flush()


def open_messages(descriptor: int, like: TextIO, *, closefd: bool = True) -> Messages:
    """Open a file descriptor for messages, without a buffer, in which they would be lost when a process is killed."""
    raw = io.FileIO(descriptor, "wb", closefd=closefd)
    # Without a buffer there is nothing left to fail when Python flushes its streams at the end.
    return Messages(raw, like.encoding, "backslashreplace", write_through=True)


def guard_standard_streams() -> bool:
    """Make the three streams safe to use, at the start of the program.

    Returns:
        Whether there is a standard output; without one, results go nowhere.
    """
    has_output = sys.stdout is not None
    for descriptor in (0, 1, 2):
        _occupy(descriptor)
    sys.stdin = sys.stdin or _nowhere("r")
    sys.stderr = sys.stderr or _nowhere("w")
    sys.stdout = _guarded(sys.stdout or _nowhere("w"))
    with suppress(OSError, ValueError):  # Without a descriptor, as in a program that has replaced it.
        sys.stderr = open_messages(sys.stderr.fileno(), sys.stderr, closefd=False)
    return has_output


def encodable(error: UnicodeError) -> tuple[str | bytes, int]:
    r"""Write what an encoding lacks: a handler of errors for `codecs`.

    The bytes of a file's name that is not UTF-8 are written as they are, so that `run=$(mnistcnn train)` is its path.
    Anything else becomes similar characters of ASCII, or an escape such as `\u2502`.
    """
    if not isinstance(error, UnicodeEncodeError):
        raise error
    char = error.object[error.start]
    if "\udc80" <= char <= "\udcff":
        return bytes([ord(char) - 0xDC00]), error.start + 1
    return _ASCII.get(char) or char.encode("ascii", "backslashreplace").decode("ascii"), error.start + 1


def _guarded(output: TextIO) -> TextIO:
    if not isinstance(output, io.TextIOWrapper):
        return output
    encoding, errors, buffering = output.encoding, output.errors, output.line_buffering
    if errors in ("strict", "surrogateescape"):  # What nobody chose.
        codecs.register_error(_ENCODABLE, encodable)
        errors = _ENCODABLE
    return Results(output.detach(), encoding, errors, line_buffering=buffering)


def discard(stream: TextIO) -> None:
    """Send what is still buffered nowhere; flushing it at exit would fail again, with an exit code of its own."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def _named(error: OSError) -> Exception:
    if isinstance(error, BrokenPipeError):
        return ReaderGoneError()
    return OutputError(f"standard output cannot be written: {error.strerror or error}")


def _occupy(descriptor: int) -> None:
    """Open /dev/null under a standard descriptor that is closed: the next file that is opened would get it."""
    try:
        os.fstat(descriptor)
    except OSError:
        os.open(os.devnull, os.O_RDWR)  # It gets the lowest number that is free, which is this one.


def _nowhere(mode: str) -> TextIO:
    # Open as long as the program runs.
    return cast(TextIO, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123
