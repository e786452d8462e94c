"""The scripts in `examples/`: with the real command but for TensorFlow, and with a stub for what can fail."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
SRUN = '#!/bin/sh\nexec "$@"\n'
UNTRAINED = f"""#!{sys.executable}
# The real command, but for TensorFlow: it makes a run and finishes at once.
import sys, types
from datetime import datetime
from mnistcnn.events import RunFinished
from mnistcnn.runs.creating import create_run

def train(config, dataset, *others):
    run = create_run(config, dataset, datetime.now())
    run.update_manifest({{"state": "finished"}})
    yield RunFinished(run.path, "finished", "x", 1, 0.5, 1, 2, 0.5, 1, 0.5, 0.5, "ab", 1.0, 1.0, 1.0)

sys.modules["mnistcnn.training.loop"] = types.SimpleNamespace(train=train)
from mnistcnn_cli import loading
from mnistcnn_cli.app import main
loading.import_tensorflow = lambda: None
main()
"""
TINY = [
    *["--steps", "4"],
    *(f"--set={setting}" for setting in ("data.source=digits", "network.conv1=1", "network.conv2=1", "network.fc1=4")),
]


@pytest.fixture
def execute(tmp_path):
    """Run a script in an empty folder, with `mnistcnn` (and what else is given) on the path."""
    (tmp_path / "bin").mkdir()

    def run(name, *arguments, mnistcnn=UNTRAINED, environment=(), **programs):
        for program, script in {"mnistcnn": mnistcnn, **programs}.items():
            path = tmp_path / "bin" / program
            path.write_text(script)
            path.chmod(0o755)
        return subprocess.run(
            [EXAMPLES / name, *arguments],
            cwd=tmp_path,
            env={**os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", **dict(environment)},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    return run


def manifest(tmp_path, name):
    return json.loads((tmp_path / "runs" / name / "manifest.json").read_bytes())


def failing(condition, code):
    """A stand-in for `mnistcnn` that notes its arguments, and fails under a condition of the shell."""
    return f'#!/bin/sh\necho "$@" >> called\nif {condition}; then exit {code}; fi\n'


def test_the_shell_loop_trains_every_learning_rate(execute, tmp_path):
    result = execute("shell-loop.sh", *TINY, environment={"RATES": "1e-3 2e-3"})
    assert (result.returncode, result.stderr) == (0, "")
    assert "learning_rate: 0.002" in (tmp_path / "runs" / "rate-2e-3" / "config.yaml").read_text()
    assert [manifest(tmp_path, f"rate-{rate}")["state"] for rate in ("1e-3", "2e-3")] == ["finished", "finished"]


def test_the_shell_loop_goes_on_after_a_failure_and_tells_it(execute, tmp_path):
    result = execute("shell-loop.sh", mnistcnn=failing('[ "$4" = 1e-4 ]', 6))
    assert result.returncode == 6
    assert result.stderr == "learning rate 1e-4: exit code 6\n"
    assert len((tmp_path / "called").read_text().splitlines()) == 3


def test_the_shell_loop_stops_when_it_is_stopped(execute, tmp_path):
    assert execute("shell-loop.sh", mnistcnn=failing("true", 130)).returncode == 130
    assert len((tmp_path / "called").read_text().splitlines()) == 1


needs_parallel = pytest.mark.skipif(shutil.which("parallel") is None, reason="GNU parallel is not installed")


@needs_parallel
def test_gnu_parallel_trains_every_combination_at_once_on_one_core_each(execute, tmp_path):
    environment = {"RATES": "1e-3", "SEEDS": "0 1", "JOBS": "2"}
    result = execute("gnu-parallel.sh", *TINY, environment=environment)
    assert result.returncode == 0, result.stderr
    runs = sorted((tmp_path / "runs").iterdir())
    assert sorted(manifest(tmp_path, run.name)["seed"] for run in runs) == [0, 1]
    assert all("threads: 1" in (run / "config.yaml").read_text() for run in runs)


@needs_parallel
def test_gnu_parallel_tells_how_many_failed_and_repeats_only_those(execute, tmp_path):
    environment = {"RATES": "1e-3 1e-4", "SEEDS": "0 1"}
    result = execute("gnu-parallel.sh", mnistcnn=failing('[ "$6" = 1e-4 ]', 6), environment=environment)
    assert result.returncode == 2
    with (tmp_path / "parallel.log").open() as log:
        assert sorted(row["Exitval"] for row in csv.DictReader(log, delimiter="\t")) == ["0", "0", "6", "6"]
    again = {**environment, "PARALLEL": "--resume-failed"}
    assert execute("gnu-parallel.sh", mnistcnn=failing("false", 0), environment=again).returncode == 0
    assert len((tmp_path / "called").read_text().splitlines()) == 6


def test_a_task_of_the_slurm_array_trains_its_seed_on_its_cores(execute, tmp_path):
    task = {"SLURM_ARRAY_JOB_ID": "77", "SLURM_ARRAY_TASK_ID": "3", "SLURM_CPUS_PER_TASK": "1"}
    result = execute("slurm-array.sh", *TINY, environment=task, srun=SRUN)
    assert result.returncode == 0, result.stderr
    assert manifest(tmp_path, "array-77-3")["seed"] == 3
    assert "threads: 1" in (tmp_path / "runs" / "array-77-3" / "config.yaml").read_text()


def test_a_slurm_task_that_fails_fails(execute):
    task = {"SLURM_ARRAY_TASK_ID": "3"}
    assert execute("slurm-array.sh", mnistcnn=failing("true", 6), environment=task, srun=SRUN).returncode == 6
    assert execute("slurm-array.sh", mnistcnn=failing("false", 0), srun=SRUN).returncode != 0


def test_collect_averages_over_seeds(tmp_path):
    def line(state, accuracy, seed, rate):
        changed = {"seed": seed, "learning_rate": rate}
        return json.dumps({"state": state, "data": "mnist", "test_accuracy": accuracy, "changed": changed}) + "\n"

    runs = [
        ("finished", 0.9, 0, 1e-3),
        ("finished", 0.92, 1, 1e-3),
        ("finished", 0.95, 0, 1e-4),
        ("died", 0.1, 1, 1e-4),
    ]
    result = subprocess.run(
        [sys.executable, EXAMPLES / "collect.py"],
        input="".join(line(*each) for each in runs),
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.splitlines() == [
        '95.00%   n=1  mnist {"learning_rate": 0.0001}',
        '91.00% ± 1.41%  n=2  mnist {"learning_rate": 0.001}',
    ]
