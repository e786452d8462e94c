"""One name, one meaning and one help text: over all commands."""

from collections import defaultdict

import pytest
import typer
from mnistcnn_cli.app import app

# The same word in English, but another thing in each command.
SEVERAL_MEANINGS = {"--format", "--out", "--show", "runs"}


def commands(command=None, path=""):
    """Every command with its words, such as `runs show`."""
    command = typer.main.get_command(app) if command is None else command
    yield path, command
    for name, child in getattr(command, "commands", {}).items():
        yield from commands(child, f"{path} {name}".strip())


def helps():
    """Option -> help text -> the commands that have it so."""
    found = defaultdict(lambda: defaultdict(list))
    for path, command in commands():
        for parameter in command.params:
            for name in parameter.opts:
                if name.startswith("-") or parameter.param_type_name == "argument":
                    found[name][getattr(parameter, "help", None)].append(path)
    return found


@pytest.mark.parametrize(("name", "texts"), helps().items(), ids=list(helps()))
def test_an_option_has_the_same_help_in_every_command(name, texts):
    assert name in SEVERAL_MEANINGS or len(texts) == 1, dict(texts)
    assert all(texts), f"{name} has no help in {texts.get(None)}"


def test_what_has_several_meanings_really_differs():
    assert {name for name, texts in helps().items() if len(texts) > 1} == SEVERAL_MEANINGS


@pytest.mark.parametrize("command", ["eval", "export", "visualize", "page", "data"])
def test_every_command_that_loads_data_of_a_run_can_be_told_where_it_is(command):
    options = {name for path, found in commands() if path == command for one in found.params for name in one.opts}
    assert "--data-dir" in options
    assert not options & {"--dir", "--source"}
