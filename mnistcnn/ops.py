"""The few operations whose default TensorFlow gradients cost more than they should.

Each has the value and the gradient of the TensorFlow operation that it replaces, ties included, and is tested
against it; `make bench-step` measures whether it still earns its place.

Each is a `tf.function` of its own, which is traced once for each shape and holds no variables. TensorFlow keeps the
graph around a `tf.custom_gradient` for ever, in its registry of gradients: when that was the graph of a whole training
step, every run in a process left its weights, slots and images behind (50 MB a run, 2026-11).
"""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf


@tf.function(autograph=False)
@tf.custom_gradient
def max_pool_2x2(maps: tf.Tensor) -> tuple[tf.Tensor, Callable[[tf.Tensor], tf.Tensor]]:
    """The largest value of each 2×2 cell, as `tf.nn.max_pool2d(maps, 2, 2, "SAME")`.

    The gradient is an equality mask compiled by XLA, about ten times as fast on a CPU as TensorFlow's.

    Args:
        maps: [batch, height, width, channels] floats; height and width are even.

    Returns:
        [batch, height / 2, width / 2, channels], of the same dtype.
    """
    pooled = tf.nn.max_pool2d(maps, 2, 2, "SAME")
    return pooled, lambda upstream: _route_to_winners(maps, pooled, upstream)


@tf.function(jit_compile=True, autograph=False)
def _route_to_winners(maps: tf.Tensor, pooled: tf.Tensor, upstream: tf.Tensor) -> tf.Tensor:
    """Give each cell's gradient to the first of its largest values, in the order that TensorFlow's kernel scans.

    Without the order a tie would be paid twice, and ties are common: a digit's background is constant.
    """
    _, height, width, channels = maps.shape
    cells = tf.reshape(maps, [-1, height // 2, 2, width // 2, 2, channels])
    is_largest = tf.equal(cells, pooled[:, :, None, :, None, :])
    free = tf.ones_like(pooled, tf.bool)
    rows = []
    for row in range(2):
        winners = []
        for column in range(2):
            wins = is_largest[:, :, row, :, column] & free
            free = free & ~wins
            winners.append(tf.where(wins, upstream, tf.zeros_like(upstream)))
        rows.append(tf.stack(winners, axis=3))
    return tf.reshape(tf.stack(rows, axis=2), tf.shape(maps))


@tf.function(autograph=False)
@tf.custom_gradient
def dense(
    inputs: tf.Tensor, weights: tf.Tensor
) -> tuple[tf.Tensor, Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]]:
    """`inputs @ weights`, with the gradient of `inputs` computed as `(weights @ upstreamᵀ)ᵀ`.

    The product is the same; in this order the large matrix is read along its rows, which took 2.0 ms instead
    of 3.2 ms for [50, 3136] × [3136, 1024] (2 cores, AMD EPYC, 2026-11).

    Args:
        inputs: [batch, n] floats.
        weights: [n, m] floats.

    Returns:
        [batch, m].
    """

    def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        to_inputs = tf.transpose(tf.matmul(weights, upstream, transpose_b=True))
        to_weights = tf.matmul(inputs, upstream, transpose_a=True)
        return to_inputs, to_weights

    return tf.matmul(inputs, weights), gradient
