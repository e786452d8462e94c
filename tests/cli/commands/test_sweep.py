import gc
import io
import json
import os
import signal
import sqlite3
import sys
import types
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from mnistcnn_cli.app import run
from mnistcnn_cli.rendering.sweep_live import LiveSweep
from mnistcnn_cli.rendering.sweep_view import PlainSweep
from rich.cells import cell_len
from rich.console import Console

from mnistcnn.events import (
    Evaluated,
    RunFinished,
    RunStarted,
    SweepFinished,
    SweepProgress,
    SweepStarted,
    TrialFinished,
    TrialResult,
    TrialStarted,
)
from mnistcnn.runs.creating import create_run
from mnistcnn.sweep.settings import SweepConfig
from mnistcnn.sweep.storage import open_storage

FILE = """
trials: 3
config: {steps: 40, eval_every: 40, batch_size: 20}
space:
  learning_rate: {log_uniform: [1e-4, 1e-2]}
"""


@pytest.fixture
def here(monkeypatch, tmp_path, tiny_dataset):
    """A folder with s.yaml, and a training that takes no time."""
    asked = types.SimpleNamespace(during=lambda: None, runs=0)

    def train(config, dataset, stop):
        asked.runs += 1
        made = create_run(config, dataset, datetime.now())
        yield RunStarted(made.path, "tiny", 0, 40, 20, 0, 100, 240, 40, 60)
        asked.during()
        state = "interrupted" if stop() else "finished"
        for split in ("validation", "test"):
            yield Evaluated(40, split, "tiny", 40, 4, 0.1, 0.9 + config.learning_rate, True, 0.0)
        made.update_manifest({"state": state})
        yield RunFinished(made.path, state, "tiny", 40, 0.9, 6, 60, 0.9, 40, 0.9, 0.9, "ab", 1.0, 1.0, 1.0)

    monkeypatch.setitem(sys.modules, "mnistcnn.training.loop", types.SimpleNamespace(train=train))
    monkeypatch.setattr("mnistcnn.data.sources.load_dataset", lambda config, progress: tiny_dataset)
    monkeypatch.chdir(tmp_path)
    Path("s.yaml").write_text(FILE)
    return asked


def test_a_sweep_prints_the_best_run_and_how_to_train_it_again(here, capfd):
    assert run(["sweep", "--config", "s.yaml"]) == 0
    out, err = capfd.readouterr()
    best = Path(out.strip())
    assert (best / "config.yaml").is_file()
    assert "study sweep, 3 trials: 3 finished" in err
    assert f"next: mnistcnn train --config {best}/config.yaml" in err
    assert "validation accuracy 90." in err
    assert "next: mnistcnn sweep show sweep --storage runs/sweeps.journal" in err


def test_every_line_of_json_is_an_event_and_the_last_one_has_the_best(here, capfd):
    assert run(["sweep", "--config", "s.yaml", "--json", "-q"]) == 0
    events = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    kinds = [event["event"] for event in events]
    assert kinds[0] == "sweep_started"
    assert kinds.count("trial_started") == kinds.count("trial_finished") == kinds.count("run_finished") == 3
    accuracies = [each["validation_accuracy"] for each in events[-1]["best"]]
    assert accuracies == sorted(accuracies, reverse=True)
    assert all(Path(path).is_file() for path in events[-1]["plots"])


@pytest.mark.parametrize(("number", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_a_signal_gives_the_trial_back_and_the_next_sweep_does_it(here, capfd, number, code):
    here.during = lambda: os.kill(os.getpid(), getattr(signal, number))
    assert run(["sweep", "--config", "s.yaml", "-q"]) == code
    here.during = lambda: None
    assert here.runs == 1
    capfd.readouterr()
    assert run(["sweep", "--config", "s.yaml"]) == 0
    assert here.runs == 4
    assert "trial 1, trial 0 again: learning_rate=" in capfd.readouterr().err


def test_show_lists_the_best_trials_and_how_to_train_the_best(here, capfd):
    run(["sweep", "--config", "s.yaml", "--study", "one", "-q"])
    best = capfd.readouterr().out.strip()
    assert run(["sweep", "show", "one", "--limit", "2"]) == 0
    out, err = capfd.readouterr()
    title, header, *rows = out.strip().splitlines()
    assert title.strip() == "study one: 3 finished"
    assert header.split() == ["trial", "validation", "test", "at", "step", "learning_rate", "run"]
    assert len(rows) == 2
    assert rows[0].split()[-1] == best
    assert f"mnistcnn train --config {best}/config.yaml" in err
    assert run(["sweep", "show", "one", "--json", "--plots"]) == 0
    out, err = capfd.readouterr()
    assert json.loads(out)["best"][0]["run"] == best
    assert "drew runs/one-plots/report.html" in err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ("sweep", 2, "add --config configs/sweep.yaml"),
        ("sweep --config nowhere.yaml", 3, "there is no such file"),
        ("sweep --config s.yaml --trials 0", 3, "--trials: must be between 1 and 100,000, got 0"),
        ("sweep --config s.yaml --study a/b", 3, "--study: expected the name of a directory"),
        ("sweep --config s.yaml --storage nonsense://x", 2, "--storage nonsense://x: no study can be kept there"),
        ("sweep --config s.yaml --storage postgresql://u:secret@127.0.0.1:1/x", 5, "u:***@127.0.0.1:1/x: the study"),
        ("sweep --config s.yaml --storage sqlite:////nowhere/x.db", 5, "unable to open database file"),
        ("sweep --config s.yaml --storage s.yaml/x", 5, "cannot keep a study here"),
        ("sweep --config s.yaml --storage .", 5, "cannot keep a study here: not a regular file"),
        ("sweep show --storage notes", 5, "notes:2: damaged: not a record of a study"),
        ("sweep --config s.yaml --storage pipe", 5, "cannot keep a study here: not a regular file"),
        ("sweep --trials 3 show", 2, "after the word show"),
        ("sweep show", 5, "runs/sweeps.journal: no studies here"),
        ("sweep show --storage sqlite:///nowhere.db", 5, "no such file"),
    ],
)
def test_what_makes_no_sense_is_told_and_nothing_runs(here, capfd, arguments, code, said):
    os.mkfifo("pipe")
    Path("notes").write_text('{"op_code": 0, "worker_id": "a", "study_name": "b", "directions": [2]}\nbuy\nmilk\n')
    assert run(arguments.split()) == code
    err = capfd.readouterr().err
    assert said in err
    assert "secret" not in err
    assert "Traceback" not in err
    assert here.runs == 0


