"""`mnistcnn config`: what it prints can be used."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from mnistcnn_cli.commands import config
from typer.testing import CliRunner

from mnistcnn.config.schema import Config, config_reference, config_schema, load_config
from mnistcnn.errors import ConfigError, UsageError


def test_show_without_options_prints_the_defaults_as_a_file_that_loads(tmp_path: Path) -> None:
    result = CliRunner().invoke(config.app, ["show"])
    assert result.exit_code == 0
    (tmp_path / "a.yaml").write_text(result.stdout)
    assert load_config(tmp_path / "a.yaml") == Config()


def test_show_merges_the_file_and_every_override(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("steps: 5\nseed: 5\ndata: {source: digits}\n")
    arguments = ["show", "--config", str(path), "--set", "seed=6", "--set", "data.validation_size=7"]
    result = CliRunner().invoke(config.app, arguments)
    path.write_text(result.stdout)
    assert load_config(path) == load_config(None, ["steps=5", "seed=6", "data={source: digits, validation_size: 7}"])


@pytest.mark.parametrize(("override", "error"), [("sed=1", ConfigError), ("seed", UsageError)])
def test_show_raises_what_is_wrong_and_prints_nothing(override: str, error: type[Exception]) -> None:
    result = CliRunner().invoke(config.app, ["show", "--set", override])
    assert isinstance(result.exception, error)
    assert result.stdout == ""


def test_schema_prints_the_json_schema() -> None:
    result = CliRunner().invoke(config.app, ["schema"])
    assert json.loads(result.stdout) == config_schema()


def test_the_shipped_schema_is_what_schema_prints() -> None:
    shipped = Path(__file__).parents[3] / "configs/schema.json"
    assert CliRunner().invoke(config.app, ["schema"]).stdout == shipped.read_text("utf-8")


def test_schema_markdown_prints_the_tables_of_the_docs() -> None:
    assert CliRunner().invoke(config.app, ["schema", "--markdown"]).stdout == config_reference()
