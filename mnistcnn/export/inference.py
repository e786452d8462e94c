"""Runs an exported file on images, in a separate process."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..errors import RunError
from .compiler import c_compiler
from .formats import Format

_SCRIPT = Path(__file__).with_name("inference_process.py")


@dataclass(frozen=True, eq=False)
class Answers:
    """What a file answered."""

    logits: NDArray[np.float32]
    """[n, 10]."""
    milliseconds: tuple[float, float] | None
    """For one image and for a hundred, the median of several; None if they were not measured."""


def ask(format_: Format, path: Path, images: NDArray[np.uint8], *, latency: bool = False) -> Answers:
    """Run a file on images with its format's own runtime.

    Args:
        format_: of the file.
        path: the file, or the directory.
        images: [n, 28, 28].
        latency: also measure how long one image and a hundred take.

    Raises:
        RunError: the runtime does not load the file, or it gives something else than logits [n, 10].
    """
    asked = io.BytesIO()
    np.save(asked, images)
    # -P: what lies beside the script must not be taken for somebody's module.
    command = [sys.executable, "-P", str(_SCRIPT), format_.name, str(path), *(["--latency"] if latency else [])]
    # Whatever Keras' configuration says: the file is Keras', its backend is not.
    environment = {**os.environ, "KERAS_BACKEND": "tensorflow", "CC": c_compiler() or "cc"}
    # The command is this Python and this script.
    result = subprocess.run(  # noqa: S603
        command, input=asked.getvalue(), capture_output=True, check=False, env=environment
    )
    if result.returncode:
        raise RunError(f"{path}: cannot be run as {format_.name}: {_reason(result)}")
    with np.load(io.BytesIO(result.stdout), allow_pickle=False) as arrays:
        logits = arrays["logits"]
        milliseconds = tuple(arrays["milliseconds"].tolist()) if latency else None
    if logits.shape != (len(images), 10):
        raise RunError(f"{path}: gives {list(logits.shape)} numbers for {len(images)} images, not ten for each")
    return Answers(logits, milliseconds)


def _reason(result: subprocess.CompletedProcess[bytes]) -> str:
    lines = [line.strip() for line in result.stderr.decode(errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines else f"it ended with exit code {result.returncode}"
