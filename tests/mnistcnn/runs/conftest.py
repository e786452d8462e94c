"""Runs that have not been trained."""

from __future__ import annotations

from datetime import datetime

import pytest

from mnistcnn.config.schema import load_config
from mnistcnn.runs.creating import create_run

NOON = datetime(2026, 11, 24, 12, 0, 0)


@pytest.fixture
def make(tmp_path, tiny_dataset):
    """Make a run in `tmp_path / "runs"`."""

    def make_run(*overrides, started=NOON):
        return create_run(load_config(None, [f"log_dir={tmp_path / 'runs'}", *overrides]), tiny_dataset, started)

    return make_run
