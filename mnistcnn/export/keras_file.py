"""The same network in Keras layers, with the same weights, for further work in Keras."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from types import ModuleType
from zipfile import ZipFile, ZipInfo

from .. import files
from ..network.model import CLASSES, IMAGE_SIZE, KERNEL_SIZE
from .metadata import append_to_zip
from .source import Source


def write(source: Source, path: Path) -> None:
    """Write a `.keras` file: a Sequential model that gives logits; its dropout is the run's, for further training."""
    keras = _import_keras()
    network = source.network
    conv1, conv2, fc1 = (network.biases[layer].shape[0] for layer in ("conv1", "conv2", "fc1"))
    layers = keras.layers
    # Said of every layer, because ~/.keras/keras.json may have other defaults.
    kind = {"dtype": "float32"}
    order = {**kind, "data_format": "channels_last"}
    model = keras.Sequential(
        [
            keras.Input((IMAGE_SIZE, IMAGE_SIZE, 1), name="images", dtype="float32"),
            layers.Conv2D(conv1, KERNEL_SIZE, padding="same", activation="relu", name="conv1", **order),
            layers.MaxPooling2D(2, padding="same", name="pool1", **order),
            layers.Conv2D(conv2, KERNEL_SIZE, padding="same", activation="relu", name="conv2", **order),
            layers.MaxPooling2D(2, padding="same", name="pool2", **order),
            layers.Flatten(name="flat", **order),
            layers.Dense(fc1, activation="relu", name="fc1", **kind),
            layers.Dropout(1.0 - source.keep_prob, name="dropout", **kind),
            layers.Dense(CLASSES, name="fc2", **kind),
        ],
        name="mnistcnn",
    )
    for layer in network.weights:
        model.get_layer(layer).set_weights([network.weights[layer].numpy(), network.biases[layer].numpy()])
    with files.directory_beside(path.parent) as unpacked:
        model.save(unpacked, zipped=False)
        _pack(unpacked, path)
    append_to_zip(path, source.metadata)


def _pack(directory: Path, path: Path) -> None:
    """Make the archive that Keras would make, but for the time: Keras fails where the clock is before 1980."""
    with ZipFile(path, "w") as archive:
        for part in filter(Path.is_file, sorted(directory.iterdir())):
            archive.writestr(ZipInfo(part.name), part.read_bytes())


def _import_keras() -> ModuleType:
    """Import Keras with TensorFlow as its backend, which is there, whatever KERAS_BACKEND and keras.json say."""
    wanted = os.environ.get("KERAS_BACKEND")
    os.environ["KERAS_BACKEND"] = "tensorflow"
    try:
        return importlib.import_module("keras")
    finally:
        if wanted is None:
            del os.environ["KERAS_BACKEND"]
        else:
            os.environ["KERAS_BACKEND"] = wanted
