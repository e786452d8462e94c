"""How much of the machine this process may use: cores and memory.

A container is limited by control groups (cgroups), which `nproc` and `os.cpu_count` do not take into account. Every
group above a process limits it as well, so the smallest limit on the way to the root holds. joblib, which comes with
scikit-learn, looks only at the root and only at processors.

Sources: "Control Group v2" and "CFS Bandwidth Control" in the Linux kernel's admin guide; proc_pid_mountinfo(5).
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

_PROCESS = Path("/proc/self")
_UNLIMITED_BYTES = 1 << 60  # Version 1 has no word for "no limit", only a number larger than any memory.


def available_cores(process: Path = _PROCESS) -> int:
    """How many cores this process can keep busy: at most its affinity and its CPU quota, rounded up; at least 1."""
    quota = cpu_quota(process)
    return affinity_cores() if quota is None else max(1, min(affinity_cores(), math.ceil(quota)))


def affinity_cores() -> int:
    """How many cores this process may run on, which `taskset` or a batch system can limit."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def cpu_quota(process: Path = _PROCESS) -> float | None:
    """The processor time that this process's control group may use, in cores; None if there is no limit.

    Args:
        process: the folder with `cgroup` and `mountinfo`; one in /proc.
    """
    settings = [_read(group / "cpu.max") for group in _groups(process, None)]
    settings += [
        f"{_read(group / 'cpu.cfs_quota_us')} {_read(group / 'cpu.cfs_period_us')}" for group in _groups(process, "cpu")
    ]
    return min((cores for setting in settings if (cores := _cores(setting)) is not None), default=None)


def memory_limit(process: Path = _PROCESS) -> int | None:
    """The bytes of memory that this process's control group may use; None if there is no limit.

    Args:
        process: as for `cpu_quota`.
    """
    limits = [_read(group / "memory.max") for group in _groups(process, None)]
    limits += [_read(group / "memory.limit_in_bytes") for group in _groups(process, "memory")]
    return min((int(limit) for limit in limits if limit.isdecimal() and int(limit) < _UNLIMITED_BYTES), default=None)


def _cores(setting: str) -> float | None:
    """Cores from `quota period`, microseconds of processor time and of wall time; a quota of `max` or -1 is none."""
    try:
        quota, period = map(int, setting.split())
    except ValueError:
        return None
    return quota / period if quota > 0 and period > 0 else None


def _groups(process: Path, controller: str | None) -> Iterator[Path]:
    """The folder of this process's group and those of all groups above it that can be seen from here.

    Args:
        process: as for `cpu_quota`.
        controller: of version 1, such as `cpu`; None for version 2, where all of them share one hierarchy.
    """
    path = _group_path(process, controller)
    for mounted, mount_point in _mounts(process, controller):
        # Inside a container the hierarchy is often mounted from the container's own group on.
        inside = path.relative_to(mounted) if path.is_relative_to(mounted) else PurePosixPath()
        if ".." in inside.parts:  # The group is outside of what this namespace shows.
            inside = PurePosixPath()
        yield from (mount_point / part for part in (inside, *inside.parents))


def _group_path(process: Path, controller: str | None) -> PurePosixPath:
    """From lines such as `4:cpu,cpuacct:/docker/1e07`; the line of version 2 is `0::/docker/1e07`."""
    for line in _read(process / "cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers == "" if controller is None else controller in controllers.split(","):
            return PurePosixPath(path)
    return PurePosixPath("/")


def _mounts(process: Path, controller: str | None) -> Iterator[tuple[PurePosixPath, Path]]:
    """Where the hierarchy is mounted: the group at its top, and the folder."""
    for line in _read(process / "mountinfo").splitlines():
        before, _, after = line.partition(" - ")
        mount, kind = before.split(), after.split()
        if len(mount) < 5 or len(kind) < 3:
            continue
        if kind[0] == "cgroup2" if controller is None else kind[0] == "cgroup" and controller in kind[2].split(","):
            yield PurePosixPath(mount[3]), Path(mount[4])


def _read(path: Path) -> str:
    """The file's text, or nothing where there is no such file: each kernel has those of its version."""
    try:
        return path.read_text().strip()
    except (OSError, ValueError):
        return ""
