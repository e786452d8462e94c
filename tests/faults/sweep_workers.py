"""Starts workers of one sweep as processes of their own; the first one kills itself in the middle of a trial.

    python -m tests.faults.sweep_workers '{"storage": …, "log_dir": …, "trials": n, "workers": n, "deaths": n}'

Importing TensorFlow takes seconds, so this process imports it once and forks; see `tests.faults.nursery`. The exit
statuses of the workers are the last line on standard output.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

from mnistcnn.events import StepsDone
from mnistcnn.sweep.running import sweep
from mnistcnn.sweep.settings import SweepConfig
from mnistcnn.training import loop as training
from tests.faults.nursery import dataset

CONFIG = {
    "steps": 20,
    "batch_size": 20,
    "eval_every": 5,
    "report_every": 5,
    "threads": 1,
    "network": {"conv1": 3, "conv2": 4, "fc1": 16, "initializer": "he"},
    "summaries": {"enabled": False},
    "checkpoints": {"keep": 1},
}
SPACE = {"learning_rate": {"log_uniform": [1e-4, 3e-2]}, "keep_prob": {"uniform": [0.3, 1.0]}}


def settings(order: dict[str, Any]) -> SweepConfig:
    """A small sweep over small runs."""
    return SweepConfig.model_validate(
        {
            "trials": order["trials"],
            "storage": order["storage"],
            "log_dir": Path(order["log_dir"]),
            "lost_after": 5,
            "config": CONFIG,
            "space": SPACE,
        }
    )


def work(order: dict[str, Any], *, dies: bool) -> None:
    """Be one worker."""
    for event in sweep(settings(order), dataset(), training.train):
        if dies and isinstance(event, StepsDone) and event.step == 10:
            os.kill(os.getpid(), signal.SIGKILL)


def fork(order: dict[str, Any], *, dies: bool) -> int:
    """The process of a worker."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        work(order, dies=dies)
        status = 0
    except BaseException:
        traceback.print_exc()
    os._exit(status)


def main() -> None:
    """Start all workers at once, and wait for them."""
    order = json.loads(sys.argv[1])
    pids = [fork(order, dies=number < order["deaths"]) for number in range(order["workers"])]
    print(json.dumps([os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]), flush=True)


if __name__ == "__main__":
    main()
