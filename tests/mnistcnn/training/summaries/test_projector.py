"""The embedding projector's files, read as TensorBoard reads them."""

from __future__ import annotations

import numpy as np
import pytest
from google.protobuf import text_format
from PIL import Image
from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig
from tensorboard.plugins.projector.projector_plugin import _read_tensor_binary_file, _read_tensor_tsv_file

from mnistcnn.config.schema import NetworkConfig
from mnistcnn.data.dataset import Examples
from mnistcnn.network.model import Network, to_input
from mnistcnn.runs.trained import load_trained
from mnistcnn.training.summaries import projector
from mnistcnn.training.summaries.projector import sprite
from tests.conftest import make_examples


def test_it_shows_what_fc1_makes_of_the_test_images(run, dataset):
    directory = run.tensorboard_path
    config = text_format.Parse((directory / "projector_config.pbtxt").read_text(), ProjectorConfig())
    (info,) = config.embeddings
    network = load_trained(run, "last").network
    expected = network.activations(to_input(dataset.test.images[:40]))
    path = str(directory / info.tensor_path)
    with pytest.raises(UnicodeDecodeError):  # By which TensorBoard knows that it is binary.
        _read_tensor_tsv_file(path)
    assert np.allclose(_read_tensor_binary_file(path, list(info.tensor_shape)), expected["fc1"], atol=1e-5)
    # One column and no header: a digit for each image.
    assert (directory / info.metadata_path).read_text().split("\n")[:-1] == [str(i) for i in dataset.test.labels[:40]]
    pixels = np.asarray(Image.open(directory / info.sprite.image_path))
    assert list(info.sprite.single_image_dim) == [28, 28]
    shown, image = pixels[28:56, 56:84], dataset.test.images[7 + 2]  # 40 images: 7 in a row.
    assert np.array_equal(shown.min(axis=-1) == 255, image == 0)
    assert len({tuple(colour) for colour in shown[image == 255]}) == 1


def test_images_come_in_batches(tmp_path, monkeypatch):
    monkeypatch.setattr(projector, "BATCH_SIZE", 7)
    network, examples = Network(NetworkConfig(conv1=2, conv2=3, fc1=5), 0), make_examples(40, 0)
    projector.write_projector(tmp_path, network, examples)
    expected = network.activations(to_input(examples.images))
    found = np.fromfile(tmp_path / "projector/fc1.bytes", "<f4").reshape(40, 5)
    assert np.allclose(found, expected["fc1"], atol=1e-5)


def test_the_sprite_has_one_colour_for_each_digit_and_is_white_where_there_is_no_image():
    labels = (np.arange(30) % 10).astype(np.uint8)
    pixels = sprite(Examples(np.full((30, 28, 28), 255, np.uint8), labels))
    assert pixels.shape == (168, 168, 3)
    tiles = pixels.reshape(6, 28, 6, 28, 3).transpose(0, 2, 1, 3, 4).reshape(36, -1, 3)
    colours = [{tuple(colour) for colour in tile.tolist()} for tile in tiles]
    assert colours[:10] == colours[10:20] == colours[20:30]
    assert len(set.union(*colours[:10])) == 10
    assert colours[30:] == [{(255, 255, 255)}] * 6


def test_half_of_the_ink_is_half_of_the_colour():
    images = [np.full((1, 28, 28), grey, np.uint8) for grey in (255, 128)]
    dark, half = (sprite(Examples(image, np.array([3], np.uint8)))[0, 0] for image in images)
    assert np.allclose(255 - half.astype(int), (255 - dark.astype(int)) * 128 / 255, atol=1)
