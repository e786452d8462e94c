"""New run directories: their names, and where they can be made."""

from __future__ import annotations

import errno
import multiprocessing
import os
import stat
from pathlib import Path

import pytest

from mnistcnn import files
from mnistcnn.config.schema import load_config
from mnistcnn.errors import RunError
from mnistcnn.runs.creating import check_log_dir, config_hash, create_run
from mnistcnn.runs.finding import find_runs
from tests.mnistcnn.runs.conftest import NOON


def create_one(log_dir, dataset, queue):
    queue.put(create_run(load_config(None, [f"log_dir={log_dir}"]), dataset, NOON).name)


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
