"""The runs in a directory, the latest one, and one by its name."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mnistcnn.errors import RunError
from mnistcnn.runs import directory
from mnistcnn.runs.finding import find_runs, open_run
from mnistcnn.runs.listing import summarize
from tests.conftest import forbid


def add_checkpoint(run, step=1):
    (run.checkpoints_path / f"step-{step:07d}").mkdir()


def test_the_latest_run_is_the_newest_that_has_a_checkpoint(make, tmp_path):
    old, newer, newest = make("name=z"), make("name=y"), make("name=x")
    add_checkpoint(old)
    add_checkpoint(newer)
    assert open_run("latest", tmp_path / "runs").name == "y"
    add_checkpoint(newest)
    assert open_run("latest", tmp_path / "runs").name == "x"


def test_a_run_is_opened_by_its_name_or_its_path(make, tmp_path):
    run = make("name=mine")
    assert open_run("mine", tmp_path / "runs").path == run.path
    assert open_run(str(run.path), tmp_path / "elsewhere").path == run.path


def test_a_run_that_is_not_there_is_answered_with_the_newest_that_are(make, tmp_path):
    make("name=mine")
    with pytest.raises(RunError, match=r"nine: no such run; the newest in .*: mine"):
        open_run("nine", tmp_path / "runs")


def test_a_name_in_another_case_is_suggested(make, tmp_path):
    make("name=TINY")
    with pytest.raises(RunError, match=r"tiny: no such run; the newest in .*: TINY; did you mean 'TINY'\?$"):
        open_run("tiny", tmp_path / "runs")
    with pytest.raises(RunError, match=r"nobody: no such run; the newest in .*: TINY$"):
        open_run("nobody", tmp_path / "runs")


def test_a_run_is_found_however_its_accents_are_encoded(make, tmp_path):
    composed, decomposed = "\u00e9t\u00e9", "e\u0301te\u0301"
    run = make("name=plain")
    moved = run.path.rename(tmp_path / "runs" / decomposed)
    assert open_run(composed, tmp_path / "runs").path == moved
    assert open_run(str(tmp_path / "runs" / composed), tmp_path / "elsewhere").path == moved


@pytest.mark.parametrize(("which", "checkpoint"), [("best", "best"), ("step-0000020", "20"), ("step-0000000", "0")])
def test_a_checkpoint_is_no_run_and_its_run_is_named(make, tmp_path, which, checkpoint):
    run = make("name=mine")
    for step in (0, 20):
        add_checkpoint(run, step)
        (run.checkpoints_path / f"step-{step:07d}" / "manifest.json").write_text("{}")
    (run.checkpoints_path / "best").symlink_to("step-0000020")
    place = run.checkpoints_path / which
    with pytest.raises(RunError) as caught:
        open_run(str(place), tmp_path)
    assert str(caught.value) == f"{place}: is a checkpoint of {run.path}: name the run, with --checkpoint {checkpoint}"


def test_without_a_run_the_latest_is_an_error_that_says_how_to_make_one(tmp_path):
    with pytest.raises(RunError, match="mnistcnn train"):
        open_run("latest", tmp_path / "runs")


def test_a_damaged_run_does_not_hide_the_others(make, tmp_path):
    make("name=a").manifest_path.write_bytes(b"{")
    make("name=b")
    assert {run.name for run in find_runs(tmp_path / "runs")} == {"a", "b"}


def test_a_folder_that_may_not_be_read_does_not_stand_in_the_way_of_the_latest_run(make, tmp_path, monkeypatch):
    add_checkpoint(make("name=mine"))
    for name in ("of-another-user", "lost+found"):
        (tmp_path / "runs" / name).mkdir()
        forbid(monkeypatch, tmp_path / "runs" / name)
    newest = make("name=newest", "seed=1")
    add_checkpoint(newest)
    forbid(monkeypatch, newest.checkpoints_path)
    unset = make("name=unset", "seed=2")
    add_checkpoint(unset)
    forbid(monkeypatch, unset.config_path)
    assert open_run("latest", tmp_path / "runs").name == "mine"
    assert {run.name for run in find_runs(tmp_path / "runs")} >= {"mine", "lost+found", "of-another-user"}


def test_a_run_may_have_a_number_in_any_script_and_a_folder_of_pictures_is_no_run(make, tmp_path):
    for name in ("²", "٣", "a²"):
        make(f"name={name}")
    (tmp_path / "runs" / "pictures").mkdir()
    (tmp_path / "runs" / "pictures" / "manifest.json").write_text('{"format": 1, "pictures": []}')
    assert {run.name for run in find_runs(tmp_path / "runs")} == {"²", "٣", "a²"}


def test_without_a_run_that_may_be_read_the_others_are_named(make, tmp_path, monkeypatch):
    forbid(monkeypatch, make("name=closed").path)
    with pytest.raises(RunError, match=r"no run with a checkpoint here; not readable: closed; train one"):
        open_run("latest", tmp_path / "runs")
    with pytest.raises(RunError, match=r"closed: not readable: Permission denied"):
        open_run("closed", tmp_path / "runs")


def test_a_log_dir_that_may_not_be_read_is_an_error_that_names_it(tmp_path, monkeypatch):
    (tmp_path / "runs").mkdir()
    forbid(monkeypatch, tmp_path / "runs")
    with pytest.raises(RunError, match=r"runs: not readable: Permission denied"):
        open_run("latest", tmp_path / "runs")


def test_a_run_that_starts_yesterday_is_no_newer_than_the_others(make, tmp_path):
    damaged = make("name=damaged")
    damaged.manifest_path.write_bytes(damaged.manifest_path.read_bytes().replace(b'"started": "2', b'"started": "z'))
    add_checkpoint(damaged)
    add_checkpoint(make("name=whole"))
    assert open_run("latest", tmp_path / "runs").name == "whole"


def test_a_clock_without_a_battery_makes_no_run_damaged(make, tmp_path, monkeypatch):
    class NewYear(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime(1970, 1, 1, 0, 0, 7, tzinfo=UTC)

    monkeypatch.setattr(directory, "datetime", NewYear)
    run = make("name=mine")
    assert (summarize(run).state, run.started().year) == ("died", 1970)
    assert find_runs(tmp_path / "runs")[0].name == "mine"
