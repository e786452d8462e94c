"""What TensorBoard costs, in runs that take turns on one machine: `make bench-summaries`.

    python benchmarks/summaries.py [--steps N] [--repeats N]

Times are of the run itself, without importing TensorFlow. What other processes take away hits all alike only over many
repeats, so the processor time of each process is measured as well; it includes the import and everything compiled.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
KINDS = {
    "off": ["--set", "summaries.enabled=false"],
    "default.yaml": [],
    "tutorial.yaml": ["--config", str(ROOT / "configs/tutorial.yaml")],
}


class Measured(NamedTuple):
    """One run."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    written_mb: float


def run(options: list[str], steps: int) -> Measured:
    """Train once, in a process of its own."""
    with tempfile.TemporaryDirectory() as log_dir:
        place = ["--json", "-q", "--log-dir", log_dir, "--name", "run", "--steps", str(steps)]
        command = [sys.executable, "-m", "mnistcnn_cli", "train", *options, *place, "--set", "data.source=mnist"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            output = process.stdout.read()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"{command} failed with {process.returncode}")
        written = sum(path.stat().st_size for path in Path(log_dir).glob("run/tensorboard/**/*") if path.is_file())
    seconds = json.loads(output.splitlines()[-1])["seconds"]
    return Measured(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, written / 1e6)


def main() -> None:
    """Measure and print a table of medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    runs: dict[str, list[Measured]] = {kind: [] for kind in KINDS}
    for _ in range(arguments.repeats):
        for kind, options in KINDS.items():
            runs[kind].append(run(options, arguments.steps))
    names = f"{arguments.steps} steps", "seconds", "ratio", "CPU s", "ratio", "peak MB", "written MB"
    print("{:15}{:>9}{:>7}{:>8}{:>7}{:>9}{:>12}".format(*names))
    base = Measured(*map(statistics.median, zip(*runs["off"], strict=True)))
    for kind, measured in runs.items():
        found = Measured(*map(statistics.median, zip(*measured, strict=True)))
        ratios = found.seconds / base.seconds, found.cpu_seconds / base.cpu_seconds
        print(
            f"{kind:15}{found.seconds:9.1f}{ratios[0]:7.2f}{found.cpu_seconds:8.1f}{ratios[1]:7.2f}"
            f"{found.peak_mb:9,.0f}{found.written_mb:12.1f}"
        )


if __name__ == "__main__":
    main()
