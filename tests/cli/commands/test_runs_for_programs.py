"""What `mnistcnn runs` writes for other programs and for documents, and the picture of several runs."""

import csv
import io
import json
from datetime import datetime

import pytest
from mnistcnn_cli.app import run
from PIL import Image

from mnistcnn.config.differences import flat_config
from mnistcnn.config.schema import Config, load_config
from mnistcnn.runs.creating import create_run

HEADER = "step,split,data,examples,loss,accuracy,learning_rate\n"
RESULTS = {
    "step": 20, "test_accuracy": 0.9 + 1e-9, "test_errors": 6, "test_examples": 60, "validation_accuracy": 0.95,
    "best_step": 20, "best_validation_accuracy": 0.95, "best_test_accuracy": 0.9 + 1e-9, "weights_digest": "ab" * 32,
    "seconds": 83.4, "images_per_second": 3412.4,
}  # fmt: skip
FACTS = [
    "run", "name", "state", "problem", "can_be_resumed", "data", "started", "ended", "step", "steps", "test_step",
    "test_accuracy", "test_interval_low", "test_interval_high", "test_errors", "test_examples", "chance_accuracy",
    "no_better_than", "validation_accuracy", "best_step", "best_validation_accuracy", "best_test_accuracy",
    "weights_digest", "seconds", "images_per_second", "checkpoints",
]  # fmt: skip


@pytest.fixture
def log_dir(tmp_path, monkeypatch, tiny_dataset):
    """Three runs that were never trained: two seeds of one recipe, and a narrower network, which died."""
    monkeypatch.chdir(tmp_path)
    made = [("a_1", "seed=1", "finished"), ("a_2", "seed=2", "finished"), ("narrow", "network.fc1=8", "running")]
    for hour, (name, setting, state) in enumerate(made):
        config = load_config(None, ["log_dir=runs", f"name={name}", "steps=20", setting])
        created = create_run(config, tiny_dataset, datetime(2026, 11, 24, 12))
        results = RESULTS if state == "finished" else None
        created.update_manifest({"state": state, "results": results, "started": f"2026-11-24T0{hour}:00:00+00:00"})
        rows = [f"{step},test,tiny,60,{2 - step / 16},{0.1 + step / 40 + hour / 100},\n" for step in (0, 10, 20)]
        created.metrics_path.write_text(HEADER + "".join(rows))
    return tmp_path / "runs"


def table(capsys):
    return list(csv.DictReader(io.StringIO(capsys.readouterr().out)))


def test_csv_has_a_column_for_every_fact_and_every_setting_in_full(log_dir, capsys):
    assert run(["runs", "--format", "csv", "--sort", "name"]) == 0
    one, two, narrow = table(capsys)
    assert list(one) == [*FACTS, *(f"config.{key}" for key in flat_config(Config()))]
    assert (one["name"], one["config.seed"], two["config.seed"], narrow["config.network.fc1"]) == ("a_1", "1", "2", "8")
    assert float(one["test_accuracy"]) == 0.9 + 1e-9
    assert (one["config.threads"], one["config.deterministic"], one["checkpoints"]) == ("", "true", "[]")
    assert (narrow["state"], narrow["seconds"], narrow["test_errors"]) == ("died", "", "23")


def test_csv_is_utf_8_whatever_a_run_is_called(log_dir, capsys):
    (log_dir / "narrow").rename(log_dir / "r\udcff")
    assert run(["runs", "--format", "csv", "--filter", "name=r*"]) == 0
    (narrow,) = table(capsys)
    assert (narrow["run"], narrow["name"]) == ("runs/r\\udcff", "r\\udcff")
    assert run(["runs", "export", "runs/r\udcff"]) == 0
    assert {row["run"] for row in table(capsys)} == {"runs/r\\udcff"}


def test_json_is_the_same_by_either_option(log_dir, capsys):
    assert run(["runs", "--json"]) == 0
    by_json = capsys.readouterr().out
    assert run(["runs", "--format", "json"]) == 0
    assert capsys.readouterr().out == by_json
    assert run(["runs", "--format", "csv", "--json"]) == 2


