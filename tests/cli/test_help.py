"""The help pages: what a user reads there is complete, true, and free of Python's words."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer
from mnistcnn_cli.app import app, run
from mnistcnn_cli.help import MANAGE, SEE, START, USE
from rich.text import Text

from mnistcnn.config.differences import flat_config
from mnistcnn.config.schema import Config
from mnistcnn.sweep.settings import JOURNAL, SweepConfig

ROOT = typer.main.get_command(app)
README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
WITHOUT_DEFAULT = {
    "config", "set", "seeds", "resume", "from", "workers", "worker-index", "model", "min-accuracy", "filter", "import",
    "out", "plot", "unit", "save",
}  # fmt: skip
"""Options that do nothing unless they are given."""


def commands(group=ROOT, path=()):
    """Every command by its words, `runs list`, with its parsed form."""
    for name, command in group.commands.items():
        yield (*path, name), command
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))


PAGES = {(): ROOT, **dict(commands())}


@pytest.fixture
def page(capsys, monkeypatch):
    def read(*words, width=100):
        monkeypatch.setenv("COLUMNS", str(width))
        assert run([*words, "--help"]) == 0
        return ESCAPE.sub("", capsys.readouterr().out)

    return read


@pytest.mark.parametrize("words", PAGES, ids=" ".join)
def test_a_page_has_no_type_of_python_and_examples(page, words):
    text = page(*words)
    assert not re.search(r"<\w|list\[|\[\[|\{|\(dynamic\)", text)
    assert text.count("\n # ") >= 2
    assert "Examples" in text


def examples(words):
    text = Text.from_markup(PAGES[words].epilog).plain
    return [line for line in text.splitlines() if line.startswith(("mnistcnn ", "cat "))]


@pytest.mark.parametrize("words", PAGES, ids=" ".join)
def test_an_example_is_a_command_line_that_the_program_takes(words):
    for line in examples(words):
        example = re.split(r" > | && | \| jq", line.split("| ")[1 if line.startswith("cat") else 0])[0]
        program, *arguments = shlex.split(example)
        assert program == "mnistcnn"
        command = ROOT
        while arguments and arguments[0] in getattr(command, "commands", {}):
            command = command.commands[arguments.pop(0)]
        command.make_context("mnistcnn", arguments)


def test_a_page_fits_into_a_narrow_window(page):
    for words in PAGES:
        assert max(map(len, page(*words, width=50).splitlines())) <= 50


def options():
    for words, command in PAGES.items():
        with command.make_context("mnistcnn", ["--help"], resilient_parsing=True) as context:
            for option in command.get_params(context):
                if option.param_type_name == "option" and not option.is_flag:
                    yield words, option


def test_every_option_shows_its_default():
    for words, option in options():
        name = option.opts[0].removeprefix("--")
        has_default = option.default is not None or "\\[default: " in (option.help or "")
        assert has_default or name in WITHOUT_DEFAULT, (words, name)


def test_the_defaults_on_the_page_are_those_of_the_configuration():
    shown = {
        (words[0], option.opts[0]): re.search(r"default: (.+?)\]", option.help)[1]
        for words, option in options()
        if "default: " in option.help
    }
    flat = flat_config(Config())
    for key in ("steps", "batch_size", "learning_rate", "keep_prob", "seed", "log_dir"):
        assert shown["train", f"--{key.replace('_', '-')}"] == str(flat[key])
    fields = SweepConfig.model_fields
    assert shown["sweep", "--trials"] == str(fields["trials"].default)
    assert shown["sweep", "--study"] == fields["study"].default
    assert shown["sweep", "--storage"].startswith(JOURNAL)


def test_the_commands_stand_in_groups_and_the_table_of_the_readme_says_the_same(page):
    table = README.split("<!-- commands -->\n")[1].split("\n\n")[0].splitlines()[2:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    groups, told = "", []
    for group, command, purpose in cells:
        groups = group or groups
        told.append((groups, command.strip("`"), purpose))
    assert told == [
        (command.rich_help_panel, name, command.help.partition("\n")[0]) for name, command in ROOT.commands.items()
    ]
    text = page()
    places = [text.index(f"─ {group} ─") for group in (START, SEE, USE, MANAGE)]
    assert places == sorted(places)


@pytest.mark.parametrize("group", ["runs", "sweep", "config"])
def test_the_page_of_a_group_shows_what_its_sub_commands_can(page, group):
    text = page(group)
    for words, command in commands():
        if words[0] == group and len(words) == 2:
            assert f" {words[1]} " in text
            assert command.help.partition("\n")[0] in " ".join(text.replace("│", " ").split())
            with command.make_context("mnistcnn", ["--help"], resilient_parsing=True) as context:
                for option in command.get_params(context):
                    assert option.opts[0] in text or option.param_type_name == "argument" or option.opts[0] == "--help"


def test_how_to_install_the_completion_stands_in_the_readme(page):
    assert "`mnistcnn --install-completion`" in README
    assert "--install-completion" in page()
