import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import typer
from mnistcnn_cli.__main__ import main as start
from mnistcnn_cli.app import app, run

HEAVY = {"tensorflow", "keras", "matplotlib", "numpy", "sklearn", "PIL", "tensorboard", "optuna", "sqlalchemy"}
COMMANDS = ["train", "eval", "predict", "visualize", "page", "export", "data", "doctor", "config", "config show"]
COMMANDS += ["runs", "runs list", "runs show", "runs compare", "runs export", "runs reproduce"]
COMMANDS += ["compare", "sweep", "sweep show"]
HELP = [["--help"], *([*command.split(), "--help"] for command in COMMANDS)]


def in_a_fresh_interpreter(*arguments):
    """Run `main()` as the console script does; the last line on standard error lists what was imported."""
    script = (
        "import sys, atexit\n"
        "atexit.register(lambda: print('MODULES', *sys.modules, file=sys.stderr))\n"
        "from mnistcnn_cli.app import main\n"
        "main()\n"
    )
    return subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False)


def heavy_modules(result):
    *_, modules = result.stderr.splitlines()
    assert modules.startswith("MODULES")
    return HEAVY & set(modules.split())


@pytest.mark.parametrize("arguments", [*HELP, ["--version"]], ids=" ".join)
def test_help_and_version_import_nothing_heavy(arguments):
    result = in_a_fresh_interpreter(*arguments)
    assert result.returncode == 0
    assert result.stdout
    assert heavy_modules(result) == set()


def test_help_fits_the_memory_however_wide_the_window_claims_to_be():
    line = f"ulimit -v 2000000; COLUMNS=1000000000 {sys.executable} -m mnistcnn train --help"
    result = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")


def test_help_is_tested_for_every_command():
    root = typer.main.get_command(app)
    names = {None, *root.commands}
    assert names == {arguments[0] if len(arguments) > 1 else None for arguments in HELP}


@pytest.mark.parametrize(
    "arguments",
    [
        ["train", "--set", "steps"],
        ["train", "--config", "/nowhere.yaml"],
        ["train", "--set", "stepz=1"],
        ["eval", "--min-accuracy", "98"],
    ],
    ids=" ".join,
)
def test_a_wrong_command_line_or_configuration_is_told_without_importing_tensorflow(arguments):
    result = in_a_fresh_interpreter(*arguments)
    assert result.returncode in {2, 3}
    assert result.stderr.startswith("error: ")
    assert "Traceback" not in result.stderr
    assert not heavy_modules(result) & {"tensorflow", "keras"}


def test_the_version_is_the_packages(capsys):
    assert run(["--version"]) == 0
    assert capsys.readouterr() == ("mnistcnn 0.1.0\n", "")


def test_no_arguments_show_the_help(capsys):
    assert run([]) == 2
    assert "Usage: mnistcnn" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["bogus"], "No such command 'bogus'"),
        (["train", "--stepz", "3"], "No such option: --stepz"),
        (["train", "--steps", "many"], "Invalid value for '--steps'"),
        (["train", "extra"], "unexpected extra argument"),
    ],
)
def test_a_wrong_command_line_is_one_message_and_exit_code_2(arguments, said, capsys):
    assert run(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: ")
    assert said in captured.err
    assert "--help" in captured.err


def test_with_json_even_a_wrong_option_is_an_object(capsys):
    assert run(["train", "--json", "--stepz", "3"]) == 2
    record = json.loads(capsys.readouterr().out)
    assert (record["kind"], record["exit_code"]) == ("UsageError", 2)


@pytest.mark.parametrize("package", ["mnistcnn", "mnistcnn_cli"])
def test_python_dash_m_is_the_same_program(package):
    result = subprocess.run([sys.executable, "-m", package, "--version"], capture_output=True, text=True, check=True)
    assert result.stdout == "mnistcnn 0.1.0\n"


def test_the_console_script_is_main():
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    assert project["project"]["scripts"] == {"mnistcnn": "mnistcnn_cli.__main__:main"}


def test_what_was_held_back_is_shown_when_the_import_fails():
    script = (
        "import os\n"
        "from mnistcnn.network.quiet_tensorflow import quiet_stderr\n"
        "with quiet_stderr():\n"
        "    os.write(2, b'libcudart.so.12 not found\\n')\n"
        "    raise ImportError('no tensorflow')\n"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert result.stderr.startswith("libcudart.so.12 not found\nTraceback")


def test_completion_still_works():
    result = subprocess.run(
        [sys.executable, "-m", "mnistcnn_cli"],
        capture_output=True,
        text=True,
        check=False,
        env={
            **os.environ,
            "_MNISTCNN_COMPLETE": "complete_bash",
            "COMP_WORDS": "mnistcnn tr",
            "COMP_CWORD": "1",
        },
    )
    assert "train" in result.stdout


def test_what_was_held_back_is_not_shown_before_an_error_that_says_what_happened():
    script = (
        "import os\n"
        "from mnistcnn.errors import DataError\n"
        "from mnistcnn.network.quiet_tensorflow import quiet_stderr\n"
        "try:\n"
        "    with quiet_stderr():\n"
        "        os.write(2, b'chatter')\n"
        "        raise DataError('no images')\n"
        "except DataError:\n"
        "    pass\n"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")


def test_ctrl_c_before_there_is_a_command_ends_in_a_word(monkeypatch, capsys):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr("mnistcnn_cli.app.main", interrupted)
    with pytest.raises(SystemExit) as ended:
        start()
    assert (ended.value.code, capsys.readouterr().err) == (130, "interrupted\n")
