"""A disk that is full ends every command that writes with one line and its exit code, and leaves nothing half-written.

The disk is full in three ways: a real one (where a test may mount it), files that may not grow, and a disk that notices
only when a file is synced. A few commands meet one of them at one point by default. With MNISTCNN_SOAK_KILLS, all
commands take turns until so many disks have been full.
"""

from __future__ import annotations

import gzip
import os
import random
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from PIL import Image

from tests.conftest import idx_bytes, make_examples
from tests.faults.wholeness import assert_whole, disk_bytes, weights_digests
from tests.fork_server import Child, ForkServer

RECIPE = (
    "steps=12 batch_size=20 eval_every=6 report_every=6 checkpoints.every=4 threads=1 network.conv1=3 network.conv2=4 "
    "network.fc1=16 summaries.enabled=false data.source=idx data.validation_size=40 data.dir="
)
SWEEP = """trials: 3
config:
  {steps: 8, batch_size: 20, eval_every: 4, threads: 1, network: {conv1: 3, conv2: 4, fc1: 16},
   summaries: {enabled: false}, data: {source: idx, validation_size: 40, dir: DATA}}
space: {learning_rate: {log_uniform: [1e-4, 3e-2]}}
"""


@dataclass(frozen=True)
class Command:
    """A command line, in which PLACE is a folder with a run `one`, and RECIPE are the settings of that run."""

    line: str
    again: str | None = None
    """Gets the work done once there is room; the same command if None."""
    codes: tuple[int, ...] = (5,)
    """When the disk is full."""


EXPORT = "export one --log-dir PLACE --no-verify"
COMMANDS = {
    "train": Command(
        "train RECIPE --set summaries.enabled=true --log-dir PLACE --name new",
        again="train --resume new --log-dir PLACE",
    ),
    "resume": Command("train --resume one --steps 20 --log-dir PLACE"),
    "eval": Command("eval one --log-dir PLACE", codes=(0,)),  # The results are on standard output.
    "export": Command(f"{EXPORT} --out PLACE/all", again=f"{EXPORT} --out PLACE/all --overwrite"),
    "overwrite": Command(f"{EXPORT} --format numpy --checkpoint 8 --overwrite"),
    "visualize": Command("visualize one --log-dir PLACE --layer conv1 --show filters --show maps"),
    "page": Command("page one --log-dir PLACE --no-open"),
    "sweep": Command("sweep --config PLACE/sweep.yaml --log-dir PLACE", codes=(5, 0)),  # Plots are not vital.
    "reproduce": Command("runs reproduce one --log-dir PLACE"),
    "data": Command("data --fetch --validation-size 40", codes=(4,)),
}
QUICK = ("train", "eval", "page", "data")
FAULTS = int(os.environ.get("MNISTCNN_SOAK_KILLS", "0"))
NAMES = [list(COMMANDS)[seed % len(COMMANDS)] for seed in range(FAULTS)] or QUICK


@dataclass(frozen=True)
class Home:
    """What commands work on, and how to start one."""

    server: ForkServer
    folder: Path
    mirror: str

    def start(self, line: str, place: Path, **faults: object) -> Child:
        """Start a command."""
        data = self.folder / "bars"
        recipe = " ".join(f"--set {setting}" for setting in f"{RECIPE}{data}".split())
        arguments = line.replace("RECIPE", recipe).replace("PLACE", str(place)).split()
        environment = {"XDG_CACHE_HOME": str(place / "cache")}
        order = {"arguments": arguments, "environment": environment, "mirror": (self.mirror, str(data))}
        return self.server.start("tests.faults.command:command", **order, **faults)

    def copy(self, place: Path) -> Path:
        """Make a place."""
        return shutil.copytree(self.folder / "place", place, symlinks=True, dirs_exist_ok=True)


