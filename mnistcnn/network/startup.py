"""What TensorFlow reads from the environment when it starts: oneDNN, a GPU's memory and programs, temporary files.

Importing `mnistcnn.network`, or any other package here whose modules import TensorFlow, calls `prepare`. So a command
and a program that uses the library get the same kernels, while `import mnistcnn` alone changes nothing.

oneDNN is the library of Intel's kernels that TensorFlow for x86-64 contains. TensorFlow uses it by default only on
processors with instructions made for neural networks (`DefaultOneDnnPolicy` in tensorflow/core/util/port.cc, 2.21).
Where there is AVX2 but none of those, its kernels are faster too: a step of 50 images took 33.9 instead of 57.9 ms
on an AMD EPYC of the Zen 3 kind (2 cores, TensorFlow 2.21, 2026-11).
"""

from __future__ import annotations

import hashlib
import os
import platform
import sys
import tempfile
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from platformdirs import user_cache_path

from .precision import processor_flags

ONEDNN = "TF_ENABLE_ONEDNN_OPTS"
GPU_MEMORY_GROWS = "TF_FORCE_GPU_ALLOW_GROWTH"
XLA = "TF_XLA_FLAGS"
_THREADS = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
_PROGRAMS = "--tf_xla_persistent_cache_directory"
_PROGRAMS_OF_GPUS = "--tf_xla_persistent_cache_device_types=GPU,XLA_GPU_JIT"
"""TensorFlow's own name of the device, and that of its other runtime (PJRT)."""
ABSL_TEMPORARY = "TEST_TMPDIR"
_DRIVER = Path("/proc/driver/nvidia")
_MEMORY = "/dev/shm"  # noqa: S108 (only where there is no other folder, and `tempfile` makes the names)

# As Linux names them in /proc/cpuinfo.
_ON_BY_DEFAULT = frozenset({"avx512_vnni", "avx512_bf16", "avx_vnni", "amx_tile", "amx_int8", "amx_bf16"})
_FASTER_WITH = frozenset({"avx2", "fma"})
_BOOLEANS = {"1": True, "true": True, "0": False, "false": False}  # What TensorFlow understands; else its default.


def prepare(environment: MutableMapping[str, str] = os.environ) -> None:
    """Set what the user has not set; do nothing if TensorFlow is imported already, since it has read its settings."""
    if "tensorflow" in sys.modules:
        return
    for name in _THREADS:  # TensorFlow ignores a word there, and aborts at a negative number.
        if environment.get(name, "").strip().startswith("-"):
            del environment[name]
    environment.setdefault(GPU_MEMORY_GROWS, "true")  # Else TensorFlow takes the whole card, and a second run has none.
    # Read as soon as TensorFlow lists the devices, so that it is set before anybody knows whether there is a GPU.
    programs, flags = compiled_programs(), environment.get(XLA, "")
    # A flag ends at a space, and a program that cannot be kept is an error of the one who wants it compiled.
    if _PROGRAMS not in flags and " " not in str(programs) and _can_be_made(programs):
        environment[XLA] = f"{flags} {_PROGRAMS}={programs} {_PROGRAMS_OF_GPUS}".strip()
    if needs_switch(platform.machine(), processor_flags()):
        environment.setdefault(ONEDNN, "1")
    if not _has_temporary_folder():
        # AutoGraph and Keras write small files of code: on Linux, memory has a folder, also in a read-only container.
        if os.access(_MEMORY, os.W_OK | os.X_OK):
            environment["TMPDIR"] = _MEMORY
        # TensorFlow 2.21 imports absl's helpers for tests, which ask where such a folder is, and put nothing there.
        environment.setdefault(ABSL_TEMPORARY, os.sep)


def compiled_programs() -> Path:
    """Where TensorFlow keeps what XLA compiled, for this version of it and these cards; the folder need not exist.

    TensorFlow finds a program by what it computes, not by the card and driver that it was compiled for.
    """
    try:
        tensorflow = version("tensorflow")
    except PackageNotFoundError:  # Another distribution of it.
        tensorflow = "unknown"
    cards = hashlib.sha256()
    for path in [_DRIVER / "version", *sorted((_DRIVER / "gpus").glob("*/information"))]:
        with suppress(OSError):
            # Not the lines of a card that differ from machine to machine, such as its UUID.
            lines = path.read_bytes().splitlines()
            cards.update(b"".join(line for line in lines if line.startswith((b"Model:", b"NVRM"))))
    return user_cache_path("mnistcnn", appauthor=False) / "xla" / f"{tensorflow}-{cards.hexdigest()[:8]}"


def _can_be_made(folder: Path) -> bool:
    existing = next(path for path in (folder, *folder.parents) if os.path.lexists(path))
    return os.access(f"{existing}/.", os.W_OK | os.X_OK)  # Of a folder alone, and never an error.


def _has_temporary_folder() -> bool:
    """Whether there is a folder for temporary files; a container that may only be read has none."""
    try:
        tempfile.gettempdir()
    except OSError:
        return False
    return True


def needs_switch(machine: str, flags: frozenset[str]) -> bool:
    """Whether oneDNN is faster on this processor although TensorFlow leaves it off.

    Args:
        machine: the architecture, as `platform.machine` names it.
        flags: the processor's instruction sets, as `processor_flags` gives them.
    """
    return machine == "x86_64" and flags >= _FASTER_WITH and not flags & _ON_BY_DEFAULT


def expected_onednn(machine: str, flags: frozenset[str], environment: Mapping[str, str]) -> bool | None:
    """Whether TensorFlow will use oneDNN; None on other processors than x86-64, about which nothing is known here."""
    if machine != "x86_64":
        return None
    return _BOOLEANS.get(environment.get(ONEDNN, "").lower(), bool(flags & _ON_BY_DEFAULT))


def onednn_is_on() -> bool | None:
    """Whether TensorFlow uses oneDNN in this process, or will once it is imported; None if that is unknown."""
    port = sys.modules.get("tensorflow.python.util._pywrap_util_port")
    if port is not None:
        return bool(port.IsMklEnabled())
    return expected_onednn(platform.machine(), processor_flags(), os.environ)
