"""TensorFlow's SavedModel: what TensorFlow Serving takes, and what LiteRT's converter starts from."""

from __future__ import annotations

from pathlib import Path

import tensorflow as tf

from ..network.doubt import LEAST_NORM, Doubt
from ..network.model import IMAGE_SIZE, Network
from .metadata import FILE_NAME
from .source import Source

SIGNATURE = "serving_default"
OUTPUTS = ("logits", "probabilities", "classes")
"""In the order that files have them in."""
IMAGES = tf.TensorSpec([None, IMAGE_SIZE, IMAGE_SIZE, 1], tf.float32, name="images")


class Servable(tf.Module):
    """A network with the functions that other programs call.

    Args:
        network: its variables become the file's.
        doubt: adds the output `doubt`.
    """

    def __init__(self, network: Network, doubt: Doubt | None = None) -> None:
        super().__init__(name="mnistcnn")
        self.network = network
        self._doubt = doubt
        self.answer = tf.function(self._answer, input_signature=[IMAGES])
        self.score = tf.function(self._score, input_signature=[IMAGES])
        self.answer_encoded = tf.function(
            lambda image_bytes: self._answer(_decoded(image_bytes)),
            input_signature=[tf.TensorSpec([None], tf.string, name="image_bytes")],
        )

    def _answer(self, images: tf.Tensor) -> dict[str, tf.Tensor]:
        """Of images [n, 28, 28, 1] in [0, 1] the logits and probabilities [n, 10] float32, and the classes [n] int32.

        With doubt, also that: [n] float32, above 0 where the answer is to be doubted.
        """
        scores = self._score(images)
        answer = {**scores, "classes": tf.argmax(scores["logits"], axis=1, output_type=tf.int32)}
        if self._doubt is not None:
            answer["doubt"] = doubt_of(self._doubt, self.network.activations(images)["fc1"], scores["logits"])
        return answer

    def _score(self, images: tf.Tensor) -> dict[str, tf.Tensor]:
        """The same without classes."""
        # In the order of the tutorial's graph (bias and ReLU, then pooling), which runtimes fuse into one
        # operation; in the training's order they would not, and 8-bit rounding would come in between.
        logits = self.network.activations(images)["fc2"]
        return {"logits": logits, "probabilities": tf.nn.softmax(logits)}


def doubt_of(doubt: Doubt, features: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """The formula of `mnistcnn.network.doubt` in TensorFlow, for features [n, units] and logits [n, 10]: [n]."""
    centered = features - doubt.mean
    inside = tf.reduce_sum(tf.square(tf.matmul(centered, doubt.components)), axis=1)
    outside = tf.maximum(tf.reduce_sum(tf.square(centered), axis=1) - inside, 0.0)
    norm = tf.sqrt(tf.reduce_sum(tf.square(features), axis=1) + LEAST_NORM)
    strangeness = tf.sqrt(outside / norm)
    return doubt.slope * strangeness - doubt.weight * tf.reduce_max(logits, axis=1) - doubt.offset


def write(source: Source, path: Path) -> None:
    """Write a SavedModel with the signatures `serving_default` (images) and `encoded` (PNG or JPEG files)."""
    servable = Servable(source.network, source.doubt)
    signatures = {SIGNATURE: servable.answer, "encoded": servable.answer_encoded}
    tf.saved_model.save(servable, str(path), signatures=signatures)
    extra = path / "assets.extra"
    extra.mkdir()
    (extra / FILE_NAME).write_bytes(source.metadata.to_json())


def _decoded(image_bytes: tf.Tensor) -> tf.Tensor:
    """PNG or JPEG files [n] → [n, 28, 28, 1] in [0, 1]; grey as they are, resized by area if need be."""

    def decode(content: tf.Tensor) -> tf.Tensor:
        image = tf.io.decode_image(content, channels=1, dtype=tf.float32, expand_animations=False)
        return tf.image.resize(image, [IMAGE_SIZE, IMAGE_SIZE], method="area")

    images = tf.map_fn(decode, image_bytes, fn_output_signature=tf.float32)
    return tf.reshape(images, [-1, IMAGE_SIZE, IMAGE_SIZE, 1])
