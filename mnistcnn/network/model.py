"""The network of the tutorial: two convolutions with pooling, a dense layer with dropout, ten outputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from ..config.schema import NetworkConfig
from .randomness import Rows, uniform_rows
from .weights import Weights

IMAGE_SIZE = 28
CLASSES = 10
KERNEL_SIZE = 5
LAYERS = ("conv1", "pool1", "conv2", "pool2", "fc1", "fc2")
SCOPES = {
    "conv1": "1st_layer/conv1_layer",
    "pool1": "1st_layer/pool1_layer",
    "conv2": "2nd_layer/conv2_layer",
    "pool2": "2nd_layer/pool2_layer",
    "fc1": "fc1_layer",
    "fc2": "fc2_layer",
}
"""What the tutorial calls each layer: the scopes of the graph and of every tag in TensorBoard."""


Pool = Callable[[tf.Tensor], tf.Tensor]
"""2×2 max pooling with stride 2: [batch, height, width, channels] → [batch, height / 2, width / 2, channels]."""


def max_pool(maps: tf.Tensor) -> tf.Tensor:
    """TensorFlow's own `Pool`."""
    return tf.nn.max_pool2d(maps, 2, 2, "SAME")


class Network(tf.Module):
    """conv 5×5, pool 2×2, conv 5×5, pool 2×2, dense with dropout, dense.

    Every variable is float32 and made here, named `<layer>/weights` or `<layer>/biases`.

    Args:
        config: the widths of the layers and the kind of initial values.
        seed: of the initial values; the same seed gives the same bits.
    """

    def __init__(self, config: NetworkConfig, seed: int) -> None:
        super().__init__(name="network")
        flat = (IMAGE_SIZE // 4) ** 2 * config.conv2
        shapes = {
            "conv1": (KERNEL_SIZE, KERNEL_SIZE, 1, config.conv1),
            "conv2": (KERNEL_SIZE, KERNEL_SIZE, config.conv1, config.conv2),
            "fc1": (flat, config.fc1),
            "fc2": (config.fc1, CLASSES),
        }
        self.weights: dict[str, tf.Variable] = {}
        self.biases: dict[str, tf.Variable] = {}
        for number, (layer, shape) in enumerate(shapes.items()):
            weights, biases = _initial_values(config.initializer, shape, (seed, number))
            self.weights[layer] = tf.Variable(weights, name=f"{layer}/weights")
            self.biases[layer] = tf.Variable(biases, name=f"{layer}/biases")

    @property
    def parameters(self) -> dict[str, tf.Variable]:
        """Every variable by its name, in the order of the layers."""
        return {
            f"{layer}/{kind}": variables[layer]
            for layer in self.weights
            for kind, variables in (("weights", self.weights), ("biases", self.biases))
        }

    @property
    def parameter_count(self) -> int:
        """How many numbers the network learns: 3,274,634 with the tutorial's widths."""
        return sum(variable.shape.num_elements() for variable in self.parameters.values())

    def __call__(self, images: tf.Tensor, dropout: Dropout | None = None, *, pool: Pool = max_pool) -> tf.Tensor:
        """The logits of a batch; see `features`.

        Args:
            images: [batch, 28, 28, 1] float32 or bfloat16 in [0, 1].
            dropout: what fc1's output goes through; training only.
            pool: how the maps are pooled.

        Returns:
            [batch, 10] float32.
        """
        return self.logits(self.features(images, dropout, pool=pool))

    def features(self, images: tf.Tensor, dropout: Dropout | None = None, *, pool: Pool = max_pool) -> tf.Tensor:
        """What fc1 makes of a batch: [batch, units] float32. The arguments are those of a call.

        Pooling comes before bias and ReLU. Both are monotonic, and so is their rounding, so that the largest of
        four stays the largest and the result is the same bit for bit, with a quarter of the work.

        Convolutions and the large dense layer are computed in the dtype of `images`, what follows in float32.
        """
        with scope("conv1"):
            conv1 = _convolve(images, self._filters("conv1", images.dtype))
        with scope("pool1"):
            pool1 = self._biased_relu("conv1", pool(conv1))
        with scope("conv2"):
            conv2 = _convolve(pool1, self._filters("conv2", images.dtype))
        with scope("pool2"):
            pool2 = self._biased_relu("conv2", pool(conv2))
        with scope("fc1"):
            fc1_weights = tf.cast(tf.convert_to_tensor(self.weights["fc1"]), images.dtype)
            fc1 = self._biased_relu("fc1", tf.cast(tf.matmul(_flat(pool2), fc1_weights), tf.float32))
            return fc1 if dropout is None else dropout(fc1)

    def logits(self, features: tf.Tensor) -> tf.Tensor:
        """The logits [batch, 10] of what fc1 made of a batch."""
        with scope("fc2"):
            return tf.matmul(features, self.weights["fc2"]) + self.biases["fc2"]

    def activations(self, images: tf.Tensor) -> dict[str, tf.Tensor]:
        """The output of every layer for a batch, in the order of the tutorial's graph, without dropout.

        Args:
            images: [batch, 28, 28, 1] float32 in [0, 1].

        Returns:
            `conv1`, `conv2` (after ReLU), `pool1`, `pool2`, `fc1` and `fc2` (logits); before their ReLU,
            `conv1/preactivation`, `conv2/preactivation` and `fc1/preactivation`. Feature maps are
            [batch, height, width, channels], dense layers [batch, units].
        """
        named: dict[str, tf.Tensor] = {}
        maps = images
        for conv, pool in (("conv1", "pool1"), ("conv2", "pool2")):
            convolved = _convolve(maps, self._filters(conv, maps.dtype))
            named[f"{conv}/preactivation"] = convolved + self.biases[conv]
            named[conv] = tf.nn.relu(named[f"{conv}/preactivation"])
            maps = named[pool] = max_pool(named[conv])
        named["fc1/preactivation"] = tf.matmul(_flat(maps), self.weights["fc1"]) + self.biases["fc1"]
        named["fc1"] = tf.nn.relu(named["fc1/preactivation"])
        named["fc2"] = tf.matmul(named["fc1"], self.weights["fc2"]) + self.biases["fc2"]
        return named

    def read(self) -> Weights:
        """A copy of every parameter, by name."""
        return {name: variable.numpy().copy() for name, variable in self.parameters.items()}

    def load(self, weights: Mapping[str, NDArray[np.float32]]) -> None:
        """Set every parameter, by name.

        Raises:
            KeyError: a parameter is missing.
            ValueError: a shape is another network's.
        """
        for name, variable in self.parameters.items():
            variable.assign(weights[name])

    def _filters(self, layer: str, dtype: tf.DType) -> tf.Tensor:
        return tf.cast(tf.convert_to_tensor(self.weights[layer]), dtype)

    def _biased_relu(self, layer: str, values: tf.Tensor) -> tf.Tensor:
        return tf.nn.relu(values + tf.cast(self.biases[layer], values.dtype))


class Dropout:
    """Keep each value with probability `keep_prob`, scaled up by its inverse; drop the others to zero.

    Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting", JMLR 15 (2014), in the
    inverted form of `tf.nn.dropout`. Which values are kept is a function of (seed, step) and their place in the batch.

    Args:
        keep_prob: in (0, 1].
        seed: the run's.
        step: int32 scalar.
        rows: of the batch, those that will come; None for all of them.
    """

    def __init__(self, keep_prob: float, seed: int, step: tf.Tensor, rows: Rows | None = None) -> None:
        self.keep_prob = keep_prob
        self.seed = tf.stack([tf.constant(seed, tf.int32), tf.cast(step, tf.int32)])
        self.rows = rows

    def __call__(self, values: tf.Tensor) -> tf.Tensor:
        """Values of the same shape and dtype; the same tensor when everything is kept."""
        if self.keep_prob == 1.0:
            return values
        rate, rows = 1.0 - self.keep_prob, self.rows
        if rows is None:
            # Named, so that a GPU draws the same numbers as a CPU.
            return tf.nn.experimental.stateless_dropout(values, rate=rate, seed=self.seed, rng_alg="philox")
        drawn = uniform_rows(self.seed, rows, values.shape[1])
        return tf.nn.experimental.general_dropout(values, rate=rate, uniform_sampler=lambda shape, dtype: drawn)


def scope(layer: str) -> tf.name_scope:
    """The name scope of a layer; always the same one, wherever in a graph it is entered."""
    return tf.name_scope(f"{SCOPES[layer]}/")


def to_input(images: tf.Tensor) -> tf.Tensor:
    """Pixels as they are stored → what the network takes.

    Args:
        images: [batch, 28, 28] uint8.

    Returns:
        [batch, 28, 28, 1] float32 in [0, 1].
    """
    return tf.cast(images, tf.float32)[..., tf.newaxis] / 255.0


def cross_entropy(
    labels: tf.Tensor, logits: tf.Tensor, label_smoothing: float = 0.0, *, one_hot: bool = False
) -> tf.Tensor:
    """Mean softmax cross-entropy in nats.

    With smoothing ε the target is 1 - ε + ε / 10 for the right class and ε / 10 for each other: Szegedy et al.,
    "Rethinking the Inception Architecture for Computer Vision" (2016), section 7.

    Args:
        labels: [batch] int32.
        logits: [batch, 10] float32.
        label_smoothing: ε, in [0, 1).
        one_hot: whether the targets have a number for each class also without smoothing.
    """
    if not label_smoothing and not one_hot:
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))
    targets = (1.0 - label_smoothing) * tf.one_hot(labels, CLASSES) + label_smoothing / CLASSES
    return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(targets, logits))