@pytest.mark.parametrize("content", [b"my precious notes", b'{"a": 1}', b"{}\n", b"5\n"])
def test_a_file_that_is_no_journal_stays_as_it_is(here, capfd, content):
    Path("notes").write_bytes(content)
    for command in (["sweep", "--config", "s.yaml"], ["sweep", "show"]):
        assert run([*command, "--storage", "notes"]) == 5
        assert "error: notes: not a journal of studies, and left as it is" in capfd.readouterr().err
    assert Path("notes").read_bytes() == content
    assert not list(Path().glob("notes.*"))


def test_to_look_at_a_study_leaves_nothing_beside_it(here, capfd):
    run(["sweep", "--config", "s.yaml", "-q", "--storage", "x"])
    for name in ("x.lock", "x.running"):
        Path(name).unlink()
    assert run(["sweep", "show", "--storage", "x"]) == 0
    assert [path.name for path in Path().glob("x*")] == ["x"]


def test_a_database_without_studies_is_only_looked_at(here, capfd):
    with closing(sqlite3.connect("x.db")) as database:
        database.execute("CREATE TABLE notes (text)")
        assert run(["sweep", "show", "--storage", "sqlite:///x.db"]) == 5
        assert capfd.readouterr().err == "error: sqlite:///x.db: no studies here; choose another --storage\n"
        assert [name for (name,) in database.execute("SELECT name FROM sqlite_master")] == ["notes"]


# SQLAlchemy's pool leaves connections to the garbage collector, which Python 3.13 warns of.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_database_of_another_version_of_optuna_is_told(here, capfd):
    open_storage(SweepConfig.model_construct(storage="sqlite:///x.db", lost_after=60))
    with closing(sqlite3.connect("x.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = 'v99.0.0'")
        database.commit()
    assert run(["sweep", "show", "--storage", "sqlite:///x.db"]) == 5
    assert "error: sqlite:///x.db: its studies are of another version of Optuna: " in capfd.readouterr().err
    gc.collect()


def test_a_study_that_is_not_there_is_told_with_those_that_are(here, capfd):
    run(["sweep", "--config", "s.yaml", "-q"])
    assert run(["sweep", "show", "other"]) == 5
    assert "no study 'other'; there are: sweep" in capfd.readouterr().err


def events():
    best = TrialResult(0, "finished", {"learning_rate": 1e-3}, 0.98, 40, 0.97, Path("runs/sweep-0000"), "a", 9.0)
    yield SweepStarted("sweep", "runs/sweeps.journal", "digits", 30, 0, "tpe", "median", Path("runs"))
    yield SweepProgress(30, 0, 1, ())
    yield TrialStarted(0, {"learning_rate": 1e-3}, None)
    yield TrialFinished(best, "digits")
    yield SweepProgress(30, 4, 3, (best,))
    yield SweepFinished("sweep", "x.journal", "digits", 30, 28, 1, 1, 0, 2, (best,), (Path("p/report.html"),), 60.0)


@pytest.mark.parametrize("width", [20, 40, 80, 120])
def test_a_terminal_shows_how_far_it_is_and_the_best_trials(width):
    console = Console(file=io.StringIO(), width=width, height=30, force_terminal=True, color_system=None)
    live = LiveSweep(io.StringIO(), console)
    *before, finished = events()
    for event in before:
        live.show(event)
    frame = Console(file=io.StringIO(), width=width, height=30, color_system=None)
    frame.print(live._renderable())
    picture = frame.file.getvalue()
    assert max(map(cell_len, picture.splitlines())) <= width
    assert "98.00 %" in picture or width < 40
    if width >= 80:
        assert "4 / 30 trials · 3 running" in picture
    live.show(finished)
    live.__exit__(None, None, None)
    text = console.file.getvalue()
    assert "mnistcnn train --config runs/sweep-0000/config.yaml" in text
    assert "waiting for 3 trials of other processes" in picture or width < 80


def test_the_log_says_how_far_all_processes_are():
    stream = io.StringIO()
    log = PlainSweep(stream, lambda: datetime(2026, 11, 24))
    for event in events():
        log.show(event)
    assert "4 of 30 trials done, 3 running, best 98.00 %" in stream.getvalue()
    assert "tried again 2, trials that were lost or interrupted" in stream.getvalue()
