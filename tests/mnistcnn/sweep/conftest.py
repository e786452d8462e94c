"""A sweep that needs no TensorFlow: runs that take no time, whose accuracy is a function of their settings."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from mnistcnn.config.schema import Config
from mnistcnn.data.dataset import Dataset
from mnistcnn.events import Evaluated, Event, RunFinished, RunStarted, Warned
from mnistcnn.runs.creating import create_run
from mnistcnn.sweep.settings import SweepConfig

SPACE = {"learning_rate": {"log_uniform": [1e-4, 1e-1]}, "network.fc1": {"choice": [16, 32]}}


@dataclass
class FakeTraining:
    """Stands in for `mnistcnn.training.loop.train`.

    Attributes:
        configs: of every run that was begun.
        during: called after each evaluation, with the configuration and the step; may raise, or stop the sweep.
        stopped: what the sweep is told when it asks whether to stop.
    """

    configs: list[Config] = field(default_factory=list)
    during: Callable[[Config, int], None] = lambda config, step: None
    stopped: bool = False

    def stop(self) -> bool:
        return self.stopped

    def __call__(self, config: Config, dataset: Dataset, stop: Callable[[], bool]) -> Iterator[Event]:
        self.configs.append(config)
        run = create_run(config, dataset, datetime.now())
        return self._events(run, config, dataset, stop)

    def _events(self, run, config, dataset, stop):
        with run.locked() as warning, run.recorded():
            yield RunStarted(run.path, dataset.name, 0, config.steps, 20, 0, 100, 240, 40, 60)
            if warning:
                yield Warned(warning)
            step = 0
            while step < config.steps and not stop():
                for split in ("validation", "test"):
                    right = accuracy(config) * step / config.steps
                    yield Evaluated(step, split, dataset.name, 40, 0, 0.1, right, split == "validation", 0.0)
                self.during(config, step)
                step += config.eval_every
            if step >= config.steps:
                for split, bonus in (("validation", 0.0), ("test", 0.01)):
                    yield Evaluated(step, split, dataset.name, 40, 0, 0.1, accuracy(config) + bonus, True, 0.0)
            state = "finished" if step >= config.steps else "interrupted"
            run.update_manifest({"state": state})
            yield RunFinished(
                run.path, state, dataset.name, step, 0.9, 6, 60, 0.9, step, 0.9, 0.9, "ab", 1.0, 1.0, 1.0,
            )  # fmt: skip


def accuracy(config: Config) -> float:
    """The best learning rate is 1e-2."""
    return 0.95 - 0.1 * abs(math.log10(config.learning_rate) + 2) + config.network.fc1 / 10_000


@pytest.fixture
def training() -> FakeTraining:
    return FakeTraining()


@pytest.fixture
def settings(tmp_path: Path) -> Callable[..., SweepConfig]:
    """Makes the settings of a small sweep."""

    def make(**changes: object) -> SweepConfig:
        config = {"steps": 40, "eval_every": 10, "batch_size": 20}
        values = {"trials": 4, "log_dir": tmp_path / "runs", "config": config, "space": SPACE, "pruner": "none"}
        return SweepConfig.model_validate({**values, **changes})

    return make


@pytest.fixture
def sweep_file(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a sweep file."""

    def write(text: str) -> Path:
        path = tmp_path / "s.yaml"
        path.write_text(text)
        return path

    return write
