"""How long `mnistcnn runs` and `latest` take with many runs, beyond what the command itself takes to start.

    python benchmarks/runs.py [--runs 2000] [--repeat 3]

The runs are made up: configuration, manifest, metrics.csv of 160 rows and six empty checkpoints; a tenth of them died.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from mnistcnn import files
from mnistcnn.config.schema import load_config
from mnistcnn.data.dataset import Dataset, Examples
from mnistcnn.runs.creating import create_run

RESULTS = {
    "step": 3000, "test_accuracy": 0.98, "test_errors": 200, "test_examples": 10_000, "validation_accuracy": 0.97,
    "best_step": 2900, "best_validation_accuracy": 0.975, "best_test_accuracy": 0.981, "weights_digest": "ab" * 32,
    "seconds": 83.4, "images_per_second": 3412.4,
}  # fmt: skip
HEADER = "step,split,data,examples,loss,accuracy,learning_rate\n"
ROWS = "".join(
    f"{step},train,mnist,50,0.123456,0.96,0.0001\n"
    + (f"{step},test,mnist,10000,0.1,0.97,\n" if step % 250 == 0 else "")
    for step in range(20, 3001, 20)
)
COMMANDS = {
    "runs": ["runs"],
    "runs --json": ["runs", "--json"],
    "runs --limit 5": ["runs", "--limit", "5"],
    "latest": ["runs", "show"],
}


def main() -> None:
    """Print a table: command, seconds of work, seconds per 1,000 runs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--repeat", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        make_runs(Path(folder) / "one", 1)
        make_runs(Path(folder) / "many", arguments.runs)
        print(f"{arguments.runs} runs; best of {arguments.repeat}; processor time, and in brackets wall time")
        for name, command in COMMANDS.items():
            (few, few_wall), (many, many_wall) = (
                best(command, Path(folder) / log_dir, arguments.repeat) for log_dir in ("one", "many")
            )
            growth = 1000 * (many - few) / arguments.runs
            print(
                f"{name:15} 1 run: {few:.2f} s ({few_wall:.2f})   all: {many:.2f} s ({many_wall:.2f})   "
                f"work: {many - few:.2f} s, {growth:.2f} s per 1,000 runs"
            )


def make_runs(log_dir: Path, count: int) -> None:
    """Write runs as training leaves them."""
    files.sync_directory = lambda path: None  # Thousands of files need not survive a power failure here.
    files.os.fsync = lambda handle: None
    empty = Examples(np.zeros((1, 28, 28), np.uint8), np.zeros(1, np.uint8))
    dataset = Dataset("mnist", "mnist", "/data/mnist", {"images": "0" * 64}, empty, empty, empty)
    for number in range(count):
        started = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
        overrides = [f"log_dir={log_dir}", f"seed={number}", f"learning_rate={1e-4 * (1 + number % 7)}"]
        run = create_run(load_config(None, overrides), dataset, started)
        end = {"state": "finished", "results": RESULTS} if number % 10 or count == 1 else {}
        run.update_manifest({"started": started.isoformat(), **end})
        run.metrics_path.write_text(HEADER + ROWS)
        (run.path / ".lock").touch()
        for step in (0, 1000, 2000, 2750, 2900, 3000):
            (run.checkpoints_path / f"step-{step:07d}").mkdir()


def best(command: list[str], log_dir: Path, repeat: int) -> tuple[float, float]:
    """The least processor time and the least wall time of a command, in seconds."""
    line = [sys.executable, "-m", "mnistcnn_cli", *command, "--log-dir", str(log_dir)]
    times = []
    for _ in range(repeat):
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        subprocess.run(line, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ)
        wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append((after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall))
    return min(time[0] for time in times), min(time[1] for time in times)


if __name__ == "__main__":
    main()
