"""Files are there whole or not at all."""

from __future__ import annotations

import json
import os
import stat

import pytest

from mnistcnn import files


def test_a_file_is_replaced_whole_and_nothing_else_is_left(tmp_path):
    path = tmp_path / "a.json"
    files.write_atomically(path, b"old")
    files.write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failed_write_leaves_the_old_content_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "a.json"
    files.write_atomically(path, b"old")

    def fail(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        files.write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to(os.devnull)], ids=["pipe", "device"])
def test_what_is_no_regular_file_is_never_replaced(tmp_path, make):
    make(tmp_path / "a")
    for write in (lambda path: files.write_atomically(path, b"new"), files.check_replaceable):
        with pytest.raises(OSError, match="not a regular file"):
            write(tmp_path / "a")
    assert not (tmp_path / "a").is_file()
    assert len(list(tmp_path.iterdir())) == 1


def test_whether_a_file_could_be_written_is_found_out_without_writing(tmp_path):
    (tmp_path / "file").write_text("")
    files.check_replaceable(tmp_path / "file")
    files.check_replaceable(tmp_path / "to be made" / "file")
    with pytest.raises(NotADirectoryError):
        files.check_replaceable(tmp_path / "file" / "below")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_file_in_the_place_of_a_directory_is_called_that(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(NotADirectoryError):
        files.make_directory(tmp_path / "file")
    files.make_directory(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()


def test_files_are_as_readable_as_the_umask_says(tmp_path):
    before = os.umask(0o027)
    try:
        files.write_atomically(tmp_path / "a", b"")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640


def test_a_directory_that_is_not_renamed_is_removed_even_after_an_error(tmp_path):
    with pytest.raises(FileExistsError), files.directory_beside(tmp_path) as temporary:
        temporary.mkdir()
    assert list(tmp_path.iterdir()) == []


def test_what_may_not_be_looked_at_is_not_there(tmp_path, monkeypatch):
    for path in (tmp_path / ("n" * 300), tmp_path / "file" / "inside"):
        assert [ask(path) for ask in (files.exists, files.is_dir, files.is_file)] == [False] * 3
    (tmp_path / "file").touch()
    assert [ask(tmp_path / "file") for ask in (files.exists, files.is_dir, files.is_file)] == [True, False, True]
    assert [ask(tmp_path) for ask in (files.exists, files.is_dir, files.is_file)] == [True, True, False]


def test_leftovers_of_killed_processes_are_removed_and_other_files_stay(tmp_path):
    (tmp_path / ".mnistcnn-tmp-1-abc").mkdir()
    (tmp_path / ".mnistcnn-tmp-1-abc" / "weights.npz").write_text("x")
    (tmp_path / ".mnistcnn-tmp-2-def").write_text("x")
    (tmp_path / ".tmp-of-somebody-else").write_text("x")
    (tmp_path / "step-0000001").mkdir(mode=0o750)
    (tmp_path / ".mnistcnn-tmp-best-3").symlink_to("step-0000001")
    files.remove_temporaries(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".tmp-of-somebody-else", "step-0000001"]
    assert stat.S_IMODE((tmp_path / "step-0000001").stat().st_mode) == 0o750


def test_json_refuses_nan_which_other_programs_cannot_read():
    with pytest.raises(ValueError, match="JSON"):
        files.to_json({"loss": float("nan")})


def test_json_keeps_the_name_of_a_file_that_is_not_utf_8():
    record = {"run": "runs/b\udcffd ü"}
    assert json.loads(files.to_json(record).decode()) == record
