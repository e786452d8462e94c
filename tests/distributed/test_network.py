"""A network between workers that delays, drops and cuts: they wait or end, never hang, and never learn something else.

The network is two namespaces with a link that is a program, as in benchmarks/network.py; only root may make them.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from benchmarks.network import Link, namespaces
from mnistcnn.runs.directory import Run
from tests.distributed.conftest import KILLS, Launcher, assert_same_end, await_step, kill
from tests.fork_server import Child

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("ip") or not Path("/dev/net/tun").exists(),
    reason="only root may make network namespaces, with ip and /dev/net/tun",
)
ADDRESSES = "10.77.0.1:2222,10.77.0.2:2222"
DELAY = 0.01  # Seconds one way; a step then takes about 0.1 s, which leaves time to cut the link in the middle.


class Network:
    """Two workers, each in a namespace of its own, and the link between them."""

    def __init__(self, launcher: Launcher, names: list[str], link: Link) -> None:
        self._launcher, self._names, self.link = launcher, names, link
        self._workers: list[Child] = []

    def start(self, options: Sequence[object], lost_timeout: int) -> list[Child]:
        """Start both."""
        options = [*options, "--set", f"workers.lost_timeout={lost_timeout}"]
        self._workers = [
            self._launcher.train("--workers", ADDRESSES, "--worker-index", index, *options, namespace=name)
            for index, name in enumerate(self._names)
        ]
        return self._workers

    def stop(self) -> None:
        """Kill what a test that failed has left, or the next one would find its ports in use."""
        for worker in self._workers:
            with suppress(ProcessLookupError):
                kill(worker)


@pytest.fixture(scope="module")
def machines() -> Iterator[tuple[list[str], Link]]:
    """Two namespaces for all tests, since the threads of a link last as long as the process."""
    with ExitStack() as stack:
        try:
            made = stack.enter_context(namespaces())
        except (OSError, subprocess.CalledProcessError) as error:
            pytest.skip(f"may not make network namespaces here: {error}")
        yield made


@pytest.fixture
def network(launcher: Launcher, machines: tuple[list[str], Link]) -> Iterator[Network]:
    names, link = machines
    link.delay, link.loss, link.is_cut = DELAY, 0.0, False
    network = Network(launcher, names, link)
    yield network
    network.stop()


@pytest.fixture
def options(tiny: list[str], tmp_path: Path) -> list[object]:
    return [*tiny, "--log-dir", tmp_path, "--name", "two"]


@pytest.mark.skipif(KILLS == 1, reason="in `make soak` only: a network that is away loses packets, too")
@pytest.mark.parametrize("seed", range(KILLS))
def test_a_network_that_delays_and_drops_packets_changes_no_bit(
    record_property, network, options, whole, tmp_path, seed
):
    draw = random.Random(seed)
    network.link.delay, network.link.loss = draw.uniform(0, 0.02), draw.uniform(0, 0.03)
    workers = network.start(options, lost_timeout=60)
    assert [worker.wait() for worker in workers] == [0, 0], workers[0].log
    record_property("faults", 1)
    assert_same_end(Run(tmp_path / "two"), whole[0])


@pytest.mark.parametrize("seed", range(KILLS))
def test_a_network_that_is_away_for_a_moment_changes_no_bit(record_property, network, options, whole, tmp_path, seed):
    draw = random.Random(seed)
    workers = network.start(options, lost_timeout=60)
    await_step(workers[1], draw.randrange(4, 24))
    network.link.is_cut = True
    time.sleep(draw.uniform(0.5, 3))
    network.link.is_cut = False
    assert [worker.wait() for worker in workers] == [0, 0], workers[0].log
    record_property("faults", 1)
    assert_same_end(Run(tmp_path / "two"), whole[0])


@pytest.mark.parametrize("seed", range(KILLS))
def test_a_network_that_is_cut_ends_both_workers_which_name_each_other_and_resume_to_the_same_end(
    record_property, network, options, whole, tmp_path, seed
):
    workers = network.start(options, lost_timeout=3)
    await_step(workers[1], random.Random(seed).randrange(4, 24))
    network.link.is_cut = True
    assert [worker.wait() for worker in workers] == [5, 5], workers[0].log
    record_property("faults", 1)
    for index, worker in enumerate(workers):
        assert f"lost worker {1 - index}" in worker.log
        assert "Traceback" not in worker.log
    assert Run(tmp_path / "two").manifest()["state"] == "failed"
    network.link.is_cut = False
    resumed = network.start(["--resume", "two", "--log-dir", tmp_path], lost_timeout=60)
    assert [worker.wait() for worker in resumed] == [0, 0], resumed[0].log
    assert_same_end(Run(tmp_path / "two"), whole[0])
