"""Runs with the tutorial's cadence, ten times as short, of a network that is as wide as the pictures need."""

from __future__ import annotations

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from mnistcnn.config.schema import load_config
from mnistcnn.data.dataset import Dataset
from mnistcnn.runs.directory import Run
from mnistcnn.training.loop import train
from tests.conftest import make_examples

SETTINGS = [
    "network.conv1=10",
    "network.conv2=12",
    "network.fc1=16",
    "batch_size=20",
    "learning_rate=3e-3",
    "steps=30",
    "report_every=7",
    "eval_every=10",
    "checkpoints.every=4",
    "summaries.scalars_every=1",
    "summaries.every=10",
    "summaries.test_images=50",
    "summaries.embeddings=40",
]


@pytest.fixture(scope="session")
def dataset():
    splits = (make_examples(count, seed) for seed, count in enumerate((240, 40, 60)))
    return Dataset("tiny", "idx", "/data/tiny", {"train-images-idx3-ubyte": "0" * 64}, *splits)


@pytest.fixture(scope="session")
def make_config(tmp_path_factory):
    def make(*overrides):
        return load_config(None, [f"log_dir={tmp_path_factory.mktemp('runs')}", *SETTINGS, *overrides])

    return make


@pytest.fixture(scope="session")
def run(make_config, dataset):
    """A whole run, with traces."""
    return Run(list(train(make_config("summaries.trace_every=10"), dataset))[-1].run)


@pytest.fixture(scope="session")
def events():
    """TensorBoard's own reader, told to keep everything."""

    def read(run, writer):
        keep_all = dict.fromkeys(("scalars", "images", "histograms", "tensors", "compressedHistograms"), 0)
        return EventAccumulator(str(run.tensorboard_path / writer), size_guidance=keep_all).Reload()

    return read
