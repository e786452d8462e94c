"""The formats: what their files are called, and which packages make and run them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from ..errors import UsageError

FormatName = Literal["saved_model", "keras", "onnx", "litert", "litert-int8", "numpy"]

DIFFERS = ".differs"
"""Ends the name of a file that does not answer as its network does: nothing takes it for a model by accident."""


@dataclass(frozen=True)
class Format:
    """One way to write a network down."""

    name: FormatName
    file: str
    """Its name in an export directory; `saved_model` and `numpy` are directories."""
    exact: bool = True
    """Whether it must give the same logits, up to rounding; an 8-bit network cannot."""
    makers: tuple[str, ...] = ()
    """Modules that make it, besides those of a plain installation."""
    runtimes: tuple[str, ...] = ()
    """Modules that run it, besides those of a plain installation."""
    extra: str = ""
    """The extra of this project that installs them."""

    def missing(self, *, verify: bool) -> list[str]:
        """The modules that are not installed, of those that make it and, with `verify`, of those that run it."""
        needed = self.makers + (self.runtimes if verify else ())
        return [module for module in needed if find_spec(module) is None]


FORMATS: dict[FormatName, Format] = {
    one.name: one
    for one in (
        Format("saved_model", "saved_model"),
        Format("keras", "model.keras"),
        Format("onnx", "model.onnx", makers=("onnx", "tf2onnx"), runtimes=("onnxruntime",), extra="onnx"),
        Format("litert", "model.tflite", runtimes=("ai_edge_litert",), extra="litert"),
        Format("litert-int8", "model-int8.tflite", exact=False, runtimes=("ai_edge_litert",), extra="litert"),
        Format("numpy", "numpy"),
    )
}


def choose_formats(wanted: Sequence[str], *, verify: bool) -> tuple[list[Format], list[str]]:
    """The formats that were asked for, and a sentence about each that has to be left out.

    `all` leaves out what this installation has no packages for; a format that was named must not be left out.

    Args:
        wanted: names of formats, or `all`.
        verify: whether the files are to be run as well.

    Raises:
        UsageError: there is no such format, or packages of one that was named are missing.
    """
    if unknown := [name for name in wanted if name != "all" and name not in FORMATS]:
        raise UsageError(f"--format {unknown[0]}: no such format; there are: {', '.join([*FORMATS, 'all'])}")
    chosen: list[Format] = []
    skipped: list[str] = []
    lacking: list[str] = []
    for one in FORMATS.values():
        if one.name not in wanted and "all" not in wanted:
            continue
        if not (missing := one.missing(verify=verify)):
            chosen.append(one)
            continue
        sentence = f"{one.name}: needs {', '.join(missing)}; install with: pip install 'mnistcnn[{one.extra}]'"
        (lacking if one.name in wanted else skipped).append(sentence)
    if lacking:
        raise UsageError("\n".join(lacking))
    return chosen, skipped


def format_of(path: Path) -> Format:
    """The format of an exported file, by its name, or for directories by what is in it.

    Raises:
        UsageError: there is no such file, or it is of no format of this project.
    """
    if not path.exists():
        raise UsageError(f"{path}: no such file; `mnistcnn export` makes one")
    if path.is_dir():
        contents: dict[str, FormatName] = {"saved_model.pb": "saved_model", "weights.npz": "numpy"}
        for inside, name in contents.items():
            if (path / inside).is_file():
                return FORMATS[name]
    suffixes: dict[str, FormatName] = {".keras": "keras", ".onnx": "onnx", ".tflite": "litert", ".npz": "numpy"}
    if path.is_file() and path.suffix in suffixes:
        return FORMATS[suffixes[path.suffix]]
    hint = f"; rename it to run it all the same, without {DIFFERS}" if path.suffix == DIFFERS else ""
    known = ", ".join(f"*{suffix}" for suffix in suffixes)
    raise UsageError(f"{path}: not an exported network: {known}, or a SavedModel's directory{hint}")
