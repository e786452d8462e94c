"""YAML: which spellings are read, and what a text that cannot be read is told."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from mnistcnn.config import yaml_reader
from mnistcnn.config.schema import Config, load_config
from mnistcnn.errors import ConfigError
from tests.mnistcnn.config.conftest import Write, problems


@pytest.mark.parametrize(
    ("text", "value"),
    [("1e-4", 1e-4), ("1E-4", 1e-4), (".5", 0.5), ("1.", 1.0), ("1", 1.0), ("+1.5e-3", 1.5e-3), ("1e0", 1.0)],
)
def test_every_plain_spelling_of_a_number_is_one(write: Write, text: str, value: float) -> None:
    config = load_config(write(f"learning_rate: {text}\n"))
    assert config.learning_rate == value
    assert type(config.learning_rate) is float


@pytest.mark.parametrize("content", ["steps: 7", "\ufeffsteps: 7\n", "steps: 7\r\n", "{steps: 7}", "'steps': 7 # a"])
def test_other_ways_to_write_a_file_are_fine(write: Write, content: str) -> None:
    assert load_config(write(content)) == Config(steps=7)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", ":1:1: nothing is set here; write keys and values such as 'steps: 3000'"),
        ("# steps: 3\n\n", ":1:1: nothing is set here; write keys and values such as 'steps: 3000'"),
        ("---\n", ":1:1: nothing is set here; write keys and values such as 'steps: 3000'"),
        ("- steps: 3\n", ":1:1: expected keys and values such as 'steps: 3000', got a list"),
        ("\nsteps\n", ":2:1: expected keys and values such as 'steps: 3000', got \"steps\""),
        ("data:\n", ":1:6: data: expected a section with keys such as 'data.source', got nothing (null)"),
        ("seed: 1\nsteps 3000\n", ":2:1: not valid YAML: expected 'key: value'"),
        ("seed: 1\n\tsteps: 1\n", ":2:1: not valid YAML: a tab; use spaces"),
        ("seed:\t1\n", ":1:6: not valid YAML: a tab; use spaces"),
        (
            "data:\n  dir: a\n source: b\n",
            ":3:2: not valid YAML: the indentation does not match the lines above",
        ),
        ("data: {dir: a\n", ":1:7: not valid YAML: a ',' or '}' is missing"),
        ("name: 'a\n", ":1:7: not valid YAML: a quote is never closed"),
        ("name: @a\n", ":1:7: not valid YAML: text that begins with this character needs quotes"),
        (
            "steps: 1\n---\nsteps: 2\n",
            ":2:1: not valid YAML: a second document; one file holds one configuration",
        ),
        (
            "steps: 9\n...\nname: a\n",
            ":3:1: not valid YAML: text after the line '...', which ends the document; remove that line",
        ),
        ("%YAML 9.9\n---\nsteps: 9\n", ":1:1: not valid YAML: remove the line that begins with %YAML"),
        ('name: "\\U7fffffff"\n', ":1:10: not valid YAML: an escape for a character that does not exist"),
        ("steps: !!int 3\n", ":1:8: tags such as '!!int' are not supported"),
        ("name: !!python/name:os.system\n", ":1:7: tags such as '!!python/name:os.system' are not supported"),
        ("a: &a 1\nb: *a\n", ":2:4: aliases such as '*name' are not supported"),
        ("? [a]\n: 1\n", ":1:3: a key must be a name, not a list or a mapping"),
        ("steps: " + "[" * 30_000, ":1:28: nested too deeply"),
        (b"steps: 1\nname: \xff\n", ":2:7: not a text file in UTF-8: it has the byte 0xff"),
        ("name: é\0\n", ":1:8: not a text file: it has the character U+0000"),
        ("steps: 1\nname: a\x1b\n", ":2:8: not a text file: it has the character U+001B"),
        (b"\x89PNG\r\n\x1a\n", ":1:1: not a text file in UTF-8: it has the byte 0x89"),
        ("steps: 1\n".encode("utf-16"), ":1:1: not a text file in UTF-8: it has the byte 0xff"),
        ("#" * 64_001, ": cannot read it: more than 64 kB is too much for a configuration"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_why_and_where(write: Write, content: str | bytes, problem: str) -> None:
    assert problems(write(content)) == [f"a.yaml{problem}"]


def test_a_url_is_told_to_be_one() -> None:
    with pytest.raises(ConfigError, match="this is a URL, of which nothing is downloaded here"):
        load_config(Path("https://example.org/a.yaml"))


def test_a_section_given_twice_is_one_problem(write: Write) -> None:
    assert problems(write("data: {dir: a}\ndata: {dir: b}\n")) == [
        "a.yaml:2:1: duplicate key 'data'; it is already at a.yaml:1:1"
    ]


@pytest.mark.parametrize("text", [">#1", "|#", "[&a b, &a c] #", "[a #", "'a' #b", "!!int 3 #", "*a #", "%a #"])
def test_a_value_with_a_number_sign_that_is_not_one_value_is_told(text: str) -> None:
    [problem] = problems(None, f"name={text}")
    assert problem.startswith(f"--set name={text}: ")


EXAMPLES = {path.name: path.read_text() for path in (Path(__file__).parents[3] / "configs").glob("*.yaml")} | {
    "lists, quotes and duplicates": "a: [1, 'x', \"y\"]\nb:\n- 1e-4\n- {c: ~}\nd:\na: |\n  text\n",
    "characters of several bytes": "name: Zoë # ☺\n☺: é\n",
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_both_parsers_read_the_same_values_at_the_same_places(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fast = content(yaml_reader.parse_yaml(EXAMPLES[name]))
    monkeypatch.setattr(yaml_reader, "_FastParser", yaml.SafeLoader)
    assert content(yaml_reader.parse_yaml(EXAMPLES[name])) == fast


def content(document: yaml_reader.Document) -> tuple[object, ...]:
    keys = {path: document.position(path, of_key=True) for path in document.keys}
    values = {path: document.position(path, of_key=False) for path in document.values}
    assert values
    return document.value, document.duplicates, keys, values
