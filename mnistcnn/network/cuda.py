"""What TensorFlow needs to use NVIDIA's cards, what of that is here, and what is in the way; without TensorFlow.

Sources: NVIDIA's "CUDA Compatibility" for drivers; "NVCC", chapter on GPU compilation, for `sm_80` (machine code for
one generation) and `compute_90` (code that the driver compiles for that generation and for newer ones); for XLA's tools
the function CandidateCudaRoots of tsl/platform/default/cuda_root_path.cc.
"""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from .nvidia import Nvidia

_OLDEST_DRIVERS = {12: "525.60.13", 13: "580.65.06"}  # For Linux, by CUDA's major version.

Kernels = Literal["ready", "compiled at the first start", "none"]


@dataclass(frozen=True)
class CudaWanted:
    """What TensorFlow was built for; `tf.sysconfig.get_build_info` has it."""

    is_cuda_build: bool
    cuda: str
    """Such as `12.5.1`; empty for a build without CUDA."""
    cudnn: str
    capabilities: tuple[str, ...]
    """Such as `sm_80` and `compute_90`."""

    @classmethod
    def from_build_info(cls, info: Mapping[str, object]) -> CudaWanted:
        """Take what is known; a build without CUDA leaves the rest out."""
        capabilities = info.get("cuda_compute_capabilities")
        return cls(
            bool(info.get("is_cuda_build")),
            str(info.get("cuda_version", "")),
            str(info.get("cudnn_version", "")),
            tuple(map(str, capabilities)) if isinstance(capabilities, list) else (),
        )


@dataclass(frozen=True)
class Obstacle:
    """Why TensorFlow does not use a card that is there, and what to do."""

    reason: str
    remedy: str


def kernels_for(capability: str, built_for: Sequence[str]) -> Kernels:
    """Whether a TensorFlow that was built for `built_for` has machine code for a card.

    `sm_XY` runs on cards X.Z with Z ≥ Y; `compute_XY` is compiled for any card from X.Y on.

    Args:
        capability: of the card, such as `8.6`.
        built_for: such as `sm_80` and `compute_90`.
    """
    major, minor = map(int, capability.split("."))
    best: Kernels = "none"
    for kind, *numbers in re.findall(r"\b(sm|compute)_(\d+)(\d)\b", " ".join(built_for)):
        built = int(numbers[0]), int(numbers[1])
        if kind == "sm" and built[0] == major and built[1] <= minor:
            return "ready"
        if kind == "compute" and built <= (major, minor):
            best = "compiled at the first start"
    return best


def find_obstacle(
    nvidia: Nvidia, wanted: CudaWanted, lacking: Sequence[str], environment: Mapping[str, str] = os.environ
) -> Obstacle:
    """Why TensorFlow, which sees no GPU, does not see this machine's; the first reason that applies.

    Args:
        nvidia: what is there.
        wanted: what TensorFlow was built for.
        lacking: as `lacking_libraries` gives it.
        environment: `CUDA_VISIBLE_DEVICES` hides cards.
    """
    if is_hidden(environment):
        value = environment["CUDA_VISIBLE_DEVICES"]
        return Obstacle(f"CUDA_VISIBLE_DEVICES={value!r} hides it", "unset CUDA_VISIBLE_DEVICES")
    if nvidia.problem:
        return Obstacle(nvidia.problem, _remedy_for_driver(nvidia.problem))
    if not wanted.is_cuda_build:
        return Obstacle("this TensorFlow was built without CUDA", install_command())
    if nvidia.cuda and _numbers(nvidia.cuda)[0] < _numbers(wanted.cuda)[0]:
        return _old_driver(nvidia, wanted)
    if lacking:
        return Obstacle(f"CUDA's libraries are not installed: {', '.join(lacking)}", install_command())
    if all(card.capability and kernels_for(card.capability, wanted.capabilities) == "none" for card in nvidia.cards):
        built_for = ", ".join(wanted.capabilities)
        return Obstacle(
            f"it has compute capability {nvidia.cards[0].capability}, and TensorFlow was built for {built_for}",
            "train with --set devices=cpu: no release of this TensorFlow supports such an old card",
        )
    return Obstacle("TensorFlow does not say why", "TF_CPP_MIN_LOG_LEVEL=0 mnistcnn train --steps 1")


def is_hidden(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the user hides all cards from CUDA."""
    return environment.get("CUDA_VISIBLE_DEVICES", "0").strip() in {"", "-1", "NoDevFiles"}


def _remedy_for_driver(problem: str) -> str:
    if "container" in problem:
        return "start the container with: docker run --gpus all"
    if "PATH" in problem:
        return "install NVIDIA's tools of the driver's version, then run: nvidia-smi"
    return "install NVIDIA's driver and restart the machine (Ubuntu: sudo ubuntu-drivers install), then run: nvidia-smi"


def _old_driver(nvidia: Nvidia, wanted: CudaWanted) -> Obstacle:
    oldest = _OLDEST_DRIVERS.get(_numbers(wanted.cuda)[0], "the newest one")
    return Obstacle(
        f"the driver {nvidia.cards[0].driver} supports CUDA up to {nvidia.cuda}, and TensorFlow needs {wanted.cuda}",
        f"install NVIDIA's driver {oldest} or newer (Ubuntu: sudo ubuntu-drivers install) and restart the machine",
    )


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", text))) or (0,)


def install_command() -> str:
    """The command that installs the CUDA libraries for this TensorFlow into this Python."""
    installed = _installed("tensorflow")
    exactly = f"=={installed}" if installed else ""
    return f"{sys.executable} -m pip install 'tensorflow[and-cuda]{exactly}'"


def cuda_packages() -> dict[str, str | None]:
    """The packages with CUDA libraries that this TensorFlow requires, and the installed version of each."""
    pattern = re.compile(r"""([\w.-]+).*;.*extra\s*==\s*['"]and-cuda['"]""")
    lines = requires("tensorflow") or [] if _installed("tensorflow") else []
    names = [match[1] for line in lines if (match := pattern.match(line))]
    return {name: _installed(name) for name in names}


def lacking_libraries(wanted: CudaWanted) -> list[str]:
    """Of CUDA's runtime and cuDNN, those that neither a package nor the system has.

    Args:
        wanted: decides their versions.
    """
    packages = cuda_packages()
    lacking = []
    for label, part, library in (
        (f"CUDA {wanted.cuda}", "cuda-runtime", f"libcudart.so.{_numbers(wanted.cuda)[0]}"),
        (f"cuDNN {wanted.cudnn}", "cudnn", f"libcudnn.so.{_numbers(wanted.cudnn)[0]}"),
    ):
        installed = any(part in name and found for name, found in packages.items())
        if not installed and not _can_load(library):
            lacking.append(label)
    return lacking


def find_xla_tools() -> dict[str, str | None]:
    """Where `libdevice` and `ptxas` are, with which XLA compiles for NVIDIA's cards; None for what is missing."""
    nvidia = find_spec("nvidia")
    packaged = [Path(place) / "cuda_nvcc" for place in nvidia.submodule_search_locations or []] if nvidia else []
    roots = [*packaged, *sorted(Path("/usr/local").glob("cuda*"))]
    parts = {"libdevice": "nvvm/libdevice/libdevice.10.bc", "ptxas": "bin/ptxas"}
    found = {
        name: next((str(root / part) for root in roots if (root / part).is_file()), None)
        for name, part in parts.items()
    }
    return {**found, "ptxas": found["ptxas"] or shutil.which("ptxas")}


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _can_load(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
