from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from mnistcnn_cli.commands.data import data
from mnistcnn_cli.errors import run_guarded

import mnistcnn.data.download as downloading


def run(**options: Any) -> int:
    return run_guarded(lambda: data(**options), as_json=options.get("as_json", False))


def parsed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    return tmp_path / "caches" / "mnistcnn" / "mnist"


def test_it_shows_places_splits_classes_and_checksums(idx_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(source="idx", data_dir=idx_dir, validation_size=40) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["idx", "ok", "data.dir", str(idx_dir)] in lines
    assert ["train", "200", *["20"] * 10] in lines
    assert ["validation", "40", *["4"] * 10] in lines
    assert ["test", "60", *["6"] * 10] in lines
    assert sum(len(line) == 2 and len(line[1]) == 64 for line in lines) == 4


def test_json_is_one_object_with_the_same(idx_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(source="idx", data_dir=idx_dir, validation_size=40, as_json=True) == 0
    (record,) = parsed(capsys)
    assert record["dataset"]["splits"]["train"] == {"examples": 200, "classes": [20] * 10}
    assert record["dataset"]["name"] == "tiny"
    (place,) = record["places"]
    assert (place["state"], place["where"]) == ("ok", str(idx_dir))
    assert {file["name"]: file["sha256"] for file in place["files"]} == record["dataset"]["checksums"]


def test_without_mnist_it_downloads_nothing_and_says_what_training_would_do(
    cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run() == 0
    output = capsys.readouterr()
    assert ["mnist", "missing", "cache", str(cache)] in [line.split() for line in output.out.splitlines()]
    assert "digits: what is here to train on" in output.out
    assert f"will first try to download it into {cache}" in output.err
    assert not cache.exists()


def test_a_damaged_file_is_listed_with_the_reason_and_fails(idx_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (idx_dir / "t10k-labels-idx1-ubyte").write_bytes(b"")
    assert run(source="idx", data_dir=idx_dir) == 4
    output = capsys.readouterr()
    assert "idx     damaged" in output.out
    assert "the file is empty" in output.out
    assert output.err.startswith("error: The IDX files in")


def test_damage_in_json_is_a_state_with_a_reason_and_an_error_at_the_end(
    idx_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (idx_dir / "t10k-labels-idx1-ubyte").write_bytes(b"")
    (idx_dir / "t10k-images-idx3-ubyte").unlink()
    assert run(source="idx", data_dir=idx_dir, as_json=True) == 4
    record, error = parsed(capsys)
    states = {file["name"]: file["state"] for file in record["places"][0]["files"]}
    assert states["t10k-labels-idx1-ubyte"] == record["places"][0]["state"] == "damaged"
    assert states["t10k-images-idx3-ubyte"] == "missing"
    assert states["train-images-idx3-ubyte"] == "ok"
    assert record["dataset"] is None
    assert (error["event"], error["exit_code"]) == ("error", 4)


def test_mnist_that_is_not_there_fails_if_it_was_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(source="mnist") == 4
    assert "mnistcnn data --fetch" in capsys.readouterr().err


def test_fetch_without_a_network_names_both_mirrors(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(fetch=True) == 4
    errors = capsys.readouterr().err
    assert all(mirror in errors for mirror in downloading.MIRRORS)


@pytest.mark.parametrize("options", [{"source": "digits"}, {"source": "idx"}, {"data_dir": Path()}])
def test_fetch_is_for_mnist_and_the_cache_alone(options: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(fetch=True, **options) == 2
    assert "error: --fetch downloads" in capsys.readouterr().err


def test_a_terminal_gets_tables(
    idx_dir: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "120")
    assert run(source="idx", data_dir=idx_dir, validation_size=40) == 0
    assert "─" in capsys.readouterr().out


def test_the_real_mnist_is_recognised_where_the_environment_says(
    real_mnist: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(as_json=True) == 0
    (record,) = parsed(capsys)
    assert [place["state"] for place in record["places"]] == ["ok", "missing", "ok"]
    assert record["dataset"]["splits"]["test"]["classes"][:3] == [980, 1135, 1032]


def test_what_is_odd_about_the_data_is_a_warning(idx_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (idx_dir / "train-images-idx3-ubyte.gz").open("ab") as file:
        file.write(b"garbage")
    assert run(source="idx", data_dir=idx_dir, validation_size=40) == 0
    assert "warning: " in (err := capsys.readouterr().err)
    assert "trailing garbage" in err


def test_transposed_data_has_other_checksums(idx_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for transpose in (False, True):
        assert run(source="idx", data_dir=idx_dir, validation_size=40, transpose=transpose, as_json=True) == 0
    plain, swapped = (record["dataset"]["checksums"] for record in parsed(capsys))
    assert plain["train-images-idx3-ubyte"] != swapped["train-images-idx3-ubyte"]
    assert run(transpose=True) == 3
    assert "only data.source=idx can be transposed" in capsys.readouterr().err


def test_a_variable_that_is_not_set_is_a_configuration_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(source="idx", data_dir=Path("$NOWHERE_AT_ALL/mnist")) == 3
    assert "--data-dir: the environment variable NOWHERE_AT_ALL is not set" in capsys.readouterr().err


def import_table(folder: Path, **options: Any) -> int:
    rows = [",".join(["3", *["7"] * 784])] * 14
    (folder / "source").mkdir()
    (folder / "source" / "train.csv").write_text("\n".join(rows))
    return run(import_from=folder / "source", out=folder / "out", **options)


def test_an_import_shows_counts_and_the_command_that_trains(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert import_table(tmp_path) == 0
    output = capsys.readouterr()
    assert ["train", "12", "0", "0", "0", "12", *["0"] * 6] in [line.split() for line in output.out.splitlines()]
    assert "note: 2 of 14 images were set aside" in output.err
    assert f"next: mnistcnn train --set data.source=idx --set data.dir={tmp_path / 'out'}" in output.err
    # Fewer images than in a batch of the default configuration.
    assert output.err.endswith("--set data.validation_size=1 --set batch_size=11\n")


def test_an_import_in_json_is_one_object(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert import_table(tmp_path, as_json=True) == 0
    (record,) = parsed(capsys)
    assert (record["event"], record["splits"]["test"]["classes"][3]) == ("imported", 2)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_an_import_that_is_ended_leaves_nothing_half_written(tmp_path: Path, number: int) -> None:
    assert import_table(tmp_path) == 0  # Makes the table.
    script = (
        "import os\n"
        "from mnistcnn.data.importing import folder\n"
        f"folder.files.sync_directory = lambda path: os.kill(os.getpid(), {int(number)})\n"
        "from mnistcnn_cli.app import main\n"
        "main()\n"
    )
    command = [sys.executable, "-c", script, "data", "--import", "source", "--out", "other"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (ended.returncode, ended.stderr) == (128 + number, "interrupted\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "source"]


def test_an_import_that_fails_is_4_and_leaves_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "source").mkdir()
    assert run(import_from=tmp_path / "source", out=tmp_path / "out") == 4
    assert "nothing to import" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


@pytest.mark.parametrize(
    "options",
    [
        {"import_from": Path()},
        {"out": Path("x")},
        {"frame": True},
        {"import_from": Path(), "out": Path("x"), "fetch": True},
        {"import_from": Path(), "out": Path("x"), "source": "idx"},
    ],
)
def test_options_of_an_import_go_together(options: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(**options) == 2
    assert "error: --import" in capsys.readouterr().err
