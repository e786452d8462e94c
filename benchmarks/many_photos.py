"""How long a folder of photos takes, and in how much memory: `make bench-many-photos RUN=runs/default`. Linux only.

    python benchmarks/many_photos.py --run RUN [--count N] [--cores N …]

`mnistcnn predict FOLDER` reads N photos of 2 megapixels (twenty that are drawn, under N names), held to so many cores.
Printed are wall and processor time and the most memory of all its processes together, each shared page counted once.
Then Ctrl-C interrupts it while it reads. The exit code is 1 if files come out of order, if more than 1 GB was used, or
if after Ctrl-C the exit code is not 130, a process is left, or a traceback was shown.
"""

from __future__ import annotations

import argparse
import json
import os
import pty
import signal
import subprocess
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from mnist_data import load_mnist
from photo_drawing import Digit
from photo_drawing.pen import drawn
from photo_drawing.sheet import camera, encoded, middle, paper, slope, write

SHAPE = (1224, 1632)
DIFFERENT = 20
MOST_MEMORY = 1e9
SAMPLED = 0.5
"""Seconds between two looks at the processes."""
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Watched:
    """What the processes of a session used, as often as somebody looked."""

    leader: int
    memory: int = 0
    """The most bytes."""
    seconds: dict[str, float] = field(default_factory=dict)
    """Processor time of each process."""

    def look(self) -> list[str]:
        """Note what runs now, and return it."""
        running, memory = [], 0
        for process in Path("/proc").glob("[0-9]*"):
            try:
                state, _, _, session, *rest = (process / "stat").read_text().rsplit(")", 1)[1].split()
                if int(session) != self.leader or state == "Z":
                    continue
                running.append(process.name)
                self.seconds[process.name] = sum(map(int, rest[7:9])) / TICKS
                memory += 1024 * int((process / "smaps_rollup").read_text().split("Pss:")[1].split()[0])
            except (OSError, IndexError):  # It ended meanwhile.
                continue
        self.memory = max(self.memory, memory)
        return running

    def until(self, is_over: Callable[[], bool]) -> None:
        """Look again and again."""
        while not is_over():
            self.look()
            time.sleep(SAMPLED)


def fill(folder: Path, count: int) -> None:
    """Write so many photos into a new folder."""
    folder.mkdir()
    test = load_mnist().test
    pictures = []
    for index in range(min(DIFFERENT, count)):
        random = np.random.default_rng(index)
        page = paper(SHAPE, random)
        height = int(random.integers(300, 700))
        ink = drawn(Digit(test.images[index], int(test.labels[index])), height, height * 0.08)
        write(page, ink, *middle(page, ink, random))
        pictures.append(encoded(camera(page * slope(SHAPE, random, 0.25), random), quality=85))
    for index in range(count):
        (folder / f"{index:05}.jpg").write_bytes(pictures[index % len(pictures)])


def started(folder: Path, run: str, cores: int, stderr: int, *options: str) -> subprocess.Popen[bytes]:
    """`mnistcnn predict` in a session of its own, on the first so many cores."""
    command = [sys.executable, "-m", "mnistcnn", "predict", str(folder), "--run", run, *options]
    allowed = sorted(os.sched_getaffinity(0))[:cores]
    held = f"import os; os.sched_setaffinity(0, {allowed}); os.execv({command[0]!r}, {command!r})"
    return subprocess.Popen(
        [sys.executable, "-c", held], stdout=subprocess.PIPE, stderr=stderr, start_new_session=True
    )  # fmt: skip


def measure(folder: Path, run: str, cores: int) -> list[str]:
    """Read the folder, print a row of the table, and return what is wrong."""
    start = time.perf_counter()
    with started(folder, run, cores, subprocess.DEVNULL, "--json") as process:
        watched = Watched(process.pid)
        watching = threading.Thread(target=watched.until, args=(lambda: process.returncode is not None,))
        watching.start()
        assert process.stdout is not None
        files = [json.loads(line)["file"] for line in process.stdout]
        process.wait()
        watching.join()
    wall, used = time.perf_counter() - start, sum(watched.seconds.values())
    count = len(list(folder.iterdir()))
    load = os.getloadavg()[0]
    print(f"| {cores} | {count} | {wall:.1f} | {used:.1f} | {watched.memory / 1e6:.0f} | {load:.1f} |", flush=True)
    wrong = [] if process.returncode == 0 else [f"exit code {process.returncode}"]
    wrong += [] if files == sorted(map(str, folder.iterdir())) else ["files are missing or out of order"]
    return wrong + (["more than 1 GB"] if watched.memory > MOST_MEMORY else [])


def interrupted(folder: Path, run: str) -> list[str]:
    """Press Ctrl-C in a terminal while the folder is read, and return what is wrong."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    with started(folder, run, 2, theirs) as process:
        os.close(theirs)
        shown = b""
        while b"reading" not in shown or b"/" not in shown.partition(b"reading")[2]:
            shown += os.read(ours, 4096)  # An error here is a command that ended without its bar.
        os.killpg(process.pid, signal.SIGINT)
        draining = threading.Thread(target=drain, args=(ours, drained := bytearray(shown)), daemon=True)
        draining.start()
        process.communicate()
    draining.join(timeout=5)
    left, until = Watched(process.pid), time.monotonic() + 10
    left.until(lambda: not left.look() or time.monotonic() > until)
    wrong = [] if process.returncode == 130 else [f"exit code {process.returncode} after Ctrl-C"]
    wrong += [f"left after Ctrl-C: {left.look()}"] if left.look() else []
    return wrong + (["a traceback after Ctrl-C"] if b"Traceback" in drained else [])


def drain(terminal: int, into: bytearray) -> None:
    """Read what is written to a terminal until it is closed."""
    try:
        while part := os.read(terminal, 4096):
            into += part
    except OSError:
        return


def main() -> int:
    """Print the table, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", default="latest")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--cores", type=int, nargs="*", default=[1, 2])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "photos"
        fill(folder, options.count)
        print("| cores | photos | seconds | of processor time | MB | load |\n|--:|--:|--:|--:|--:|--:|")
        wrong = [each for cores in options.cores for each in measure(folder, options.run, cores)]
        wrong += interrupted(folder, options.run)
    print("\n" + "\n".join([f"broken: {each}" for each in wrong] or ["after Ctrl-C: exit code 130, no process left"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
