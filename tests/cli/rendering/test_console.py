import io
import json
import os
import subprocess
import sys

import pytest
from mnistcnn_cli.rendering.console import Console, open_console
from mnistcnn_cli.rendering.live import LiveDisplay
from mnistcnn_cli.rendering.ndjson import NdJson
from mnistcnn_cli.rendering.plain import PlainLog, WarningsOnly
from mnistcnn_cli.rendering.result_paths import RunPath
from mnistcnn_cli.rendering.sink import Sink


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


class Latin1Terminal(Terminal):
    encoding = "iso-8859-1"


@pytest.fixture
def choose(monkeypatch):
    """Opens a console with the given streams, and tells which sinks it has."""

    def chosen(stderr, stdout, **options):
        monkeypatch.setattr(sys, "stderr", stderr)
        monkeypatch.setattr(sys, "stdout", stdout)
        with open_console(**{"as_json": False, "quiet": False, **options}) as console:
            return [type(sink) for sink in console._sinks]

    monkeypatch.setenv("TERM", "xterm-256color")
    return chosen


def test_a_terminal_gets_the_display_and_no_path(choose):
    assert choose(Terminal(), Terminal()) == [LiveDisplay]


def test_a_log_gets_lines_and_a_pipe_gets_the_path(choose):
    assert choose(io.StringIO(), io.StringIO()) == [PlainLog, RunPath]


def test_a_terminal_that_cannot_draw_gets_lines(choose, monkeypatch):
    assert choose(Latin1Terminal(), Terminal()) == [PlainLog]
    monkeypatch.setenv("TERM", "dumb")
    assert choose(Terminal(), Terminal()) == [PlainLog]


def test_json_and_the_display_do_not_share_a_terminal(choose, tmp_path):
    assert choose(Terminal(), Terminal(), as_json=True) == [WarningsOnly, NdJson]
    assert choose(Terminal(), io.StringIO(), as_json=True) == [WarningsOnly, NdJson]
    assert choose(io.StringIO(), io.StringIO(), as_json=True) == [PlainLog, NdJson]
    with (tmp_path / "events.ndjson").open("w") as file:
        assert choose(Terminal(), file, as_json=True) == [LiveDisplay, NdJson]


def test_quiet_keeps_warnings_and_results(choose):
    assert choose(Terminal(), io.StringIO(), quiet=True) == [WarningsOnly, RunPath]
    assert choose(io.StringIO(), io.StringIO(), quiet=True, as_json=True) == [WarningsOnly, NdJson]


def test_a_program_without_standard_streams_still_runs(choose):
    assert choose(None, None) == [PlainLog]


def test_a_download_is_counted_and_starts_again_from_zero():
    class Bytes(Sink):
        def __init__(self):
            self.seen = []

        def download(self, name, received, total):
            self.seen.append((name, received, total))

    sink = Bytes()
    with Console([sink]) as console:
        console.start("a.gz", 10)
        console.advance(4)
        console.start("a.gz", 10)
        console.advance(10)
    assert sink.seen == [("a.gz", 0, 10), ("a.gz", 4, 10), ("a.gz", 0, 10), ("a.gz", 10, 10)]


def test_every_sink_is_closed_when_one_fails():
    class Bad(Sink):
        def __exit__(self, *_):
            raise OSError("no space left")

    class Good(Sink):
        closed = False

        def __exit__(self, *_):
            self.closed = True

    good = Good()
    with pytest.raises(OSError, match="no space"), Console([good, Bad()]):
        pass
    assert good.closed


def test_an_interruption_says_where_the_run_is(fake_run):
    error = KeyboardInterrupt()
    console = Console([])
    console.show(fake_run()[0])
    console.__exit__(KeyboardInterrupt, error, None)
    assert error.__notes__ == ["the run is in runs/20261124-064837-3fa9c1"]


def test_the_people_stream_outlives_a_standard_error_that_was_turned_aside(tmp_path):
    """While TensorFlow is imported, file descriptor 2 leads nowhere; the display must not."""
    script = (
        "from mnistcnn_cli.rendering.console import open_console\n"
        "from mnistcnn.network.quiet_tensorflow import quiet_stderr\n"
        "import os\n"
        "with open_console(as_json=False, quiet=False) as console, quiet_stderr():\n"
        "    console.phase('shown')\n"
        "    os.write(2, b'hidden')\n"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "shown" in result.stderr
    assert "hidden" not in result.stderr


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs a pseudo-terminal")
def test_json_beside_a_terminal_is_json_and_nothing_else(tmp_path):
    script = (
        "from mnistcnn_cli.rendering.console import open_console\n"
        "from mnistcnn.events import Warned\n"
        "with open_console(as_json=True, quiet=False) as console:\n"
        "    console.phase('loading')\n"
        "    console.show(Warned('careful'))\n"
    )
    leader, follower = os.openpty()
    output = tmp_path / "events.ndjson"
    with output.open("w") as stdout:
        subprocess.run([sys.executable, "-c", script], stdout=stdout, stderr=follower, check=True)
    os.close(follower)
    os.close(leader)
    assert json.loads(output.read_text()) == {"event": "warned", "message": "careful"}
