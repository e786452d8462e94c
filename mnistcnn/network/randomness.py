"""Random numbers for some rows of a batch: the same that one process draws for all of it."""

from __future__ import annotations

from dataclasses import dataclass

import tensorflow as tf

_PHILOX = 1
_NUMBERS_PER_COUNT = 4


@dataclass(frozen=True)
class Rows:
    """The rows of a batch that one replica works on."""

    first: int | tf.Tensor
    """Scalar."""
    count: int

    def of(self, batch: tf.Tensor) -> tf.Tensor:
        """Those rows of a vector, with a static shape: [count]."""
        return tf.slice(batch, [self.first], [self.count])


def uniform_rows(seed: tf.Tensor, rows: Rows, columns: int) -> tf.Tensor:
    """Some rows of `tf.random.stateless_uniform([batch, columns], seed, alg="philox")`, bit for bit.

    Philox counts, and turns each count into four numbers (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
    SC 2011), so that it can begin anywhere: what a replica draws does not depend on how large the whole batch is.

    Args:
        seed: [2] int32.
        rows: which.
        columns: numbers in a row.

    Returns:
        [rows.count, columns] float32, in [0, 1).
    """
    key, counter = tf.raw_ops.StatelessRandomGetKeyCounter(seed=seed)
    first = tf.cast(rows.first, tf.int64) * columns
    counts, offset = first // _NUMBERS_PER_COUNT, first % _NUMBERS_PER_COUNT
    # TensorFlow begins with 0 in the lower half of the counter.
    counter += tf.cast(tf.stack([counts, tf.zeros_like(counts)]), tf.uint64)
    numbers = rows.count * columns
    drawn = tf.raw_ops.StatelessRandomUniformV2(
        shape=[numbers + _NUMBERS_PER_COUNT - 1], key=key, counter=counter, alg=_PHILOX
    )
    return tf.reshape(tf.slice(drawn, [offset], [numbers]), [rows.count, columns])
