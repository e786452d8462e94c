"""What TensorBoard costs: `make bench-summaries`.

    python benchmarks/summaries.py [--blocks N] [--only KIND]

Three runs, without summaries, with those of default.yaml and with those of tutorial.yaml, take turns in one process,
100 steps with their evaluation at a time, so that whatever else the machine does hits all alike. The table has the
median block in wall time and in processor time, and what 3,000 steps would take: the first block, which compiles, 28
median blocks, and the last with the run's end. Peak memory is that of a process which trains one kind.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from mnist_data import load_mnist

from mnistcnn.config.schema import load_config
from mnistcnn.data.dataset import Dataset
from mnistcnn.events import Evaluated, Event
from mnistcnn.training.loop import train

BLOCK = 100
STEPS = 3000
TUTORIAL = Path(__file__).parents[1] / "configs/tutorial.yaml"
KINDS: dict[str, tuple[Path | None, list[str]]] = {
    "off": (None, ["summaries.enabled=false"]),
    "default.yaml": (None, []),
    "tutorial.yaml": (TUTORIAL, []),
}
Cost = tuple[float, float]
"""Seconds of wall time, and of processor time."""


def advanced(events: Iterator[Event], step: int | None) -> Cost:
    """Go on until the evaluation after `step`, or to the end, and return what it cost."""
    wall, cpu = time.perf_counter(), time.process_time()
    for event in events:
        if isinstance(event, Evaluated) and event.split == "test" and event.step == step:
            break
    return time.perf_counter() - wall, time.process_time() - cpu


def started(kind: str, dataset: Dataset, blocks: int, log_dir: str) -> Iterator[Event]:
    """A run of that kind, which has not begun."""
    path, overrides = KINDS[kind]
    length = {"log_dir": log_dir, "name": kind, "steps": blocks * BLOCK}
    return train(load_config(path, overrides, length), dataset)


def compare(dataset: Dataset, blocks: int) -> None:
    """Let all kinds take turns, and print the table."""
    costs: dict[str, list[Cost]] = {kind: [] for kind in KINDS}
    with tempfile.TemporaryDirectory() as log_dir:
        runs = {kind: started(kind, dataset, blocks, log_dir) for kind in KINDS}
        for step in [*range(BLOCK, blocks * BLOCK, BLOCK), None]:
            for kind, events in runs.items():
                costs[kind].append(advanced(events, step))
    names = "100 steps, s", "ratio", "CPU s", "ratio", "3,000 steps, s", "ratio", "CPU s", "ratio"
    print(" " * 15 + "".join(f"{name:>{width}}" for name, width in zip(names, (12, 7, 8, 7, 16, 7, 8, 7), strict=True)))
    base = summary(costs["off"])
    for kind, measured in costs.items():
        found = summary(measured)
        cells = zip(found, base, (12, 8, 16, 8), strict=True)
        print(f"{kind:15}" + "".join(f"{value:{width}.2f}{value / off:7.3f}" for value, off, width in cells))


def summary(costs: list[Cost]) -> tuple[float, float, float, float]:
    """A median block and a whole run, each in wall and processor time. The last block includes the end."""
    (first_wall, first_cpu), *middle, (last_wall, last_cpu) = costs
    wall, cpu = (median(column) for column in zip(*middle, strict=True))
    blocks = STEPS // BLOCK - 2
    return wall, cpu, first_wall + blocks * wall + last_wall, first_cpu + blocks * cpu + last_cpu


def peak_of_this_process() -> float:
    """In MB. Not `ru_maxrss`, which a process inherits from the one that started it."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def peak_memory(kind: str, blocks: int) -> str:
    """Of a process that trains only this kind."""
    command = [sys.executable, __file__, "--only", kind, "--blocks", str(blocks)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def main() -> None:
    """Compare, or train one kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--blocks", type=int, default=8)
    parser.add_argument("--only", choices=KINDS)
    arguments = parser.parse_args()
    dataset = load_mnist()
    if arguments.only:
        with tempfile.TemporaryDirectory() as log_dir:
            advanced(started(arguments.only, dataset, arguments.blocks, log_dir), None)
        print(f"{peak_of_this_process():,.0f} MB")
        return
    compare(dataset, arguments.blocks)
    for kind in KINDS:
        print(f"{kind:15}peak memory {peak_memory(kind, 2)}")


if __name__ == "__main__":
    main()
