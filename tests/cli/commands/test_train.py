import errno
import inspect
import json
import os
import signal
import sys
import types
from contextlib import contextmanager

import pytest
from mnistcnn_cli.app import run
from mnistcnn_cli.commands.train import train
from mnistcnn_cli.rendering.ndjson import event_name

from mnistcnn.config.schema import Config
from mnistcnn.errors import DivergedError


@pytest.fixture
def core(monkeypatch):
    """`mnistcnn.training.loop` and the data, replaced: `core(events)` says what the run reports.

    An exception among the events is raised in its turn; a callable is called with `stop`.
    """
    asked = types.SimpleNamespace()

    def replace(events):
        def fake_train(config, dataset, stop, workers, start):
            asked.config, asked.dataset, asked.workers = config, dataset, workers
            for event in events:
                if isinstance(event, BaseException):
                    raise event
                if callable(event):
                    event(stop)
                else:
                    yield event

        fake = types.SimpleNamespace(train=fake_train)
        monkeypatch.setitem(sys.modules, "mnistcnn.training.loop", fake)
        monkeypatch.setattr("mnistcnn.training.loop", fake, raising=False)
        monkeypatch.setattr("mnistcnn.data.sources.load_dataset", lambda config, progress: "the data")
        return asked

    return replace


def test_a_run_prints_only_its_path_on_a_piped_standard_output(core, fake_run, capfd):
    core(fake_run())
    assert run(["train"]) == 0
    out, err = capfd.readouterr()
    assert out == "runs/20261124-064837-3fa9c1\n"
    assert "test accuracy 99.94 % (mnist)" in err


def test_json_writes_every_event_on_standard_output(core, fake_run, capfd):
    events = fake_run()
    core(events)
    assert run(["train", "--json", "--quiet"]) == 0
    out, err = capfd.readouterr()
    assert [json.loads(line)["event"] for line in out.splitlines()] == [event_name(type(event)) for event in events]
    assert err == ""


def test_quiet_says_nothing_but_warnings(core, fake_run, capfd):
    core(fake_run(warning="This is digits."))
    assert run(["train", "-q"]) == 0
    assert capfd.readouterr().err == "warning: This is digits.\n"


def test_named_options_reach_the_configuration(core, fake_run, tmp_path):
    asked = core(fake_run())
    run(
        f"train -q --steps 7 --batch-size 8 --learning-rate 0.25 --keep-prob 0.75 --log-dir {tmp_path} "
        "--seed 3 --name mine --set eval_every=5 --set data.source=digits".split()
    )
    config = asked.config
    assert (config.steps, config.batch_size, config.learning_rate, config.keep_prob) == (7, 8, 0.25, 0.75)
    assert (config.log_dir, config.seed, config.name) == (tmp_path, 3, "mine")
    assert (config.eval_every, config.data.source) == (5, "digits")


def test_every_named_option_is_a_setting():
    other = {"config", "overrides", "resume", "source", "seeds", "tensorboard", "addresses", "worker_index"}
    other |= {"quiet", "as_json"}
    assert set(inspect.signature(train).parameters) - other <= set(Config.model_fields)


def test_a_diverged_run_ends_with_its_summary_its_error_and_exit_code_6(core, fake_run, capfd):
    core([*fake_run(state="diverged"), DivergedError("the loss became NaN at step 3,000")])
    assert run(["train", "--json"]) == 6
    out, err = capfd.readouterr()
    finished, error = map(json.loads, out.splitlines()[-2:])
    assert finished["state"] == "diverged"
    assert (error["kind"], error["exit_code"]) == ("DivergedError", 6)
    assert "diverged after 3,000 steps" in err
    assert err.endswith("error: the loss became NaN at step 3,000\n")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_lets_the_run_save_and_says_where_it_is(core, fake_run, capfd, number, code):
    stopped = []

    def interrupt(stop):
        stopped.append(stop())
        os.kill(os.getpid(), number)
        stopped.append(stop())

    *events, finished = fake_run(state="interrupted")
    core([*events, interrupt, finished])
    handlers = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    assert run(["train"]) == code
    assert stopped == [False, True]
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == handlers
    err = capfd.readouterr().err
    assert "interrupted after 3,000 steps" in err
    assert "run runs/20261124-064837-3fa9c1\n" in err
    assert err.endswith("\ninterrupted\n")


