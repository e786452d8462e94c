"""The machine: instruction sets, cores, memory, disks."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from mnistcnn import files

from ..rendering.text import size
from .finding import Finding

# What decides how fast training is; the names are Linux'.
_TELLING = {
    "AVX2": {"avx2"},
    "FMA": {"fma"},
    "AVX-512": {"avx512f"},
    "VNNI": {"avx512_vnni", "avx_vnni"},
    "AVX512-BF16": {"avx512_bf16"},
    "AMX-BF16": {"amx_bf16"},
}
_RUN_MEMORY = 1_000_000_000  # Peak of a default run, see docs/performance.md.
_RUN_DISK = 500_000_000  # A default run takes half of that.
_OTHER_DISK = 100_000_000


def examine_instruction_sets() -> Finding:
    """What the processor can, and what follows for `precision`."""
    from mnistcnn.network.precision import processor_flags, usable_precision

    flags = processor_flags()
    if not flags:
        return Finding("instruction sets", "this system does not list them; precision: float32")
    names = [name for name, needed in _TELLING.items() if needed & flags]
    usable, _ = usable_precision("bfloat16", flags)
    meaning = (
        "precision: bfloat16 is computed by the processor"
        if usable == "bfloat16"
        else "precision: bfloat16 is not available on this processor, float32 is used instead"
    )
    listed = ", ".join(names) or "neither AVX2 nor FMA"
    return Finding(
        "instruction sets", f"{listed}; {meaning}", details={"found": names, "bfloat16": usable == "bfloat16"}
    )


def examine_cores() -> Finding:
    """How many cores a run uses if `threads` is null, and what limits them."""
    from mnistcnn.network.limits import affinity_cores, available_cores, cpu_quota

    total, allowed, quota, used = os.cpu_count() or 1, affinity_cores(), cpu_quota(), available_cores()
    limits = [f"affinity {allowed}"] if allowed < total else []
    limits += [] if quota is None else [f"control group {quota:g}"]
    found = f"{used} of {total} are used ({', '.join(limits) or 'no limits'})"
    details = {"used": used, "total": total, "affinity": allowed, "quota": quota}
    return Finding("cores", found, details=details)


def examine_memory() -> Finding:
    """How much memory there is for a run."""
    from mnistcnn.network.limits import memory_limit

    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit, free = memory_limit(), _free_memory()
    details = {"total_bytes": total, "limit_bytes": limit, "free_bytes": free}
    parts = [size(total), *([] if limit is None else [f"limited to {size(limit)} by a control group"])]
    parts += [] if free is None else [f"{size(free)} free"]
    found = ", ".join(parts)
    if limit is not None and limit < _RUN_MEMORY:
        advice = (
            f"a default run takes {size(_RUN_MEMORY)} at its peak: give the container more (docker run --memory 2g)"
        )
        return Finding("memory", found, "problem", advice, details)
    if free is not None and free < _RUN_MEMORY:
        advice = f"a default run takes {size(_RUN_MEMORY)} at its peak: close other programs before you train"
        return Finding("memory", found, "note", advice, details)
    return Finding("memory", found, details=details)


def _free_memory() -> int | None:
    """What programs can still take without swapping; Linux alone gives that."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable:")), None)


def examine_disks(log_dir: Path) -> list[Finding]:
    """Room and rights where a run, a download and temporary files go."""
    from mnistcnn.data.mnist import places

    runs = _examine_disk("disk, runs", log_dir, _RUN_DISK, "choose another folder with --log-dir, or free some space")
    cache = _examine_disk(
        "disk, cache", places(None)[-1].folder, _OTHER_DISK, "set XDG_CACHE_HOME to another folder, or free some space"
    )
    return [runs, cache, _examine_temporary()]


def _examine_temporary() -> Finding:
    advice = "set TMPDIR to another folder, or free some space"
    try:
        folder = Path(tempfile.gettempdir())
    except OSError as error:  # None of the usual folders can be written. Every command does without.
        return Finding("disk, temporary", str(error.strerror or error), "note", advice)
    return _examine_disk("disk, temporary", folder, _OTHER_DISK, advice)


def _examine_disk(subject: str, folder: Path, needed: int, advice: str) -> Finding:
    folder = folder.absolute()
    existing = next(parent for parent in (folder, *folder.parents) if files.exists(parent))
    try:
        free = shutil.disk_usage(existing).free
    except OSError as error:
        return Finding(subject, f"{folder}: {error.strerror or error}", "problem", advice)
    details = {"folder": str(folder), "free_bytes": free}
    found = f"{size(free)} free in {folder}"
    if not files.is_dir(existing):
        return Finding(subject, f"{existing} is not a folder", "problem", advice, details)
    if not os.access(existing, os.W_OK | os.X_OK):
        return Finding(subject, f"{found}, which you may not write", "problem", advice, details)
    if free < needed:
        return Finding(subject, found, "problem", f"{size(needed)} are needed: {advice}", details)
    return Finding(subject, found, details=details)