def test_documents_get_rounded_and_escaped_tables(log_dir, capsys):
    assert run(["runs", "--format", "markdown", "--filter", "name=a_1"]) == 0
    header, _, row = capsys.readouterr().out.splitlines()
    assert header.startswith("| run | state | data | steps | test accuracy | 95 % interval |")
    assert row.startswith(r"| a\_1 | finished | tiny | 20 | 90.00 % |")
    assert run(["runs", "--format", "latex", "--filter", "name=a_1"]) == 0
    assert r"a\_1 & finished & tiny & 20 & 90.00 \% &" in capsys.readouterr().out


def test_an_empty_list_is_a_header(log_dir, capsys):
    for form, lines in (("csv", 1), ("markdown", 2), ("json", 0)):
        assert run(["runs", "--format", form, "--filter", "name=nobody"]) == 0
        assert len(capsys.readouterr().out.splitlines()) == lines


def test_export_writes_the_metrics_of_all_runs_as_they_are(log_dir, capsys):
    assert run(["runs", "export"]) == 0
    rows = table(capsys)
    assert list(rows[0]) == ["run", "name", "seed", *HEADER.strip().split(",")]
    assert [(row["name"], row["seed"], row["step"]) for row in rows[-3:]] == [
        ("a_1", "1", step) for step in ("0", "10", "20")
    ]
    assert rows[-1]["accuracy"] == "0.6"
    assert {row["name"] for row in rows} == {"a_1", "a_2", "narrow"}


def test_export_takes_names_and_leaves_out_what_is_damaged(log_dir, capsys):
    (log_dir / "a_2" / "metrics.csv").write_text("nonsense\n1\n")
    assert run(["runs", "export", "a_1", "a_2"]) == 0
    captured = capsys.readouterr()
    assert captured.out.count("\n") == 4
    assert "metrics.csv: damaged: its first line has no column step; repair it" in captured.err
    assert "move the file away; the run is left out" in captured.err
    assert run(["runs", "export", "nobody"]) == 5


def test_a_damaged_line_is_left_out_with_a_warning(log_dir, capsys):
    path = log_dir / "a_2" / "metrics.csv"
    path.write_text(HEADER + "0,test,tiny,60,much,0.5,\n10,test,tiny,60,0.5,0.5,\n20,test,tiny,60,0.5,0.")
    for command in (["export", "a_2"], ["compare", "a_1", "a_2", "--plot", "curves.png"]):
        assert run(["runs", *command]) == 0
        warning = "a_2/metrics.csv:2: loss: 'much' is not a number; left out, as is 1 more line"
        captured = capsys.readouterr()
        assert captured.err.count(warning) == 1
        assert "much" not in captured.out


def test_compare_draws_the_seeds_of_a_recipe_as_one_line(log_dir, tmp_path, capsys):
    assert run(["runs", "compare", "a_1", "a_2", "narrow", "--plot", "curves.svg", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["plot"] == "curves.svg"
    text = (tmp_path / "curves.svg").read_text()
    assert "3 runs on tiny" in text
    assert run(["runs", "compare", "a_1", "a_1", "--plot", "curves.png"]) == 0
    with Image.open(tmp_path / "curves.png") as picture:
        assert "Line charts of 1 run on tiny: " in picture.text["Description"]


@pytest.mark.parametrize(
    ("plot", "code", "said"),
    [
        ("curves.txt", 2, "--plot curves.txt: expected a name that ends in .png, .svg or .pdf"),
        ("nowhere/curves.png", 5, "nowhere/curves.png: cannot write the picture: No such file or directory"),
    ],
)
def test_a_picture_that_cannot_be_written_is_one_clear_line(log_dir, capsys, plot, code, said):
    assert run(["runs", "compare", "a_1", "a_2", "--plot", plot]) == code
    assert said in capsys.readouterr().err


def test_runs_without_metrics_draw_nothing(log_dir, capsys):
    for name in ("a_1", "a_2"):
        (log_dir / name / "metrics.csv").write_text(HEADER)
    assert run(["runs", "compare", "a_1", "a_2", "--plot", "curves.png"]) == 5
    assert "curves.png: not drawn: none of the runs has metrics" in capsys.readouterr().err
