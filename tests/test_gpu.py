"""What this project promises of a GPU; skipped where TensorFlow can use none. `make bench-gpu` has the figures."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

STEPS = 400
RECIPE = ["data.source=digits", "eval_every=100", "checkpoints.every=100", "batch_size=50"]


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "mnistcnn_cli", "train", "--json", "-q", *arguments], stdout=subprocess.PIPE, text=True
    )


def start_new(runs: Path, name: str, *settings: str) -> subprocess.Popen[str]:
    options = [part for setting in (*RECIPE, *settings) for part in ("--set", setting)]
    return start("--log-dir", str(runs), "--name", name, "--steps", str(STEPS), *options)


def finish(process: subprocess.Popen[str]) -> list[dict[str, Any]]:
    """The events of a run that ends well."""
    output, _ = process.communicate(timeout=300)
    assert process.returncode == 0
    return [json.loads(line) for line in output.splitlines()]


def digest(runs: Path, name: str) -> str:
    found: str = json.loads((runs / name / "manifest.json").read_text())["results"]["weights_digest"]
    return found


def programs(cache: Path) -> int:
    """How many programs XLA has compiled and kept."""
    return sum(path.is_file() for path in (cache / "mnistcnn" / "xla").rglob("*"))


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the runs go, on a machine with a GPU that TensorFlow can use."""
    if shutil.which("nvidia-smi") is None:
        pytest.skip("needs an NVIDIA GPU")
    script = "import tensorflow as tf; print(len(tf.config.list_physical_devices('GPU')))"
    asked = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    if asked.stdout.strip() in ("", "0"):
        pytest.skip("needs a GPU that TensorFlow can use; mnistcnn doctor says what is missing")
    return tmp_path_factory.mktemp("gpu")


@pytest.fixture(scope="module")
def cache(runs: Path) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(runs / "cache"))
        yield runs / "cache"


@pytest.fixture(scope="module")
def first(runs: Path, cache: Path) -> list[dict[str, Any]]:
    """The events of a run that had everything to compile."""
    return finish(start_new(runs, "first"))


def kinds(events: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [event for event in events if event["event"] == kind]


def test_nothing_needs_a_warning(first):
    assert kinds(first, "warned") == []


def test_it_announces_one_compile_and_the_next_run_of_a_seed_compiles_nothing_and_has_the_same_bits(runs, cache, first):
    compiled = programs(cache)
    assert len(kinds(first, "compiling")) == len(kinds(first, "compiled")) == 1
    assert compiled > 0
    finish(start_new(runs, "again"))
    assert programs(cache) == compiled
    assert digest(runs, "again") == digest(runs, "first")


def test_a_killed_and_resumed_run_has_the_same_bits(runs, cache, first):
    process = start_new(runs, "killed")
    assert process.stdout is not None
    for line in process.stdout:
        event = json.loads(line)
        if event["event"] == "checkpoint_saved" and event["step"] >= 100:
            process.send_signal(signal.SIGKILL)
            break
    process.wait()
    compiled = programs(cache)
    finish(start("--resume", str(runs / "killed")))
    assert programs(cache) == compiled
    assert digest(runs, "killed") == digest(runs, "first")


def test_two_processes_share_the_card(runs, cache, first):
    for process in [start_new(runs, f"together-{i}", f"seed={i}") for i in (0, 1)]:
        finish(process)


def test_bfloat16_asks_the_gpu_and_not_the_processor(runs, cache, first):
    events = finish(start_new(runs, "bfloat16", "precision=bfloat16"))
    assert not [event for event in kinds(events, "warned") if "bfloat16" in json.dumps(event)]
