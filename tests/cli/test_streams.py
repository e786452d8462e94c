"""Standard streams that are closed, full, or read by nobody, in processes of their own."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from mnistcnn_cli.app import run
from mnistcnn_cli.streams import OutputError, Results, guard_standard_streams

FULL = "/dev/full"
COMMAND = f"{sys.executable} -m mnistcnn"
SMALL = [
    "--set", "network.conv1=2", "--set", "network.conv2=3", "--set", "network.fc1=12", "--set", "data.source=digits",
    "--steps", "4", "--batch-size", "10", "--name", "one",
]  # fmt: skip
NO_SPACE = "error: standard output cannot be written: No space left on device\n"

needs_full = pytest.mark.skipif(not Path(FULL).exists(), reason="needs /dev/full")


def shell(line):
    """Run the command in a shell, which can close and redirect its streams."""
    return subprocess.run(["sh", "-c", f"{COMMAND} {line}"], capture_output=True, text=True, check=False)


@needs_full
@pytest.mark.parametrize("arguments", ["--version", "train --help", "config show", "runs show --json RUN", "runs"])
def test_results_on_a_full_disk_are_one_line_and_exit_code_5(arguments, bars_run):
    arguments = arguments.replace("RUN", str(bars_run))
    result = shell(f"{arguments} {f'--log-dir {bars_run.parent}' if arguments == 'runs' else ''} >{FULL}")
    assert (result.returncode, result.stderr) == (5, NO_SPACE)


@needs_full
def test_an_error_on_a_full_disk_keeps_its_exit_code():
    assert shell(f"runs show nothing --log-dir /nowhere --json >{FULL}").returncode == 5
    assert shell(f"config show --set stepz=1 >{FULL} 2>{FULL}").returncode == 3


def test_a_closed_standard_output_is_told_once_and_nothing_fails():
    result = shell("config show >&-")
    assert (result.returncode, result.stderr) == (
        0,
        "warning: standard output is closed, so results are not written there\n",
    )


@pytest.mark.parametrize(("line", "code"), [("config show >&- 2>&-", 0), ("config show --set stepz=1 2>&-", 3)])
def test_without_any_stream_the_exit_code_remains(line, code):
    result = shell(line)
    assert (result.returncode, result.stdout, result.stderr) == (code, "", "")


@pytest.mark.parametrize("arguments", [["train", "--help"], ["config", "show"], ["--version"]], ids=" ".join)
def test_a_pipe_that_nobody_reads_ends_a_command_with_141_and_no_word(arguments):
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "mnistcnn", *arguments]
    result = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert (result.returncode, result.stderr) == (141, "")


def test_no_file_takes_the_place_of_a_closed_stream():
    script = (
        "from mnistcnn_cli.streams import guard_standard_streams\n"
        "print(guard_standard_streams())\n"
        "import sys\n"
        "sys.stdin.read()\n"
        "sys.exit(open('/dev/null').fileno())\n"
    )
    result = subprocess.run(["sh", "-c", f'{sys.executable} -c "{script}" <&- >&- 2>&-'], check=False)
    assert result.returncode > 2


@pytest.fixture
def full():
    """A standard output on a full disk."""
    with Results(io.FileIO(FULL, "w"), "utf-8", write_through=True) as stream:
        yield stream


@needs_full
@pytest.mark.parametrize("options", [["--json"], ["--quiet"]], ids=" ".join)
def test_a_training_goes_on_when_its_results_cannot_be_written(full, options, tmp_path, capfd, monkeypatch):
    monkeypatch.setattr(sys, "stdout", full)
    assert run(["train", *SMALL, "--log-dir", str(tmp_path), *options]) == 5
    manifest = json.loads((tmp_path / "one/manifest.json").read_text())
    assert (manifest["state"], manifest["results"]["step"]) == ("finished", 4)
    err = capfd.readouterr().err
    assert err.endswith(NO_SPACE)
    assert err.count("without --json") == ("--json" in options)


@needs_full
def test_what_cannot_be_written_says_so(full):
    with pytest.raises(OutputError, match="standard output cannot be written: No space left"):
        full.write("a result\n")


@pytest.fixture
def guarded(monkeypatch):
    """What the program writes on a standard output of this encoding."""

    def write(encoding, errors, text):
        raw = io.BytesIO()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding, errors))
        monkeypatch.setattr(sys, "stderr", io.StringIO())
        guard_standard_streams()
        sys.stdout.write(text)
        sys.stdout.flush()
        return raw.getvalue()

    return write


@pytest.mark.parametrize("errors", ["strict", "surrogateescape"])
def test_a_name_that_is_not_utf_8_is_written_as_its_bytes(guarded, errors):
    assert guarded("utf-8", errors, "runs/r\udcffé\n") == b"runs/r\xff\xc3\xa9\n"


@pytest.mark.parametrize("errors", ["strict", "surrogateescape"])
def test_an_output_in_ascii_has_similar_characters_or_escapes(guarded, errors):
    assert guarded("ascii", errors, "0.9–1 … │ r\udcff") == b"0.9-1 ... \\u2502 r\xff"


def test_a_handler_that_the_user_chose_stays(guarded):
    assert guarded("ascii", "replace", "–") == b"?"
