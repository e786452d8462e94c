"""A manifest that somebody or something has changed: it is damage, wherever it is read, and never a traceback."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from mnistcnn_cli.app import run as command

from mnistcnn.config.schema import Config, DataConfig, load_config
from mnistcnn.errors import MnistCnnError, RunError
from mnistcnn.export.metadata import describe
from mnistcnn.runs import resuming
from mnistcnn.runs.creating import create_run
from mnistcnn.runs.data import check_same_data, data_to_repeat, run_data_config
from mnistcnn.runs.directory import Run
from mnistcnn.runs.finding import find_runs, open_run
from mnistcnn.runs.listing import summarize
from mnistcnn.runs.reproduction import compare, config_to_repeat
from mnistcnn.runs.resuming import check_resumable, environment_warning, record_resume, resumed_config
from mnistcnn.runs.trained import load_trained

RESULTS = {
    "step": 3000, "test_accuracy": 0.98, "test_errors": 200, "test_examples": 10_000, "validation_accuracy": 0.97,
    "best_step": 2900, "best_validation_accuracy": 0.975, "best_test_accuracy": 0.981, "weights_digest": "ab" * 32,
    "seconds": 83.4, "images_per_second": 3412.4,
}  # fmt: skip
WRONG: list[Any] = [-1, 0.5, "x", [[]], {"a": 1}, [{"step": "x"}]]


@pytest.fixture
def run(tmp_path, tiny_dataset, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = create_run(load_config(None, ["log_dir=runs", "name=one"]), tiny_dataset, datetime(2026, 11, 24, 12))
    record_resume(made, load_config(made.config_path), 10)
    made.update_manifest({"state": "finished", "ended": "2026-11-24T12:00:00+00:00", "results": RESULTS})
    (made.checkpoints_path / "step-0003000").mkdir()
    return made


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where every value of a manifest is."""
    if path:
        yield path
    inner = list(value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ())
    if path[-1:] in (("packages",), ("sha256",), ("machine",)):
        inner = inner[:1]
    for key, item in inner:
        yield from places(item, (*path, key))


def changed(manifest: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """A manifest with one value in the place of another; `...` takes it away."""
    result: Any = copy.deepcopy(manifest)
    inner = result
    for key in path[:-1]:
        inner = inner[key]
    if value is ...:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return result


def readers(run: Run, dataset: Any) -> list[Callable[[], object]]:
    """Everything that reads a manifest."""
    config = load_config(run.config_path)
    return [
        lambda: summarize(run),
        lambda: find_runs(run.path.parent),
        lambda: open_run("latest", run.path.parent),
        lambda: run.started().timestamp(),
        lambda: data_to_repeat(run, DataConfig()),
        lambda: run_data_config(run),
        lambda: check_same_data(run, dataset),
        lambda: describe(run, "best", 1, "ab"),
        lambda: config_to_repeat(run),
        lambda: compare(run, run).raise_if_different(),
        lambda: resumed_config(run),
        lambda: check_resumable(run, config, dataset),
        lambda: environment_warning(run, config),
        lambda: record_resume(run, config, 10),
    ]


def test_a_value_of_another_type_is_an_error_of_the_run_for_whoever_reads_it(run, tiny_dataset, monkeypatch):
    monkeypatch.setattr("os.fsync", lambda handle: None)
    monkeypatch.setattr(resuming, "describe_environment", dict)
    monkeypatch.setattr(resuming, "load_config", lambda *arguments: Config())
    manifest = run.manifest()
    for number, path in enumerate(places(manifest)):
        for value in (None, ..., WRONG[number % len(WRONG)], WRONG[(number + 3) % len(WRONG)]):
            content = json.dumps(changed(manifest, path, value))
            for reader in readers(run, tiny_dataset):
                run.manifest_path.write_text(content)
                try:
                    reader()
                except MnistCnnError:
                    pass
                except Exception as error:
                    raise AssertionError(f"{path} = {value!r}") from error


@pytest.mark.parametrize("path", [("started",), ("data", "name"), ("results", "seconds"), ("resumed",), ("machine",)])
def test_runs_lists_and_shows_it_as_damaged(run, path, capsys):
    run.manifest_path.write_text(json.dumps(changed(run.manifest(), path, [0.5])))
    for arguments in (["runs"], ["runs", "--json"], ["runs", "show", "one"], ["runs", "compare", "one", "one"]):
        assert command(arguments) == 0
        assert "damaged" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("started",), "yesterday", "started: 'yesterday' is not a time such as 2026-11-24T12:00:00"),
        (("started",), "0001-01-01T00:00:00", "is not a time"),
        (("state",), "dancing", "state: "),
        (("results", "test_accuracy"), 1.5, r"results\.test_accuracy: "),
        (("results", "step"), "20", r"results\.step: "),
        (("data", "source"), "auto", r"data\.source: "),
        (("data", "sha256"), None, r"data\.sha256: "),
        (("format",), 99, "format 99, of a newer version of mnistcnn; this one reads format 1"),
    ],
)
def test_the_message_names_the_file_and_the_value(run, path, value, said):
    run.manifest_path.write_text(json.dumps(changed(run.manifest(), path, value)))
    with pytest.raises(RunError, match=rf"runs/one/manifest\.json: .*{said}"):
        run.manifest()


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("seed: 0", "seed 0 and 1"),
        ("  source: auto", "data.source idx and mnist"),
        ("steps: 3000", "3,000 steps are done of 20"),
    ],
)
def test_a_configuration_of_another_run_is_damage_and_nothing_goes_on_with_it(run, setting, said, capsys):
    wrong = {"seed: 0": "seed: 1", "  source: auto": "  source: mnist", "steps: 3000": "steps: 20"}[setting]
    text = run.config_path.read_text()
    assert text.count(setting + "\n") == 1
    run.config_path.write_text(text.replace(setting + "\n", wrong + "\n"))
    summary = summarize(run)
    assert summary.state == "damaged"
    assert f"runs/one: manifest.json and config.yaml are not of one run: {said}; put" in summary.problem
    for arguments in (["train", "-q", "--resume", "one"], ["eval", "one", "--checkpoint", "3000"]):
        assert command(arguments) == 5
        assert said in capsys.readouterr().err
    for use in (config_to_repeat, load_trained, run_data_config):
        with pytest.raises(RunError, match=said):
            use(run)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_a_number_that_json_does_not_have_is_damage_even_where_nobody_reads_it(run, number):
    run.manifest_path.write_text(run.manifest_path.read_text().replace('"seed": 0', f'"seed": {number}'))
    with pytest.raises(RunError, match=r"manifest\.json: damaged: .* is not a number"):
        run.manifest()


def test_a_pipe_in_the_place_of_a_manifest_keeps_nobody_waiting(run, tmp_path):
    run.manifest_path.unlink()
    os.mkfifo(run.manifest_path)
    assert find_runs(Path("runs")) == []
    with pytest.raises(RunError, match="not a run"):
        run.manifest()
