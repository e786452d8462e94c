"""The same network and recipe as one would train it with Keras: `fit`.

    python benchmarks/keras_fit.py STEPS

Trains on MNIST in batches of 50 and evaluates the test set every 100 steps. (`configs/default.yaml` evaluates
validation as well, writes for TensorBoard and keeps checkpoints.) `benchmarks/train.py` measures it.
"""

from __future__ import annotations

import os
import sys
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from mnist_data import load_mnist
from numpy.typing import NDArray

BATCH_SIZE = 50
EVAL_EVERY = 100


def compiled_model(*, jit_compile: bool = False) -> Any:
    """The network, its loss and its optimizer; XLA takes nearly twice as long on a CPU, so it is off."""
    layers = keras.layers
    kinds = keras.initializers
    tutorials = {"kernel_initializer": kinds.TruncatedNormal(stddev=0.1), "bias_initializer": kinds.Constant(0.1)}
    model = keras.Sequential(
        [
            layers.Input((28, 28, 1)),
            layers.Conv2D(32, 5, padding="same", activation="relu", **tutorials),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 5, padding="same", activation="relu", **tutorials),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(1024, activation="relu", **tutorials),
            layers.Dropout(0.5),
            layers.Dense(10, **tutorials),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(1e-4), loss, metrics=["accuracy"], jit_compile=jit_compile)
    return model


def to_inputs(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """[n, 28, 28] pixels → [n, 28, 28, 1] in [0, 1]."""
    return (images / np.float32(255))[..., np.newaxis]


def main() -> None:
    """Train, and print the test accuracy in per cent."""
    steps = int(sys.argv[1])
    dataset = load_mnist()
    train = tf.data.Dataset.from_tensor_slices((to_inputs(dataset.train.images), dataset.train.labels))
    train = train.shuffle(len(dataset.train)).repeat().batch(BATCH_SIZE).prefetch(tf.data.AUTOTUNE)
    history = compiled_model().fit(
        train,
        epochs=steps // EVAL_EVERY,
        steps_per_epoch=EVAL_EVERY,
        validation_data=(to_inputs(dataset.test.images), dataset.test.labels),
        validation_batch_size=500,
        verbose=0,
    )
    print(f"{100 * history.history['val_accuracy'][-1]:.2f}")


if __name__ == "__main__":
    main()
