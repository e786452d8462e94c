"""Training from a program: the same bits as the command, and a process that is its own."""

from __future__ import annotations

import asyncio
import io
import json
import os
import signal
import sys
import threading
from contextlib import closing
from functools import partial

import pytest

import mnistcnn
from mnistcnn.config.schema import dump_config
from mnistcnn.errors import ConfigError, DataError, RunError
from mnistcnn.events import Evaluated, RunFinished, RunStarted, StepsDone


@pytest.fixture
def train(tiny):
    """Train silently."""
    return partial(mnistcnn.train, tiny, progress=False)


def digest(run):
    return run.results.weights_digest


def test_a_program_and_the_command_come_to_the_same_bits(tiny, train, tmp_path, capfd):
    from mnistcnn_cli.app import run as command

    run = train(name="program")
    assert capfd.readouterr() == ("", "")
    (tmp_path / "config.yaml").write_text(dump_config(tiny))
    assert command(["train", "--config", str(tmp_path / "config.yaml"), "--name", "command", "--quiet"]) == 0
    other = mnistcnn.open_run("command", tiny.log_dir)
    assert digest(run) == digest(other) == run.network("last").digest
    assert (run.metrics() == other.metrics()).sum() == (run.metrics()["split"] == "train").sum()  # NaN is not NaN.
    assert (run.path / "metrics.csv").read_bytes() == (other.path / "metrics.csv").read_bytes()


def test_events_come_in_order_to_whoever_asks(train):
    events = []
    run = train(on_event=events.append)
    assert isinstance(events[0], RunStarted)
    assert isinstance(events[-1], RunFinished)
    assert [event.step for event in events if isinstance(event, Evaluated) and event.split == "test"] == [0, 4, 8]
    assert events[-1].weights_digest == digest(run)


def test_the_progress_goes_to_standard_error_and_nothing_to_standard_output(tiny, capfd):
    run = mnistcnn.train(tiny)
    out, err = capfd.readouterr()
    assert out == ""
    assert str(run.path) in err
    assert "test accuracy" in err


def test_an_interrupt_saves_and_returns_and_the_run_can_be_resumed(tiny, train, tmp_path):
    whole = digest(train(name="whole"))
    before = signal.getsignal(signal.SIGINT)

    def interrupt(event):
        if isinstance(event, Evaluated) and (event.split, event.step) == ("test", 4):
            os.kill(os.getpid(), signal.SIGINT)

    run = mnistcnn.train(tiny, on_event=interrupt, progress=False, name="parts")
    assert signal.getsignal(signal.SIGINT) == before
    assert (run.state, run.results.step) == ("interrupted", 4)
    assert "run.resume()" in run._repr_html_()
    assert digest(run.resume(progress=False)) == whole
    assert run.state == "finished"


def test_a_failing_callback_ends_the_run_and_leaves_it_unlocked(tiny):
    def fail(event):
        if isinstance(event, StepsDone):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as caught:
        mnistcnn.train(tiny, on_event=fail, progress=False, name="failed", report_every=2)
    assert caught.traceback  # Which keeps every frame, as a notebook does.
    run = mnistcnn.open_run("failed", tiny.log_dir)
    assert run.state == "interrupted"
    assert run._directory.is_locked() is False


def test_it_works_in_a_thread_that_gets_no_signals(tiny):
    runs = []
    thread = threading.Thread(target=lambda: runs.append(mnistcnn.train(tiny, on_event=print)))
    thread.start()
    thread.join()
    assert runs[0].state == "finished"


def test_it_works_while_an_event_loop_runs_and_with_other_standard_streams(tiny, monkeypatch):
    """As in Colab: streams without a descriptor, and no terminal."""
    out, err = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)

    async def cell():
        return mnistcnn.train(tiny)

    run = asyncio.run(cell())
    assert run.state == "finished"
    assert out.getvalue() == ""
    assert "finished after 8 steps" in err.getvalue()


def test_who_wants_the_loop_gets_the_events_and_decides_when_to_stop(tiny):
    seen = []
    events = mnistcnn.training_events(tiny, stop=lambda: bool(seen) and seen[-1] >= 4)
    for event in events:
        if isinstance(event, Evaluated):
            seen.append(event.step)
    assert (event.state, event.step) == ("interrupted", 4)


def test_a_warning_of_the_run_is_one_of_python_where_nothing_is_shown(tiny):
    with pytest.warns(UserWarning, match="no better than") as caught:
        mnistcnn.train(tiny, steps=1, learning_rate=1e-9, progress=False)
    assert caught[0].filename == __file__


def test_closing_the_events_ends_the_run(tiny):
    with closing(mnistcnn.training_events(tiny, name="closed")) as events:
        assert isinstance(next(events), RunStarted)
    manifest = json.loads((tiny.log_dir / "closed" / "manifest.json").read_text())
    assert manifest["state"] == "interrupted"


def test_what_is_wrong_is_said_in_words_of_a_program(tiny, tmp_path):
    with pytest.raises(ConfigError, match=r"^steps=0: "):
        mnistcnn.train(tiny, steps=0)
    with pytest.raises(ConfigError, match="batch_size"):
        mnistcnn.train(tiny, batch_size=10_000, progress=False)
    with pytest.raises(DataError, match="nowhere"):
        mnistcnn.train(tiny, data={"dir": tmp_path / "nowhere"}, progress=False)
    with pytest.raises(RunError, match="cannot create a run here"):
        mnistcnn.training_events(tiny, log_dir="/dev/null")
