"""TensorBoard's embedding projector: what the dense layer makes of test images, each shown as its picture."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from tensorboard.plugins.projector.projector_config_pb2 import EmbeddingInfo, ProjectorConfig, SpriteMetadata

from ...data.dataset import Examples
from ...files import write_atomically
from ...network.evaluator import BATCH_SIZE
from ...network.model import IMAGE_SIZE, Network, to_input
from .pictures import Pixels, png

_FILES = "projector"


def write_projector(directory: Path, network: Network, examples: Examples) -> None:
    """Write `projector_config.pbtxt` with everything that it names.

    Args:
        directory: where TensorBoard finds the run.
        network: as it is now.
        examples: what is shown; at least one.

    Raises:
        OSError: a file cannot be written.
    """
    embedding, logits = _outputs(network, examples.images)
    (directory / _FILES).mkdir(exist_ok=True)
    contents = {
        "fc1.bytes": embedding.astype("<f4").tobytes(),
        "labels.tsv": _labels(examples.labels, logits.argmax(axis=1)).encode(),
        "digits.png": png(255 - sprite(examples.images)),
    }
    for name, content in contents.items():
        write_atomically(directory / _FILES / name, content)
    config = ProjectorConfig(embeddings=[_embedding_info(embedding.shape)])
    write_atomically(directory / "projector_config.pbtxt", str(config).encode())


def sprite(images: NDArray[np.uint8]) -> Pixels:
    """All images in one, row by row in a square, as the projector wants them.

    Args:
        images: [n, 28, 28].

    Returns:
        [28 · side, 28 · side], side = ⌈√n⌉.
    """
    side = math.ceil(math.sqrt(len(images)))
    grid = np.zeros((side * side, IMAGE_SIZE, IMAGE_SIZE), np.uint8)
    grid[: len(images)] = images
    rows = grid.reshape(side, side, IMAGE_SIZE, IMAGE_SIZE).transpose(0, 2, 1, 3)
    return rows.reshape(side * IMAGE_SIZE, side * IMAGE_SIZE)


def _outputs(network: Network, images: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """fc1 and the logits, [n, units] each; a batch at a time, and compiled, so that no other layer is kept."""

    def look(batch: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        activations = network.activations(to_input(batch))
        return activations["fc1"], activations["fc2"]

    signature = [tf.TensorSpec([None, IMAGE_SIZE, IMAGE_SIZE], tf.uint8)]
    compiled = tf.function(look, input_signature=signature, autograph=False)
    batches = [compiled(images[start : start + BATCH_SIZE]) for start in range(0, len(images), BATCH_SIZE)]
    embedding, logits = (np.concatenate(parts) for parts in zip(*batches, strict=True))
    return embedding, logits


def _labels(labels: NDArray[np.uint8], predictions: NDArray[np.int64]) -> str:
    rows = ["digit\ttaken for\tright\tindex"]
    for index, (label, prediction) in enumerate(zip(labels.tolist(), predictions.tolist(), strict=True)):
        rows.append(f"{label}\t{prediction}\t{'yes' if label == prediction else 'no'}\t{index}")
    return "\n".join(rows) + "\n"


def _embedding_info(shape: tuple[int, int]) -> EmbeddingInfo:
    return EmbeddingInfo(
        tensor_name="fc1",
        tensor_shape=shape,
        tensor_path=f"{_FILES}/fc1.bytes",
        metadata_path=f"{_FILES}/labels.tsv",
        sprite=SpriteMetadata(image_path=f"{_FILES}/digits.png", single_image_dim=[IMAGE_SIZE, IMAGE_SIZE]),
    )
