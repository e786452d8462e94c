"""`mnistcnn page` and `mnistcnn visualize --page`: where the page goes, who opens it, and what is refused."""

import json
import os
import stat
import sys
import webbrowser

import pytest
from mnistcnn_cli.app import run

from mnistcnn.data.sources import load_dataset
from mnistcnn.runs.directory import Run
from mnistcnn.runs.trained import load_trained
from mnistcnn.visualize.page import build
from mnistcnn.visualize.picture_source import picture_source


@pytest.fixture
def opened(monkeypatch):
    """What the browser was asked to show, on a machine with a screen."""
    asked = []
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(webbrowser, "open", lambda url: asked.append(url) or True)
    return asked


@pytest.fixture
def at_terminal(monkeypatch):
    """Runs a command line with a terminal as standard output."""

    def call(arguments):
        with monkeypatch.context() as patch:
            patch.setattr(sys.stdout, "isatty", lambda: True)
            return run(arguments)

    return call


@pytest.fixture(scope="module")
def payload(bars_run):
    trained = load_trained(Run(bars_run), "best")
    return build.make_payload(picture_source(trained, load_dataset(trained.config.data)), "int8")


@pytest.fixture
def quick(payload, monkeypatch):
    """Pages have one content, for tests of what is done with them; gives the step and the weights that each is of."""
    made = []
    monkeypatch.setattr(
        build, "make_payload", lambda source, weights: made.append((source.trained.step, weights)) or payload
    )
    return made


def test_the_page_goes_into_the_run_and_its_path_to_standard_output(bars_run, capsys, opened):
    assert run(["page", str(bars_run)]) == 0
    captured = capsys.readouterr()
    path = bars_run / "visualize" / "page.html"
    assert captured.out == f"{path}\n"
    assert path.read_text().startswith("<!doctype html>")
    assert "int8 weights agree with the network's on" in captured.err
    assert "of 60 test images" in captured.err
    assert opened == []  # In a pipe, nobody waits for a browser.


def test_the_page_of_the_tutorials_network_comes_with_a_hint_unless_it_is_to_be_quiet(
    bars_run, tmp_path, monkeypatch, quick
):
    hinted = []
    monkeypatch.setattr("mnistcnn_cli.run_page.hint_at_handwriting", hinted.append)
    assert run(["page", str(bars_run), "--out", str(tmp_path / "page.html")]) == 0
    assert [trained.run.path for trained in hinted] == [bars_run]
    assert run(["page", str(bars_run), "--out", str(tmp_path / "page.html"), "--quiet"]) == 0
    assert len(hinted) == 1


def test_from_a_terminal_the_browser_opens_it(bars_run, tmp_path, opened, at_terminal, quick):
    path = tmp_path / "my page.html"
    assert at_terminal(["page", str(bars_run), "--out", str(path)]) == 0
    assert opened == [path.as_uri()]


def test_no_open_opens_nothing(bars_run, tmp_path, opened, at_terminal, quick):
    assert at_terminal(["page", str(bars_run), "--out", str(tmp_path / "page.html"), "--no-open"]) == 0
    assert opened == []


@pytest.mark.parametrize("trouble", ["no screen", "no browser"])
def test_where_nothing_can_open_it_that_is_told(
    trouble, bars_run, tmp_path, opened, at_terminal, quick, monkeypatch, capsys
):
    if trouble == "no screen":
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setattr("sys.platform", "linux")
    else:
        monkeypatch.setattr(webbrowser, "open", lambda _: False)
    assert at_terminal(["page", str(bars_run), "--out", str(tmp_path / "page.html")]) == 0
    assert "open the file in one" in capsys.readouterr().err
    assert opened == []


def test_json_is_an_object_with_size_and_parity(bars_run, tmp_path, opened, at_terminal, capsys):
    path = tmp_path / "page.html"
    assert at_terminal(["page", str(bars_run), "--out", str(path), "--weights", "float32", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    parity = {"weights": "float32", "images": 60, "agree": 60, "largest_logit_difference": 0.0}
    assert record == {"event": "page", "path": str(path), "bytes": path.stat().st_size, "parity": parity}
    assert opened == []


def test_visualize_writes_the_same_page_into_its_folder(bars_run, tmp_path, opened, quick, capsys):
    assert run(["page", str(bars_run), "--out", str(tmp_path / "one.html"), "--quiet"]) == 0
    assert run(["visualize", str(bars_run), "--page", "--out", str(tmp_path / "folder"), "--quiet"]) == 0
    assert (tmp_path / "folder" / "page.html").read_bytes() == (tmp_path / "one.html").read_bytes()
    assert quick[0] == quick[1]
    assert capsys.readouterr() == (f"{tmp_path / 'one.html'}\n{tmp_path / 'folder' / 'page.html'}\n", "")
    assert opened == []


def test_a_step_is_the_network_of_that_step(bars_run, tmp_path, quick):
    assert run(["page", str(bars_run), "--checkpoint", "0", "--out", str(tmp_path / "page.html"), "--quiet"]) == 0
    assert quick == [(0, "int8")]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["page", "RUN", "--weights", "int4"], 2, "--weights"),
        (["page", "RUN", "--out", "FOLDER"], 2, "is a folder; name a file: --out"),
        (["page", "RUN", "--checkpoint", "77"], 5, "no checkpoint '77'; there are: 0,"),
        (["page", "nothing"], 5, "nothing: no such run"),
        (["visualize", "RUN", "--weights", "int8"], 2, "add --page"),
        (["visualize", "RUN", "--page", "--layer", "conv1", "--theme", "dark"], 2, "leave out --layer, --theme"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_input_is_one_message_and_an_exit_code(arguments, code, said, bars_run, tmp_path, capsys):
    places = {"RUN": str(bars_run), "FOLDER": str(tmp_path)}
    assert run([places.get(argument, argument) for argument in arguments]) == code
    captured = capsys.readouterr()
    assert said in captured.err
    assert "Traceback" not in captured.err


@pytest.mark.parametrize(
    ("name", "reason"), [("file/page.html", "Not a directory"), ("pipe", "not a regular file")], ids=lambda value: value
)
def test_a_page_that_cannot_be_written_is_told_before_anything_is_loaded(bars_run, tmp_path, capsys, name, reason):
    (tmp_path / "file").write_text("in the way")
    os.mkfifo(tmp_path / "pipe")
    assert run(["page", str(bars_run), "--out", str(tmp_path / name)]) == 5
    assert capsys.readouterr().err == f"error: {tmp_path / name}: cannot write the page: {reason}\n"
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
