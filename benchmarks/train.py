"""The whole default run against the tutorial's script, in one go on one machine: `make bench-train`.

    python benchmarks/train.py [--script-steps N]

The script takes ten minutes and more, so by default 200 of its 3,000 steps are run and scaled. Its cost is the same for
every hundred steps, so N should be a multiple of 100: with fewer, its test and its trace weigh too much.
Our run is whole: from typing the command to the result, evaluations and checkpoints included.
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

STEPS = 3000


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


def tutorial_script(steps: int) -> tuple[float, float]:
    """Seconds for 3,000 steps, scaled from `steps`, and peak memory in MB."""
    script = Path(__file__).with_name("tutorial_script.py")
    _, peak, output = measured([sys.executable, str(script), str(steps)])
    seconds = re.search(r"in ([\d.]+) s", output)
    assert seconds is not None
    return float(seconds[1]) * STEPS / steps, peak


def default_run() -> tuple[float, float, float]:
    """Seconds, peak memory in MB, and test accuracy of the default configuration."""
    with tempfile.TemporaryDirectory() as log_dir:
        command = ["train", "--json", "-q", "--log-dir", log_dir, "--set", "data.source=mnist"]
        seconds, peak, output = measured([sys.executable, "-m", "mnistcnn_cli", *command])
    return seconds, peak, json.loads(output.splitlines()[-1])["test_accuracy"]


def main() -> None:
    """Measure both and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--script-steps", type=int, default=200)
    steps = parser.parse_args().script_steps
    script_seconds, script_peak = tutorial_script(steps)
    seconds, peak, accuracy = default_run()
    print(f"{'':34}{'seconds':>9}{'peak MB':>9}")
    print(f"{f'tutorial script ({steps} steps, scaled)':34}{script_seconds:9.0f}{script_peak:9,.0f}")
    print(f"{'mnistcnn train':34}{seconds:9.0f}{peak:9,.0f}   {100 * accuracy:.2f} % (mnist)")
    print(f"{'ratio':34}{script_seconds / seconds:9.1f}{script_peak / peak:9.1f}")


if __name__ == "__main__":
    main()
