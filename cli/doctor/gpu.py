"""NVIDIA's cards, and whether TensorFlow can use them: driver, CUDA, cuDNN, compute capability, XLA's tools."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict

from mnistcnn.network.cuda import (
    CudaWanted,
    cuda_packages,
    find_obstacle,
    find_xla_tools,
    install_command,
    is_hidden,
    kernels_for,
    lacking_libraries,
)
from mnistcnn.network.nvidia import Card, Nvidia, find_nvidia

from .finding import Finding, State
from .tensorflow_probe import Probe


def examine_gpus(probe: Probe) -> list[Finding]:
    """Lines about the cards and all that they need; the same lines, with less in them, where there is none."""
    nvidia = find_nvidia()
    wanted = CudaWanted.from_build_info(probe.build or {})
    lacking = lacking_libraries(wanted) if wanted.is_cuda_build else []
    return [
        _examine_cards(nvidia, wanted, lacking, probe),
        _examine_driver(nvidia),
        _examine_cuda(nvidia, wanted, lacking, probe),
        _examine_capability(nvidia, wanted),
        _examine_xla(nvidia),
    ]


def _examine_cards(nvidia: Nvidia, wanted: CudaWanted, lacking: Sequence[str], probe: Probe) -> Finding:
    details = {"cards": [asdict(card) for card in nvidia.cards], "used_by_tensorflow": probe.gpus}
    names = _names(nvidia.cards)
    if not nvidia.present:
        found = f"{probe.gpus} that TensorFlow uses" if probe.gpus else "none: training uses the CPU"
        return Finding("GPU", found, details=details)
    if probe.problem is not None:
        advice = "make TensorFlow start first, as said above"
        return Finding("GPU", f"{names}; unknown whether TensorFlow can use it", "note", advice, details)
    if probe.gpus:
        return Finding("GPU", f"{names}; TensorFlow uses {probe.gpus}", details=details)
    obstacle = find_obstacle(nvidia, wanted, lacking)
    state: State = "note" if is_hidden() else "problem"  # Hidden on purpose.
    return Finding("GPU", f"{names}; not used: {obstacle.reason}", state, obstacle.remedy, details)


def _names(cards: Sequence[Card]) -> str:
    counted = Counter(
        f"{card.name}, {card.memory_bytes >> 30} GiB" if card.memory_bytes else card.name for card in cards
    )
    return (
        ", ".join(f"{number} x {name}" if number > 1 else name for name, number in counted.items()) or "an NVIDIA card"
    )


def _examine_driver(nvidia: Nvidia) -> Finding:
    if not nvidia.present:
        return Finding("NVIDIA's driver", "not needed: no card")
    if not nvidia.cards:
        advice = "see the line GPU"
        return Finding("NVIDIA's driver", f"does not answer: {nvidia.problem}", "problem", advice)
    driver = nvidia.cards[0].driver
    found = f"{driver}, for CUDA up to {nvidia.cuda or 'an unknown version'}"
    return Finding("NVIDIA's driver", found, details={"driver": driver, "cuda": nvidia.cuda})


def _examine_cuda(nvidia: Nvidia, wanted: CudaWanted, lacking: Sequence[str], probe: Probe) -> Finding:
    subject, packages = "CUDA, cuDNN", cuda_packages()
    details = {"wanted": asdict(wanted), "packages": packages, "missing": list(lacking)}
    if probe.build is None:
        return Finding(subject, "unknown: TensorFlow does not start", details=details)
    if not wanted.is_cuda_build:
        found = "this TensorFlow was built without CUDA"
        if nvidia.present:
            return Finding(subject, found, "problem", install_command(), details)
        return Finding(subject, f"{found}; not needed: no card", details=details)
    built = f"TensorFlow was built for CUDA {wanted.cuda} and cuDNN {wanted.cudnn}"
    if not nvidia.present:
        return Finding(subject, f"{built}; not needed: no card", details=details)
    if lacking:
        return Finding(subject, f"{built}; missing: {', '.join(lacking)}", "problem", install_command(), details)
    parts = {"CUDA": "cuda-runtime", "cuDNN": "cudnn"}
    here = ", ".join(f"{label} {_version_of(part, packages) or 'of the system'}" for label, part in parts.items())
    return Finding(subject, f"{here}; {built}", details=details)


def _version_of(part: str, packages: dict[str, str | None]) -> str | None:
    return next((number for name, number in packages.items() if part in name and number), None)


def _examine_capability(nvidia: Nvidia, wanted: CudaWanted) -> Finding:
    subject, built = "compute capability", ", ".join(wanted.capabilities) or "none that is known"
    known = [card for card in nvidia.cards if card.capability]
    details = {"cards": [card.capability for card in nvidia.cards], "built_for": wanted.capabilities}
    if not known or not wanted.capabilities:
        return Finding(subject, f"TensorFlow was built for {built}", details=details)
    found = f"{', '.join(sorted({card.capability for card in known}))}; TensorFlow was built for {built}"
    kernels = {kernels_for(card.capability, wanted.capabilities) for card in known}
    if "none" in kernels:
        return Finding(subject, found, "problem", "this card is too old: train with --set devices=cpu", details)
    if "compiled at the first start" in kernels:
        advice = (
            "nothing: the driver compiles TensorFlow's kernels at the first start, which takes minutes, and keeps them "
            "in ~/.nv/ComputeCache"
        )
        return Finding(subject, found, "note", advice, details)
    return Finding(subject, found, details=details)


def _examine_xla(nvidia: Nvidia) -> Finding:
    tools = find_xla_tools()
    missing = [name for name, path in tools.items() if path is None]
    if not nvidia.present:
        return Finding("XLA's tools", "libdevice and ptxas are not needed: no card", details=tools)
    if missing:
        found = f"missing: {', '.join(missing)}"
        return Finding("XLA's tools", found, "problem", install_command(), tools)
    return Finding("XLA's tools", ", ".join(f"{name}: {path}" for name, path in tools.items()), details=tools)
