"""Batches of seeds: with a fake `train` for what can happen, and once with the real one."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from mnistcnn import files
from mnistcnn.config.schema import load_config
from mnistcnn.errors import ConfigError, DivergedError, RunError, UsageError
from mnistcnn.events import RunFinished, RunStarted, SeedFinished, SeedsFinished, SeedStarted, Warned
from mnistcnn.runs.directory import Run
from mnistcnn.training.loop import train
from mnistcnn.training.seeds import parse_seeds, train_seeds

NOON = datetime(2026, 11, 24, 12)


@pytest.mark.parametrize(
    ("text", "seeds"),
    [("3", [3]), ("0-3", [0, 1, 2, 3]), ("0,3,5-7", [0, 3, 5, 6, 7]), ("7, 2", [7, 2]), ("4-4", [4])],
)
def test_seeds_are_numbers_and_ranges_in_the_order_given(text, seeds):
    assert parse_seeds(text) == seeds


@pytest.mark.parametrize("text", ["", "a", "3-", "-3", "5-2", "1,,2", "1.5", "0-9,9", "1,1", "0-10000", "٣", "0-9-12"])
def test_anything_else_is_a_usage_error_that_repeats_it(text):
    with pytest.raises(UsageError, match="--seeds"):
        parse_seeds(text)


def test_ten_thousand_seeds_are_allowed():
    assert len(parse_seeds("0-9999")) == 10_000


@pytest.fixture
def configs(tmp_path):
    def make(*seeds):
        return [load_config(None, [f"log_dir={tmp_path / 'runs'}", f"seed={seed}", "steps=12"]) for seed in seeds]

    return make


def events_of(config, accuracy, state="finished"):
    run = config.log_dir / f"seed{config.seed}"
    yield RunStarted(run, "tiny", 0, 12, 20, config.seed, 1, 240, 40, 60)
    yield RunFinished(run, state, "tiny", 12, accuracy, 3, 60, 0.9, 8, 0.95, accuracy - 0.01, "ab", 2.0, 1.0, 100.0)


def fake_train(outcomes):
    """Seed -> an accuracy, an exception, or events."""

    def train(config, dataset, stop):
        outcome = outcomes[config.seed]
        if isinstance(outcome, BaseException):
            raise outcome
        yield from outcome if not isinstance(outcome, float) else events_of(config, outcome)

    return train


def batch(configs, dataset, outcomes, stop=lambda: False):
    seen, error = [], None
    try:
        seen.extend(train_seeds(configs, dataset, fake_train(outcomes), stop, NOON))
    except Exception as raised:
        error = raised
    return seen, error


def test_a_batch_tells_each_seed_and_then_all_of_them(configs, tiny_dataset):
    seen, error = batch(configs(4, 2), tiny_dataset, {4: 0.9, 2: 0.94})
    assert error is None
    assert [type(event) for event in seen] == [*[SeedStarted, RunStarted, RunFinished, SeedFinished] * 2, SeedsFinished]
    assert (seen[4].seed, seen[4].number, seen[4].seeds) == (2, 2, 2)
    final = seen[-1]
    assert [(result.seed, result.state, result.test_accuracy) for result in final.results] == [
        (4, "finished", 0.9),
        (2, "finished", 0.94),
    ]
    assert (final.test_accuracy.count, final.test_accuracy.mean) == (2, pytest.approx(0.92))
    assert final.best_test_accuracy.mean == pytest.approx(0.91)


def test_what_the_batch_found_is_kept_in_a_file(configs, tiny_dataset, tmp_path):
    seen, _ = batch(configs(0, 1), tiny_dataset, {0: 0.9, 1: 0.94})
    assert seen[-1].file.parent == tmp_path / "runs"
    record = json.loads(seen[-1].file.read_bytes())
    assert record["test_accuracy"]["count"] == 2
    assert record["results"][1]["run"] == str(tmp_path / "runs" / "seed1")


def test_the_file_is_up_to_date_after_every_seed(configs, tiny_dataset):
    (configs(0)[0].log_dir).mkdir()
    states = []
    for event in train_seeds(configs(0, 1), tiny_dataset, fake_train({0: 0.9, 1: 0.9}), lambda: False, NOON):
        if isinstance(event, SeedStarted) and event.number == 2:
            (file,) = configs(0)[0].log_dir.glob("seeds-*.json")
            states = [result["state"] for result in json.loads(file.read_bytes())["results"]]
    assert states == ["finished", "not run"]


def test_batches_of_the_same_second_keep_files_of_their_own(configs, tiny_dataset):
    files = {batch(configs(0), tiny_dataset, {0: 0.9})[0][-1].file for _ in range(3)}
    assert len(files) == 3


def test_a_seed_that_fails_does_not_keep_the_rest_from_running_and_is_raised_at_the_end(configs, tiny_dataset):
    outcomes = {0: 0.9, 1: RunError("disk full"), 2: DivergedError("NaN"), 3: 0.92}
    seen, error = batch(configs(0, 1, 2, 3), tiny_dataset, outcomes)
    final = seen[-1]
    assert [result.state for result in final.results] == ["finished", "failed", "failed", "finished"]
    assert final.results[1].reason == "disk full"
    assert final.test_accuracy.count == 2
    assert type(error) is RunError
    assert str(error) == "2 of 4 seeds failed, seed 1 first: disk full"


def test_a_diverged_seed_is_called_so_and_counts_in_no_statistic(configs, tiny_dataset):
    def diverging(config):
        yield from events_of(config, 0.1, "diverged")
        raise DivergedError("the loss became NaN")

    (config,) = configs(0)
    seen, error = batch([config], tiny_dataset, {0: diverging(config)})
    assert (seen[-1].results[0].state, seen[-1].results[0].reason) == ("diverged", "the loss became NaN")
    assert seen[-1].test_accuracy is None
    assert type(error) is DivergedError


def test_a_bug_in_one_seed_is_raised_as_it_is_after_the_rest_has_run(configs, tiny_dataset):
    seen, error = batch(configs(0, 1), tiny_dataset, {0: ZeroDivisionError("oops"), 1: 0.9})
    assert [result.state for result in seen[-1].results] == ["failed", "finished"]
    assert "oops" in seen[-1].results[0].reason
    assert type(error) is ZeroDivisionError
    assert error.__traceback__ is not None


def test_a_configuration_that_fits_no_seed_ends_the_batch_at_once(configs, tiny_dataset):
    seen, error = batch(configs(0, 1), tiny_dataset, {0: ConfigError(["batch_size: too large"])})
    assert isinstance(error, ConfigError)
    assert [type(event) for event in seen] == [SeedStarted]
    assert list(configs(0)[0].log_dir.iterdir()) == []


def test_when_it_is_stopped_the_batch_says_what_was_not_run_and_raises_nothing(configs, tiny_dataset):
    stopped = []

    def interrupted(config):
        stopped.append(True)
        yield from events_of(config, 0.9, "interrupted")

    three = configs(0, 1, 2)
    outcomes = {0: RunError("disk full"), 1: interrupted(three[1])}
    seen, error = batch(three, tiny_dataset, outcomes, stop=lambda: bool(stopped))
    assert [result.state for result in seen[-1].results] == ["failed", "interrupted", "not run"]
    assert seen[-1].test_accuracy is None
    assert error is None


def test_when_it_is_stopped_at_once_the_file_still_says_what_was_done(configs, tiny_dataset):
    events = train_seeds(configs(0, 1, 2), tiny_dataset, fake_train({0: 0.9, 1: 0.9}), lambda: False, NOON)
    for event in events:
        if isinstance(event, RunStarted) and event.seed == 1:
            break
    events.close()
    (file,) = configs(0)[0].log_dir.glob("seeds-*.json")
    states = [result["state"] for result in json.loads(file.read_bytes())["results"]]
    assert states == ["finished", "interrupted", "not run"]


def test_the_warning_about_the_data_is_given_once(configs, tiny_dataset):
    warned = replace(tiny_dataset, warning="This is digits.")
    given = []

    def train(config, dataset, stop):
        given.append(dataset.warning)
        yield from events_of(config, 0.9)

    list(train_seeds(configs(0, 1), warned, train, lambda: False, NOON))
    assert given == ["This is digits.", None]


def test_a_file_that_cannot_be_rewritten_is_a_warning(configs, tiny_dataset, monkeypatch):
    def full_disk(path, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "write_atomically", full_disk)
    seen, error = batch(configs(0), tiny_dataset, {0: 0.9})
    assert "No space left on device" in next(event.message for event in seen if isinstance(event, Warned))
    assert error is None


def test_a_log_dir_that_cannot_be_written_is_an_error_before_anything_runs(tmp_path, configs, tiny_dataset):
    (tmp_path / "runs").write_text("")
    seen, error = batch(configs(0), tiny_dataset, {})
    assert seen == []
    assert isinstance(error, RunError)


def test_each_seed_comes_to_the_same_weights_as_a_run_of_its_own(tmp_path, tiny_dataset):
    small = ["network.conv1=2", "network.conv2=2", "network.fc1=8", "batch_size=20", "steps=6", "eval_every=3"]
    configs = [load_config(None, [f"log_dir={tmp_path}", f"seed={seed}", *small]) for seed in (0, 1)]
    *_, final = train_seeds(configs, tiny_dataset, train, lambda: False, NOON)
    *_, alone = train(configs[1], tiny_dataset)
    assert final.results[1].weights_digest == alone.weights_digest != final.results[0].weights_digest
    assert Run(Path(final.results[1].run)).manifest()["seed"] == 1
