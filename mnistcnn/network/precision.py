"""Which numbers a training step multiplies in, and whether this processor is made for them."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

Precision = Literal["float32", "bfloat16"]

# What Linux calls bfloat16 dot products in vector registers and in tiles.
_FLAGS = {"avx512_bf16", "amx_bf16"}


def usable_precision(asked: Precision, flags: frozenset[str] | None = None) -> tuple[Precision, str | None]:
    """The precision to train in, and a warning if it is not the one that was asked for.

    Without the instructions bfloat16 would be emulated: the same accuracy, several times slower than float32.

    Args:
        asked: what the configuration says.
        flags: what the processor can do; None asks it.
    """
    flags = processor_flags() if flags is None else flags
    if asked == "float32" or _FLAGS & flags:
        return asked, None
    needed = " or ".join(sorted(_FLAGS))
    return "float32", (
        f"precision: this processor has no bfloat16 arithmetic ({needed}), so training is in float32: "
        "the weights will differ a little from those of a processor that has it"
    )


def processor_flags(cpuinfo: Path = Path("/proc/cpuinfo")) -> frozenset[str]:
    """The instruction sets of the first processor, as Linux names them; empty where there is no such list."""
    try:
        with cpuinfo.open() as lines:  # Only as far as the first processor: the kernel writes it while it is read.
            return frozenset(next((line.partition(":")[2].split() for line in lines if line.startswith("flags")), ()))
    except OSError:
        return frozenset()
