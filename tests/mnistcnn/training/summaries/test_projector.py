"""The embedding projector's files, read as TensorBoard reads them."""

from __future__ import annotations

import numpy as np
import pytest
from google.protobuf import text_format
from PIL import Image
from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig
from tensorboard.plugins.projector.projector_plugin import _read_tensor_binary_file, _read_tensor_tsv_file

from mnistcnn.config.schema import NetworkConfig
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
    head, *rows = (directory / info.metadata_path).read_text().splitlines()
    assert head.split("\t") == ["digit", "taken for", "right", "index"]
    assert [int(row.split("\t")[0]) for row in rows] == dataset.test.labels[:40].tolist()
    assert [int(row.split("\t")[1]) for row in rows] == expected["fc2"].numpy().argmax(1).tolist()
    right = expected["fc2"].numpy().argmax(1) == dataset.test.labels[:40]
    assert [row.split("\t")[2] for row in rows] == ["yes" if is_right else "no" for is_right in right]
    pixels = np.asarray(Image.open(directory / info.sprite.image_path))
    assert list(info.sprite.single_image_dim) == [28, 28]
    assert np.array_equal(255 - pixels[28:56, 56:84], dataset.test.images[7 + 2])  # 40 images: 7 in a row.


def test_images_come_in_batches_and_mistakes_are_marked(tmp_path, monkeypatch):
    monkeypatch.setattr(projector, "BATCH_SIZE", 7)
    network, examples = Network(NetworkConfig(conv1=2, conv2=3, fc1=5), 0), make_examples(40, 0)
    projector.write_projector(tmp_path, network, examples)
    expected = network.activations(to_input(examples.images))
    found = np.fromfile(tmp_path / "projector/fc1.bytes", "<f4").reshape(40, 5)
    assert np.allclose(found, expected["fc1"], atol=1e-5)
    rows = [row.split("\t") for row in (tmp_path / "projector/labels.tsv").read_text().splitlines()[1:]]
    answers = expected["fc2"].numpy().argmax(1)
    right = ["yes" if is_right else "no" for is_right in answers == examples.labels]
    assert set(right) == {"yes", "no"}
    columns = (examples.labels.tolist(), answers.tolist(), right, range(40))
    assert rows == [[str(value) for value in row] for row in zip(*columns, strict=True)]


def test_the_sprite_is_square_and_empty_where_there_is_no_image():
    images = np.full((5, 28, 28), 9, np.uint8)
    pixels = sprite(images)
    assert pixels.shape == (84, 84)
    assert pixels.sum() == images.sum()
    assert pixels[28:56, 56:].sum() == 0
