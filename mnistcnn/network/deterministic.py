"""Max pooling whose gradient is the same every time on a GPU, as XLA compiles it.

Pooling is a `tf.function` of its own, which is traced once for each shape and holds no variables. TensorFlow keeps the
graph around a `tf.custom_gradient` for ever, in its registry of gradients: when that was the graph of a whole training
step, every run in a process left its weights, slots and images behind (50 MB a run, 2026-11).
"""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf


@tf.function(autograph=False)
@tf.custom_gradient
def max_pool(maps: tf.Tensor) -> tuple[tf.Tensor, Callable[[tf.Tensor], tf.Tensor]]:
    """2×2 max pooling with stride 2, with a gradient that is deterministic on a GPU.

    XLA turns the gradient of TensorFlow's operation into a select-and-scatter, which adds in any order, and which it
    refuses to compile when operations must be deterministic. Here every place of a window asks whether it is the
    largest, so that XLA fuses the whole gradient into one pass without atomics. Of equals, the first in the order of
    rows takes all of the gradient, as in TensorFlow.

    Args:
        maps: [batch, height, width, channels] floats, height and width even.

    Returns:
        [batch, height / 2, width / 2, channels].
    """
    _, height, width, channels = maps.shape
    windows = tf.reshape(maps, [-1, height // 2, 2, width // 2, 2, channels])
    places = [windows[:, :, row, :, column] for row in (0, 1) for column in (0, 1)]
    largest = tf.reduce_max(tf.stack(places), axis=0)

    def gradient(upstream: tf.Tensor) -> tf.Tensor:
        shares, left = [], tf.ones_like(upstream, tf.bool)
        for place in places:
            takes = left & (place >= largest)
            shares.append(tf.where(takes, upstream, tf.zeros_like(upstream)))
            left &= ~takes
        rows = [tf.stack(shares[first : first + 2], axis=3) for first in (0, 2)]
        return tf.reshape(tf.stack(rows, axis=2), tf.shape(maps))

    return largest, gradient
