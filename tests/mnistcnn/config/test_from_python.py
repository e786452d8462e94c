"""A configuration that a program puts together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mnistcnn.config.from_python import load_config
from mnistcnn.config.schema import Config
from mnistcnn.errors import ConfigError


def test_without_arguments_it_is_the_tutorials_recipe() -> None:
    assert load_config() == Config()


def test_keywords_win_over_a_file_and_change_only_their_keys_of_a_section(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("steps: 7\nseed: 3\ndata:\n  source: digits\n  validation_size: 20\n")
    config = load_config(file, steps=8, data={"validation_size": 30})
    assert (config.steps, config.seed, config.data.source, config.data.validation_size) == (8, 3, "digits", 30)
    assert load_config(str(file), **{"data.validation_size": 30}, steps=8) == config


def test_a_dictionary_may_nest_or_have_dots() -> None:
    nested = load_config({"network": {"conv1": 2, "conv2": 3}})
    assert load_config({"network.conv1": 2, "network.conv2": 3}) == nested
    assert (nested.network.conv1, nested.network.conv2) == (2, 3)


def test_a_configuration_can_be_changed_and_keeps_its_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNS", "/elsewhere")
    config = load_config(log_dir="$RUNS/a$$b", steps=5)
    changed = load_config(config, steps=6)
    assert (changed.log_dir, changed.steps) == (Path("/elsewhere/a$b"), 6)


def test_numbers_of_numpy_are_numbers_and_none_is_null() -> None:
    config = load_config(steps=np.int64(4), learning_rate=np.float32(0.5), threads=None)
    assert (config.steps, config.learning_rate, config.threads) == (4, 0.5, None)


@pytest.mark.parametrize(
    ("settings", "keywords", "problems"),
    [
        (None, {"steps": 0}, ["steps=0: must be between 1 and"]),
        (None, {"stepps": 1}, ["unknown key 'stepps'; did you mean 'steps'?"]),
        ({"data": {"source": "nist"}}, {"seed": -1}, ["config: data.source", "seed=-1: "]),
        (None, {"data": {"validation": 1}}, ["data={…}: unknown key 'data.validation'"]),
        (None, {"steps": True}, ["steps=true: expected a whole number"]),
        ("nowhere.yaml", {}, ["nowhere.yaml: there is no such file"]),
        (3, {}, ["config: expected a file, a dictionary or a Config, got int"]),
    ],
    ids=str,
)
def test_every_problem_is_named_as_a_program_wrote_it(settings, keywords, problems) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(settings, **keywords)
    assert len(caught.value.problems) == len(problems)
    for found, expected in zip(caught.value.problems, problems, strict=True):
        assert expected in found
        assert "--" not in found
