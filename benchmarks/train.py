"""Whole runs against the tutorial's script and against Keras, in one go on one machine: `make bench-train`.

    python benchmarks/train.py [--script-steps N]

Ours are of `configs/default.yaml` and of `configs/tutorial.yaml`, which tells TensorBoard all that the script does.

The script takes ten minutes and more, so by default 200 of its 3,000 steps are run and scaled. Its cost is the same for
every hundred steps, so N should be a multiple of 100: with fewer, its test and its trace weigh too much.
All others are whole: from typing the command to the result, with evaluations, and ours with checkpoints and summaries.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

STEPS = 3000


class Row(NamedTuple):
    """One line of the table."""

    name: str
    seconds: float
    peak: float
    """Most memory, in MB."""
    accuracy: str
    """In per cent; empty where not all steps were run."""


def measured(command: list[str]) -> tuple[float, float, str]:
    """Wall seconds, peak memory in MB, and standard output of a command."""
    started = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command} failed with {process.returncode}")
    return time.monotonic() - started, usage.ru_maxrss / 1024, output


def tutorial_script(steps: int) -> Row:
    """The tutorial's script for 3,000 steps, scaled from `steps`."""
    script = Path(__file__).with_name("tutorial_script.py")
    _, peak, output = measured([sys.executable, str(script), str(steps)])
    seconds = re.search(r"in ([\d.]+) s", output)
    assert seconds is not None
    return Row(f"tutorial's script ({steps} steps, scaled)", float(seconds[1]) * STEPS / steps, peak, "")


def keras_run() -> Row:
    """`keras_fit.py`, whole."""
    script = Path(__file__).with_name("keras_fit.py")
    seconds, peak, output = measured([sys.executable, str(script), str(STEPS)])
    return Row("Keras fit", seconds, peak, output.strip())


def our_run(config: str) -> Row:
    """One of our configurations, whole."""
    path = Path(__file__).parents[1] / "configs" / config
    with tempfile.TemporaryDirectory() as log_dir:
        options = ["--config", str(path), "--log-dir", log_dir, "--set", "data.source=mnist"]
        command = [sys.executable, "-m", "mnistcnn_cli", "train", *options, "--json", "-q"]
        seconds, peak, output = measured(command)
    accuracy = json.loads(output.splitlines()[-1])["test_accuracy"]
    return Row(f"mnistcnn train, {config}", seconds, peak, f"{100 * accuracy:.2f}")


def main() -> None:
    """Measure all and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--script-steps", type=int, default=200)
    script = tutorial_script(parser.parse_args().script_steps)
    rows = [script, keras_run(), our_run("default.yaml"), our_run("tutorial.yaml")]
    heads = ("seconds", "script takes", "peak MB", "test, %")
    print(" " * 40 + "".join(f"{head:>14}" for head in heads))
    for row in rows:
        times = f"{script.seconds / row.seconds:.1f} times"
        print(f"{row.name:40}{row.seconds:14.0f}{times:>14}{row.peak:14,.0f}{row.accuracy:>14}")


if __name__ == "__main__":
    main()
