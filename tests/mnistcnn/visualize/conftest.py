"""A small network that was trained for a moment, and all its pictures, made once for every test."""

import shutil

import numpy as np
import pytest

from mnistcnn.config.schema import load_config
from mnistcnn.data.dataset import Dataset, Examples
from mnistcnn.runs.directory import Run
from mnistcnn.runs.trained import load_trained
from mnistcnn.training.loop import train
from mnistcnn.visualize.analysis.digit import find_digit
from mnistcnn.visualize.drawing.style import LIGHT
from mnistcnn.visualize.picture_source import PictureSource
from mnistcnn.visualize.pictures import PICTURES, draw_pictures


def crosses(count, seed):
    """Noise with a bar for each class, and a dot that makes every image another one."""
    random = np.random.default_rng(seed)
    labels = (np.arange(count) % 10).astype(np.uint8)
    images = random.integers(0, 40, (count, 28, 28), dtype=np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[3:25, 4 + 2 * label : 7 + 2 * label] = 255
        row, column = random.integers(0, 26, 2)
        image[row : row + 2, column : column + 2] = 255
    return Examples(images, labels)


@pytest.fixture(scope="session")
def dataset():
    return Dataset("crosses", "idx", "/data/crosses", {}, crosses(200, 0), crosses(20, 1), crosses(40, 2))


@pytest.fixture(scope="session")
def run(dataset, tmp_path_factory):
    settings = [
        f"log_dir={tmp_path_factory.mktemp('runs')}", "name=small", "network.conv1=4", "network.conv2=6",
        "network.fc1=20", "batch_size=20", "learning_rate=0.003", "steps=30", "eval_every=10", "report_every=5",
        "checkpoints.every=10", "augmentation.rotation=10",
    ]  # fmt: skip
    return Run(list(train(load_config(None, settings), dataset))[-1].run)


@pytest.fixture
def make_subject(run, dataset):
    def make(image="3", theme=LIGHT, autoscale=False):
        return PictureSource(load_trained(run, "last"), dataset, find_digit(image, dataset), theme, autoscale=autoscale)

    return make


@pytest.fixture(scope="session")
def source(run, dataset):
    """The source of most tests: what it finds out once, it knows for all of them."""
    return PictureSource(load_trained(run, "last"), dataset, find_digit("3", dataset), LIGHT, autoscale=False)


@pytest.fixture(scope="session")
def old_source(run, dataset, tmp_path_factory):
    """The same run as it was before there were snapshots."""
    old = Run(shutil.copytree(run.path, tmp_path_factory.mktemp("old") / "small", symlinks=True))
    shutil.rmtree(old.snapshots_path)
    return PictureSource(load_trained(old, "last"), dataset, find_digit("3", dataset), LIGHT, autoscale=False)


@pytest.fixture(scope="session")
def drawn(source, tmp_path_factory):
    """The folder with all pictures, and what was said of each."""
    folder = tmp_path_factory.mktemp("pictures")
    return folder, list(draw_pictures(source, PICTURES, folder, "png"))
