"""Disks that are too small."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """Mount a disk of so many bytes."""
    disk = tmp_path / "disk"
    disk.mkdir()

    def mount(size: int) -> Path:
        if not shutil.which("mount") or os.geteuid() != 0:
            pytest.skip("only root may mount a tmpfs")
        if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", disk], check=False).returncode:
            pytest.skip("may not mount a tmpfs here")
        return disk

    yield mount
    subprocess.run(["umount", "--lazy", disk], check=False, stderr=subprocess.DEVNULL)
