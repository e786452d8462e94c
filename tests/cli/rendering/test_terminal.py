"""Which terminals get a display, and which a plain log: tried in real pseudo-terminals."""

import os
import subprocess
import sys
import termios

import pytest
from mnistcnn_cli.rendering.terminal import can_draw, forget_impossible_windows

GOOD = {"TERM": "xterm-256color"}


@pytest.fixture
def terminal():
    """A pseudo-terminal of 24 lines; gives the stream that a command writes to, and where its output comes out."""
    leader, follower = os.openpty()
    termios.tcsetwinsize(follower, (24, 80))
    with os.fdopen(follower, "w", encoding="utf-8") as stream:
        yield stream, leader
    os.close(leader)


def test_an_ordinary_terminal_gets_a_display(terminal):
    assert can_draw(terminal[0], GOOD)


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"TERM": "dumb"},
        {"TERM": "unknown"},
        {**GOOD, "JPY_PARENT_PID": "1234"},
        {**GOOD, "COLAB_RELEASE_TAG": "release-colab"},
    ],
    ids=str,
)
def test_a_notebook_and_a_simple_terminal_get_a_log(terminal, environment):
    assert not can_draw(terminal[0], environment)


def test_a_terminal_without_a_height_gets_a_log(terminal):
    termios.tcsetwinsize(terminal[0].fileno(), (0, 0))
    assert not can_draw(terminal[0], GOOD)


@pytest.mark.parametrize("size", ["1000000000", "65536", "0", "-1", "wide", "²", ""])
def test_a_size_that_no_window_has_is_forgotten(size):
    environment = {"COLUMNS": size, "LINES": size, "TERMINAL_WIDTH": size, **GOOD}
    forget_impossible_windows(environment)
    assert environment == GOOD


def test_a_size_that_a_window_can_have_is_kept():
    environment = {"COLUMNS": "200", "LINES": "1", "TERMINAL_WIDTH": "65535"}
    forget_impossible_windows(environment)
    assert environment == {"COLUMNS": "200", "LINES": "1", "TERMINAL_WIDTH": "65535"}


def test_a_file_gets_a_log(tmp_path):
    with (tmp_path / "log").open("w", encoding="utf-8") as stream:
        assert not can_draw(stream, GOOD)


@pytest.mark.parametrize("name", ["JPY_PARENT_PID", "COLAB_GPU"])
def test_a_notebooks_cell_shows_lines_without_control_characters(terminal, name):
    script = (
        "from mnistcnn_cli.rendering.console import open_console\n"
        "from mnistcnn.events import Warned\n"
        "with open_console(as_json=False, quiet=False) as console:\n"
        "    console.phase('loading the data')\n"
        "    console.show(Warned('careful'))\n"
    )
    stream, leader = terminal
    environment = {**os.environ, **GOOD, name: "1"}
    subprocess.run([sys.executable, "-c", script], stderr=stream, check=True, env=environment)
    shown = os.read(leader, 10_000).decode()
    assert "\x1b" not in shown
    assert [line.split("  ")[1] for line in shown.splitlines()] == ["loading the data", "WARNING: careful"]