@pytest.fixture(scope="module")
def home(fork_server: ForkServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    folder = tmp_path_factory.mktemp("home")
    data, place = folder / "bars", folder / "place"
    data.mkdir()
    place.mkdir()
    for name, split in (("train", make_examples(240, 0)), ("t10k", make_examples(60, 1))):
        (data / f"{name}-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx_bytes(split.images), mtime=0))
        (data / f"{name}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx_bytes(split.labels), mtime=0))
    (place / "sweep.yaml").write_text(SWEEP.replace("DATA", str(data)))
    Image.fromarray(make_examples(1, 2).images[0]).save(place / "digit.png")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(SilentHandler, directory=data)) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        home = Home(fork_server, folder, f"http://127.0.0.1:{server.server_port}/")
        for line in ("train RECIPE --log-dir PLACE --name one", f"{EXPORT} --format numpy"):
            child = home.start(line, place)
            assert child.wait() == 0, child.log
        yield home
        server.shutdown()


class SilentHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@dataclass(frozen=True)
class Whole:
    """What a command did that nothing happened to."""

    place: Path
    syncs: int
    largest_file: int
    """Bytes of the largest file that it wrote."""
    bytes: int
    """Of all of them, on a disk."""

    @property
    def names(self) -> set[str]:
        """Of all files, which have no two meanings."""
        return {path.name for path in self.place.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def whole(home: Home, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Whole]:
    """Carries a command out once, without a fault."""

    @cache
    def carry_out(name: str) -> Whole:
        place = home.copy(tmp_path_factory.mktemp(name) / "place")
        before = {(path, path.stat().st_mtime_ns) for path in place.rglob("*")}
        child = home.start(COMMANDS[name].line, place, syncs_path=str(place.parent / "syncs"))
        assert child.wait() == 0, child.log
        assert_whole(place)
        after = {(path, path.stat().st_mtime_ns) for path in place.rglob("*") if path.is_file()}
        written = [path for path, _ in after - before]
        largest = max(path.stat().st_size for path in written)
        return Whole(place, int((place.parent / "syncs").read_text()), largest, disk_bytes(written))

    return carry_out


@pytest.fixture
def full(tmp_path: Path, small_disk: Callable[[int], Path], home: Home) -> Callable[..., tuple[Path, dict[str, int]]]:
    """Makes a place on a disk that will be full."""

    def make(whole: Whole, draw: random.Random) -> tuple[Path, dict[str, int]]:
        kinds = ["limit", *(["disk"] if os.geteuid() == 0 else []), *(["sync"] if whole.syncs else [])]
        kind = draw.choice(kinds)
        if kind == "disk":
            disk = small_disk(disk_bytes((home.folder / "place").rglob("*")) + 10 * whole.bytes + SLACK)
            home.copy(disk)
            leave_free(disk, draw.randrange(max(1, whole.bytes - SLACK)))
            return disk, {}
        place = home.copy(tmp_path / "place")
        if kind == "limit":
            return place, {"file_limit": draw.randrange(LONGEST_LOG, whole.largest_file)}
        return place, {"full_at_sync": draw.randint(1, whole.syncs)}

    return make


BALLAST = "ballast"
SLACK = 1 << 15  # Bytes: small files are replaced, and folders take some room.
LONGEST_LOG = 4096  # Bytes: the limit of a file is also that of a command's log, which has the message.


def leave_free(disk: Path, size: int) -> None:
    """Fill a disk with a file."""
    with (disk / BALLAST).open("wb") as ballast:
        ballast.truncate(0)
        os.posix_fallocate(ballast.fileno(), 0, max(1, shutil.disk_usage(disk).free - size))


@pytest.mark.parametrize(("seed", "name"), list(enumerate(NAMES)))
def test_a_full_disk_ends_a_command_with_one_line_and_it_succeeds_once_there_is_room(
    record_property, home, whole, full, seed, name
):
    command, expected = COMMANDS[name], whole(name)
    place, faults = full(expected, random.Random(f"{name} {seed}"))
    child = home.start(command.line, place, **faults)
    status = child.wait()
    if status == 0 and not faults and "No space left" not in child.log:
        # What a command removes makes room for what it writes, so a disk with little room may be large enough.
        assert weights_digests(place) == weights_digests(expected.place)
        return
    assert status in command.codes, (faults, child.log)
    record_property("faults", 1)
    assert "Traceback" not in child.log
    assert "No space left on device" in child.log or "File too large" in child.log
    # So short a training has learned nothing, which is another warning.
    lines = [line for line in child.log.splitlines() if "no better than" not in line]
    complaints = [line for line in lines if line.startswith(("error: ", "warning: ")) or "  WARNING: " in line]
    assert len(complaints) == 1, child.log
    (place / BALLAST).unlink(missing_ok=True)
    assert_whole(place)
    is_there = "--resume new" not in (command.again or "") or (place / "new" / "manifest.json").exists()
    again = home.start((is_there and command.again) or command.line, place)
    assert again.wait() == 0, again.log
    assert_whole(place)
    assert weights_digests(place) == weights_digests(expected.place)
    assert expected.names <= {path.name for path in place.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "line", ["predict PLACE/digit.png --log-dir PLACE --run one", "eval one --log-dir PLACE --json"]
)
def test_results_that_find_no_room_end_a_command_with_one_line(record_property, home, tmp_path, line):
    child = home.start(line, home.copy(tmp_path), results="/dev/full")
    assert child.wait() == 5, child.log
    record_property("faults", 1)
    errors = [text for text in child.log.splitlines() if text.startswith("error: ")]
    assert errors == ["error: standard output cannot be written: No space left on device"]
    assert "Traceback" not in child.log