def test_a_second_signal_stops_at_once(core, fake_run, capfd):
    def interrupt_twice(_stop):
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
        pytest.fail("still running")

    core([fake_run()[0], interrupt_twice])
    assert run(["train"]) == 130
    assert capfd.readouterr().err.endswith("interrupted\n  the run is in runs/20261124-064837-3fa9c1\n")


def test_tensorboard_without_summaries_is_a_usage_error(core, fake_run, capfd):
    asked = core(fake_run())
    assert run(["train", "--tensorboard", "--set", "summaries.enabled=false"]) == 2
    assert not hasattr(asked, "config")
    assert "nothing to show: summaries.enabled is false" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("others", "message"),
    [
        (["--seeds", "0-1"], "--tensorboard shows one run"),
        (["--quiet"], "--quiet would hide the address of --tensorboard"),
        (["--workers", "a:1,b:1", "--worker-index", "1"], "--tensorboard is for the chief"),
    ],
)
def test_tensorboard_is_refused_where_nobody_would_see_it(core, fake_run, capfd, others, message):
    asked = core(fake_run())
    assert run(["train", "--tensorboard", *others]) == 2
    assert not hasattr(asked, "config")
    assert message in capfd.readouterr().err


def test_an_error_in_the_configuration_comes_before_anything_else(core, fake_run, capfd):
    asked = core(fake_run())
    assert run(["train", "--steps", "0"]) == 3
    assert not hasattr(asked, "config")
    assert "steps" in capfd.readouterr().err


def test_a_run_that_cannot_be_written_is_refused_before_tensorflow_starts(core, bars_run, monkeypatch, capfd):
    @contextmanager
    def refusing(directory, patience):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        yield

    asked = core([])
    monkeypatch.setattr("mnistcnn.runs.lock.held", refusing)
    assert run(["train", "--resume", str(bars_run)]) == 5
    [line] = capfd.readouterr().err.splitlines()
    assert line.startswith(
        f"error: {bars_run}: cannot write into this run: Read-only file system; to continue it, copy"
    )
    assert not hasattr(asked, "config")


def test_a_run_that_another_worker_was_asked_to_stop_is_no_success(core, fake_run, capfd):
    core(fake_run(state="interrupted"))
    assert run(["train"]) == 143


@pytest.mark.parametrize(
    ("options", "variable", "code", "message"),
    [
        (["--workers", "a:1,b:1", "--worker-index", "2"], "", 3, "--worker-index: 2 is not one of 0 to 1"),
        (["--workers", "a:1,b:1", "--worker-index", "0", "--seeds", "0-1"], "", 2, "--seeds is for one process"),
        (
            ["--workers", "a:1,b:1", "--worker-index", "1", "--resume", "x", "--name", "y"],
            "",
            2,
            "--resume keeps a run's own",
        ),
        ([], '{"cluster": ', 3, "TF_CONFIG: not JSON"),
    ],
)
def test_workers_that_make_no_sense_are_told_before_anything_is_loaded(
    monkeypatch, capfd, options, variable, code, message
):
    monkeypatch.setenv("TF_CONFIG", variable)
    assert run(["train", *options]) == code
    assert message in capfd.readouterr().err


def test_the_chief_of_several_workers_hands_them_to_the_core(core, fake_run, capfd):
    asked = core(fake_run())
    assert run(["train", "--workers", "a:1,b:1,c:1", "--worker-index", "0"]) == 0
    assert asked.workers.count == 3
    assert "waiting for the others" in capfd.readouterr().err
