"""Turns what a command raises into one readable message and an exit code.

0 done · 1 a bug · 2 usage · 3 configuration · 4 data · 5 a run, a checkpoint, a file or standard output that cannot be
read or written, or no memory · 6 diverged · 7 below `--min-accuracy` · 8 an exported file differs from its network
130 / 143 interrupted · 141 nobody reads standard output any more, as for every program in `… | head -1`
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import typer

from mnistcnn.errors import (
    BelowAccuracyError,
    ConfigError,
    DataError,
    DivergedError,
    ExportMismatchError,
    MnistCnnError,
    RunError,
    UsageError,
)
from mnistcnn.network.memory_errors import is_out_of_memory

from .memory_errors import OUT_OF_MEMORY, memory_message
from .rendering.messages import show_error, show_interruption, write_error
from .streams import OutputError, ReaderGoneError, discard
from .usage_errors import usage_message

EXIT_CODES: dict[type[MnistCnnError], int] = {
    UsageError: 2,
    ConfigError: 3,
    DataError: 4,
    RunError: 5,
    OutputError: 5,
    DivergedError: 6,
    BelowAccuracyError: 7,
    ExportMismatchError: 8,
}
_SHOW = {"Interrupted": show_interruption, "OutOfMemory": write_error}
INTERRUPTED = 130
BROKEN_PIPE = 141


def exit_code(error: MnistCnnError) -> int:
    """Find the exit code of `error`'s class or of the nearest class above it; 1 is for bugs."""
    return next((EXIT_CODES[kind] for kind in type(error).__mro__ if kind in EXIT_CODES), 1)


def run_guarded(command: Callable[[], None], *, as_json: bool) -> int:
    """Run `command`, report what it raises, and return the exit code.

    Only what the user can act on is caught: a bug passes through and shows its traceback.

    Args:
        command: the command with its arguments.
        as_json: also write an error as the last JSON object on standard output.
    """
    code = _run(command, as_json=as_json)
    try:
        if sys.stdout is not None:
            sys.stdout.flush()  # Here, where its failure has a message; Python flushes at exit without one.
    except (OutputError, ReaderGoneError, BrokenPipeError) as error:
        return _report_output(error, code)
    return code


def _run(command: Callable[[], None], *, as_json: bool) -> int:
    try:
        command()
    except typer.Exit as finished:
        return finished.exit_code
    except (OutputError, ReaderGoneError, BrokenPipeError) as error:
        return _report_output(error, 0)
    except MnistCnnError as error:
        return _report(type(error).__name__, _lines(error), exit_code(error), as_json=as_json)
    except typer.TyperException as error:
        return _report_usage(error, as_json=as_json)
    except (KeyboardInterrupt, typer.Abort) as error:
        notes = getattr(error, "__notes__", [])
        code = getattr(error, "exit_code", INTERRUPTED)
        return _report("Interrupted", ["interrupted", *notes], code, as_json=as_json)
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        lines = memory_message(error)
    else:
        return 0
    # Here, where the frames of the command no longer hold what filled the memory.
    return _report("OutOfMemory", lines, OUT_OF_MEMORY, as_json=as_json)


def _report_output(error: OutputError | ReaderGoneError | BrokenPipeError, code: int) -> int:
    """Say that results were lost, unless nobody wanted them; a command that failed before keeps its exit code."""
    discard(sys.stdout)
    if not isinstance(error, OutputError):
        return code or BROKEN_PIPE
    show_error([str(error)])
    return code or exit_code(error)


def _lines(error: MnistCnnError) -> list[str]:
    problems = error.problems if isinstance(error, ConfigError) else ()
    if len(problems) > 1:
        return [f"the configuration has {len(problems)} problems", *problems]
    return error.lines or [type(error).__name__]


def _report_usage(error: typer.TyperException, *, as_json: bool) -> int:
    """Report what Typer found wrong; without a message, it has already shown the help."""
    message = usage_message(error)
    if message:
        context = getattr(error, "ctx", None)
        program = context.command_path if context is not None else "mnistcnn"
        lines = [message, f"see: {program} --help"]
        _report("UsageError", lines, error.exit_code, as_json=as_json)
    return error.exit_code


def _report(kind: str, lines: list[str], code: int, *, as_json: bool) -> int:
    """Write one message on standard error, and with `as_json` one record on standard output."""
    try:
        _SHOW.get(kind, show_error)(lines)
    except OSError:  # The terminal may be gone; the exit code remains.
        discard(sys.stderr)
    if as_json:
        from .rendering.ndjson import write_record

        try:
            write_record({"event": "error", "kind": kind, "message": "\n".join(lines), "exit_code": code})
        except (OutputError, ReaderGoneError, BrokenPipeError):  # The message is on standard error.
            discard(sys.stdout)
    return code
