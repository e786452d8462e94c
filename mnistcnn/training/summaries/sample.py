"""The sample of a split: its first images, and what TensorBoard is shown of a network that looks at them.

It is the same sample at every step, so that what changes from step to step is the network.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from tensorboard.compat.proto.summary_pb2 import Summary

from ...config.schema import Config
from ...data.dataset import Examples
from ...network.augmentation import Augmentation
from ...network.model import Network, to_input
from ...network.weights import Weights
from . import tags
from .event_file import histogram_value, picture_value, scalar_values
from .histograms import histogram
from .observation import PICTURES, Observation, Observer, PictureScale


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Every variable after `step` steps, with its histogram."""

    step: int
    weights: Weights
    histograms: list[Summary.Value]

    @classmethod
    def of(cls, network: Network, step: int) -> Snapshot:
        """Read the network as it is now."""
        weights = network.read()
        found = [histogram_value(tags.histogram(name), histogram(values)) for name, values in weights.items()]
        return cls(step, weights, found)


def augmented(examples: Examples, config: Config) -> NDArray[np.uint8]:
    """Images as training changes them at step 0, if it does: what the network learns from, and yet the same every time.

    Args:
        examples: n images and their labels.
        config: the run's.

    Returns:
        [n, 28, 28].
    """
    if not config.augmentation.enabled:
        return examples.images
    with tf.device("CPU:0"):  # XLA compiles it, which may not work for a GPU.
        augmentation = Augmentation(config.augmentation, config.seed)
        changed = augmentation(to_input(examples.images), tf.constant(0), labels=tf.constant(examples.labels))
    return np.asarray(np.rint(255.0 * changed.numpy()[..., 0]), np.uint8)


class Sample:
    """Pictures and histograms of one split.

    Args:
        split: its name.
        images: [n, 28, 28] uint8, n ≥ 1.
        observer: of the network.
        scale: of the pictures.
    """

    def __init__(self, split: str, images: NDArray[np.uint8], observer: Observer, scale: PictureScale) -> None:
        self._split, self._images, self._observer, self._scale = split, images, observer, scale

    def values(self, snapshot: Snapshot) -> list[Summary.Value]:
        """Everything that is not a curve of every step.

        Args:
            snapshot: of the network as it is now.
        """
        observation = self._observer(self._images)
        dead = {tags.dead(layer): share for layer, share in observation.dead.items()}
        outputs = [histogram_value(tags.histogram(layer), found) for layer, found in observation.histograms.items()]
        return [
            *snapshot.histograms,
            *outputs,
            *self._pictures(observation, snapshot.weights),
            *scalar_values(dead),
        ]

    def _pictures(self, observation: Observation, weights: Weights) -> list[Summary.Value]:
        digits = list(self._images[:PICTURES])
        values = [picture_value(tags.INPUT, digits, f"The first images of {self._split}, as the network sees them.")]
        for layer, pictures in self._scale.maps(observation.maps):
            scale = f"Black is 0, white {self._scale.white(layer):.3g} and above, in the whole run."
            text = f"The first channels for the first image of {self._split}. {scale}"
            values.append(picture_value(tags.maps(layer), pictures, text))
        for layer, pictures in self._scale.filters(weights):
            white = f"{self._scale.white(f'{layer}/weights'):.3g}"
            text = f"The first kernels. Middle grey is 0, white {white}, black -{white}, in the whole run."
            values.append(picture_value(tags.filters(layer), pictures, text))
        return values
