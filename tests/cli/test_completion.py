"""What Tab offers, asked as a shell asks."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from contextlib import suppress
from datetime import datetime

import pytest
from mnistcnn_cli.app import app, run
from mnistcnn_cli.completion import answer_shell

from mnistcnn.config.schema import load_config
from mnistcnn.runs.creating import create_run

HEAVY = {"tensorflow", "keras", "matplotlib", "sklearn", "optuna"}


@pytest.fixture
def log_dir(tmp_path, tiny_dataset, monkeypatch):
    """A folder `runs` in the working directory with two runs, the newer one with three checkpoints."""
    monkeypatch.chdir(tmp_path)
    for hour, name in enumerate(("older", "newer")):
        made = create_run(load_config(None, [f"name={name}"]), tiny_dataset, datetime(2026, 11, 24, 12 + hour))
        made.update_manifest({"started": f"2026-11-24T{12 + hour}:00:00+00:00"})
    for step in (0, 100, 200):
        (tmp_path / f"runs/newer/checkpoints/step-{step:07d}").mkdir(parents=True)
    return tmp_path / "runs"


def question(shell, line):
    """How a shell asks, with the cursor at the end of `line`."""
    if shell != "bash":
        return {"_TYPER_COMPLETE_ARGS": line, "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    words = shlex.split(line.replace("=", " = ")) + ([""] if line[-1] in " =" else [])
    return {"COMP_WORDS": "\n".join(words), "COMP_CWORD": str(len(words) - 1)}  # It takes = for a word of its own.


@pytest.fixture
def ask(monkeypatch, capsys):
    """What a shell gets."""

    def answer(shell, line):
        for name, value in {**question(shell, line), "_MNISTCNN_COMPLETE": f"complete_{shell}"}.items():
            monkeypatch.setenv(name, value)
        with suppress(SystemExit):
            answer_shell(lambda: app(prog_name="mnistcnn"), os.environ)
        return capsys.readouterr().out

    return answer


@pytest.fixture
def offered(ask):
    """What bash offers."""
    return lambda line: ask("bash", line).split()


@pytest.mark.parametrize("command", ["eval ", "train --resume ", "predict --run ", "runs compare older "])
def test_runs_are_offered_by_name(offered, log_dir, command):
    assert offered(f"mnistcnn {command}") == ["latest", "newer", "older"]
    assert offered(f"mnistcnn {command}n") == ["newer"]


def test_runs_are_those_of_the_log_dir_and_none_if_there_is_none(offered, log_dir, monkeypatch):
    monkeypatch.chdir(log_dir.parent.parent)
    assert offered(f"mnistcnn eval --log-dir {log_dir} old") == ["older"]
    assert offered("mnistcnn eval ") == []


def test_checkpoints_are_those_of_the_run(offered, log_dir):
    assert offered("mnistcnn eval newer --checkpoint ") == ["best", "last", "0", "100", "200"]
    assert offered("mnistcnn eval older --checkpoint ") == ["best", "last"]
    assert offered("mnistcnn visualize --checkpoint 1") == ["100"]
    assert offered("mnistcnn eval --checkpoint=be") == ["best"]


def test_layers_kinds_and_formats_are_offered(offered):
    assert offered("mnistcnn visualize --layer conv") == ["conv1", "conv2"]
    assert offered("mnistcnn visualize --show ma") == ["maps", "maximise"]
    assert offered("mnistcnn export --format lit") == ["litert", "litert-int8"]


def test_settings_are_offered_with_their_values(offered):
    assert offered("mnistcnn train --set data.s") == ["data.source=", *(f"data.source={each}" for each in SOURCES)]
    assert offered("mnistcnn train --set data.source=") == SOURCES
    assert offered("mnistcnn train --set data.source=m") == ["mnist"]
    assert offered("mnistcnn train --set steps") == ["steps=", "steps=3000"]
    assert offered("mnistcnn train --set deterministic=") == ["true", "false"]
    assert "network.conv1=" in offered("mnistcnn train --set n")


SOURCES = ["auto", "mnist", "digits", "idx"]


def test_a_sweep_has_the_settings_of_its_file(offered):
    assert offered("mnistcnn sweep --set config.steps=") == ["3000"]
    assert offered("mnistcnn sweep --set sampler=") == ["tpe", "random", "grid"]


def test_facts_are_offered_for_sorting_and_filtering(offered, log_dir):
    assert offered("mnistcnn runs list --sort test_") == ["test_accuracy"]
    assert offered("mnistcnn runs list --filter sta") == ["started=", "state="]


@pytest.mark.parametrize(
    "question",
    [
        {},
        {"COMP_CWORD": "1"},
        {"COMP_WORDS": "mnistcnn train"},
        {"COMP_WORDS": "mnistcnn train", "COMP_CWORD": "second"},
        {"COMP_WORDS": "mnistcnn train", "COMP_CWORD": "-1"},
        {"COMP_WORDS": "mnistcnn train", "COMP_CWORD": "10000000000"},
    ],
    ids=str,
)
def test_half_a_question_gets_no_answer_and_no_traceback(monkeypatch, capsys, question):
    for name in ("COMP_WORDS", "COMP_CWORD"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {**question, "_MNISTCNN_COMPLETE": "complete_bash"}.items():
        monkeypatch.setenv(name, value)
    answer_shell(lambda: app(prog_name="mnistcnn"), os.environ)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_keep_the_key_and_show_what_it_means(ask, shell):
    output = ask(shell, "mnistcnn train --set data.source=d")
    assert "data.source=digits" in output
    assert "data.source=mnist" not in output
    assert "bundled" in output


def test_a_shell_whose_files_cannot_be_written_is_told_in_one_line(tmp_path, monkeypatch, capsys):
    (tmp_path / ".bashrc").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")
    assert run(["--install-completion", "bash"]) == 5
    (said,) = capsys.readouterr().err.splitlines()
    assert ".bashrc: completion cannot be installed: Is a directory" in said


def test_real_bash_completes_a_value_without_importing_anything_heavy(tmp_path):
    """With its own way of parting words, as a user's shell has it."""
    program = tmp_path / "mnistcnn"
    listing = tmp_path / "modules"
    program.write_text(
        f"#!{sys.executable}\n"
        "import atexit, sys\n"
        f"atexit.register(lambda: open({str(listing)!r}, 'w').write(' '.join(sys.modules)))\n"
        "from mnistcnn_cli.app import main\n"
        "main()\n"
    )
    program.chmod(0o755)
    script = (
        'eval "$(_MNISTCNN_COMPLETE=source_bash mnistcnn)"\n'
        "COMP_WORDS=(mnistcnn train --set data.source = di); COMP_CWORD=5\n"
        '_mnistcnn_completion mnistcnn\necho "${COMPREPLY[@]}"\n'
    )
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    answer = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True, env=environment)
    assert answer.stdout == "digits\n"
    assert not HEAVY & set(listing.read_text().split())
