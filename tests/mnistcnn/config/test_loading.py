"""Layers of a configuration: which wins, how each is read and blamed, and how one is written back."""

from __future__ import annotations

import difflib
import os
from pathlib import Path

import pytest
from pydantic import BaseModel, model_validator

from mnistcnn.config.loading import load_model
from mnistcnn.config.schema import Config, DataConfig, dump_config, load_config
from mnistcnn.errors import ConfigError, UsageError
from tests.mnistcnn.config.conftest import Write, problems


class _Size(BaseModel):
    size: int = 1


class _Shape(BaseModel):
    first: _Size = _Size()
    second: _Size = _Size()

    @model_validator(mode="after")
    def _check(self) -> _Shape:
        if self.first.size > self.second.size:
            raise ValueError("first.size must not be more than second.size")
        return self


def test_options_win_over_set_over_file_over_defaults(write: Write) -> None:
    path = write("steps: 10\nbatch_size: 10\nseed: 10\ndata: {source: digits, validation_size: 10}\n")
    options = {"seed": 30, "learning_rate": None, "data.dir": "x"}
    config = load_config(path, ["batch_size=20", "seed=20", "data.validation_size=20"], options)
    assert (config.steps, config.batch_size, config.seed, config.learning_rate) == (10, 20, 30, 1e-4)
    assert config.data == DataConfig(source="digits", validation_size=20, dir=Path("x"))


def test_the_later_of_two_overrides_wins() -> None:
    assert load_config(None, ["steps=1", "steps=2"]).steps == 2


def test_an_override_of_a_section_sets_only_its_keys(write: Write) -> None:
    config = load_config(write("data: {source: digits}"), ["data={validation_size: 7}"])
    assert config.data == DataConfig(source="digits", validation_size=7)


def test_an_override_may_have_spaces_quotes_and_equals_signs() -> None:
    config = load_config(None, ["steps = 7", "name='a=b'", "log_dir=a=b"])
    assert (config.steps, config.name, config.log_dir) == (7, "a=b", Path("a=b"))


@pytest.mark.parametrize(
    ("override", "path"),
    [
        ("data.dir=/mnt/my data #2", "/mnt/my data #2"),
        ("data.dir=#2", "#2"),
        ("data.dir='/mnt/my data #2'", "/mnt/my data #2"),
        ("data={dir: '/mnt/my data #2'}", "/mnt/my data #2"),
    ],
)
def test_nothing_in_an_override_is_a_comment(override: str, path: str) -> None:
    assert load_config(None, [override]).data.dir == Path(path)


@pytest.mark.parametrize("value", ["{dir: a} #2", "'a' #2"])
def test_text_after_the_value_of_an_override_is_refused(value: str) -> None:
    [problem] = problems(None, f"data={value}")
    assert problem.endswith(": text follows the value; put quotes around all of it")


def test_an_override_with_nothing_after_the_equals_sign_is_null(write: Write) -> None:
    assert load_config(write("name: a\nthreads: 2\n"), ["name=", "threads="]) == Config()


