"""The same network in Keras layers, with the same weights: to go on with in Keras."""

from __future__ import annotations

from pathlib import Path

from ..network.model import CLASSES, IMAGE_SIZE, KERNEL_SIZE
from .metadata import append_to_zip
from .source import Source


def write(source: Source, path: Path) -> None:
    """Write a `.keras` file: a Sequential model that gives logits; its dropout is the run's, for further training."""
    import keras

    network = source.network
    conv1, conv2, fc1 = (network.biases[layer].shape[0] for layer in ("conv1", "conv2", "fc1"))
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((IMAGE_SIZE, IMAGE_SIZE, 1), name="images"),
            layers.Conv2D(conv1, KERNEL_SIZE, padding="same", activation="relu", name="conv1"),
            layers.MaxPooling2D(2, padding="same", name="pool1"),
            layers.Conv2D(conv2, KERNEL_SIZE, padding="same", activation="relu", name="conv2"),
            layers.MaxPooling2D(2, padding="same", name="pool2"),
            layers.Flatten(name="flat"),
            layers.Dense(fc1, activation="relu", name="fc1"),
            layers.Dropout(1.0 - source.keep_prob, name="dropout"),
            layers.Dense(CLASSES, name="fc2"),
        ],
        name="mnistcnn",
    )
    for layer in network.weights:
        model.get_layer(layer).set_weights([network.weights[layer].numpy(), network.biases[layer].numpy()])
    model.save(path)
    append_to_zip(path, source.metadata)
