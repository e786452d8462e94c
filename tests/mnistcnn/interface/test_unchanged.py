"""A notebook's process is after each call as it was before, from the very first call on."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

SCRIPT = """
import json, logging, os, signal, sys, warnings

import matplotlib
import mnistcnn
from mnistcnn import train as _  # NumPy and SciPy add filters when they are imported, which their users need.

matplotlib.rcParams["lines.linewidth"] = 7.0

def state():
    return {
        "environment": dict(os.environ),
        "filters": [repr(one) for one in warnings.filters],
        "levels": {name: logging.getLogger(name).level for name in (None, "tensorflow", "absl", "matplotlib")},
        "handlers": [repr(one) for one in logging.getLogger().handlers],
        "log filters": [repr(one) for one in logging.getLogger("tensorflow").filters],
        "backend": matplotlib.get_backend(auto_select=False),
        "rcParams": {name: repr(value) for name, value in matplotlib.rcParams.items() if name != "backend"},
        "signals": [repr(signal.getsignal(number)) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)],
        "streams": [repr(stream) for stream in (sys.stdout, sys.stderr, sys.stdin)],
    }

changed = {}

def compare(what, call):
    before = state()
    try:
        call()
    except mnistcnn.errors.MnistCnnError:
        pass
    after = state()
    changed[what] = {key: str(difference(before[key], after[key])) for key in before if before[key] != after[key]}

def difference(before, after):
    if isinstance(before, dict):
        before, after = before.items(), after.items()
    return [each for each in after if each not in before], [each for each in before if each not in after]

def train():
    global run
    run = mnistcnn.train(sys.argv[1], name="one")

def diverge():
    mnistcnn.train(sys.argv[1], name="two", learning_rate=1e30)

compare("train", train)
compare("visualize", lambda: run.visualize("conv1", "filters"))
compare("evaluate and predict", lambda: run.predict(run.evaluate().examples.images[:1]))
compare("an error", diverge)
compare("a wrong setting", lambda: mnistcnn.train(steps=0))
print(json.dumps([changed, "keras" in sys.modules]))
"""


@pytest.fixture(scope="module")
def outcome(bars_run, tmp_path_factory):
    """What each call changed in a fresh process, with a notebook's backend; and whether Keras was imported."""
    home = tmp_path_factory.mktemp("unchanged")
    names = ("TF_CPP_MIN_LOG_LEVEL", "TF_ENABLE_ONEDNN_OPTS", "TF_FORCE_GPU_ALLOW_GROWTH")
    environment = {name: value for name, value in os.environ.items() if name not in names} | {"MPLBACKEND": "svg"}
    config = bars_run / "config.yaml"
    small = home / "config.yaml"
    small.write_text(config.read_text().replace("steps: 80", "steps: 4").replace(str(bars_run.parent), str(home)))
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(small)], env=environment, capture_output=True, text=True, check=True
    )
    assert "absl" not in done.stderr  # TensorFlow's chatter.
    return json.loads(done.stdout)


def test_nothing_is_different_after_training_drawing_and_errors(outcome):
    changed, _ = outcome
    assert changed == {call: {} for call in changed}
    assert len(changed) == 5


def test_keras_is_not_imported(outcome):
    assert outcome[1] is False
