"""Trains in child processes that can be killed at any instant.

Importing TensorFlow takes seconds, so this process imports it once and forks a child for each order that it reads on
standard input, a JSON object; TensorFlow starts its threads only with its first operation, in the child. Each answer
on standard output is a line: `pid N`, then `ended N` with the status of `waitpid`.

An order: `{"log_dir": …, "resume": name or null, "die_at_sync": n or null, "file_limit": bytes or null,
"overrides": […], "together": n}`; the last forks n children at once and answers for all of them.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

from mnistcnn.config.schema import load_config
from mnistcnn.data.dataset import Dataset
from mnistcnn.errors import MnistCnnError
from mnistcnn.runs.directory import open_run
from mnistcnn.runs.resuming import resumed_config
from mnistcnn.training import loop as training
from tests.conftest import make_examples

SETTINGS = (
    "network.conv1=3",
    "network.conv2=4",
    "network.fc1=64",
    "summaries.enabled=false",
    "batch_size=20",
    "learning_rate=3e-3",
    "steps=40",
    "report_every=4",
    "eval_every=10",
    "checkpoints.every=3",
    "name=run",
)


def dataset() -> Dataset:
    """Small enough to train on in a second."""
    splits = (make_examples(count, seed) for seed, count in enumerate((240, 40, 60)))
    return Dataset("tiny", "idx", "/data/tiny", {"train-images-idx3-ubyte": "0" * 64}, *splits)


def work(order: dict[str, Any]) -> None:
    """Train a new run, or go on with one."""
    log_dir = Path(order["log_dir"])
    if order["resume"]:
        run = open_run(order["resume"], log_dir)
        events = training.resume(run, resumed_config(run), dataset())
    else:
        overrides = [f"log_dir={log_dir}", *SETTINGS, *order.get("overrides", [])]
        events = training.train(load_config(None, overrides), dataset())
    for _ in events:
        pass


def die_at_sync(number: int) -> None:
    """Kill this process at its `number`-th fsync: in the middle of writing a checkpoint, a manifest or a link."""
    sync, calls = os.fsync, iter(range(1, number))

    def fsync(handle: int) -> None:
        if next(calls, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        sync(handle)

    os.fsync = fsync


def child(order: dict[str, Any]) -> int:
    """The exit status of one order: 5 for an error that a user would be shown, 1 for any other."""
    if order.get("die_at_sync"):
        die_at_sync(order["die_at_sync"])
    if order.get("file_limit"):
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["file_limit"],) * 2)
    try:
        work(order)
    except MnistCnnError as error:
        print(error, file=sys.stderr)
        return 5
    except BaseException:  # The child's whole answer is its status; a bug must not look like anything else.
        traceback.print_exc()
        return 1
    return 0


def fork(order: dict[str, Any]) -> int:
    """The process that carries out an order."""
    pid = os.fork()
    if pid == 0:
        os._exit(child(order))
    return pid


def main() -> None:
    """Obey until standard input ends."""
    for line in sys.stdin:
        order = json.loads(line)
        pids = [fork(order) for _ in range(order.get("together", 1))]
        print("pid", pids[0], flush=True)
        print("ended", max(os.waitpid(pid, 0)[1] for pid in pids), flush=True)


if __name__ == "__main__":
    main()
