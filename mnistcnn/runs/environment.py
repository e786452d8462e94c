"""On what a run was made: versions and machine, for its manifest."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

from .. import __version__

_PACKAGES = ("tensorflow", "keras", "numpy", "scikit-learn", "pillow")


def describe_environment() -> dict[str, object]:
    """Versions of everything that takes part in a result, and the machine that it was made on."""
    return {
        "mnistcnn": __version__,
        "python": platform.python_version(),
        "packages": {name: version(name) for name in _PACKAGES},
        "machine": {
            "system": platform.platform(),
            "processor": _processor(),
            "cores": available_cores(),
            "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        },
    }


def available_cores() -> int:
    """How many cores this process may use, which a container or `taskset` can make fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())
