"""`train --tensorboard`: a viewer that comes and goes with the command."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from mnistcnn_cli.rendering import tensorboard_process
from mnistcnn_cli.rendering import tensorboard_viewer as viewers
from mnistcnn_cli.rendering.tensorboard_viewer import Viewer, viewer_command

from mnistcnn.events import RunStarted

LOGDIR = Path("runs/a b/tensorboard")
STARTED = RunStarted(Path("runs/a b"), "tiny", 0, 10, 5, 0, 99, 40, 10, 10, LOGDIR, 31)


class Notes(list):
    note = list.append


@pytest.fixture
def child(monkeypatch):
    """`child(script)` is what is started instead of TensorBoard."""

    def replace(script):
        popen = subprocess.Popen

        def start(command, **options):
            start.module, start.options = command[2:3], command[3:]
            return popen([sys.executable, "-c", script], **options)

        monkeypatch.setattr(viewers.subprocess, "Popen", start)
        return start

    return replace


SERVES = "import sys; print('http://localhost:6006/', flush=True); sys.stdin.read()"


def run_worker(viewer, notes, events=(STARTED, *["later"] * 200)):
    for _ in viewer.beside(iter(events), notes):
        time.sleep(0.05)
        if notes:
            break


def test_the_command_keeps_every_picture_and_can_be_pasted():
    assert viewer_command(LOGDIR, 31) == (
        "tensorboard --logdir 'runs/a b/tensorboard' --samples_per_plugin images=31,histograms=31"
    )


def test_it_starts_with_the_run_says_where_it_is_once_and_ends_with_the_command(child):
    started, notes = child(SERVES), Notes()
    with Viewer(wanted=True, stays=False) as viewer:
        run_worker(viewer, notes)
        run_worker(viewer, Notes(), ["later"] * 3)
        process = viewer._child._process
        assert process.poll() is None
    assert notes == ["TensorBoard is at http://localhost:6006/#custom_scalars"]
    assert started.module == [tensorboard_process.__name__]
    assert started.options == ["--logdir", "runs/a b/tensorboard", "--samples_per_plugin", "images=31,histograms=31"]
    assert process.returncode == 0


def test_a_viewer_that_does_not_start_is_told_with_its_reason_and_the_run_goes_on(child):
    child("import sys; sys.exit('port 6006 is taken')")
    notes = Notes()
    with Viewer(wanted=True, stays=False) as viewer:
        run_worker(viewer, notes)
        assert list(viewer.beside(iter(["later"]), notes)) == ["later"]
    assert notes == ["TensorBoard did not start: port 6006 is taken"]


def test_without_the_option_nothing_is_started(monkeypatch):
    monkeypatch.setattr(viewers.subprocess, "Popen", lambda *_, **__: pytest.fail("started"))
    with Viewer(wanted=False, stays=True) as viewer:
        assert list(viewer.beside(iter([STARTED]), Notes())) == [STARTED]


def test_a_child_that_does_not_listen_is_killed(child, monkeypatch):
    monkeypatch.setattr(viewers, "_STOP_SECONDS", 0.2)
    child("import time; print('http://x', flush=True); time.sleep(60)")
    with Viewer(wanted=True, stays=False) as viewer:
        run_worker(viewer, Notes())
        process = viewer._child._process
    assert process.returncode == -signal.SIGKILL


def test_in_a_terminal_it_stays_until_ctrl_c_which_is_no_error(child, capfd, monkeypatch):
    child(SERVES)

    def interrupt(self):
        assert self._process.poll() is None
        raise KeyboardInterrupt

    monkeypatch.setattr(viewers._Child, "wait", interrupt)
    with Viewer(wanted=True, stays=True) as viewer:
        run_worker(viewer, Notes())
        process = viewer._child._process
    assert process.returncode == 0
    assert capfd.readouterr().err == "TensorBoard is at http://localhost:6006/#custom_scalars until you press Ctrl-C\n"


@pytest.mark.parametrize("told_already", [True, False])
def test_it_does_not_stay_when_tensorboard_did_not_start(child, capfd, told_already):
    child("import sys; sys.exit('port 6006 is taken')")
    notes = Notes()
    with Viewer(wanted=True, stays=True) as viewer:
        run_worker(viewer, notes, (STARTED, *["later"] * 200) if told_already else [STARTED])
    assert [*notes, *capfd.readouterr().err.splitlines()] == ["TensorBoard did not start: port 6006 is taken"]


def test_it_does_not_stay_when_the_run_failed(child, capfd):
    child(SERVES)
    viewer = Viewer(wanted=True, stays=True)
    run_worker(viewer, Notes())
    viewer.__exit__(RuntimeError, RuntimeError(), None)
    assert viewer._child._process.returncode == 0
    assert capfd.readouterr().err == ""


def test_the_real_one_serves_until_its_input_ends(tmp_path):
    command = [sys.executable, "-m", tensorboard_process.__name__, "--logdir", str(tmp_path), "--port", "0"]
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    ) as process:
        url = process.stdout.readline().decode().strip()
        with urllib.request.urlopen(f"{url}data/environment", timeout=30) as answer:
            assert answer.status == 200
        process.stdin.close()
        assert process.wait(20) == 0
