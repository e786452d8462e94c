"""A container's limits are found, whatever the version of its control groups."""

from __future__ import annotations

import os

import pytest

from mnistcnn.network import limits
from mnistcnn.network.limits import available_cores, cpu_quota, memory_limit


@pytest.fixture
def process(tmp_path):
    """A process in control groups: lines of `cgroup` and `mountinfo`, and the files that the kernel shows."""

    def make(groups, mounts, files):
        (tmp_path / "cgroup").write_text("\n".join(groups) + "\n")
        lines = [
            f"30 23 0:26 {top} {tmp_path / point} rw,nosuid shared:9 - {kind} cgroup rw,{options}"
            for top, point, kind, options in mounts
        ]
        (tmp_path / "mountinfo").write_text("23 1 8:1 / / rw - ext4 /dev/sda rw\n" + "\n".join(lines) + "\n")
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{text}\n")
        return tmp_path

    return make


@pytest.fixture
def version_2(process):
    return lambda **files: process(
        ["0::/"],
        [("/", "fs", "cgroup2", "nsdelegate")],
        {f"fs/{name.replace('_', '.')}": files[name] for name in files},
    )


@pytest.fixture(autouse=True)
def eight_cores(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)


def test_version_2_is_read(version_2):
    container = version_2(cpu_max="150000 100000", memory_max="1073741824")
    assert cpu_quota(container) == 1.5
    assert memory_limit(container) == 1 << 30


def test_version_1_is_read_where_several_controllers_share_a_mount(process):
    container = process(
        ["5:memory:/docker/1e07", "4:cpu,cpuacct:/docker/1e07", "0::/"],
        [("/docker/1e07", "cpu", "cgroup", "cpu,cpuacct"), ("/docker/1e07", "memory", "cgroup", "memory")],
        {"cpu/cpu.cfs_quota_us": 50000, "cpu/cpu.cfs_period_us": 100000, "memory/memory.limit_in_bytes": 2048},
    )
    assert cpu_quota(container) == 0.5
    assert memory_limit(container) == 2048


@pytest.mark.parametrize(
    "files", [{"cpu_max": "max 100000", "memory_max": "max"}, {}, {"cpu_max": "", "memory_max": "?"}]
)
def test_no_limit_is_none(version_2, files):
    container = version_2(**files)
    assert cpu_quota(container) is None
    assert memory_limit(container) is None


def test_no_limit_of_version_1_is_none_too(process):
    container = process(
        ["5:memory:/", "4:cpu:/"],
        [("/", "cpu", "cgroup", "cpu"), ("/", "memory", "cgroup", "memory")],
        {
            "cpu/cpu.cfs_quota_us": -1,
            "cpu/cpu.cfs_period_us": 100000,
            "memory/memory.limit_in_bytes": 9223372036854771712,
        },
    )
    assert cpu_quota(container) is None
    assert memory_limit(container) is None


def test_the_smallest_limit_on_the_way_to_the_root_holds(process):
    service = process(
        ["0::/work.slice/train.service"],
        [("/", "fs", "cgroup2", "rw")],
        {
            "fs/work.slice/train.service/cpu.max": "400000 100000",
            "fs/work.slice/cpu.max": "300000 100000",
            "fs/other.slice/cpu.max": "100000 100000",
        },
    )
    assert cpu_quota(service) == 3


def test_a_machine_without_control_groups_has_no_limits(tmp_path):
    assert cpu_quota(tmp_path) is None
    assert memory_limit(tmp_path) is None
    assert available_cores(tmp_path) == 8


@pytest.mark.parametrize(("quota", "cores"), [("10000", 1), ("100000", 1), ("250000", 3), ("6400000", 8), ("max", 8)])
def test_a_quota_is_rounded_up_to_cores_and_never_gives_more_than_there_are(version_2, quota, cores):
    assert available_cores(version_2(cpu_max=f"{quota} 100000")) == cores


def test_systems_without_affinity_count_their_cores(monkeypatch, tmp_path):
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(limits.os, "cpu_count", lambda: None)
    assert available_cores(tmp_path) == 1
