"""What a run directory says, in every state that it can be left in."""

from __future__ import annotations

import io
import json
import os
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from mnistcnn.config.schema import load_config
from mnistcnn.runs.creating import create_run
from mnistcnn.runs.finding import find_runs, open_run
from mnistcnn.runs.listing import summarize, summarize_runs
from mnistcnn.runs.selection import selected_runs
from tests.conftest import forbid

RESULTS = {
    "step": 3000,
    "test_accuracy": 0.98,
    "test_errors": 200,
    "test_examples": 10_000,
    "validation_accuracy": 0.97,
    "best_step": 2900,
    "best_validation_accuracy": 0.975,
    "best_test_accuracy": 0.981,
    "weights_digest": "ab" * 32,
    "seconds": 83.4,
    "images_per_second": 3412.4,
}
HEADER = "step,split,data,examples,loss,accuracy,learning_rate\n"
METRICS = HEADER + "100,train,tiny,20,0.5,0.9,0.001\n100,test,tiny,60,0.5,0.95,\n120,train,tiny,20,0.4,0.9,0.001\n"


@pytest.fixture
def make(tmp_path, tiny_dataset):
    def make_run(*overrides, metrics="", checkpoints=(), **manifest):
        config = load_config(None, [f"log_dir={tmp_path / 'runs'}", *overrides])
        run = create_run(config, tiny_dataset, datetime(2026, 11, 24, 12))
        run.update_manifest(manifest)
        if metrics:
            run.metrics_path.write_text(metrics)
        for step in checkpoints:
            (run.checkpoints_path / f"step-{step:07d}").mkdir()
        return run

    return make_run


def test_a_finished_run_tells_its_results_with_an_interval(make):
    summary = summarize(make(state="finished", results=RESULTS, metrics=METRICS))
    assert (summary.state, summary.data, summary.step, summary.steps) == ("finished", "tiny", 3000, 3000)
    assert (summary.test.step, summary.test.accuracy, summary.test.errors) == (3000, 0.98, 200)
    low, high = summary.test.interval
    assert low == pytest.approx(0.97707, abs=1e-5)
    assert high == pytest.approx(0.98257, abs=1e-5)
    figures = ("validation_accuracy", "best_step", "best_validation_accuracy", "best_test_accuracy", "seconds")
    assert [getattr(summary, name) for name in figures] == [0.97, 2900, 0.975, 0.981, 83.4]
    assert not summary.can_be_resumed


def test_only_what_is_not_the_default_has_changed(make):
    summary = summarize(make("learning_rate=2e-4", "data.source=idx", "name=mine"))
    assert summary.changed == {"learning_rate": 2e-4, "data.source": "idx"}
    assert summary.config["keep_prob"] == 0.5


def test_a_run_whose_process_is_dead_died_and_one_whose_process_lives_is_running(make):
    run = make(metrics=METRICS, checkpoints=[0, 110])
    with run.locked():
        assert summarize(run).state == "running"
        assert not summarize(run).can_be_resumed
    assert summarize(run).state == "died"
    assert summarize(run).can_be_resumed


def test_looking_at_a_run_takes_no_lock_that_would_keep_training_out(make):
    run = make()
    summarize(run)
    assert not (run.path / ".lock").exists()


def test_a_run_without_an_end_is_as_far_as_its_metrics(make):
    summary = summarize(make(metrics=METRICS, checkpoints=[0, 110]))
    assert summary.step == 120
    assert (summary.test.step, summary.test.accuracy, summary.test.errors) == (100, 0.95, 3)
    assert summary.seconds is None


def test_a_run_that_died_before_its_first_checkpoint_cannot_be_resumed(make):
    summary = summarize(make())
    assert (summary.state, summary.step, summary.test, summary.can_be_resumed) == ("died", 0, None, False)


def test_results_from_before_a_resume_are_not_taken_for_the_runs_own(make):
    summary = summarize(make(state="running", results={**RESULTS, "step": 50}, metrics=METRICS))
    assert (summary.step, summary.test.accuracy, summary.weights_digest) == (120, 0.95, None)
    stopped = summarize(make(state="interrupted", reason="stopped at once", results=RESULTS, metrics=METRICS))
    assert (stopped.step, stopped.weights_digest) == (120, None)


def test_an_interrupted_run_that_was_not_tested_at_its_end_tells_its_last_test(make):
    results = {**RESULTS, "step": 130, "test_accuracy": None}
    summary = summarize(make(state="interrupted", results=results, metrics=METRICS, checkpoints=[130]))
    assert (summary.step, summary.test.step, summary.can_be_resumed) == (130, 100, True)


def test_a_diverged_run_has_no_accuracy(make):
    results = {**RESULTS, "step": 130, "test_accuracy": None, "weights_digest": None}
    summary = summarize(make(state="diverged", results=results, metrics=METRICS))
    assert (summary.state, summary.step, summary.test) == ("diverged", 130, None)


