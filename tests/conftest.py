"""Data for tests: made up in a moment, or the real MNIST where a machine has it."""

from __future__ import annotations

import errno
import gzip
import io
import os
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import mnistcnn.network  # noqa: F401 - Before a test imports TensorFlow: tests use the kernels that a command uses.
from mnistcnn.data.dataset import Dataset, Examples
from tests.fork_server import ForkServer
from tests.scheduling import FolderScheduling

REAL_MNIST = os.environ.get("MNISTCNN_DATA_DIR")
NOWHERE = "http://127.0.0.1:9"  # The discard port: connections are refused at once.


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FolderScheduling | None:
    """Share the tests out by folders, unless `--dist` says otherwise."""
    return FolderScheduling(config, log) if config.getoption("dist") == "loadscope" else None


@pytest.fixture(scope="session", autouse=True)
def isolated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test sees this machine's MNIST, its cache or the internet, unless it asks for them.

    It goes by environment variables, so commands that tests start are isolated as well.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MNISTCNN_DATA_DIR", raising=False)
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        for name in ("HTTPS_PROXY", "https_proxy"):
            patch.setenv(name, NOWHERE)
        for name in ("NO_PROXY", "no_proxy"):
            patch.setenv(name, "127.0.0.1,localhost")
        yield


@pytest.fixture(scope="session")
def real_mnist_dir() -> Path:
    """The folder with the real MNIST; without one the test is skipped, or fails if it is required."""
    if REAL_MNIST and Path(REAL_MNIST).is_dir():
        return Path(REAL_MNIST).resolve()
    reason = f"needs the real MNIST in MNISTCNN_DATA_DIR (is: {REAL_MNIST!r})"
    if os.environ.get("MNISTCNN_REQUIRE_MNIST") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture
def real_mnist(real_mnist_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """As `real_mnist_dir`, and set as MNISTCNN_DATA_DIR for this test."""
    monkeypatch.setenv("MNISTCNN_DATA_DIR", str(real_mnist_dir))
    return real_mnist_dir


@pytest.fixture(scope="session")
def fork_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForkServer]:
    """Calls functions in processes that a test may kill."""
    server = ForkServer(tmp_path_factory.mktemp("children"))
    yield server
    server.close()


def make_examples(count: int, seed: int) -> Examples:
    """Bars, one place for each class, with noise: a network learns them in a few steps."""
    random = np.random.default_rng(seed)
    labels = (np.arange(count) % 10).astype(np.uint8)
    images = random.integers(0, 64, (count, 28, 28), dtype=np.uint8)
    for image, label in zip(images, labels, strict=True):
        column = 4 + 2 * int(label)
        image[4:24, column : column + 3] = 255
    return Examples(images, labels)


def idx_bytes(values: NDArray[np.uint8]) -> bytes:
    """The content of an IDX file, by hand: tests must not believe the code that they test."""
    header = struct.pack(">BBBB", 0, 0, 8, values.ndim)
    return header + struct.pack(f">{values.ndim}I", *values.shape) + values.tobytes()


@pytest.fixture
def tiny_dataset() -> Dataset:
    """240 training, 40 validation and 60 test images in memory."""
    train, validation, test = make_examples(240, 0), make_examples(40, 1), make_examples(60, 2)
    return Dataset("tiny", "idx", "/data/tiny", {"train-images-idx3-ubyte": "0" * 64}, train, validation, test)


@pytest.fixture
def idx_dir(tmp_path: Path) -> Path:
    """A folder `tiny` with four IDX files, two of them .gz: 240 training and 60 test images."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    train, test = make_examples(240, 0), make_examples(60, 1)
    (folder / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx_bytes(train.images)))
    (folder / "train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx_bytes(train.labels)))
    (folder / "t10k-images-idx3-ubyte").write_bytes(idx_bytes(test.images))
    (folder / "t10k-labels-idx1-ubyte").write_bytes(idx_bytes(test.labels))
    return folder


@pytest.fixture(scope="session")
def bars_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of a small network that memorised 240 images of bars, with 60 test images."""
    from mnistcnn.config.schema import load_config
    from mnistcnn.data.sources import load_dataset
    from mnistcnn.training.loop import train

    home = tmp_path_factory.mktemp("bars")
    data = home / "bars"
    data.mkdir()
    train_split, test_split = make_examples(240, 0), make_examples(60, 1)
    for name, split in (("train", train_split), ("t10k", test_split)):
        (data / f"{name}-images-idx3-ubyte").write_bytes(idx_bytes(split.images))
        (data / f"{name}-labels-idx1-ubyte").write_bytes(idx_bytes(split.labels))
    small = ["network.conv1=4", "network.conv2=6", "network.fc1=32", "network.initializer=he"]
    recipe = ["steps=80", "eval_every=40", "batch_size=20", "learning_rate=3e-3"]
    place = [f"log_dir={home / 'runs'}", "name=one"]
    where = ["data.source=idx", f"data.dir={data}", "data.validation_size=40"]
    config = load_config(None, [*small, *recipe, *place, *where])
    list(train(config, load_dataset(config.data)))
    return home / "runs" / "one"


@pytest.fixture(scope="session")
def exports(bars_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That run's network in every format.

    The process that exports them has no folder for temporary files but the one in memory, where a system has that: in a
    container with a read-only disk, nothing but the folder of the export is writable.
    """
    environment = dict(os.environ)
    if Path("/dev/shm").is_dir():
        # For the processes that run the files as well, which Python starts with this module.
        path = tmp_path_factory.mktemp("sitecustomize")
        only = "lambda: [os.environ['TMPDIR']]"
        (path / "sitecustomize.py").write_text(f"import os, tempfile\ntempfile._candidate_tempdir_list = {only}\n")
        paths = os.pathsep.join([str(path), os.environ.get("PYTHONPATH", "")])
        environment |= {"PYTHONPATH": paths, "TMPDIR": "/proc/nothing"}
    command = [sys.executable, "-m", "mnistcnn", "export", str(bars_run), "--quiet"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return bars_run / "export"


SMI = """#!/bin/sh
case "$1" in
--query-gpu*) echo '{listing}' ;;
*) echo '{overview}' ;;
esac
exit {code}
"""


@pytest.fixture
def nvidia_smi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Puts an `nvidia-smi` on the PATH that says what a test wants; TensorFlow sees no card all the same."""

    def make(
        listing: str = "NVIDIA GeForce RTX 3090, 550.54.14, 8.6, 24576", cuda: str = "12.4", code: int = 0
    ) -> Path:
        program = tmp_path / "bin" / "nvidia-smi"
        program.parent.mkdir(exist_ok=True)
        overview = f"| NVIDIA-SMI 550.54.14     Driver Version: 550.54.14     CUDA Version: {cuda}   |"
        program.write_text(SMI.format(listing=listing, overview=overview, code=code))
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
        monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
        return program

    return make


def forbid(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Make everything in a folder unreadable, also for root, to whom rights do not apply."""

    def refusing(opens: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(path: Any = ".", *arguments: Any, **options: Any) -> Any:
            if not isinstance(path, int) and Path(path).absolute().is_relative_to(folder.absolute()):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
            return opens(path, *arguments, **options)

        return guarded

    for module, name in ((os, "open"), (io, "open"), (os, "scandir"), (os, "listdir")):
        monkeypatch.setattr(module, name, refusing(getattr(module, name)))
