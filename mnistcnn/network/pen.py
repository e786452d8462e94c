"""What other people's pens do to a digit: wider and narrower strokes, gaps, feet under 1s and bars through 7s.

Like all augmentation, it is a function of (seed, step). Its random numbers are a stream of its own, and each kind of
change has its own columns of it, so that a limit that is raised leaves all other changes as they were.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from ..config.recipe import AugmentationConfig
from .randomness import Rows, uniform_rows

_SIZE = 28
_WIDTH, _CONTRAST, _GAP, _PLACE = range(4)
_FEET = slice(4, 12)
_NUMBERS = 12
_ONE, _SEVEN = 1, 7


class Pen:
    """Changes the strokes of images.

    Args:
        config: the limits.
        seed: of the augmentation, negative.
    """

    def __init__(self, config: AugmentationConfig, seed: int) -> None:
        self._config = config
        self._seed = seed

    def draw(self, images: tf.Tensor, step: tf.Tensor, rows: Rows | None) -> tf.Tensor:
        """The random numbers of each image, [batch, 12], even in [0, 1).

        Args:
            images: [batch, 28, 28, 1].
            step: int32 scalar.
            rows: which of the batch these images are; None for all of them.
        """
        # The maps of augmentation have the same seed and steps of 0 and more.
        seed = [self._seed, -1 - tf.cast(step, tf.int32)]
        if rows is not None:
            return uniform_rows(tf.stack(seed), rows, _NUMBERS)
        batch = images.shape[0] or tf.shape(images)[0]
        return tf.random.stateless_uniform([batch, _NUMBERS], seed, alg="philox")

    def redraw(self, images: tf.Tensor, labels: tf.Tensor | None, drawn: tf.Tensor) -> tf.Tensor:
        """Add feet and bars and leave gaps, before the digit is bent and turned.

        Args:
            images: [batch, 28, 28, 1] float32 in [0, 1].
            labels: [batch], which digits they are; None: no feet, no bars.
            drawn: from `draw`.
        """
        if self._config.feet and labels is not None:
            images = _with_feet(images, labels, tf.constant(self._config.feet), drawn[:, _FEET])
        if self._config.gap:
            # Half of the images stay whole.
            diameter = self._config.gap * (2.0 * drawn[:, _GAP] - 1.0)
            images = _with_gap(images, diameter, drawn[:, _PLACE])
        return images

    def reweigh(self, images: tf.Tensor, drawn: tf.Tensor) -> tf.Tensor:
        """Change the width and the contrast of strokes, when the digit has its size.

        Args:
            images: [batch, 28, 28, 1] float32 in [0, 1].
            drawn: from `draw`.
        """
        if self._config.stroke:
            images = _widened(images, self._config.stroke * (2.0 * drawn[:, _WIDTH] - 1.0))
        if self._config.contrast:
            exponents = 2.0 ** (self._config.contrast * (2.0 * drawn[:, _CONTRAST] - 1.0))
            images = _to_power(images, exponents)
        return images


@tf.function(jit_compile=True, autograph=False)
def _widened(images: tf.Tensor, pixels: tf.Tensor) -> tf.Tensor:
    """Strokes that are wider by so many pixels, or narrower if that is negative, at most 2 either way.

    Wider is on the way to a dilation by 3×3 pixels, which adds 2. Narrower is on the way to an erosion, but what is so
    thin that an opening would remove it stays, so that no stroke breaks: a part of the skeleton that C. Lantuéjoul
    defines (J. Serra, "Image Analysis and Mathematical Morphology", 1982, chapter XI).

    Args:
        images: [batch, 28, 28, 1] in [0, 1].
        pixels: [batch].
    """
    share = (pixels / 2.0)[:, tf.newaxis, tf.newaxis, tf.newaxis]
    eroded = 1.0 - _dilated(1.0 - images)
    narrower = images - _dilated(eroded) + eroded
    changed = images + tf.where(share > 0, share * (_dilated(images) - images), -share * (narrower - images))
    # Rounding can leave a little less than no ink, of which there is no power.
    return tf.clip_by_value(changed, 0.0, 1.0)


def _dilated(images: tf.Tensor) -> tf.Tensor:
    """The largest of 3×3 pixels around each, [batch, 28, 28, 1]; what is outside the image is 0."""
    rows = tf.pad(images, [[0, 0], [1, 1], [0, 0], [0, 0]])
    tall = tf.maximum(tf.maximum(rows[:, :-2], rows[:, 1:-1]), rows[:, 2:])
    columns = tf.pad(tall, [[0, 0], [0, 0], [1, 1], [0, 0]])
    return tf.maximum(tf.maximum(columns[:, :, :-2], columns[:, :, 1:-1]), columns[:, :, 2:])


@tf.function(jit_compile=True, autograph=False)
def _to_power(images: tf.Tensor, exponents: tf.Tensor) -> tf.Tensor:
    """Grey made darker or lighter; full ink and background stay.

    Args:
        images: [batch, 28, 28, 1] in [0, 1].
        exponents: [batch], above 0; below 1, edges get more ink.
    """
    return images ** exponents[:, tf.newaxis, tf.newaxis, tf.newaxis]


@tf.function(jit_compile=True, autograph=False)
def _with_gap(images: tf.Tensor, diameter: tf.Tensor, place: tf.Tensor) -> tf.Tensor:
    """Images without the ink in a disc, whose centre is a random place of the ink.

    Args:
        images: [batch, 28, 28, 1] in [0, 1].
        diameter: [batch] in pixels; none if it is not above 0.
        place: [batch] in [0, 1): the share of the ink, row by row, that comes before the centre.
    """
    ink = tf.reshape(images, [-1, _SIZE * _SIZE])
    before = tf.cumsum(ink, axis=1)
    centre = tf.reduce_sum(tf.cast(before <= place[:, tf.newaxis] * before[:, -1:], tf.float32), axis=1)
    row, column = centre // _SIZE, centre % _SIZE
    distance = tf.sqrt((_rows() - _wide(row)) ** 2 + (_columns() - _wide(column)) ** 2)
    # A disc of diameter 0 would still soften the pixel in its centre.
    kept = tf.where(_wide(diameter) > 0, tf.clip_by_value(distance - _wide(diameter) / 2 + 0.5, 0.0, 1.0), 1.0)
    return images * kept[..., tf.newaxis]


@tf.function(jit_compile=True, autograph=False)
def _with_feet(images: tf.Tensor, labels: tf.Tensor, share: tf.Tensor, drawn: tf.Tensor) -> tf.Tensor:
    """Some of the 1s with a foot, a flag at the top or both, and some of the 7s with a bar through the stem.

    Args:
        images: [batch, 28, 28, 1] in [0, 1].
        labels: [batch].
        share: scalar, how many of the 1s and 7s.
        drawn: [batch, 8], even in [0, 1).
    """
    chosen, which, left, right, length, angle, place, width = tf.unstack(drawn, axis=1)
    ink = images[..., 0]
    is_one, is_seven = tf.equal(labels, _ONE), tf.equal(labels, _SEVEN)
    inked = tf.reduce_max(ink, axis=2) > 0.5
    index = tf.range(_SIZE, dtype=tf.float32)
    top = tf.reduce_min(tf.where(inked, index, _SIZE - 1.0), axis=1)
    bottom = tf.reduce_max(tf.where(inked, index, 0.0), axis=1)
    radius = 1.0 + 0.75 * width

    across = tf.where(is_one, bottom + 0.5 - radius, top + (0.4 + 0.25 * place) * (bottom - top))
    stem = _ink_column(ink, across)
    tilt = tf.where(is_one, 0.0, 4.0 * angle - 2.0)
    bar = _segment(across + tilt / 2, stem - 1.5 - 4.5 * left, across - tilt / 2, stem + 1.5 + 4.5 * right, radius)
    tip, slope = _ink_column(ink, top + radius), (25.0 + 40.0 * angle) * np.pi / 180
    reach = 3.0 + 8.0 * length  # Up to half of the digit, which is about 20 pixels high.
    start = top - 0.5 + radius
    flag = _segment(start, tip, start + reach * tf.sin(slope), tip - reach * tf.cos(slope), radius)

    chosen = chosen < share
    has_bar = chosen & (is_seven | (is_one & (which < 2 / 3)))
    has_flag = chosen & is_one & (which > 1 / 3)
    ink = tf.maximum(ink, tf.where(_wide(has_bar), bar, 0.0))
    return tf.maximum(ink, tf.where(_wide(has_flag), flag, 0.0))[..., tf.newaxis]


def _ink_column(ink: tf.Tensor, row: tf.Tensor) -> tf.Tensor:
    """The mean column of the ink in the rows around `row` [batch]: [batch]."""
    weights = ink * tf.maximum(0.0, 1.0 - tf.abs(_rows() - _wide(row)) / 3.0)
    total = tf.reduce_sum(weights, axis=(1, 2))
    return tf.reduce_sum(weights * _columns(), axis=(1, 2)) / tf.maximum(total, 1e-6)


def _segment(
    row: tf.Tensor, column: tf.Tensor, to_row: tf.Tensor, to_column: tf.Tensor, radius: tf.Tensor
) -> tf.Tensor:
    """A straight stroke of a round pen, [batch, 28, 28] in [0, 1]; every argument is [batch], in pixels."""
    down, right = _rows() - _wide(row), _columns() - _wide(column)
    along_down, along_right = _wide(to_row - row), _wide(to_column - column)
    length = tf.maximum(along_down**2 + along_right**2, 1e-6)
    nearest = tf.clip_by_value((down * along_down + right * along_right) / length, 0.0, 1.0)
    distance = tf.sqrt((down - nearest * along_down) ** 2 + (right - nearest * along_right) ** 2)
    return tf.clip_by_value(_wide(radius) + 0.5 - distance, 0.0, 1.0)


def _rows() -> tf.Tensor:
    return tf.range(_SIZE, dtype=tf.float32)[tf.newaxis, :, tf.newaxis]


def _columns() -> tf.Tensor:
    return tf.range(_SIZE, dtype=tf.float32)[tf.newaxis, tf.newaxis, :]


def _wide(values: tf.Tensor) -> tf.Tensor:
    """[batch] → [batch, 1, 1]."""
    return values[:, tf.newaxis, tf.newaxis]
