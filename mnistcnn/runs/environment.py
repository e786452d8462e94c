"""On what a run was made: versions and machine, for its manifest."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from .. import __version__
from ..network.limits import available_cores
from ..network.startup import onednn_is_on

_PACKAGES = ("tensorflow", "keras", "numpy", "scikit-learn", "pillow")
_KEYS = ("mnistcnn", "python", "packages", "machine")
_DECIDE_BITS = (
    "mnistcnn",
    "packages.tensorflow",
    "packages.numpy",
    "machine.processor",
    "machine.cores",
    "machine.onednn",
    "machine.gpus",
)

Differences = dict[str, tuple[object, object]]
"""Dotted key -> what it was, what it is; None where that was not recorded."""


def describe_environment() -> dict[str, object]:
    """The versions of all packages that can change a result, and the machine."""
    return {
        "mnistcnn": __version__,
        "python": platform.python_version(),
        "packages": {name: version(name) for name in _PACKAGES},
        "machine": {
            "system": platform.platform(),
            "processor": _processor(),
            "cores": available_cores(),
            "onednn": onednn_is_on(),
            "gpus": _gpus(),
            "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        },
    }


def environments_of(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Every environment that took part in a run's weights, in the order of its starts.

    A start at step 0 began again from the initial weights, so that what was before it does not count. A start that
    did not record its environment (runs made by earlier versions) is passed over.
    """
    found = [manifest]
    for start in manifest.get("resumed", []):
        if isinstance(start.get("environment"), dict):
            found = [*(found if start["step"] else []), start["environment"]]
    return found


def environment_differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> Differences:
    """What differs in versions and machine between two environments or manifests."""
    flat_one, flat_other = _flat(one), _flat(other)
    keys = dict.fromkeys([*flat_one, *flat_other])
    pairs = {key: (flat_one.get(key), flat_other.get(key)) for key in keys}
    return {key: (old, new) for key, (old, new) in pairs.items() if old != new}


def differences_in_bits(one: Mapping[str, Any], other: Mapping[str, Any], threads: int | None) -> Differences:
    """Those differences that can change the last bits of a result.

    Args:
        one: an environment, or a manifest.
        other: another.
        threads: as in the configuration; unless None, the number of cores does not matter.
    """
    found = environment_differences(one, other)
    keys = [key for key in _DECIDE_BITS if key in found]
    return {key: found[key] for key in keys if threads is None or key != "machine.cores"}


def difference_lines(differences: Differences) -> list[str]:
    """One line for each, such as `machine.cores: was 2, is 8`."""
    return [f"{key}: was {_shown(old)}, is {_shown(new)}" for key, (old, new) in differences.items()]


def _shown(value: object) -> object:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return "unknown" if value is None else value


def _flat(environment: Mapping[str, Any]) -> dict[str, object]:
    flat: dict[str, object] = {"machine.gpus": []}  # What a run from before GPUs were recorded is taken to have had.
    for key in _KEYS:
        value = environment.get(key)
        flat |= {f"{key}.{inner}": v for inner, v in value.items()} if isinstance(value, dict) else {key: value}
    return flat


def _gpus() -> list[str]:
    """The names of the GPUs that TensorFlow may use in this process; none as long as it is not imported."""
    tensorflow = sys.modules.get("tensorflow")
    if tensorflow is None:
        return []
    gpus = tensorflow.config.get_visible_devices("GPU")
    return [tensorflow.config.experimental.get_device_details(gpu).get("device_name", gpu.name) for gpu in gpus]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())
