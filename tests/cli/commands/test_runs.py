import json
import shutil
import subprocess
import sys
import types
from datetime import datetime
from pathlib import Path

import pytest
from mnistcnn_cli.app import run
from mnistcnn_cli.rendering.run_records import run_record

from mnistcnn.config.schema import load_config
from mnistcnn.events import RunFinished, RunStarted
from mnistcnn.runs.creating import create_run
from mnistcnn.runs.listing import Measured, RunSummary
from tests.conftest import forbid

RESULTS = {
    "step": 3000, "test_accuracy": 0.98, "test_errors": 200, "test_examples": 10_000, "validation_accuracy": 0.97,
    "best_step": 2900, "best_validation_accuracy": 0.975, "best_test_accuracy": 0.981, "weights_digest": "ab" * 32,
    "seconds": 83.4, "images_per_second": 3412.4,
}  # fmt: skip


@pytest.fixture
def log_dir(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path / "runs"


@pytest.fixture
def make(log_dir, tiny_dataset):
    def make_run(name, *overrides, checkpoints=(), hour=12, **manifest):
        config = load_config(None, [f"log_dir={log_dir}", f"name={name}", *overrides])
        created = create_run(config, tiny_dataset, datetime(2026, 11, 24, 12))
        started = f"2026-11-24T{hour:02}:00:00+00:00"
        created.update_manifest({"state": "finished", "results": RESULTS, "started": started, **manifest})
        for step in checkpoints:
            (created.checkpoints_path / f"step-{step:07d}").mkdir()
        return created

    return make_run


def records(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_runs_alone_is_the_list_newest_first(make, capsys):
    make("old", "learning_rate=1e-3", hour=1)
    make("new", hour=2)
    assert run(["runs"]) == 0
    alone = capsys.readouterr()
    assert run(["runs", "list"]) == 0
    assert capsys.readouterr() == alone
    header, new, old = alone.out.splitlines()[:3]
    assert "95 % interval" in header
    assert new.split() == ["new", "finished", "tiny", "3,000/3,000", "98.00", "%", "97.71", "to", "98.26", "1:23"]
    assert old.split()[0] == "old"
    assert old.endswith("learning_rate 0.001")
    assert alone.err == ""


def test_a_dead_run_is_listed_as_died_with_how_to_go_on(make, capsys):
    make("dead", state="running", results=None, checkpoints=[100])
    run(["runs"])
    out, err = capsys.readouterr()
    assert out.splitlines()[1].split()[:4] == ["dead", "died", "tiny", "100/3,000"]
    assert err == "dead died while it was training; resume it: mnistcnn train --resume dead\n"


def test_elsewhere_the_way_to_go_on_names_the_path(make, log_dir, capsys):
    make("dead", state="running", results=None, checkpoints=[100])
    run(["runs", "--log-dir", str(log_dir)])
    assert capsys.readouterr().err.endswith(f"mnistcnn train --resume {log_dir / 'dead'}\n")


def test_a_run_that_died_before_its_first_checkpoint_is_begun_again(make, capsys):
    make("dead", state="running", results=None)
    run(["runs"])
    assert "mnistcnn train --config runs/dead/config.yaml" in capsys.readouterr().err


def test_many_dead_runs_do_not_fill_the_screen(make, capsys):
    for number in range(8):
        make(f"dead{number}", state="running", results=None)
    run(["runs"])
    assert capsys.readouterr().err.splitlines()[5:] == ["3 more died; see: mnistcnn runs --filter state=died"]


def test_a_damaged_run_is_listed_with_what_is_wrong_and_the_list_goes_on(make, capsys):
    make("good")
    make("bad").manifest_path.write_text("{")
    assert run(["runs"]) == 0
    out, err = capsys.readouterr()
    assert [line.split()[:2] for line in out.splitlines()[1:3]] == [["good", "finished"], ["bad", "damaged"]]
    assert err.startswith("damaged: runs/bad/manifest.json: damaged: ")


def test_a_failed_run_says_why_and_how_to_go_on(make, capsys):
    make("full", state="failed", results=None, reason="No space left on device", checkpoints=[100])
    hint = "full failed (No space left on device); resume it: mnistcnn train --resume full"
    for arguments in (["runs"], ["runs", "show", "full"]):
        run(arguments)
        assert capsys.readouterr().err.splitlines()[0] == hint


def test_a_run_of_another_user_is_listed_as_not_readable_and_the_list_goes_on(make, log_dir, monkeypatch, capsys):
    make("good", checkpoints=[100])
    (log_dir / "lost+found").mkdir()
    forbid(monkeypatch, log_dir / "lost+found")
    assert run(["runs"]) == 0
    out, err = capsys.readouterr()
    assert [line.split()[:2] for line in out.splitlines()[1:3]] == [["good", "finished"], ["lost+found", "not"]]
    assert err == "runs/lost+found: not readable: Permission denied\n"
    assert run(["runs", "show"]) == 0
    assert run(["runs", "show", "lost+found"]) == 5


def test_sorting_filtering_and_a_limit_go_together(make, capsys):
    for name, accuracy, rate in (("a", 0.9, "1e-3"), ("b", 0.95, "1e-3"), ("c", 0.99, "1e-4")):
        make(name, f"learning_rate={rate}", results={**RESULTS, "test_accuracy": accuracy})
    run(["runs", "--json", "--filter", "learning_rate=1e-3", "--sort", "test_accuracy"])
    assert [record["name"] for record in records(capsys)] == ["b", "a"]
    run(["runs", "list", "--sort", "test_accuracy", "--limit", "1"])
    out, err = capsys.readouterr()
    assert out.splitlines()[1].split()[0] == "c"
    assert err == "2 more, not shown\n"


def test_json_has_one_object_per_run(make, capsys):
    make("mine", "seed=3")
    run(["runs", "--json"])
    (record,) = records(capsys)
    assert (record["event"], record["run"], record["state"]) == ("run", "runs/mine", "finished")
    assert record["test_interval"] == pytest.approx([0.97707, 0.98257], abs=1e-5)
    assert record["changed"] == {"seed": 3}
    assert record["config"]["learning_rate"] == 1e-4


def test_the_document_names_every_field_of_a_run():
    document = (Path(__file__).parents[3] / "docs" / "runs.md").read_text()
    record = run_record(RunSummary(Path("x"), "finished", test=Measured(1, 0.5, 2)))
    assert [name for name in record if f"`{name}`" not in document] == []


def test_no_runs_is_no_error_and_says_how_to_make_one(log_dir, capsys):
    assert run(["runs"]) == 0
    assert capsys.readouterr() == ("", "no runs in runs; train one with: mnistcnn train\n")
    assert run(["runs", "--json"]) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ("--sort accuracy", 2, "did you mean 'test_accuracy'"),
        ("--filter state", 2, "expected KEY=VALUE"),
        ("--limit 0", 2, "--limit"),
        ("bogus", 2, "No such command 'bogus'"),
        ("show nothere", 5, "nothere: no such run; the newest in runs: mine"),
        ("compare mine", 2, "name at least two runs"),
        ("compare mine nothere", 5, "no such run"),
        ("reproduce nothere", 5, "no such run"),
    ],
)
def test_what_makes_no_sense_is_one_message(make, capsys, arguments, code, said):
    make("mine")
    assert run(["runs", *arguments.split()]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: ")
    assert said in err


def test_show_tells_everything_about_a_run(make, capsys):
    make("mine", "learning_rate=2e-4", checkpoints=[0, 2900, 3000])
    assert run(["runs", "show", "mine"]) == 0
    out, err = capsys.readouterr()
    for text in (
        "98.00 % (tiny), 200 errors of 10,000, 95 % interval 97.71 to 98.26 %",
        "2,900, chosen by validation",
        "ab" * 32,
        "0, 2,900, 3,000",
        "tensorflow",
    ):
        assert text in out
    assert [line.split() for line in out.splitlines() if "learning_rate" in line] == [
        ["learning_rate", "0.0002", "default", "0.0001"]
    ]
    commands = [line.split("  #")[0].strip() for line in err.splitlines()]
    assert commands[:3] == [f"mnistcnn {name} runs/mine" for name in ("page", "visualize", "eval")]
    assert {"mnistcnn export runs/mine", "mnistcnn train --config runs/mine/config.yaml"} < set(commands)


def test_show_has_the_command_for_tensorboard_of_a_run_with_summaries(make, capsys):
    (make("mine", "summaries.every=500", checkpoints=[0, 3000]).path / "tensorboard").mkdir()
    run(["runs", "show"])
    command = "tensorboard --logdir runs/mine/tensorboard --samples_per_plugin images=7,histograms=7"
    assert command in capsys.readouterr().err


def test_a_run_without_a_checkpoint_has_no_commands(make, capsys):
    make("mine")
    run(["runs", "show", "mine"])
    assert capsys.readouterr().err == ""


def test_a_long_value_is_listed_with_four_digits(make, capsys):
    make("mine", "learning_rate=0.00031622776601683794", "schedule.kind=cosine")
    run(["runs"])
    assert capsys.readouterr().out.splitlines()[1].endswith("learning_rate 0.0003162, schedule.kind cosine")


def test_without_validation_no_step_is_said_to_be_chosen_by_it(make, capsys):
    run_directory = make("mine", "data.validation_size=0", checkpoints=[0, 3000])
    path = run_directory.manifest_path
    manifest = json.loads(path.read_bytes())
    manifest["results"] |= {"best_step": 3000, "best_validation_accuracy": None, "validation_accuracy": None}
    path.write_text(json.dumps(manifest))
    assert run(["runs", "show", "mine"]) == 0
    out = capsys.readouterr().out
    assert "3,000, the last evaluated: there is no validation" in out
    assert "chosen by validation" not in out


def test_show_is_about_the_latest_run_and_has_its_manifest_in_json(make, capsys):
    make("old", hour=1, checkpoints=[1])
    make("new", hour=2, checkpoints=[1])
    run(["runs", "show", "--json"])
    (record,) = records(capsys)
    assert record["name"] == "new"
    assert record["manifest"]["data"]["examples"] == {"train": 240, "validation": 40, "test": 60}


def test_show_of_a_damaged_run_says_what_is_wrong(make, capsys):
    make("bad").manifest_path.write_text("{")
    assert run(["runs", "show", "bad"]) == 0
    out, err = capsys.readouterr()
    assert "damaged" in out
    assert "manifest.json" in err
    assert run(["runs", "show", "bad", "--json"]) == 0
    assert records(capsys)[0]["manifest"] is None


def test_compare_puts_only_the_settings_that_differ_beside_the_results(make, capsys):
    make("a", "learning_rate=1e-3", "seed=1")
    make("b", "seed=1", results={**RESULTS, "test_accuracy": 0.9})
    assert run(["runs", "compare", "a", "b"]) == 0
    out, err = capsys.readouterr()
    rows = {line[:20].strip(): line.split() for line in out.splitlines()}
    assert rows["learning_rate"] == ["learning_rate", "0.001", "0.0001"]
    assert rows["test accuracy"] == ["test", "accuracy", "98.00", "%", "90.00", "%"]
    assert "seed" not in rows
    assert err == ""
    run(["runs", "compare", "--all", "a", "b"])
    assert "\n  seed " in capsys.readouterr().out


def test_compare_warns_that_accuracies_on_different_data_are_not_comparable(make, capsys):
    a = make("a")
    make("b")
    a.update_manifest({"data": {**a.manifest()["data"], "name": "digits"}})
    run(["runs", "compare", "a", "b"])
    assert "different data (digits, tiny)" in capsys.readouterr().err


def test_compare_puts_many_runs_below_each_other(make, capsys):
    names = [make(f"run{number}", f"seed={number}").name for number in range(6)]
    run(["runs", "compare", *names])
    header, *rows = capsys.readouterr().out.splitlines()
    assert header.split()[:2] == ["run", "seed"]
    assert [row.split()[0] for row in rows[:6]] == names


def test_compare_in_json_is_one_object(make, capsys):
    make("a", "learning_rate=1e-3")
    make("b")
    run(["runs", "compare", "a", "b", "--json"])
    (record,) = records(capsys)
    assert record["event"] == "comparison"
    assert record["config"] == {"learning_rate": [0.001, 0.0001]}
    assert [each["name"] for each in record["runs"]] == ["a", "b"]


@pytest.fixture
def repeated(make, monkeypatch, tiny_dataset):
    """Makes `runs reproduce` train in no time, to the weights of that digest, as if on that data."""

    def replace(digest, dataset=tiny_dataset):
        def fake_train(config, _dataset, _stop, start):
            new = make("again")
            new.update_manifest({"results": {**RESULTS, "weights_digest": digest}})
            yield RunStarted(new.path, "tiny", 0, 12, 20, 0, 1, 240, 40, 60)
            yield RunFinished(new.path, "finished", "tiny", 12, 0.98, 3, 60, 0.9, 8, 0.95, 0.9, digest, 2.0, 1.0, 100.0)

        monkeypatch.setitem(sys.modules, "mnistcnn.training.loop", types.SimpleNamespace(train=fake_train))
        monkeypatch.setattr("mnistcnn.data.sources.load_dataset", lambda config, progress: dataset)

    return replace


def test_reproduce_says_that_the_weights_are_the_same(make, repeated, capsys):
    make("mine")
    repeated("ab" * 32)
    assert run(["runs", "reproduce", "mine", "-q"]) == 0
    out, err = capsys.readouterr()
    assert out.endswith("runs/again\n")
    assert err == f"the same weights, bit for bit: {'ab' * 32}\n"


def test_reproduce_exits_with_5_and_names_what_differs_when_they_are_not(make, repeated, capsys):
    make("mine", mnistcnn="0.0.9")
    repeated("cd" * 32)
    assert run(["runs", "reproduce", "mine", "--json"]) == 5
    out, err = capsys.readouterr()
    verdict, error = [json.loads(line) for line in out.splitlines()][-2:]
    assert verdict["same"] is False
    assert verdict["weights_digests"] == ["ab" * 32, "cd" * 32]
    assert error["exit_code"] == 5
    assert "different weights from" in err
    assert "mnistcnn: was 0.0.9, is 0.1.0" in err


def test_reproduce_refuses_other_data_before_it_trains(make, repeated, capsys, log_dir):
    mine = make("mine")
    mine.update_manifest({"data": {**mine.manifest()["data"], "sha256": {}}})
    repeated("ab" * 32)
    assert run(["runs", "reproduce", "mine"]) == 5
    assert "is not the same data" in capsys.readouterr().err
    assert not (log_dir / "again").exists()


def test_two_hundred_runs_are_listed_without_tensorflow(make, log_dir):
    first = make("run0", "learning_rate=2e-4")
    for number in range(1, 200):
        shutil.copytree(first.path, log_dir / f"run{number}")
    script = (
        "import sys; from mnistcnn_cli.app import run; run(['runs']);"
        "print(*{'tensorflow', 'keras', 'sklearn', 'scipy'} & set(sys.modules), file=sys.stderr)"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout.count("finished") == 200
    assert result.stderr == "\n"


def test_a_run_that_learned_nothing_is_named(make, capsys):
    make("bad", results={**RESULTS, "test_accuracy": 0.09, "chance_accuracy": 0.1135, "no_better_than": "chance"})
    make("good")
    sentence = "no better than always giving the most frequent digit (11.35 %)"
    assert run(["runs"]) == 0
    assert capsys.readouterr().err == f"bad is {sentence}\n"
    assert run(["runs", "show", "bad"]) == 0
    assert sentence in capsys.readouterr().out
    assert run(["runs", "--json"]) == 0
    found = {record["name"]: (record["no_better_than"], record["chance_accuracy"]) for record in records(capsys)}
    assert found == {"bad": ("chance", 0.1135), "good": (None, None)}