@pytest.mark.parametrize("override", ["steps", "", "=3", "data.=3", ".steps=3", "a..b=3"])
def test_an_override_that_is_not_key_and_value_is_a_usage_error(override: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_config(None, [override])
    assert str(caught.value) == f"--set {override}: expected KEY=VALUE, such as --set data.source=digits"


def test_an_override_names_itself_in_what_is_wrong_with_it() -> None:
    overrides = ["data.sorce=digits", "steps.x=3", "data={dir: 3, dir: 4}", "keep_prob={", "seed=*a"]
    assert problems(None, *overrides) == [
        "--set data.sorce=digits: unknown key 'data.sorce'; did you mean 'data.source'?",
        "--set steps.x=3: steps: expected a whole number, got a mapping",
        "--set data={dir: 3, dir: 4}: data.dir: expected the path of a directory, got 4",
        "--set data={dir: 3, dir: 4}: duplicate key 'data.dir'",
        "--set keep_prob={: not valid YAML: expected the node content, but found '<stream end>'",
        "--set seed=*a: aliases such as '*name' are not supported",
    ]


def test_an_option_names_itself_in_what_is_wrong_with_it() -> None:
    assert problems(None, **{"batch_size": 0, "data.validation_size": -1}) == [
        "--batch-size: must be between 1 and 1,000,000, got 0",
        "--data-validation-size: must be between 0 and 10,000,000, got -1",
    ]


def test_a_bad_override_of_a_good_value_blames_the_override(write: Write) -> None:
    assert problems(write("steps: 5\n"), "steps.x=3")[0].startswith("--set steps.x=3: steps: ")


def test_everything_is_reported_at_once_in_the_order_of_the_file(write: Write) -> None:
    path = write(
        "# a comment\n"
        "data:\n"
        "  sorce: digits\n"
        "  validation_size: many\n"
        "steps: 0\n"
        "keep_pob: 0.5\n"
        "checkpoints: {every: 0, keep: 0}\n"
        "steps: 3.5\n"
    )
    assert problems(path, "sed=1", batch_size=0) == [
        "a.yaml:3:3: unknown key 'data.sorce'; did you mean 'data.source'?",
        'a.yaml:4:20: data.validation_size: expected a whole number, got "many"',
        "a.yaml:6:1: unknown key 'keep_pob'; did you mean 'keep_prob'?",
        "a.yaml:7:22: checkpoints.every: expected steps such as 500, or a time such as 30s, 2m or 1h, got 0",
        "a.yaml:7:31: checkpoints.keep: must be between 1 and 1,000,000, got 0",
        "a.yaml:8:1: duplicate key 'steps'; it is already at a.yaml:5:1",
        "a.yaml:8:8: steps: expected a whole number, got 3.5",
        "--set sed=1: unknown key 'sed'; did you mean 'seed'?",
        "--batch-size: must be between 1 and 1,000,000, got 0",
    ]


def test_a_bad_file_does_not_hide_bad_overrides(write: Write) -> None:
    assert len(problems(write("steps: [\n"), "sed=1")) == 2


def test_a_missing_file_is_missing_and_a_similar_name_is_offered(write: Write) -> None:
    write("steps: 1\n").rename("default.yaml")
    assert problems(Path("defualt.yaml")) == ["defualt.yaml: there is no such file; did you mean 'default.yaml'?"]
    assert problems(Path("nowhere/b.yaml")) == ["nowhere/b.yaml: there is no such file"]


def test_a_directory_is_not_a_configuration(tmp_path: Path) -> None:
    assert problems(tmp_path) == [f"{tmp_path}: this is a directory; expected a file of YAML"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_says_so(write: Write) -> None:
    path = write("steps: 1\n")
    path.chmod(0)
    assert problems(path) == ["a.yaml: cannot read it: Permission denied"]


def test_a_file_inside_a_file_cannot_be_read(write: Write) -> None:
    assert problems(write("steps: 1\n") / "b.yaml") == ["a.yaml/b.yaml: cannot read it: Not a directory"]


def test_an_endless_file_is_refused_at_once() -> None:
    assert problems(Path("/dev/zero")) == ["/dev/zero: cannot read it: more than 64 kB is too much for a configuration"]


def test_an_empty_mapping_is_all_defaults(write: Write) -> None:
    assert load_config(write("{}\n")) == Config()


def test_a_flood_of_problems_is_cut_and_counted(write: Write) -> None:
    found = problems(write("".join(f"k{number}zq: 1\n" for number in range(60))))
    assert len(found) == 51
    assert found[0].startswith("a.yaml:1:1: unknown key 'k0zq'")
    assert found[-1] == "... and 10 more"


def test_no_similar_key_is_searched_for_problems_that_are_cut(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    searches = []
    monkeypatch.setattr(difflib, "get_close_matches", lambda name, *_, **__: searches.append(name) or [])
    problems(write("".join(f"k{number}q: 1\n" for number in range(5600))))  # As large as a file may be.
    assert set(searches) == {f"k{number}q" for number in range(50)}


def test_control_characters_do_not_reach_the_terminal(write: Write) -> None:
    [problem] = problems(write('"\\e[31m": 1\n'))
    assert problem.startswith(r"a.yaml:1:1: unknown key '\x1b[31m'")


def test_keys_that_do_not_go_together_are_checked_after_all_layers_are_merged(write: Write) -> None:
    path = write("# sizes\nfirst: {size: 2}\n")
    assert load_model(_Shape, path, ["second.size=2"], {}).first.size == 2
    with pytest.raises(ConfigError) as caught:
        load_model(_Shape, path, [], {})
    assert caught.value.problems == ("a.yaml:2:1: first.size must not be more than second.size",)


@pytest.mark.parametrize(
    "name",
    [
        "1e4",
        "010",
        "yes",
        "null",
        "~x",
        "true",
        "=",
        "12:30",
        "1_0",
        "a: b",
        "a #b",
        "é☃😀",
        "!a",
        "*",
        "0x1",
        "$HOME",
        "$",
        "a$$b",
    ],
)
def test_text_that_looks_like_something_else_survives_a_dump(write: Write, name: str) -> None:
    config = Config(name=name, log_dir=Path(f"/{name}"), data=DataConfig(dir=Path(name).absolute()))
    assert load_config(write(dump_config(config))) == config
    assert "\\" not in dump_config(config)


def test_a_long_path_stays_on_one_line() -> None:
    path = Path("a long name " * 20 + "end")
    assert f"log_dir: {path}\n" in dump_config(Config(log_dir=path))
