"""Real processes that train together on this machine's loopback address."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


class Command:
    """One `mnistcnn` that was started."""

    def __init__(self, nursery: Nursery, pid: int, log: Path) -> None:
        self._nursery, self.pid, self._log = nursery, pid, log

    @property
    def log(self) -> str:
        """What it has written so far."""
        return self._log.read_text() if self._log.exists() else ""

    def wait(self) -> int:
        """Its exit code; minus the signal that killed it."""
        return self._nursery.ask({"wait": self.pid})

    def send(self, number: int) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def await_step(self, step: int, seconds: float = 60) -> None:
        """Wait until it has reported a step as late as this."""
        deadline = time.monotonic() + seconds
        while max(map(int, re.findall(r"step +(\d+)/", self.log)), default=-1) < step:
            assert time.monotonic() < deadline, self.log
            time.sleep(0.02)


class Nursery:
    """Orders commands of `tests.distributed.nursery`."""

    def __init__(self, logs: Path, link: Path) -> None:
        (link / "mnistcnn_cli").symlink_to(ROOT / "cli")
        environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{link}", "TF_CPP_MIN_LOG_LEVEL": "3"}
        self._logs, self._commands = logs, 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.distributed.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
            cwd=ROOT,
        )

    def ask(self, order: object) -> int:
        """Give an order, and wait for its answer."""
        assert self._process.stdin
        assert self._process.stdout
        print(json.dumps(order), file=self._process.stdin, flush=True)
        return int(self._process.stdout.readline())

    def train(self, *arguments: object, mirrored: int = 0, **environment: str) -> Command:
        """Start `mnistcnn train`."""
        self._commands += 1
        log = self._logs / f"{self._commands}.log"
        order = {"arguments": ["train", *map(str, arguments)], "log": str(log), "mirrored": mirrored}
        return Command(self, self.ask({**order, "environment": environment}), log)

    def group(self, count: int, arguments: Sequence[object], of_each: Sequence[Sequence[object]] = ()) -> list[Command]:
        """Start so many workers, each with `arguments` and its own of `of_each`."""
        addresses = ",".join(f"127.0.0.1:{port}" for port in free_ports(count))
        own = of_each or [()] * count
        return [
            self.train("--workers", addresses, "--worker-index", index, *arguments, *own[index])
            for index in range(count)
        ]

    def close(self) -> None:
        """End the process."""
        self._process.communicate(timeout=30)


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens at."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


@pytest.fixture(scope="session")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    nursery = Nursery(tmp_path_factory.mktemp("logs"), tmp_path_factory.mktemp("link"))
    yield nursery
    nursery.close()


def kill(command: Command) -> None:
    """Let a worker die as in a power failure."""
    command.send(signal.SIGKILL)
