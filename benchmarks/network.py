"""The time of a training step of two workers against the delay and the bandwidth between them; needs root.

    sudo env PYTHONPATH=. python benchmarks/network.py [--milliseconds 0 1 10] [--megabits 1000 300 100] [--reports N]

Two network namespaces are joined by a link that holds every IP packet for the delay, one way, and lets so many bits
through in a second, each way. The link is this program, between two TUN devices, so that it does not depend on whether
the kernel has what `tc netem` needs. One training of the default network runs throughout, and the link changes under
it: before each setting, the step is measured on the unlimited link, since the machine may have other work.

Printed are medians over the reports, in milliseconds; the bytes of a step that were counted on the link; and between
what docs/distributed.md's formula says that a step is: the sums may hide behind the computation, or come on top of it.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import os
import random
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import IO

import numpy as np

GRADIENT_BYTES = 4 * 3_274_634
HOPS = 4
"""A sum of n workers in a ring has 2 (n - 1) hops, and a step has two sums."""
STEPS_PER_REPORT = 2
SETTLING_REPORTS = 3
MTU = 9000
_SET_NAME, _TUN_WITHOUT_HEADER = 0x400454CA, 0x1001


class Link:
    """Carries packets between two TUN devices, as slowly and as unreliably as it is told.

    Args:
        devices: their file descriptors.
    """

    def __init__(self, devices: tuple[int, int]) -> None:
        self.delay = 0.0
        """Seconds, one way."""
        self.bytes_per_second = float("inf")
        self.loss = 0.0
        """Probability that a packet is dropped."""
        self.is_cut = False
        """Whether every packet is dropped."""
        self.carried = [0, 0]
        """Bytes in each direction."""
        for direction in (0, 1):
            queue: SimpleQueue[tuple[float, bytes]] = SimpleQueue()
            source, sink = devices[direction], devices[1 - direction]
            threading.Thread(target=self._take, args=(direction, source, queue), daemon=True).start()
            threading.Thread(target=self._deliver, args=(sink, queue), daemon=True).start()

    def _take(self, direction: int, source: int, queue: SimpleQueue[tuple[float, bytes]]) -> None:
        free = 0.0
        while True:
            try:
                packet = os.read(source, MTU + 100)
            except OSError:  # The device is gone with its namespace.
                return
            if self.is_cut or random.random() < self.loss:
                continue
            self.carried[direction] += len(packet)
            free = max(free, time.monotonic()) + len(packet) / self.bytes_per_second
            queue.put((free + self.delay, packet))

    def _deliver(self, sink: int, queue: SimpleQueue[tuple[float, bytes]]) -> None:
        while True:
            at, packet = queue.get()
            time.sleep(max(0.0, at - time.monotonic()))
            with contextlib.suppress(OSError):  # The device is down at the end.
                os.write(sink, packet)


def sh(*command: str) -> None:
    """Run a command that must succeed."""
    subprocess.run(command, check=True)


@contextlib.contextmanager
def namespaces() -> Iterator[tuple[list[str], Link]]:
    """Two namespaces with the addresses 10.77.0.1 and .2, and the link between them."""
    names, devices = [f"mnistcnn{i}-{os.getpid()}" for i in (0, 1)], []
    try:
        for i, name in enumerate(names):
            device = os.open("/dev/net/tun", os.O_RDWR)
            tun = f"mc{i}-{os.getpid()}"
            fcntl.ioctl(device, _SET_NAME, struct.pack("16sH22x", tun.encode(), _TUN_WITHOUT_HEADER))
            devices.append(device)
            sh("ip", "netns", "add", name)
            sh("ip", "link", "set", tun, "netns", name)
            inside = ("ip", "-n", name)
            sh(*inside, "addr", "add", f"10.77.0.{i + 1}", "peer", f"10.77.0.{2 - i}", "dev", tun)
            sh(*inside, "link", "set", tun, "mtu", str(MTU), "txqueuelen", "10000", "up")
            sh(*inside, "link", "set", "lo", "up")
        yield names, Link((devices[0], devices[1]))
    finally:
        for name in names:
            subprocess.run(["ip", "netns", "del", name], check=False)


@contextlib.contextmanager
def training(names: list[str]) -> Iterator[IO[str]]:
    """Two workers that train without end; the events of the second."""
    addresses = "10.77.0.1:2222,10.77.0.2:2222"
    quietly = [f"report_every={STEPS_PER_REPORT}", "eval_every=100000000", "summaries.enabled=false"]
    rarely = ["steps=100000000", "checkpoints.every=1000h", "workers.lost_timeout=600", "data.validation_size=100"]
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        processes = []
        for index, name in enumerate(names):
            command = ["ip", "netns", "exec", name, sys.executable, "-m", "mnistcnn_cli", "train", "--json"]
            command += ["--workers", addresses, "--worker-index", str(index), "--log-dir", folder]
            for setting in (*quietly, *rarely):
                command += ["--set", setting]
            with (Path(folder) / f"{index}.log").open("w") as log:
                output = subprocess.PIPE if index else log
                process = subprocess.Popen(command, stdout=output, stderr=log, text=True)
            stack.callback(process.kill)
            processes.append(process)
        events = processes[1].stdout
        assert events
        yield events


def step_seconds(events: IO[str], reports: int) -> list[float]:
    """The seconds of a step, from so many reports."""
    seconds: list[float] = []
    for line in events:
        event = json.loads(line)
        if event["event"] == "worker_stepped":
            seconds.append(event["seconds"] / STEPS_PER_REPORT)
        if len(seconds) == reports:
            return seconds
    raise SystemExit("the training ended")


def measure(events: IO[str], link: Link, reports: int) -> tuple[float, float]:
    """The median seconds of a step on the link as it is, and the bytes of a step in one direction."""
    step_seconds(events, SETTLING_REPORTS)
    before = sum(link.carried)
    seconds = step_seconds(events, reports)
    carried = (sum(link.carried) - before) / 2
    return float(np.median(seconds)), carried / (reports * STEPS_PER_REPORT)


def communication(delay: float, bytes_per_second: float) -> float:
    """docs/distributed.md's formula for two workers: seconds that the sums of a step take.

    Args:
        delay: seconds, one way.
        bytes_per_second: each way.
    """
    return GRADIENT_BYTES / bytes_per_second + HOPS * 2 * delay


def main() -> None:
    """Measure every pair, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--milliseconds", type=float, nargs="+", default=[0, 1, 10])
    parser.add_argument("--megabits", type=float, nargs="+", default=[1000, 300, 100])
    parser.add_argument("--reports", type=int, default=8)
    arguments = parser.parse_args()
    heads = ("delay, ms", "Mbit/s", "MB each way", "unlimited", "ms a step", "at least", "at most")
    print("".join(f"{head:>12}" for head in heads), flush=True)
    with namespaces() as (names, link), training(names) as events:
        step_seconds(events, 2 * SETTLING_REPORTS)
        for delay in arguments.milliseconds:
            for megabits in arguments.megabits:
                link.delay, link.bytes_per_second = 0.0, float("inf")
                unlimited, _ = measure(events, link, arguments.reports)
                link.delay, link.bytes_per_second = delay / 1e3, megabits * 1e6 / 8
                seconds, carried = measure(events, link, arguments.reports)
                sums = communication(link.delay, link.bytes_per_second)
                times = (unlimited, seconds, max(unlimited, sums), unlimited + sums)
                row = f"{delay:12g}{megabits:12g}{carried / 1e6:12.1f}"
                print(row + "".join(f"{1e3 * value:12.0f}" for value in times), flush=True)


if __name__ == "__main__":
    main()
