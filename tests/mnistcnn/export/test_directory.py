import errno
import json
import re
import subprocess
import sys

import pytest

from mnistcnn.errors import RunError, UsageError
from mnistcnn.export.directory import ExportDirectory
from mnistcnn.export.formats import FORMATS


@pytest.fixture
def directory(tmp_path):
    return ExportDirectory(tmp_path / "export")


def put(directory, name, content, *, folder=False, parity=None):
    """Export `content` under a name."""
    with directory.opened():
        made = directory.path / "made"
        if folder:
            made.mkdir()
            (made / "inside").write_text(content)
        else:
            made.write_text(content)
        directory.put(made, name, {"content": content}, parity)


def records(directory, file="export.json"):
    return json.loads((directory.path / file).read_text())["files"]


@pytest.mark.parametrize("folder", [False, True])
def test_a_new_export_takes_the_place_of_the_old_one(directory, folder):
    for content in ("old", "new"):
        put(directory, "model", content, folder=folder)
    model = directory.path / "model"
    assert (model / "inside" if folder else model).read_text() == "new"
    assert records(directory) == {"model": {"content": "new"}}
    assert sorted(path.name for path in directory.path.iterdir()) == [".lock", "export.json", "model", "parity.json"]


def test_records_of_other_files_stay_until_the_files_are_gone(directory):
    put(directory, "a", "1", parity={"images": 3})
    put(directory, "b", "2")
    assert list(records(directory)) == ["a", "b"]
    assert records(directory, "parity.json") == {"a": {"images": 3}}
    (directory.path / "a").unlink()
    put(directory, "b", "3")
    assert list(records(directory)) == ["b"]
    assert records(directory, "parity.json") == {}


@pytest.mark.parametrize("folder", [False, True])
def test_an_export_that_was_replaced_but_not_recorded_has_no_record_rather_than_the_old_ones(
    directory, folder, monkeypatch
):
    put(directory, "model", "old", folder=folder)
    put(directory, "other", "other")
    model = directory.path / "model" / "inside" if folder else directory.path / "model"

    def full_disk(_path):
        if model.read_text() == "new":
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("mnistcnn.files.sync_directory", full_disk)
    with pytest.raises(RunError, match="No space left on device"):
        put(directory, "model", "new", folder=folder)
    assert list(records(directory)) == ["other"]


def test_an_export_that_was_not_run_loses_the_old_ones_proof(directory):
    put(directory, "a", "1", parity={"images": 3})
    put(directory, "a", "2")
    assert records(directory, "parity.json") == {}


@pytest.mark.parametrize("name", ["model.onnx", "model.onnx.differs"])
def test_what_is_there_is_not_replaced_unasked(directory, name):
    directory.check_replaceable([FORMATS["onnx"]], overwrite=False)
    put(directory, name, "1")
    directory.check_replaceable([FORMATS["keras"]], overwrite=False)
    directory.check_replaceable([FORMATS["onnx"]], overwrite=True)
    with pytest.raises(UsageError, match=f"{name}: already there; overwrite"):
        directory.check_replaceable([FORMATS["keras"], FORMATS["onnx"]], overwrite=False)


@pytest.mark.parametrize(
    ("format_name", "strange"),
    [
        ("numpy", "numpy/mine.txt"),
        ("numpy", "numpy.differs/.git/config"),
        ("saved_model", "saved_model/variables/thesis.txt"),
        ("onnx", "model.onnx/thesis.txt"),
        ("numpy", "numpy"),
    ],
)
@pytest.mark.parametrize("overwrite", [False, True])
def test_what_no_export_wrote_is_never_replaced(directory, format_name, strange, overwrite):
    path = directory.path / strange
    path.parent.mkdir(parents=True)
    path.write_text("mine")
    named = path.parent if format_name == "onnx" else path
    with pytest.raises(UsageError, match=f"{re.escape(str(named))}: not written by an export; move it away"):
        directory.check_replaceable([FORMATS[format_name]], overwrite=overwrite)


@pytest.mark.parametrize("name", ["weights.npz", "weights.npz-eval-test.json", ".DS_Store"])
def test_an_export_with_what_was_measured_of_it_can_be_replaced(directory, name):
    path = directory.path / "numpy" / name
    path.parent.mkdir(parents=True)
    path.write_text("")
    directory.check_replaceable([FORMATS["numpy"]], overwrite=True)


def test_every_file_of_an_export_may_be_replaced(exports):
    ExportDirectory(exports).check_replaceable(list(FORMATS.values()), overwrite=True)


def test_dropping_forgets_the_records_as_well(directory):
    put(directory, "a", "1", folder=True)
    with directory.opened():
        directory.drop("a")
        directory.drop("never there")
    assert records(directory) == {}
    assert not (directory.path / "a").exists()


def test_two_processes_do_not_export_into_one_directory(directory):
    with directory.opened():
        script = (
            "import sys; from pathlib import Path; from mnistcnn.export.directory import ExportDirectory\n"
            "with ExportDirectory(Path(sys.argv[1])).opened(): pass\n"
        )
        other = subprocess.run(
            [sys.executable, "-c", script, str(directory.path)], capture_output=True, text=True, check=False
        )
    assert "another process is exporting into it" in other.stderr


def test_what_a_killed_process_left_is_cleared_away(directory):
    leftover = directory.path / ".mnistcnn-tmp-1-abcd"
    leftover.mkdir(parents=True)
    with directory.opened():
        assert not leftover.exists()


def test_a_directory_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="file/export: cannot write"), ExportDirectory(tmp_path / "file/export").opened():
        pass


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("{", "damaged; remove it"),
        ('{"format": 1, "files": {"keep": {"a": NaN}}}', "damaged; remove it"),
        ('{"format": 1, "files": {"keep": {"a": 1e999}}}', "damaged; remove it"),
        ('{"name": "thesis"}', "not a record of mnistcnn export; choose another folder"),
        ("[1]", "not a record of mnistcnn export"),
        ('{"format": 2, "files": {}}', "format 2, of a newer version of mnistcnn"),
    ],
)
def test_records_that_cannot_be_kept_are_told_before_anything_is_written(directory, content, problem):
    put(directory, "a", "1")
    (directory.path / "export.json").write_text(content)
    with pytest.raises(RunError, match=f"export.json: {problem}"):
        directory.check_replaceable([FORMATS["onnx"]], overwrite=True)
