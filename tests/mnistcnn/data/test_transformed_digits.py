"""Real test digits, scaled, inverted, moved, saved as PNG and JPEG: do they come back, and does a network agree?"""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from mnistcnn.config.schema import DataConfig, load_config
from mnistcnn.data.dataset import Examples
from mnistcnn.data.framing import to_mnist_image
from mnistcnn.data.imagefile import read_pixels
from mnistcnn.data.sources import load_dataset
from mnistcnn.network.evaluator import evaluate
from mnistcnn.runs.directory import Run
from mnistcnn.runs.trained import load_trained
from mnistcnn.training.loop import train

COUNT = 100
KERNELS = (
    Image.Resampling.NEAREST,
    Image.Resampling.BILINEAR,
    Image.Resampling.BICUBIC,
    Image.Resampling.LANCZOS,
)


def transformed(digit, random):
    """The digit at 20 to 600 pixels somewhere on a canvas up to three times as large, as a file."""
    side = int(random.integers(20, 601))
    canvas = [int(side * random.uniform(1, 3)) for _ in range(2)]
    place = tuple(int(random.integers(0, length - side + 1)) for length in canvas)
    image = Image.new("L", tuple(canvas))
    image.paste(Image.fromarray(digit).resize((side, side), KERNELS[random.integers(4)]), place)
    if random.integers(2):
        image = Image.fromarray(255 - np.asarray(image))
    buffer = io.BytesIO()
    if random.integers(2):
        image.save(buffer, "JPEG", quality=int(random.integers(30, 96)))
    else:
        image.save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture(scope="module")
def dataset(real_mnist_dir):
    whole = load_dataset(DataConfig(source="mnist", dir=real_mnist_dir))
    few = Examples(whole.test.images[:COUNT], whole.test.labels[:COUNT])
    return replace(whole, validation=few, test=few)


@pytest.fixture(scope="module")
def frames(dataset):
    random = np.random.default_rng(0)
    return np.stack([to_mnist_image(read_pixels(transformed(i, random), "x"), "x") for i in dataset.test.images])


@pytest.fixture(scope="module")
def network(dataset, tmp_path_factory):
    small = ["network.conv1=8", "network.conv2=16", "network.fc1=128", "network.initializer=he"]
    recipe = ["steps=300", "batch_size=100", "learning_rate=3e-3", "eval_every=300"]
    log_dir = tmp_path_factory.mktemp("runs")
    run = Run(list(train(load_config(None, [f"log_dir={log_dir}", *small, *recipe]), dataset))[-1].run)
    return load_trained(run, "last").network


def test_what_comes_back_is_close_to_the_original(dataset, frames):
    difference = np.abs(frames.astype(int) - dataset.test.images).mean(axis=(1, 2))
    assert difference.mean() < 8  # Two different digits: 40; the same digit one pixel further: 17.
    assert np.percentile(difference, 95) < 20


def test_their_mass_is_where_mnist_has_it(frames):
    assert all(ndimage.center_of_mass(frame) == pytest.approx((14, 14), abs=0.51) for frame in frames)


def test_a_network_agrees_with_the_labels_as_often_as_on_the_originals(dataset, frames, network):
    original = evaluate(network, dataset.test)
    again = evaluate(network, Examples(frames, dataset.test.labels))
    assert original.accuracy >= 0.97
    assert again.accuracy >= 0.97
    assert np.mean(original.predictions == again.predictions) >= 0.97
