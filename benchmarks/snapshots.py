"""What snapshots cost: `make bench-snapshots`.

    python benchmarks/snapshots.py [--steps N] [--rounds N]

The first N steps of default.yaml (its summaries and evaluations included), with and without snapshots in turns: seconds
of wall time and of processor time, and their ratio; of the snapshots alone, milliseconds each. Early steps have more
snapshots than late ones: a whole run has 10 in 3,000 steps, and the last line reckons with these.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from statistics import mean, median
from unittest.mock import patch

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from mnist_data import load_mnist

from mnistcnn.config.schema import load_config
from mnistcnn.data.dataset import Dataset
from mnistcnn.events import Evaluated
from mnistcnn.training.loop import train
from mnistcnn.training.snapshots import SnapshotTaker, steps_to_take

WHOLE = 3000
Cost = tuple[float, float]
"""Seconds of wall time, and of processor time."""


def clocks() -> Cost:
    """Both, now."""
    return time.perf_counter(), time.process_time()


def since(before: Cost) -> Cost:
    """What has gone by."""
    wall, cpu = clocks()
    return wall - before[0], cpu - before[1]


def trained(dataset: Dataset, steps: int, log_dir: str, *, enabled: bool, taken: list[Cost]) -> tuple[Cost, Cost]:
    """Train, and return the cost of the whole run and of its steps and evaluations after the first; `taken` grows."""
    take = SnapshotTaker.take_if_due

    def timed(taker: SnapshotTaker, step: int) -> None:
        before, known = clocks(), len(taker._directory.steps())
        take(taker, step)
        if len(taker._directory.steps()) > known:
            taken.append(since(before))

    config = load_config(None, [f"log_dir={log_dir}", f"snapshots.enabled={str(enabled).lower()}", f"steps={steps}"])
    began = clocks()
    with patch.object(SnapshotTaker, "take_if_due", timed):
        for event in train(config, dataset):
            if isinstance(event, Evaluated) and event.step == 0:
                first = clocks()
    return since(began), since(first)


def main() -> None:
    """Compare, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=250)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    dataset, taken = load_mnist(), list[Cost]()
    costs: dict[bool, list[Cost]] = {True: [], False: []}
    rest: list[Cost] = []
    with tempfile.TemporaryDirectory() as log_dir:
        for number in range(arguments.rounds):
            for enabled in (False, True) if number % 2 == 0 else (True, False):
                whole, after = trained(dataset, arguments.steps, log_dir, enabled=enabled, taken=taken)
                costs[enabled].append(whole)
                rest += [] if enabled else [after]
    count, whole_count = (len(steps_to_take(steps, 99)) for steps in (arguments.steps, WHOLE))
    for clock, name in enumerate(("wall time", "processor time")):
        without, with_them = (mean(cost[clock] for cost in costs[enabled]) for enabled in (False, True))
        each = median(cost[clock] for cost in taken)
        print(f"{name}: {arguments.steps} steps {without:.2f} s, with {count} snapshots {with_them:.2f} s, "
              f"ratio {with_them / without:.3f}; a snapshot {1000 * each:.0f} ms")  # fmt: skip
        run = mean(cost[clock] for cost in rest) * WHOLE / arguments.steps
        print(
            f"  of {WHOLE:,} steps at that speed, {whole_count} snapshots take {100 * whole_count * each / run:.2f} %"
        )


if __name__ == "__main__":
    main()
