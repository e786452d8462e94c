"""How good a recipe is, over several seeds: `make bench-accuracy CONFIG=configs/fast.yaml`.

    python benchmarks/accuracy.py CONFIG [--seeds 0-9]

Each seed is a whole `mnistcnn train` in a process of its own, on the real MNIST. The network that counts is the one
that validation chose; what the last step's network reaches stands beside it. The interval is Student's t, for the mean
over seeds: it says how well the mean is known for this test set, and nothing about other digits.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import astuple, dataclass

from mnistcnn.statistics import spread


@dataclass(frozen=True)
class Result:
    """Of one seed; accuracies in per cent."""

    best_step: int
    validation: float
    best_test: float
    last_test: float
    training_seconds: float
    seconds: float
    """From typing the command to the result."""
    processor_seconds: float
    """Of all cores together, which other work on the machine hardly changes."""


def train(config: str, seed: int, log_dir: str) -> Result:
    """One run."""
    options = ["--config", config, "--seed", str(seed), "--log-dir", log_dir, "--set", "data.source=mnist"]
    started, used = time.monotonic(), processor_seconds()
    command = [sys.executable, "-m", "mnistcnn_cli", "train", *options, "--json", "--quiet"]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    seconds = time.monotonic() - started
    finished = json.loads(output.splitlines()[-1])
    percent = (100 * finished[f"{key}_accuracy"] for key in ("best_validation", "best_test", "test"))
    return Result(finished["best_step"], *percent, finished["training_seconds"], seconds, processor_seconds() - used)


def processor_seconds() -> float:
    """Of the runs so far."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def summary(values: list[float]) -> str:
    """Mean ± standard deviation, and the 95 % interval of the mean."""
    found = spread(values)
    assert found is not None
    if found.count == 1:
        return f"{found.mean:.2f}"
    interval = f"95 % interval of the mean {found.low:.3f} to {found.high:.3f}"
    return f"{found.mean:.3f} ± {found.standard_deviation:.3f} ({interval})"


def main() -> None:
    """Train with each seed, and print a row for each and the means."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config")
    parser.add_argument("--seeds", default="0-9", help="first-last, both included")
    arguments = parser.parse_args()
    first, _, last = arguments.seeds.partition("-")
    seeds = range(int(first), int(last or first) + 1)
    print(f"{arguments.config}, mnist; accuracies in %, of the checkpoint that validation chose and of the last")
    heads = ("step", "validation", "test", "last test", "training s", "whole s", "processor s")
    print("seed" + "".join(f"{head:>13}" for head in heads))
    results = []
    with tempfile.TemporaryDirectory() as log_dir:
        for seed in seeds:
            results.append(train(arguments.config, seed, log_dir))
            step, *others = astuple(results[-1])
            print(f"{seed:4}{step:13}{''.join(f'{value:13.2f}' for value in others)}", flush=True)
    for name, values in (
        ("test", [result.best_test for result in results]),
        ("last test", [result.last_test for result in results]),
        ("training s", [result.training_seconds for result in results]),
        ("whole s", [result.seconds for result in results]),
        ("processor s", [result.processor_seconds for result in results]),
    ):
        print(f"{name:12}{summary(values)}, {min(values):.2f} to {max(values):.2f}")


if __name__ == "__main__":
    main()
