"""Real processes that train together on this machine's loopback address."""

from __future__ import annotations

import gzip
import os
import random
import re
import signal
import socket
import time
from collections.abc import Sequence
from itertools import islice

import pytest

from mnistcnn.runs.directory import Run
from tests.conftest import idx_bytes, make_examples
from tests.fork_server import Child, ForkServer

KILLS = int(os.environ.get("MNISTCNN_SOAK_KILLS", "1"))

EVERYTHING = (
    *("averaging.decay=0.9", "weight_decay=0.1", "label_smoothing=0.1", "schedule={kind: cosine, warmup: 2}"),
    "augmentation={rotation: 10, shift: 1, elastic: 0.5}",
)
SMALL = ("network.conv1=3", "network.conv2=4", "network.fc1=33", "batch_size=20", "learning_rate=1e-3")
CADENCE = ("steps=40", "report_every=4", "eval_every=20", "checkpoints.every=10", "summaries.enabled=false")


class Launcher:
    """Starts `mnistcnn train`, alone or as a group of workers."""

    def __init__(self, server: ForkServer) -> None:
        self._server = server

    def train(self, *arguments: object, mirrored: int = 0, namespace: str | None = None, **environment: str) -> Child:
        """Start one `mnistcnn train`."""
        words = ["train", *map(str, arguments)]
        # Behind a proxy that refuses everything (see `isolated`): workers must not ask it for each other.
        environment = {"NO_PROXY": "", "no_proxy": "", **environment}
        where = {"environment": environment, "mirrored": mirrored, "namespace": namespace}
        return self._server.start("tests.distributed.worker:command", arguments=words, **where)

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


def settings(*pairs: str) -> list[str]:
    """Pairs as options."""
    return [word for pair in pairs for word in ("--set", pair)]


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The options of a small run with everything that is random or averaged."""
    folder = tmp_path_factory.mktemp("tiny")
    for name, split in (("train", make_examples(240, 0)), ("t10k", make_examples(60, 1))):
        (folder / f"{name}-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx_bytes(split.images)))
        (folder / f"{name}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx_bytes(split.labels)))
    data = ("data.source=idx", f"data.dir={folder}", "data.validation_size=40", "workers.join_timeout=60")
    return settings(*SMALL, *CADENCE, *EVERYTHING, *data)


@pytest.fixture(scope="session")
def whole(launcher: Launcher, tiny: list[str], tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, list[str]]:
    """A run of two workers that nothing happened to, and its logs."""
    log_dir = tmp_path_factory.mktemp("whole")
    workers = launcher.group(2, [*tiny, "--log-dir", log_dir, "--name", "two"])
    assert [worker.wait() for worker in workers] == [0, 0], workers[0].log + workers[1].log
    return Run(log_dir / "two"), [worker.log for worker in workers]


def await_step(worker: Child, step: int, seconds: float = 300) -> None:
    """Wait until a worker has reported a step as late as this; many processes may want the processor."""
    deadline = time.monotonic() + seconds
    while max(map(int, re.findall(r"step +(\d+)/", worker.log)), default=-1) < step:
        assert time.monotonic() < deadline, worker.log
        time.sleep(0.02)


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens at.

    Each process of pytest-xdist has a range of its own, below that which systems give away. Otherwise, one could take a
    port between the moment that another found it free and the moment that its worker listens at it.
    """
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = 10_000 + 200 * (number % 100)
    free = filter(is_free, random.sample(range(first, first + 200), 200))
    return list(islice(free, count))


def is_free(port: int) -> bool:
    """Whether one can listen at a port."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def kill(worker: Child) -> None:
    """Let a worker die as in a power failure."""
    worker.send(signal.SIGKILL)


def assert_same_end(run: Run, whole: Run) -> None:
    """Check that a run ended, with the same bits as one that nothing happened to."""
    assert run.manifest()["state"] == "finished"
    assert run.manifest()["results"]["weights_digest"] == whole.manifest()["results"]["weights_digest"]
    assert run.metrics_path.read_bytes() == whole.metrics_path.read_bytes()
