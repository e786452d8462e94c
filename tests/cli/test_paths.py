"""Paths on the command line that the shell did not expand."""

from __future__ import annotations

import pytest
from mnistcnn_cli.app import run

from tests.cli.test_options import commands

CONFIGURED = {("train", "--log-dir"), ("data", "--data-dir"), ("sweep", "--log-dir"), ("sweep", "--storage")}
"""Options whose values go through the configuration, which expands them."""


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SCRATCH", str(tmp_path / "scratch"))
    return tmp_path / "home"


def test_every_option_that_takes_a_path_expands_it():
    options = [(path, each) for path, command in commands() for each in command.params if each.opts[0][:2] == "--"]
    paths = [each for each in options if {"DIR", "FILE", "FOLDER", "RUN"} & set((each[1].metavar or "").split("|"))]
    assert len(paths) > 20
    as_they_are = {(path, each.opts[0]) for path, each in paths if each.callback is None}
    assert as_they_are == CONFIGURED


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        ("eval nothing --log-dir=~/runs", 5, "the newest in HOME/runs: none"),
        ("eval nothing --log-dir=$SCRATCH/runs", 5, "the newest in SCRATCH/runs: none"),
        ("train --resume nothing --log-dir=~/runs", 5, "the newest in HOME/runs: none"),
        ("train --resume=~/nothing", 5, "error: HOME/nothing: no such run"),
        ("runs show ~/nothing", 5, "error: HOME/nothing: no such run"),
        ("train --config=~/a.yaml", 3, "error: HOME/a.yaml: there is no such file"),
        ("sweep show --storage=~/x", 5, "error: HOME/x: no studies here"),
        ("sweep show --log-dir=$SCRATCH/runs", 5, "error: SCRATCH/runs/sweeps.journal: no studies here"),
        ("eval --model=~/model.onnx", 2, "error: HOME/model.onnx: no such file"),
        ("data --import=~/mine --out=~/idx", 4, "HOME/mine"),
    ],
)
def test_a_path_may_have_a_home_and_variables(home, capsys, command, code, said):
    assert run(command.split()) == code
    assert said.replace("HOME", str(home)).replace("SCRATCH", str(home.parent / "scratch")) in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("eval --data-dir PATH", 2),
        ("visualize --image PATH", 2),
        ("page --out PATH", 2),
        ("sweep show --storage PATH", 2),
        ("train --resume latest --log-dir PATH", 2),
        ("sweep --config s.yaml --storage PATH", 3),
    ],
)
def test_a_variable_that_is_not_set_and_a_home_of_nobody_are_told(home, capsys, command, code):
    (home.parent / "s.yaml").write_text("space: {keep_prob: {uniform: [0.3, 0.9]}}")
    assert run(command.replace("PATH", "$NOWHERE_AT_ALL/x").split()) == code
    assert "the environment variable NOWHERE_AT_ALL is not set" in capsys.readouterr().err
    assert run(command.replace("PATH", "~nobody-here/x").split()) == code
    assert "somebody's home directory" in capsys.readouterr().err


def test_a_storage_of_a_sweep_file_is_expanded_and_an_address_is_not(home):
    from mnistcnn.sweep.settings import load_sweep

    (home.parent / "s.yaml").write_text("space: {keep_prob: {uniform: [0.3, 0.9]}}\nstorage: $SCRATCH/x\n")
    assert load_sweep(home.parent / "s.yaml").storage == str(home.parent / "scratch/x")
    address = "postgresql://ada:$a@host/~x"
    assert load_sweep(home.parent / "s.yaml", options={"storage": address}).storage == address


def test_a_command_that_is_shown_names_a_path_such_that_it_is_not_expanded_again():
    from pathlib import Path

    from mnistcnn_cli.rendering.text import option_path

    assert option_path(Path("runs/a$b/config.yaml")) == "'runs/a$$b/config.yaml'"
    assert option_path(Path("runs/one")) == "runs/one"
