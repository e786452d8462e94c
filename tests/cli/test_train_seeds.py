import io
import json
import sys
import types
from datetime import datetime
from pathlib import Path

import pytest
from mnistcnn_cli.app import run
from mnistcnn_cli.rendering.live import LiveDisplay
from mnistcnn_cli.rendering.plain import PlainLog
from rich.console import Console

from mnistcnn.errors import DivergedError
from mnistcnn.events import SeedFinished, SeedsFinished, SeedStarted
from mnistcnn.statistics import spread


@pytest.fixture
def core(monkeypatch, fake_run, tmp_path, tiny_dataset):
    """`mnistcnn.training.loop` replaced: every seed trains in no time; those in `failing` diverge."""
    asked = types.SimpleNamespace(configs=[], failing={}, during=lambda: None)

    def fake_train(config, dataset, stop):
        asked.configs.append(config)
        *events, finished = fake_run(run=tmp_path / f"seed{config.seed}", steps=100 * (config.seed + 1))
        yield from events
        asked.during()
        if config.seed in asked.failing:
            raise asked.failing[config.seed]
        yield finished

    monkeypatch.setitem(sys.modules, "mnistcnn.training.loop", types.SimpleNamespace(train=fake_train))
    monkeypatch.setattr("mnistcnn.data.sources.load_dataset", lambda config, progress: tiny_dataset)
    monkeypatch.chdir(tmp_path)
    return asked


def test_every_seed_is_a_run_of_its_own_with_its_own_name(core, capfd, tmp_path):
    assert run(["train", "--seeds", "0,2-3", "--name", "base", "--steps", "7", "-q"]) == 0
    assert [(config.seed, config.name, config.steps) for config in core.configs] == [
        (0, "base-seed0", 7),
        (2, "base-seed2", 7),
        (3, "base-seed3", 7),
    ]
    out, err = capfd.readouterr()
    assert out.splitlines() == [str(tmp_path / f"seed{seed}") for seed in (0, 2, 3)]
    assert err == ""


def test_without_a_name_they_have_none(core):
    run(["train", "--seeds", "0-1", "-q"])
    assert [config.name for config in core.configs] == [None, None]


def test_the_log_ends_with_mean_deviation_and_interval(core, capfd):
    assert run(["train", "--seeds", "1-3"]) == 0
    err = capfd.readouterr().err
    assert "seed 2, 2 of 3" in err
    assert "3 seeds: 3 finished" in err
    # 100, 66 and 50 errors of 10,000; 4.303 is Student's t for 2 degrees of freedom.
    assert "test accuracy 99.28 % ± 0.26 % (tiny), mean and standard deviation of 3 runs" in err
    assert "95 % interval of the mean 98.65 to 99.91 %" in err
    assert err.count("mnistcnn page") == 0


def test_json_ends_with_the_batch(core, capfd):
    run(["train", "--seeds", "1-3", "--json", "-q"])
    events = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert [event["event"] for event in events if event["event"].startswith("seed")] == [
        *["seed_started", "seed_finished"] * 3,
        "seeds_finished",
    ]
    final = events[-1]
    assert final["test_accuracy"]["count"] == 3
    assert [result["seed"] for result in final["results"]] == [1, 2, 3]
    assert Path(final["file"]).is_file()


def test_the_exit_code_and_the_summary_tell_of_a_seed_that_failed(core, capfd):
    core.failing = {1: DivergedError("the loss was nan")}
    assert run(["train", "--seeds", "0-2", "--json"]) == 6
    out, err = capfd.readouterr()
    final, error = [json.loads(line) for line in out.splitlines()][-2:]
    assert final["event"] == "seeds_finished"
    assert final["test_accuracy"]["count"] == 2
    assert error["exit_code"] == 6
    assert "3 seeds: 2 finished, 1 failed" in err
    assert "seed 1 failed, the loss was nan" in err
    assert err.endswith("error: 1 of 3 seeds failed, seed 1 first: the loss was nan\n")


@pytest.mark.parametrize(("number", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_a_signal_ends_the_batch_and_the_summary_says_what_was_not_run(core, capfd, number, code):
    import os
    import signal

    core.during = lambda: os.kill(os.getpid(), getattr(signal, number))
    assert run(["train", "--seeds", "0-2"]) == code
    assert len(core.configs) == 1
    err = capfd.readouterr().err
    assert "3 seeds: 1 finished, 2 not run" in err
    assert "not run 1, 2, continue with: --seeds 1,2" in err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ("--seeds 0-3 --seed 1", 2, "leave out --seed"),
        ("--seeds 3-0", 2, "--seeds 3-0: expected numbers and ranges"),
        ("--seeds 2147483648", 3, "between 0 and 2,147,483,647"),
        (f"--seeds 10 --name {'x' * 98}", 3, "at most 100 bytes"),
    ],
)
def test_what_makes_no_sense_is_told_before_anything_runs(core, capfd, arguments, code, said):
    assert run(["train", *arguments.split()]) == code
    assert said in capfd.readouterr().err
    assert core.configs == []


def batch(fake_run, state="finished"):
    results = tuple(
        SeedFinished(seed, state, "digits", Path(f"runs/{seed}"), None, 0.98, 1, 0.97, "ab", 9.0) for seed in (3, 4)
    )
    for number, result in enumerate(results, 1):
        yield SeedStarted(result.seed, number, 2)
        yield from fake_run()
        yield result
    yield SeedsFinished(Path("runs/seeds.json"), "digits", results, spread([0.98, 0.98]), None, 18.0)


def test_a_terminal_shows_a_line_for_each_seed_and_then_the_sum(fake_run):
    console = Console(file=io.StringIO(), width=100, height=40, force_terminal=True, color_system=None)
    with LiveDisplay(io.StringIO(), console) as live:
        live.phase("starting TensorFlow")
        for event in batch(fake_run):
            live.show(event)
    text = console.file.getvalue()
    assert "seed 3: finished  test accuracy 98.00 % (digits)  0:09  runs/3" in text
    assert "seed 4, 2 of 2" in text
    assert "2 seeds: 2 finished" in text
    assert "98.00 % ± 0.00 % (digits)" in text
    assert "mnistcnn page" not in text


def test_the_log_of_an_interrupted_seed_says_how_to_go_on(fake_run):
    stream = io.StringIO()
    log = PlainLog(stream, lambda: datetime(2026, 11, 24))
    for event in batch(fake_run, state="interrupted"):
        log.show(event)
    assert "seed 4 interrupted, resume it: mnistcnn train --resume runs/4" in stream.getvalue()


def test_a_batch_that_is_stopped_at_once_is_not_summed_up_as_if_it_were_one_run(fake_run):
    console = Console(file=io.StringIO(), width=100, height=40, force_terminal=True, color_system=None)
    with LiveDisplay(io.StringIO(), console) as live:
        for event in list(batch(fake_run))[:-2]:
            live.show(event)
    assert "mnistcnn page" not in console.file.getvalue()