def _convolve(maps: tf.Tensor, filters: tf.Tensor) -> tf.Tensor:
    """Maps [batch, height, width, channels] and filters [5, 5, channels, out] → [batch, height, width, out]."""
    return tf.nn.conv2d(maps, filters, strides=1, padding="SAME")


def _flat(maps: tf.Tensor) -> tf.Tensor:
    return tf.reshape(maps, [-1, np.prod(maps.shape[1:])])


def _initial_values(kind: str, shape: tuple[int, ...], seed: tuple[int, int]) -> tuple[tf.Tensor, tf.Tensor]:
    """Weights and biases of one layer.

    `tutorial`: truncated normal of σ 0.1, biases 0.1. `he`: truncated normal with σ² = 2 / fan-in after the
    truncation (He et al. 2015, "Delving Deep into Rectifiers", equation 10), biases 0.
    """
    if kind == "tutorial":
        return _truncated_normal(shape, seed, stddev=0.1), tf.fill(shape[-1:], 0.1)
    fan_in = int(np.prod(shape[:-1]))
    # A normal cut at two standard deviations has 0.8796 of its standard deviation left.
    return _truncated_normal(shape, seed, stddev=(2.0 / fan_in) ** 0.5 / 0.87962566), tf.zeros(shape[-1:])


def _truncated_normal(shape: tuple[int, ...], seed: tuple[int, int], stddev: float) -> tf.Tensor:
    return tf.random.stateless_truncated_normal(shape, seed, stddev=stddev, alg="philox")