def test_a_failed_run_says_why(make):
    assert summarize(make(state="failed", reason="No space left on device")).problem == "No space left on device"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[" * 100_000,
        b"\xff",
        b'{"state": "running"}',
        b'{"state": "dancing", "data": {"name": "x"}}',
        b'{"state": "finished", "data": {"name": "x"}, "results": {"step": 1, "test_accuracy": 1.5}}',
        b'{"state": "finished", "data": {"name": "x"}, "results": "good"}',
        b'{"state": "finished", "data": {"name": "x"}, "started": "yesterday"}',
    ],
)
def test_a_damaged_manifest_is_listed_as_damaged_with_the_file(make, tmp_path, content):
    make(state="finished", results=RESULTS)
    make("seed=1").manifest_path.write_bytes(content)
    bad, good = sorted(summarize_runs(tmp_path / "runs"), key=lambda run: run.state)
    assert (good.state, bad.state) == ("finished", "damaged")
    assert "manifest.json: damaged" in bad.problem
    assert bad.config == {}


def test_a_damaged_configuration_is_damage_too(make):
    run = make()
    run.config_path.write_text("steps: many\n")
    summary = summarize(run)
    assert summary.state == "damaged"
    assert "config.yaml:1:8: steps" in summary.problem


@pytest.mark.parametrize("metrics", ["nonsense\n1\n", HEADER + "x,test,tiny,60,1,1,\n", HEADER + "1\n"])
def test_metrics_that_cannot_be_read_tell_nothing_and_break_nothing(make, metrics):
    summary = summarize(make(metrics=metrics, checkpoints=[70]))
    assert (summary.state, summary.step, summary.test) == ("died", 70, None)


def test_runs_come_newest_first(make, tmp_path):
    make(state="finished", started="2026-11-24T10:00:00+00:00")
    make("name=newest", state="finished", started="2026-11-24T12:00:00+00:00")
    make(state="finished", started="2026-11-24T11:00:00+00:00")
    started = [summary.started.hour for summary in summarize_runs(tmp_path / "runs")]
    assert started == [12, 11, 10]


@pytest.fixture
def opened(monkeypatch):
    """Counts how often a file of each name is opened."""
    counts = Counter()

    def counting(opens):
        def counting_open(file, *arguments, **options):
            counts.update([Path(file).name] if not isinstance(file, int) else [])
            return opens(file, *arguments, **options)

        return counting_open

    monkeypatch.setattr(io, "open", counting(io.open))  # What pathlib opens with.
    monkeypatch.setattr(os, "open", counting(os.open))
    return counts


def test_each_finished_run_costs_two_looks_at_its_manifest_and_one_at_its_configuration(make, tmp_path, opened):
    for seed in range(5):
        make(f"seed={seed}", metrics=METRICS, checkpoints=[0, 3000], state="finished", results=RESULTS)
    opened.clear()
    assert len(summarize_runs(tmp_path / "runs")) == 5
    assert opened == {"manifest.json": 10, "config.yaml": 5}


def test_a_run_without_an_end_costs_one_look_at_its_metrics_more(make, tmp_path, opened):
    make(metrics=METRICS, checkpoints=[0, 110])
    opened.clear()
    summarize_runs(tmp_path / "runs")
    assert opened == {"manifest.json": 2, "config.yaml": 1, "metrics.csv": 1, ".lock": 1}


def test_the_newest_few_cost_one_look_at_the_manifests_of_the_others(make, tmp_path, opened):
    for seed in range(5):
        make(f"seed={seed}", state="finished", results=RESULTS, started=f"2026-11-24T1{seed}:00:00+00:00")
    opened.clear()
    newest = selected_runs(find_runs(tmp_path / "runs"), [], "started", limit=2)
    assert [run.started.hour for run in newest] == [14, 13]
    assert opened == {"manifest.json": 7, "config.yaml": 2}
    oldest = selected_runs(find_runs(tmp_path / "runs"), [], "started", reverse=True, limit=2)
    assert [run.started.hour for run in oldest] == [10, 11]


def test_the_latest_run_costs_one_look_at_each_manifest(make, tmp_path, opened):
    for seed in range(5):
        make(f"seed={seed}", checkpoints=[0])
    opened.clear()
    open_run("latest", tmp_path / "runs")
    assert opened == {"manifest.json": 6, "config.yaml": 1}


@pytest.mark.parametrize("part", [".", "manifest.json", "config.yaml", "checkpoints"])
def test_a_run_that_may_not_be_read_is_listed_as_such_with_its_place(make, tmp_path, monkeypatch, part):
    make(state="finished", results=RESULTS)
    closed = make("name=closed", state="finished", results=RESULTS)
    forbid(monkeypatch, closed.path / part)
    summaries = {run.name: run for run in summarize_runs(tmp_path / "runs")}
    assert sorted(run.state for run in summaries.values()) == ["finished", "unreadable"]
    assert "runs/closed" in summaries["closed"].problem
    assert "Permission denied" in summaries["closed"].problem
    assert not summaries["closed"].can_be_resumed


def test_manifests_of_todays_runs_are_understood(make):
    manifest = json.loads(make().manifest_path.read_bytes())
    assert {"state", "started", "data"} <= manifest.keys()
