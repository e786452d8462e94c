import errno
import json
import os
import resource
import subprocess
import sys

import pytest
import typer
from mnistcnn_cli.errors import run_guarded
from mnistcnn_cli.signals import Stopped
from mnistcnn_cli.streams import OutputError, ReaderGoneError

from mnistcnn import errors as core


def raising(error):
    def command():
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (core.UsageError("--set needs KEY=VALUE"), 2),
        (core.ConfigError(["a.yaml:1:1: unknown key 'x'"]), 3),
        (core.DataError("train-images-idx3-ubyte is truncated"), 4),
        (core.RunError("runs/a exists"), 5),
        (core.CheckpointError("runs/a/checkpoints/last is damaged"), 5),
        (core.DivergedError("the loss became NaN at step 7"), 6),
        (core.BelowAccuracyError("0.97 is below 0.98"), 7),
        (KeyboardInterrupt(), 130),
        (Stopped(15), 143),
        (typer.Exit(7), 7),
        (BrokenPipeError(), 141),
        (ReaderGoneError(), 141),
        (OutputError("standard output cannot be written"), 5),
        (MemoryError("Unable to allocate 12 GiB"), 5),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), 5),
        (ImportError("libtensorflow_cc.so.2: failed to map segment from shared object"), 5),
        (type("ResourceExhaustedError", (Exception,), {})("OOM when allocating a tensor"), 5),
    ],
)
def test_every_kind_of_end_has_its_exit_code(error, code, monkeypatch):
    monkeypatch.setattr("mnistcnn_cli.errors.discard", lambda stream: None)
    assert run_guarded(raising(error), as_json=False) == code


def test_a_new_kind_of_error_has_the_code_of_what_it_is(capsys):
    class DownloadError(core.DataError):
        pass

    assert run_guarded(raising(DownloadError("no mirror answers")), as_json=False) == 4


def test_a_message_is_one_readable_line_without_a_traceback(capsys):
    run_guarded(raising(core.DataError("labels.gz: a label of 12; digits are 0 to 9")), as_json=False)
    assert capsys.readouterr() == ("", "error: labels.gz: a label of 12; digits are 0 to 9\n")


def test_every_problem_of_a_configuration_is_listed_on_a_line_of_its_own(capsys):
    problems = ["a.yaml:1:1: unknown key 'x'", "a.yaml:2:8: steps must be at least 1"]
    run_guarded(raising(core.ConfigError(problems)), as_json=False)
    assert capsys.readouterr().err.splitlines() == [
        "error: the configuration has 2 problems",
        "  a.yaml:1:1: unknown key 'x'",
        "  a.yaml:2:8: steps must be at least 1",
    ]


def test_a_long_message_and_square_brackets_stay_as_they_are(capsys):
    message = "[bold]" + "a-long-path/" * 30
    run_guarded(raising(core.RunError(message)), as_json=False)
    assert capsys.readouterr().err == f"error: {message}\n"


def test_control_characters_in_a_message_are_escaped(capsys):
    run_guarded(raising(core.ConfigError(["a.yaml:1:1: unknown key '\x1b[2J'"])), as_json=False)
    assert "\x1b" not in capsys.readouterr().err


def test_with_json_the_error_is_an_object_on_standard_output_too(capsys):
    run_guarded(raising(core.ConfigError(["one", "two"])), as_json=True)
    captured = capsys.readouterr()
    assert json.loads(captured.out) == {
        "event": "error",
        "kind": "ConfigError",
        "message": "the configuration has 2 problems\none\ntwo",
        "exit_code": 3,
    }
    assert "error: the configuration has 2 problems" in captured.err


def test_an_interruption_says_where_the_run_is(capsys):
    error = KeyboardInterrupt()
    error.add_note("the run is in runs/a")
    run_guarded(raising(error), as_json=False)
    assert capsys.readouterr().err == "interrupted\n  the run is in runs/a\n"


def test_memory_that_is_not_there_is_told_in_two_lines(capsys):
    run_guarded(raising(MemoryError("Unable to allocate 12 GiB for an array")), as_json=False)
    first, second = capsys.readouterr().err.splitlines()
    assert first == "error: out of memory: Unable to allocate 12 GiB for an array"
    assert "mnistcnn doctor" in second


def test_memory_that_is_not_there_is_told_without_what_needs_more_of_it(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "rich.console", None)
    assert run_guarded(raising(MemoryError()), as_json=False) == 5
    assert capsys.readouterr().err.startswith("error: out of memory: Python could not get any\n")


@pytest.mark.parametrize(("kilobytes", "library"), [(120_000, "NumPy"), (1_800_000, "TensorFlow")])
def test_a_limit_under_which_a_library_would_end_the_process_is_told_instead(kilobytes, library, bars_run):
    command = f"ulimit -v {kilobytes}; {sys.executable} -m mnistcnn predict --run {bars_run} {__file__}"
    result = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert result.returncode == 5
    first, _advice = result.stderr.splitlines()
    assert first.startswith(f"error: out of memory: `ulimit -v` allows this process {kilobytes * 1024 / 1e6:,.0f} MB")
    assert library in first


def test_an_import_that_breaks_off_under_a_limit_of_memory_is_no_bug(monkeypatch, capsys):
    broken = SystemError("_find_and_load returned NULL without setting an exception")
    monkeypatch.setattr("resource.getrlimit", lambda kind: (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    with pytest.raises(SystemError):
        run_guarded(raising(broken), as_json=False)
    monkeypatch.setattr("resource.getrlimit", lambda kind: (1_500_000_000, resource.RLIM_INFINITY))
    assert run_guarded(raising(broken), as_json=False) == 5


@pytest.mark.parametrize(
    "bug", [ZeroDivisionError(), ImportError("no module named x"), OSError(errno.EIO, "I/O error")]
)
def test_a_bug_is_not_caught(bug):
    with pytest.raises(type(bug)):
        run_guarded(raising(bug), as_json=False)


def test_a_reader_that_goes_away_ends_the_program_quietly():
    """What is left in the buffer must not be flushed into the broken pipe at exit, which would complain."""
    script = (
        "import sys\n"
        "from mnistcnn_cli.errors import run_guarded\n"
        "def command():\n"
        "    while True:\n"
        "        sys.stdout.write('{}\\n')\n"
        "        sys.stdout.flush()\n"
        "sys.exit(run_guarded(command, as_json=True))\n"
    )
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    with subprocess.Popen([sys.executable, "-c", script], text=True, env=buffered, **pipes) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 141
