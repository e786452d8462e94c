"""NVIDIA's cards in this machine, found without TensorFlow.

Source: `nvidia-smi --help-query-gpu`.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_SMI_SECONDS = 10.0
_SMI_QUERY = ("--query-gpu=name,driver_version,compute_cap,memory.total", "--format=csv,noheader,nounits")


@dataclass(frozen=True)
class Card:
    """One card, as its driver describes it."""

    name: str
    driver: str
    """Such as `580.65.06`."""
    capability: str
    """Compute capability, such as `9.0`; empty where the driver is too old to tell."""
    memory_bytes: int


@dataclass(frozen=True)
class Nvidia:
    """What there is of NVIDIA in this machine."""

    present: bool
    """Whether there is a card, or a driver that says so."""
    cards: tuple[Card, ...] = ()
    cuda: str | None = None
    """The newest CUDA that the driver supports, such as `12.8`."""
    problem: str | None = None
    """Why the cards could not be listed."""


def find_nvidia(root: Path = Path("/")) -> Nvidia:
    """Look for NVIDIA cards with `nvidia-smi`, or else in the files of the kernel.

    Args:
        root: where /proc and /sys are.
    """
    if smi := shutil.which("nvidia-smi"):
        return _ask_driver(smi)
    if (root / "proc/driver/nvidia/version").exists():
        if not (root / "dev/nvidiactl").exists():
            return Nvidia(True, problem="this container has no access to the card: /dev/nvidiactl is missing")
        return Nvidia(True, problem="nvidia-smi is not on the PATH")
    return Nvidia(True, problem="the card has no driver") if _has_pci_card(root) else Nvidia(False)


def _ask_driver(smi: str) -> Nvidia:
    try:
        listed = _output([smi, *_SMI_QUERY])
        overview = _output([smi])
    except subprocess.CalledProcessError as error:
        lines = f"{error.stdout}\n{error.stderr}".strip().splitlines()
        return Nvidia(True, problem=lines[0] if lines else f"nvidia-smi ended with exit code {error.returncode}")
    except subprocess.TimeoutExpired:
        return Nvidia(True, problem=f"nvidia-smi gave no answer within {_SMI_SECONDS:g} s")
    except OSError as error:
        return Nvidia(True, problem=f"{smi}: {error.strerror or error}")
    cards = tuple(_card(line) for line in listed.splitlines() if line.count(",") == 3)
    cuda = re.search(r"CUDA Version:\s*(\d+\.\d+)", overview)
    problem = None if cards else f"nvidia-smi lists no card: {listed.strip() or 'no output'}"
    return Nvidia(True, cards, cuda[1] if cuda else None, problem)


def _output(command: Sequence[str]) -> str:
    done = subprocess.run(  # noqa: S603 - the program that `which` found, with fixed arguments
        command, capture_output=True, text=True, errors="replace", check=True, timeout=_SMI_SECONDS
    )
    return done.stdout


def _card(line: str) -> Card:
    name, driver, capability, mebibytes = (field.strip() for field in line.split(","))
    memory = int(mebibytes) << 20 if mebibytes.isdecimal() else 0  # A card that shares its memory gives [N/A].
    return Card(name, driver, capability if re.fullmatch(r"\d+\.\d+", capability) else "", memory)


def _has_pci_card(root: Path) -> bool:
    for vendor in (root / "sys/bus/pci/devices").glob("*/vendor"):
        try:
            if vendor.read_text().strip() == "0x10de" and vendor.with_name("class").read_text().startswith("0x03"):
                return True
        except OSError:
            continue
    return False
