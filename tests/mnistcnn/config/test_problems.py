"""What a wrong value, an unknown key or a missing one is told."""

from __future__ import annotations

import re

import pytest
from pydantic import BaseModel, ConfigDict

from mnistcnn.config.loading import load_model
from mnistcnn.errors import ConfigError
from tests.mnistcnn.config.conftest import Write, problems


class _Size(BaseModel):
    model_config = ConfigDict(extra="forbid")
    size: int = 1


class _Needy(BaseModel):
    needed: int


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    first: _Size = _Size()
    second: _Size = _Size()
    smooth: bool = False


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("abc", '"abc"'),
        ("yes", '"yes"'),
        ("true", "true"),
        ("010", '"010"; write digits only, with no leading zeros'),
        ("1_000", '"1_000"; write digits only, without separators'),
        ("1,000,000", '"1,000,000"; write digits only, without separators'),
        ("1 000", '"1 000"; write digits only, without separators'),
        ("1,5", '"1,5"; write a whole number, without a comma'),
        ("0x10", '"0x10"'),
        ("1:30", '"1:30"'),
        ('"3000"', '"3000"; remove the quotes'),
        ("''", '""'),
        ("3e3", "3000.0; write 3000"),
        ("3.5", "3.5"),
        (".nan", "nan"),
        (".inf", "inf"),
        ("null", "nothing (null)"),
        ("", "nothing (null)"),
        ("[3]", "a list"),
        ("{a: 3}", "a mapping"),
        ("2026-11-01", '"2026-11-01"'),
    ],
)
def test_what_is_not_a_whole_number_is_refused(write: Write, text: str, shown: str) -> None:
    [problem] = problems(write(f"seed: 1\nsteps: {text}\n"))
    assert re.sub(r":2:\d+:", ":2:N:", problem) == f"a.yaml:2:N: steps: expected a whole number, got {shown}"


@pytest.mark.parametrize(
    ("override", "problem"),
    [
        ("learning_rate=no", 'expected a number, got "no"'),
        ("learning_rate=true", "expected a number, got true"),
        ("learning_rate='1e-4'", 'expected a number, got "1e-4"; remove the quotes'),
        ("learning_rate=1,5", 'expected a number, got "1,5"; write a point, not a comma, before decimals'),
        ("learning_rate=1,5e-4", 'expected a number, got "1,5e-4"; write a point, not a comma, before decimals'),
        ("keep_prob=50%", 'expected a number, got "50%"; write a fraction, such as 0.5 for 50 %'),
        ("learning_rate=01", 'expected a number, got "01"; write digits only, with no leading zeros'),
        ("learning_rate=1e999", "expected a finite number, got inf"),
        ("learning_rate=.nan", "expected a finite number, got nan"),
        ("learning_rate=-.inf", "expected a finite number, got -inf"),
        ("learning_rate=0", "must be more than 0 and at most 1e+38, got 0"),
        ("keep_prob=0.0", "must be between 0.01 and 1, got 0.0"),
        ("keep_prob=1.5", "must be between 0.01 and 1, got 1.5"),
        ("steps=0", "must be between 1 and 100,000,000, got 0"),
        ("batch_size=-1", "must be between 1 and 1,000,000, got -1"),
        ("seed=2147483648", "must be between 0 and 2,147,483,647, got 2147483648"),
        ("seed=" + "9" * 5000, "expected a whole number, got inf"),
        ("threads=0", "must be between 1 and 1,024, got 0"),
        ("name=2024", "expected text, got 2024; put quotes around it"),
        ("name=true", "expected text, got true; put quotes around it"),
        ("name=2.0", "expected text, got 2.0; put quotes around it"),
        (
            "data.source=mnsit",
            "expected 'auto', 'mnist', 'digits' or 'idx', got \"mnsit\"; did you mean 'mnist'?",
        ),
        ("data.source=[idx]", "expected 'auto', 'mnist', 'digits' or 'idx', got a list"),
        ("log_dir=3", "expected the path of a directory, got 3"),
        ("log_dir=", "expected the path of a directory, got nothing (null)"),
        ("log_dir=''", 'expected the path of a directory, got ""'),
        (r'log_dir="a\0"', r'expected the path of a directory, got "a\x00"'),
        (r'log_dir="\uD800x"', r'expected a path without the character U+D800, got "\ud800x"'),
        (
            "log_dir=~nobody-here/x",
            "expected a path whose '~' is somebody's home directory, got \"~nobody-here/x\"",
        ),
    ],
)
def test_a_value_that_cannot_be_is_told_what_can(override: str, problem: str) -> None:
    assert problems(None, override) == [f"--set {override}: {problem}"]


@pytest.mark.parametrize("section", ["data", "network", "checkpoints"])
@pytest.mark.parametrize(("text", "shown"), [("null", "nothing (null)"), ("3", "3"), ("[a]", "a list")])
def test_a_section_cannot_be_replaced_by_a_value(section: str, text: str, shown: str) -> None:
    [problem] = problems(None, f"{section}={text}")
    assert problem.startswith(f"--set {section}={text}: expected a section with keys such as '{section}.")
    assert problem.endswith(f"', got {shown}")


@pytest.mark.parametrize(
    ("key", "advice"),
    [
        ("validation_size", "did you mean 'data.validation_size'?"),
        ("validation-siz", "did you mean 'data.validation_size'?"),
        ("batch-size", "did you mean 'batch_size'?"),
        ("STEPS", "did you mean 'steps'?"),
        ("dat", "did you mean 'data'?"),
        ("data.source", "in a file, write 'source' indented under 'data:'"),
    ],
)
def test_an_unknown_key_gets_the_nearest_one_with_its_section(write: Write, key: str, advice: str) -> None:
    assert problems(write(f"{key}: 3\n")) == [f"a.yaml:1:1: unknown key '{key}'; {advice}"]


def test_a_key_in_the_wrong_section_is_sent_to_the_right_one(write: Write) -> None:
    assert problems(write("data:\n  steps: 3\n")) == ["a.yaml:2:3: unknown key 'data.steps'; did you mean 'steps'?"]


def test_an_unknown_key_like_no_other_gets_the_list(write: Write) -> None:
    assert problems(write("data:\n  '<<': {}\n")) == [
        "a.yaml:2:3: unknown key 'data.<<'; the keys here are source, dir, validation_size, transpose"
    ]


def test_keys_of_the_same_section_are_suggested_first(write: Write) -> None:
    path = write("second: {sizes: 1}\nsizes: 1\n")
    with pytest.raises(ConfigError) as caught:
        load_model(_Shape, path, [], {})
    assert caught.value.problems == (
        "a.yaml:1:10: unknown key 'second.sizes'; did you mean 'second.size'?",
        "a.yaml:2:1: unknown key 'sizes'; did you mean 'first.size'?",
    )


def test_a_missing_key_is_reported_where_its_section_is(write: Write) -> None:
    class Outer(BaseModel):
        inner: _Needy

    with pytest.raises(ConfigError) as caught:
        load_model(Outer, write("inner:\n  other: 1\n"), [], {})
    assert caught.value.problems == ("a.yaml:2:3: inner.needed: this key is needed",)


@pytest.mark.parametrize("text", ["yes", "on", "True", "1", "null"])
def test_only_true_and_false_are_booleans(text: str) -> None:
    assert load_model(_Shape, None, ["smooth=true"], {}).smooth is True
    with pytest.raises(ConfigError, match=r"--set smooth=\w+: expected true or false, got "):
        load_model(_Shape, None, [f"smooth={text}"], {})
