"""Real processes that train together on this machine's loopback address."""

from __future__ import annotations

import re
import signal
import socket
import time
from collections.abc import Sequence
from contextlib import ExitStack

import pytest

from tests.fork_server import Child, ForkServer


class Launcher:
    """Starts `mnistcnn train`, alone or as a group of workers."""

    def __init__(self, server: ForkServer) -> None:
        self._server = server

    def train(self, *arguments: object, mirrored: int = 0, **environment: str) -> Child:
        """Start one `mnistcnn train`."""
        words = ["train", *map(str, arguments)]
        return self._server.start(
            "tests.distributed.worker:command", arguments=words, environment=environment, mirrored=mirrored
        )

    def group(self, count: int, arguments: Sequence[object], of_each: Sequence[Sequence[object]] = ()) -> list[Child]:
        """Start so many workers, each with `arguments` and its own of `of_each`."""
        addresses = ",".join(f"127.0.0.1:{port}" for port in free_ports(count))
        own = of_each or [()] * count
        return [
            self.train("--workers", addresses, "--worker-index", index, *arguments, *own[index])
            for index in range(count)
        ]


@pytest.fixture(scope="session")
def launcher(fork_server: ForkServer) -> Launcher:
    return Launcher(fork_server)


def await_step(worker: Child, step: int, seconds: float = 60) -> None:
    """Wait until a worker has reported a step as late as this."""
    deadline = time.monotonic() + seconds
    while max(map(int, re.findall(r"step +(\d+)/", worker.log)), default=-1) < step:
        assert time.monotonic() < deadline, worker.log
        time.sleep(0.02)


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens at."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def kill(worker: Child) -> None:
    """Let a worker die as in a power failure."""
    worker.send(signal.SIGKILL)
