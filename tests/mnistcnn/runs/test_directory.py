"""Run directories: names, manifest, lock, and which is the latest."""

from __future__ import annotations

import errno
import multiprocessing
import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mnistcnn import files
from mnistcnn.config.schema import load_config
from mnistcnn.errors import DivergedError, RunError
from mnistcnn.runs import directory, lock
from mnistcnn.runs.directory import Run, check_log_dir, config_hash, create_run, find_runs, open_run
from mnistcnn.runs.listing import summarize
from tests.conftest import forbid

NOON = datetime(2026, 11, 24, 12, 0, 0)


@pytest.fixture
def make(tmp_path, tiny_dataset):
    def make_run(*overrides, started=NOON):
        return create_run(load_config(None, [f"log_dir={tmp_path / 'runs'}", *overrides]), tiny_dataset, started)

    return make_run


def add_checkpoint(run, step=1):
    (run.checkpoints_path / f"step-{step:07d}").mkdir()


def test_a_run_is_named_by_its_time_and_a_hash_of_its_configuration(make):
    run = make()
    assert run.name == f"20261124-120000-{config_hash(load_config())}"


def test_the_hash_tells_recipes_apart_but_not_places(tmp_path):
    digest = config_hash(load_config())
    assert digest == config_hash(load_config(None, [f"log_dir={tmp_path}", "name=x"]))
    assert digest != config_hash(load_config(None, ["learning_rate=2e-4"]))


def test_a_new_run_has_its_configuration_and_says_what_it_learns_from(make, tmp_path):
    run = make("seed=7")
    assert load_config(run.config_path).seed == 7
    manifest = run.manifest()
    assert manifest["state"] == "running"
    assert manifest["data"]["name"] == "tiny"
    assert manifest["data"]["examples"] == {"train": 240, "validation": 40, "test": 60}
    assert manifest["data"]["sha256"] == {"train-images-idx3-ubyte": "0" * 64}
    assert manifest["machine"]["cores"] >= 1
    assert manifest["packages"]["tensorflow"]


def test_runs_of_the_same_second_get_different_names(make):
    names = [make().name for _ in range(3)]
    assert names[1:] == [f"{names[0]}-2", f"{names[0]}-3"]


@pytest.mark.parametrize("kind", ["run", "empty directory", "file"])
def test_a_name_that_is_taken_is_refused_and_what_has_it_stays(make, tmp_path, kind):
    taken = tmp_path / "runs" / "mine"
    if kind == "run":
        make("name=mine")
    else:
        taken.parent.mkdir()
        taken.mkdir() if kind == "empty directory" else taken.write_text("precious")
    before = sorted(path for path in taken.parent.rglob("*"))
    with pytest.raises(RunError, match="mine: exists already, and a run is never overwritten"):
        make("name=mine")
    assert sorted(path for path in taken.parent.rglob("*")) == before


def test_a_log_dir_that_is_a_file_is_an_error_that_names_it(tmp_path, tiny_dataset):
    (tmp_path / "runs").write_text("")
    with pytest.raises(RunError, match="runs: cannot create a run here"):
        create_run(load_config(None, [f"log_dir={tmp_path / 'runs'}"]), tiny_dataset, NOON)


def test_a_run_that_cannot_be_written_leaves_nothing_behind(make, tmp_path, monkeypatch):
    def full_disk(path, content):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(files, "write_synced", full_disk)
    with pytest.raises(RunError, match="No space left on device"):
        make()
    assert list((tmp_path / "runs").iterdir()) == []


def create_one(log_dir, dataset, queue):
    queue.put(create_run(load_config(None, [f"log_dir={log_dir}"]), dataset, NOON).name)


def test_processes_that_start_at_once_get_different_runs(tmp_path, tiny_dataset):
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    workers = [context.Process(target=create_one, args=(tmp_path / "runs", tiny_dataset, queue)) for _ in range(4)]
    for worker in workers:
        worker.start()
    names = {queue.get(timeout=60) for _ in workers}
    for worker in workers:
        worker.join()
    assert len(names) == 4
    assert {run.name for run in find_runs(tmp_path / "runs")} == names


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


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"{}"])
def test_a_damaged_manifest_is_an_error_that_names_the_file(make, content):
    run = make()
    run.manifest_path.write_bytes(content)
    with pytest.raises(RunError, match=r"manifest\.json: damaged"):
        run.manifest()


def test_a_damaged_run_does_not_hide_the_others(make, tmp_path):
    make("name=a").manifest_path.write_bytes(b"{")
    make("name=b")
    assert {run.name for run in find_runs(tmp_path / "runs")} == {"a", "b"}


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


@pytest.mark.parametrize("name", ["there", "new", "new/deeper", "."])
def test_a_log_dir_where_runs_can_be_made_is_left_as_it_is(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").mkdir()
    check_log_dir(Path(name))
    assert [path.name for path in tmp_path.rglob("*")] == ["there"]


def test_a_umask_that_keeps_its_owner_out_is_named_and_nothing_is_left_behind(tmp_path, monkeypatch):
    opens = os.open

    def as_an_ordinary_user(path, flags, *mode, dir_fd=None):
        if not flags & os.O_CREAT and not os.stat(path, dir_fd=dir_fd).st_mode & stat.S_IRUSR:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return opens(path, flags, *mode, dir_fd=dir_fd)

    monkeypatch.setattr(os, "open", as_an_ordinary_user)
    (tmp_path / "runs").mkdir()
    before = os.umask(0o777)
    try:
        with pytest.raises(RunError, match=r"runs: cannot create a run here: the umask .* umask 022$"):
            check_log_dir(tmp_path / "runs")
    finally:
        os.umask(before)
    assert list((tmp_path / "runs").iterdir()) == []


def test_a_log_dir_that_cannot_be_one_is_told_why(tmp_path):
    (tmp_path / "file").write_text("")
    (tmp_path / "link").symlink_to("gone")
    wrong = {
        "file": "Not a directory: .*file is a file",
        "file/below": "Not a directory: .*file is a file",
        "link": "link is a link to gone, which is not there",
        "link/below": "link is a link to gone, which is not there",
        "x" * 300: "File name too long",
        "/".join(["x" * 200] * 25): "File name too long",
    }
    for name, why in wrong.items():
        with pytest.raises(RunError, match=f"cannot create a run here: .*{why}"):
            check_log_dir(tmp_path / name)


def test_a_log_dir_in_a_folder_that_was_deleted_is_told_so(tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(RunError, match="runs: cannot create a run here: the current folder has been deleted"):
        check_log_dir(Path("runs"))


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="no /proc here")
def test_a_log_dir_in_proc_is_named_for_what_it_is():
    with pytest.raises(RunError, match=r"/proc/nothing: cannot create a run here: .* /proc"):
        check_log_dir(Path("/proc/nothing"))


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


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES])
def test_a_run_that_may_not_be_written_cannot_be_locked_and_the_error_says_what_to_do(make, monkeypatch, number):
    run = make()

    def refuse(directory, patience):
        raise OSError(number, "no writing here", str(directory))

    monkeypatch.setattr(lock, "held", refuse)
    with pytest.raises(RunError, match=r"cannot write into this run: no writing here; .* copy it"), run.locked():
        pass


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
