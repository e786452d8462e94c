"""One tiny run that all tests of the interface look at, and settings to train another like it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import mnistcnn
from mnistcnn import Config, Run


@pytest.fixture(scope="session")
def finished(bars_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run that nothing changes but what the tests of the interface draw and export into it."""
    copy = tmp_path_factory.mktemp("interface") / "one"
    return Run(shutil.copytree(bars_run, copy, symlinks=True, ignore=shutil.ignore_patterns("export")))


@pytest.fixture
def tiny(bars_run: Path, tmp_path: Path) -> Config:
    """Eight steps on the images of bars, into a folder of the test's own."""
    settings = {"steps": 8, "eval_every": 4, "log_dir": tmp_path / "runs", "summaries": {"enabled": False}}
    return mnistcnn.load_config(bars_run / "config.yaml", **settings)
