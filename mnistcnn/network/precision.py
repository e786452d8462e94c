"""Which numbers a training step multiplies in, and whether what computes it is made for them."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

Precision = Literal["float32", "bfloat16"]
AskedPrecision = Literal["auto", "float32", "bfloat16"]

# What Linux calls bfloat16 dot products in vector registers and in tiles.
_FLAGS = {"avx512_bf16", "amx_bf16"}


# Ampere; what is older emulates bfloat16.
_GPU_CAPABILITY = (8, 0)


def usable_precision(
    asked: AskedPrecision, flags: frozenset[str] | None = None, gpu: tuple[int, int] | None = None
) -> tuple[Precision, str | None]:
    """The precision to train in, and a warning if it is not the requested one.

    Without the instructions bfloat16 would be emulated: the same accuracy, several times slower than float32. On a GPU
    `auto` is float32 (multiplied in TF32): on an H200, bfloat16 took 1.2 to 1.6 times as long for these small layers.

    Args:
        asked: what the configuration says.
        flags: what the processor can do; None asks it.
        gpu: the compute capability of the GPU that computes; None if the processor does.
    """
    if gpu is not None:
        return _usable_on_gpu(asked, gpu)
    flags = processor_flags() if flags is None else flags
    if asked == "float32" or _FLAGS & flags:
        return "float32" if asked == "float32" else "bfloat16", None
    if asked == "auto":
        return "float32", None
    needed = " or ".join(sorted(_FLAGS))
    return "float32", (
        f"precision: this processor has no bfloat16 arithmetic ({needed}), so training is in float32: "
        "the weights will differ a little from those of a processor that has it"
    )


def _usable_on_gpu(asked: AskedPrecision, gpu: tuple[int, int]) -> tuple[Precision, str | None]:
    if asked != "bfloat16" or gpu >= _GPU_CAPABILITY:
        return "bfloat16" if asked == "bfloat16" else "float32", None
    found, needed = (".".join(map(str, capability)) for capability in (gpu, _GPU_CAPABILITY))
    return "float32", (
        f"precision: this GPU has no bfloat16 arithmetic (compute capability {found}, needed {needed}), so training is "
        "in float32: the weights will differ a little from those of a GPU that has it"
    )


def processor_flags(cpuinfo: Path = Path("/proc/cpuinfo")) -> frozenset[str]:
    """The instruction sets of the first processor, as Linux names them; empty where there is no such list."""
    try:
        with cpuinfo.open() as lines:  # Only as far as the first processor: the kernel writes it while it is read.
            return frozenset(next((line.partition(":")[2].split() for line in lines if line.startswith("flags")), ()))
    except OSError:
        return frozenset()
