"""TensorBoard's embedding projector: activations of the dense layer for test images, each shown as its picture."""

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
_COLOURS = np.array(
    [
        (31, 119, 180), (214, 88, 0), (34, 139, 34), (200, 30, 40), (128, 80, 180),
        (130, 82, 66), (216, 80, 170), (95, 95, 95), (150, 145, 0), (0, 150, 170),
    ],
    np.uint8,
)  # fmt: skip
"""RGB of each digit's ink; far apart, and dark enough for a white background."""


def write_projector(directory: Path, network: Network, examples: Examples) -> None:
    """Write `projector_config.pbtxt` with everything that it names.

    Args:
        directory: where TensorBoard finds the run.
        network: as it is now.
        examples: what is shown; at least one.

    Raises:
        OSError: a file cannot be written.
    """
    embedding = _outputs(network, examples.images)
    (directory / _FILES).mkdir(exist_ok=True)
    contents = {
        "fc1.bytes": embedding.astype("<f4").tobytes(),
        # With a single column, the projector expects no header.
        "labels.tsv": "".join(f"{label}\n" for label in examples.labels.tolist()).encode(),
        "digits.png": png(sprite(examples)),
    }
    for name, content in contents.items():
        write_atomically(directory / _FILES / name, content)
    config = ProjectorConfig(embeddings=[_embedding_info(embedding.shape)])
    write_atomically(directory / "projector_config.pbtxt", str(config).encode())


def sprite(examples: Examples) -> Pixels:
    """All images in one, row by row in a square: each in the colour of its digit, on white.

    The projector colours points by their label only after a click; these pictures have their colours at once.

    Args:
        examples: n images [n, 28, 28] and labels.

    Returns:
        [28 · side, 28 · side, 3], side = ⌈√n⌉.
    """
    side = math.ceil(math.sqrt(len(examples)))
    grid = np.full((side * side, IMAGE_SIZE, IMAGE_SIZE, 3), 255, np.uint8)
    ink = examples.images[..., np.newaxis] / 255
    colours = _COLOURS[examples.labels][:, np.newaxis, np.newaxis]
    grid[: len(examples)] = np.rint(255 - ink * (255 - colours))
    rows = grid.reshape(side, side, IMAGE_SIZE, IMAGE_SIZE, 3).transpose(0, 2, 1, 3, 4)
    return rows.reshape(side * IMAGE_SIZE, side * IMAGE_SIZE, 3)


def _outputs(network: Network, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """fc1's activations, [n, units]; a batch at a time, and compiled, so that no other layer is kept."""
    signature = [tf.TensorSpec([None, IMAGE_SIZE, IMAGE_SIZE], tf.uint8)]
    compiled = tf.function(
        lambda batch: network.activations(to_input(batch))["fc1"], input_signature=signature, autograph=False
    )
    batches = (images[start : start + BATCH_SIZE] for start in range(0, len(images), BATCH_SIZE))
    return np.concatenate([compiled(batch).numpy() for batch in batches])


def _embedding_info(shape: tuple[int, int]) -> EmbeddingInfo:
    return EmbeddingInfo(
        tensor_name="fc1",
        tensor_shape=shape,
        tensor_path=f"{_FILES}/fc1.bytes",
        metadata_path=f"{_FILES}/labels.tsv",
        sprite=SpriteMetadata(image_path=f"{_FILES}/digits.png", single_image_dim=[IMAGE_SIZE, IMAGE_SIZE]),
    )
