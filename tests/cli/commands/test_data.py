from __future__ import annotations

import json
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
