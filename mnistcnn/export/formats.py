"""The formats: what their files are called, and what makes and runs them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from .. import files
from ..errors import UsageError
from .compiler import c_compiler

FormatName = Literal["saved_model", "keras", "onnx", "litert", "litert-int8", "numpy", "c", "c-int8"]

DIFFERS = ".differs"
"""Ends the name of a file that does not answer as its network does: nothing takes it for a model by accident."""


_SAVED_MODEL = (
    "saved_model.pb",
    "fingerprint.pb",
    "variables/variables.index",
    "variables/variables.data-00000-of-00001",
    "assets.extra/mnistcnn.json",
)


@dataclass(frozen=True)
class Format:
    """A format for a trained network."""

    name: FormatName
    file: str
    """Its name in an export directory."""
    contents: tuple[str, ...] = ()
    """The files in it, if it is a directory."""
    exact: bool = True
    """Whether it must give the same logits, up to rounding; an 8-bit network cannot."""
    makers: tuple[str, ...] = ()
    """Modules that make it, besides those of a plain installation."""
    runtimes: tuple[str, ...] = ()
    """Modules that run it, besides those of a plain installation."""
    extra: str = ""
    """The extra of this project that installs them."""
    compiled: bool = False
    """Whether a C compiler is needed to run it."""

    def lacks(self, *, verify: bool) -> str | None:
        """What has to be installed first to make it and, with `verify`, to run it; None if nothing has to."""
        needed = self.makers + (self.runtimes if verify else ())
        if missing := [module for module in needed if find_spec(module) is None]:
            return f"needs {', '.join(missing)}; install with: pip install 'mnistcnn[{self.extra}]'"
        if verify and self.compiled and c_compiler() is None:
            return "needs a C compiler to be run; install gcc or clang, or set CC to the command of another"
        return None


FORMATS: dict[FormatName, Format] = {
    one.name: one
    for one in (
        Format("saved_model", "saved_model", contents=_SAVED_MODEL),
        Format("keras", "model.keras"),
        Format("onnx", "model.onnx", makers=("onnx", "tf2onnx"), runtimes=("onnxruntime",), extra="onnx"),
        Format("litert", "model.tflite", runtimes=("ai_edge_litert",), extra="litert"),
        Format("litert-int8", "model-int8.tflite", exact=False, runtimes=("ai_edge_litert",), extra="litert"),
        Format("numpy", "numpy", contents=("weights.npz", "README.md")),
        Format("c", "model.c", compiled=True),
        Format("c-int8", "model-int8.c", exact=False, compiled=True),
    )
}


def choose_formats(wanted: Sequence[str], *, verify: bool) -> tuple[list[Format], list[str]]:
    """The requested formats, and a sentence about each one that has to be left out.

    `all` leaves out what this machine has no packages or no compiler for; a format that was named must not be left out.

    Args:
        wanted: names of formats, or `all`.
        verify: whether the files are to be run as well.

    Raises:
        UsageError: there is no such format, or what one that was named needs is missing.
    """
    if unknown := [name for name in wanted if name != "all" and name not in FORMATS]:
        raise UsageError(f"{unknown[0]}: no such format; there are: {', '.join([*FORMATS, 'all'])}")
    chosen: list[Format] = []
    skipped: list[str] = []
    lacking: list[str] = []
    for one in FORMATS.values():
        if one.name not in wanted and "all" not in wanted:
            continue
        if lack := one.lacks(verify=verify):
            (lacking if one.name in wanted else skipped).append(f"{one.name}: {lack}")
        else:
            chosen.append(one)
    if lacking:
        raise UsageError(*lacking)
    return chosen, skipped


def format_of(path: Path) -> Format:
    """The format of an exported file, by its name, or for directories by what is in it.

    Raises:
        UsageError: there is no such file, or it is of no format of this project.
    """
    if not files.exists(path):
        raise UsageError(f"{path}: no such file; `mnistcnn export` makes one")
    if files.is_dir(path):
        contents: dict[str, FormatName] = {"saved_model.pb": "saved_model", "weights.npz": "numpy"}
        for inside, name in contents.items():
            if files.is_file(path / inside):
                return FORMATS[name]
    suffixes: dict[str, FormatName] = {
        ".keras": "keras",
        ".onnx": "onnx",
        ".tflite": "litert",
        ".npz": "numpy",
        ".c": "c",
    }
    if files.is_file(path) and path.suffix in suffixes:
        return FORMATS[suffixes[path.suffix]]
    hint = f"; rename it to run it all the same, without {DIFFERS}" if path.suffix == DIFFERS else ""
    known = ", ".join(f"*{suffix}" for suffix in suffixes)
    raise UsageError(f"{path}: not an exported network: {known}, or a SavedModel's directory{hint}")
