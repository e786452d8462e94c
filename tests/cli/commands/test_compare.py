import csv
import json
import shutil
from datetime import datetime

import numpy as np
import pytest
from mnistcnn_cli.app import run
from PIL import Image

from mnistcnn.config.schema import load_config
from mnistcnn.data.sources import load_dataset
from mnistcnn.network.model import Network
from mnistcnn.runs.checkpoint import Checkpoint
from mnistcnn.runs.creating import create_run


@pytest.fixture(scope="module")
def trained(bars_run, tmp_path_factory):
    """The run `one` of bars, and `narrow`, a smaller network that has learned nothing and used one thread."""
    runs = shutil.copytree(bars_run.parent, tmp_path_factory.mktemp("compare") / "runs", symlinks=True)
    own = load_config(bars_run / "config.yaml")
    sizes = ["network.conv1=2", "network.conv2=3", "network.fc1=16", "seed=5", "threads=1"]
    config = load_config(bars_run / "config.yaml", [f"log_dir={runs}", "name=narrow", *sizes])
    narrow = create_run(config, load_dataset(own.data), datetime(2026, 11, 24))
    narrow.checkpoints().save(Checkpoint(7, Network(config.network, config.seed).read(), {}), best=True)
    narrow.update_manifest({"state": "finished"})
    return runs


@pytest.fixture
def runs(trained, tmp_path, monkeypatch):
    """A copy of the runs, to write in."""
    monkeypatch.chdir(tmp_path)
    return shutil.copytree(trained, tmp_path / "runs", symlinks=True)


def record(capsys):
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def test_networks_of_other_sizes_are_compared_on_every_image(runs, capsys):
    assert run(["compare", "one", "narrow", "--json", "--quiet"]) == 0
    found = record(capsys)
    counts = [found[name] for name in ("both_right", "only_a", "only_b", "both_wrong")]
    assert sum(counts) == found["examples"] == 60
    assert found["a"]["errors"] == found["only_b"] + found["both_wrong"]
    assert found["b"]["errors"] == found["only_a"] + found["both_wrong"]
    assert found["p_value"] < 1e-6
    assert [(layer["units_a"], layer["units_b"]) for layer in found["layers"]] == [(4, 2), (6, 3), (32, 16)]
    assert [each["right"] for each in found["disagreements"]].count("a") == found["only_a"]


def test_the_files_hold_the_indices_the_units_and_a_picture(runs, capsys):
    assert run(["compare", "one", "narrow", "--quiet", "--out", "deep/er"]) == 0
    out = capsys.readouterr().out
    assert "A is better on these images, and hardly by chance (McNemar's exact test: " in out
    folder = runs.parent / "deep" / "er"
    found = json.loads((folder / "comparison.json").read_text())
    rows = list(csv.DictReader((folder / "disagreements.csv").read_text().splitlines()))
    assert [int(row["index"]) for row in rows] == [each["index"] for each in found["disagreements"]]
    assert list(rows[0]) == [
        "index",
        "label",
        "prediction_a",
        "probability_a",
        "prediction_b",
        "probability_b",
        "right",
    ]
    units = list(csv.DictReader((folder / "units.csv").read_text().splitlines()))
    assert len(units) == sum(len(layer["pairs"]) for layer in found["layers"])
    with Image.open(folder / "disagreements.png") as picture:
        assert f"{len(rows)} disagreements on 60 images" in picture.text["Description"]


def test_a_run_and_itself_have_the_same_weights_and_nothing_to_disagree_on(runs, capsys):
    folder = runs / "one" / "comparisons" / "step-80-and-one-step-80"
    folder.mkdir(parents=True)
    (folder / "disagreements.png").write_text("of another comparison")
    assert run(["compare", "one@80", str(runs / "one") + "@last", "--quiet"]) == 0
    captured = capsys.readouterr()
    assert "A and B have the same weights" in captured.out
    assert captured.err == ""
    found = json.loads((folder / "comparison.json").read_text())
    assert (found["p_value"], found["disagreements"]) == (1, [])
    assert np.allclose([pair[2] for layer in found["layers"] for pair in layer["pairs"]], 1)
    assert not (folder / "disagreements.png").exists()


def test_other_data_is_no_obstacle_and_is_said(runs, capsys):
    path = runs / "narrow" / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["data"]["sha256"], manifest["data"]["name"] = {"x": "1" * 64}, "elsewhere"
    path.write_text(json.dumps(manifest))
    assert run(["compare", "one", "narrow", "--json", "--quiet"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["b"]["is_foreign"] is True
    assert "other data: narrow learned from elsewhere" in captured.err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["one", "nobody"], 5, "nobody: no such run"),
        (["one", "narrow@8"], 5, "8"),
        (["one@", "narrow"], 5, "checkpoint"),
        (["one"], 2, "Missing argument"),
        (["one", "narrow", "--out", "file/below"], 5, "file/below: the files were not written: "),
    ],
)
def test_what_cannot_be_compared_is_one_clear_line(runs, capsys, arguments, code, said):
    (runs.parent / "file").write_text("")
    assert run(["compare", *arguments, "--quiet"]) == code
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error


def test_a_run_that_cannot_be_written_still_gives_its_results(runs, capsys):
    (runs / "one" / "comparisons").write_text("in the way")
    assert run(["compare", "one", "narrow", "--quiet"]) == 0
    captured = capsys.readouterr()
    assert "the files were not written: " in captured.err
    assert "written" not in captured.out
