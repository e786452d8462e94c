"""The embedding projector's files, read as TensorBoard reads them."""

from __future__ import annotations

import numpy as np
import pytest
from google.protobuf import text_format
from PIL import Image
from tensorboard.plugins.hparams import metadata
from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig
from tensorboard.plugins.projector.projector_plugin import _read_tensor_binary_file, _read_tensor_tsv_file

from mnistcnn.model import to_input
from mnistcnn.summaries.projector import sprite
from mnistcnn.trained import load_trained


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
    assert {row.split("\t")[2] for row in rows if row[0] == row.split("\t")[1]} <= {"yes"}
    pixels = np.asarray(Image.open(directory / info.sprite.image_path))
    assert list(info.sprite.single_image_dim) == [28, 28]
    assert np.array_equal(255 - pixels[28:56, 56:84], dataset.test.images[7 + 2])  # 40 images: 7 in a row.


def test_the_sprite_is_square_and_empty_where_there_is_no_image():
    images = np.full((5, 28, 28), 9, np.uint8)
    pixels = sprite(images)
    assert pixels.shape == (84, 84)
    assert pixels.sum() == images.sum()
    assert pixels[28:56, 56:].sum() == 0


def test_the_table_of_runs_has_settings_and_results(run, events):
    found = events(run, ".")
    start = metadata.parse_session_start_info_plugin_data(
        found.SummaryMetadata(metadata.SESSION_START_INFO_TAG).plugin_data.content
    )
    settings = {key: getattr(value, value.WhichOneof("kind")) for key, value in start.hparams.items()}
    assert settings["data"] == "tiny"
    assert (settings["learning_rate"], settings["steps"], settings["network.fc1"]) == (3e-3, 30, 16)
    assert settings["network.initializer"] == "tutorial"
    assert not {"log_dir", "name", "threads", "summaries.every"} & set(settings)
    assert start.group_name == run.name
    results = run.manifest()["results"]
    for name in ("test_accuracy", "validation_accuracy", "best_validation_accuracy", "best_test_accuracy", "best_step"):
        (point,) = found.Scalars(f"results/{name}")
        assert point.value == np.float32(results[name])
    assert metadata.SESSION_END_INFO_TAG in found.Tags()["tensors"]
    assert metadata.EXPERIMENT_TAG in found.Tags()["tensors"]
