"""Run directories: manifest, lock, and how their end is recorded."""

from __future__ import annotations

import errno

import pytest

from mnistcnn.errors import DivergedError, RunError
from mnistcnn.runs import lock
from mnistcnn.runs.directory import Run
from mnistcnn.runs.listing import summarize


def add_checkpoint(run, step=1):
    (run.checkpoints_path / f"step-{step:07d}").mkdir()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"{}"])
def test_a_damaged_manifest_is_an_error_that_names_the_file(make, content):
    run = make()
    run.manifest_path.write_bytes(content)
    with pytest.raises(RunError, match=r"manifest\.json: damaged"):
        run.manifest()


def test_a_run_is_locked_by_one_process_at_a_time(make):
    run = make()
    assert not run.is_locked()
    with run.locked():
        assert run.is_locked()
        with pytest.raises(RunError, match="in use"), run.locked():
            pass
    assert not run.is_locked()


@pytest.mark.parametrize("kind", ["folder", "link"])
def test_what_is_in_the_place_of_the_lock_is_named(make, kind):
    run = make()
    place = run.path / ".lock"
    place.mkdir() if kind == "folder" else place.symlink_to("gone")
    with pytest.raises(RunError, match=rf"/\.lock: is a {kind}, where .*: remove it"), run.locked():
        pass


@pytest.mark.parametrize(
    ("error", "raised", "state"),
    [
        (OSError(28, "No space left on device"), RunError, "failed"),
        (KeyboardInterrupt(), KeyboardInterrupt, "interrupted"),
        (GeneratorExit(), GeneratorExit, "interrupted"),
        (ZeroDivisionError(), ZeroDivisionError, "failed"),
    ],
)
def test_however_the_work_ends_the_manifest_says_so(make, error, raised, state):
    run = make()
    with pytest.raises(raised), run.recorded():
        raise error
    assert run.manifest()["state"] == state
    assert run.manifest()["reason"]


def test_a_divergence_that_is_recorded_already_is_left_as_it_is(make):
    run = make()
    run.update_manifest({"state": "diverged"})
    with pytest.raises(DivergedError), run.recorded():
        raise DivergedError
    assert run.manifest()["state"] == "diverged"


def test_a_manifest_of_a_newer_format_is_refused_by_name(tmp_path):
    (tmp_path / "manifest.json").write_text('{"format": 99, "state": "finished"}')
    with pytest.raises(RunError, match=r"manifest\.json: format 99, of a newer version of mnistcnn.*update"):
        Run(tmp_path).manifest()
    (tmp_path / "manifest.json").write_text('{"format": "x", "state": "finished"}')
    with pytest.raises(RunError, match=r"manifest\.json: damaged: its format is 'x'"):
        Run(tmp_path).manifest()


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES])
def test_a_run_that_may_not_be_written_cannot_be_locked_and_the_error_says_what_to_do(make, monkeypatch, number):
    run = make()

    def refuse(directory, patience):
        raise OSError(number, "no writing here", str(directory))

    monkeypatch.setattr(lock, "held", refuse)
    with pytest.raises(RunError, match=r"cannot write into this run: no writing here; .* copy it"), run.locked():
        pass


@pytest.mark.parametrize("error", [FileNotFoundError(errno.ENOENT, "No such file"), RunError("not a run")])
def test_a_run_that_is_renamed_while_it_trains_says_so_and_stays_as_it_is(make, error):
    run = make("name=mine")
    add_checkpoint(run)
    moved = run.path.rename(run.path.with_name("other"))
    said = r"mine: no longer there: .*resume it under its new name: mnistcnn train --resume NAME$"
    with pytest.raises(RunError, match=said), run.recorded():
        raise error
    assert not run.path.exists()
    assert summarize(Run(moved)).can_be_resumed


def test_a_full_disk_says_how_to_go_on(make):
    run = make("name=mine")
    full = OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(RunError, match="No space left on device; once that is fixed, start again"), run.recorded():
        raise full
    add_checkpoint(run)
    with pytest.raises(RunError, match=r"resume with: mnistcnn train --resume .*mine$"), run.recorded():
        raise full
