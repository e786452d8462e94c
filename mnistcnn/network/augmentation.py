"""Training images, changed at random in ways that leave a digit what it is: affine maps, elastic distortions, pens.

Everything is a function of (seed, step): nothing is remembered, and a resumed run sees the same images.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from ..config.recipe import AugmentationConfig
from .pen import Pen
from .randomness import Rows, uniform_rows

_SIZE = 28
_CENTRE = (_SIZE - 1) / 2
_AFFINE = 6  # Random numbers for one image: rotation, two scales, two shifts, shear.


class Augmentation:
    """Changes batches of images.

    Each image is first bent: each pixel is moved by a field of random numbers that a Gaussian has made smooth (Simard,
    Steinkraus and Platt, "Best Practices for Convolutional Neural Networks Applied to Visual Document Analysis", ICDAR
    2003). Then it is scaled, slanted, turned and shifted about its centre, by amounts drawn evenly up to the limits.
    Both are one movement: in between pixels, values are bilinear, once; outside the image there is background. What a
    pen changes comes before (feet, bars, gaps) and after it (width and contrast of strokes).

    Args:
        config: the limits.
        seed: the run's.
    """

    def __init__(self, config: AugmentationConfig, seed: int) -> None:
        self.config = config
        # No other user of the seed has a negative one, so none shares these random numbers.
        self.seed = -1 - seed
        self._pen = Pen(config, self.seed)
        self._smoothing = tf.constant(smoothing_matrix(config.elastic_smoothness))

    def __call__(
        self, images: tf.Tensor, step: tf.Tensor, rows: Rows | None = None, labels: tf.Tensor | None = None
    ) -> tf.Tensor:
        """Change each image in its own way.

        Args:
            images: [batch, 28, 28, 1] float32 in [0, 1]; 0 is background.
            step: int32 scalar.
            rows: which of the batch these images are; None for all of them.
            labels: [batch], which digits they are; None: no feet and no bars.

        Returns:
            Images of the same shape, in the same range.
        """
        if not self.config.changes_strokes:
            return self._moved(images, step, rows)
        drawn = self._pen.draw(images, step, rows)
        return self._pen.reweigh(self._moved(self._pen.redraw(images, labels, drawn), step, rows), drawn)

    def _moved(self, images: tf.Tensor, step: tf.Tensor, rows: Rows | None) -> tf.Tensor:
        """Bend, scale, slant, turn and shift each image."""
        numbers = _AFFINE + (2 * _SIZE * _SIZE if self.config.elastic else 0)
        seed = [self.seed, tf.cast(step, tf.int32)]
        # Outside of XLA, whose generator has another order of numbers.
        if rows is None:
            batch = images.shape[0] or tf.shape(images)[0]
            drawn = tf.random.stateless_uniform([batch, numbers], seed, -1.0, 1.0, alg="philox")
        else:
            drawn = 2.0 * uniform_rows(tf.stack(seed), rows, numbers) - 1.0
        return _warped(images, self._sources(drawn))

    def _sources(self, drawn: tf.Tensor) -> tf.Tensor:
        """Where each pixel of the result comes from: [batch, 28, 28, 2] of rows and columns.

        Args:
            drawn: [batch, 6 or 6 + 2 · 28 · 28] random numbers, even in [-1, 1).
        """
        offsets = tf.range(_SIZE, dtype=tf.float32) - _CENTRE
        grid = tf.stack(tf.meshgrid(offsets, offsets, indexing="ij"), axis=-1)
        shifts = self.config.shift * drawn[:, tf.newaxis, tf.newaxis, 4:_AFFINE]
        sources = tf.einsum("bij,byxj->byxi", self._inverse_maps(drawn), grid - shifts) + _CENTRE
        if self.config.elastic:
            sources += self.config.elastic * self._smooth_fields(drawn[:, _AFFINE:])
        return sources

    def _inverse_maps(self, drawn: tf.Tensor) -> tf.Tensor:
        """From offsets in the result to offsets in the image, both (y, x) from the centre: [batch, 2, 2].

        The image is scaled by (h, w), slanted by k and turned by θ, so this is the inverse of

            [cos θ, -sin θ]   [1, 0]   [h, 0]
            [sin θ,  cos θ] · [k, 1] · [0, w]
        """
        angle = self.config.rotation * np.pi / 180 * drawn[:, 0]
        height, width = (1.0 + self.config.scale * drawn[:, i] for i in (1, 2))
        slant = self.config.shear * drawn[:, 3]
        cos, sin = tf.cos(angle), tf.sin(angle)
        to_y = tf.stack([cos / height, sin / height], axis=1)
        to_x = tf.stack([-(sin + slant * cos) / width, (cos - slant * sin) / width], axis=1)
        return tf.stack([to_y, to_x], axis=1)

    def _smooth_fields(self, drawn: tf.Tensor) -> tf.Tensor:
        """Smooth random fields of mean 0 and variance 1 at every pixel, [batch, 28, 28, 2].

        Args:
            drawn: [batch, 28 · 28 · 2], even in [-1, 1), whose variance is 1/3.
        """
        noise = tf.reshape(drawn, [-1, _SIZE, _SIZE, 2])
        return 3.0**0.5 * tf.einsum("yi,bijc,xj->byxc", self._smoothing, noise, self._smoothing)


def smoothing_matrix(deviation: float) -> NDArray[np.float32]:
    """A Gaussian along one axis, [28, 28], each row of which has the length 1: it keeps the variance of noise.

    At the edge, too, where a Gaussian that sees nothing but zeros beyond would calm the noise.

    Args:
        deviation: the Gaussian's standard deviation in pixels.
    """
    distances = np.subtract.outer(np.arange(_SIZE), np.arange(_SIZE))
    gaussian = np.exp(-0.5 * (distances / deviation) ** 2)
    return np.asarray(gaussian / np.linalg.norm(gaussian, axis=1, keepdims=True), np.float32)


@tf.function(jit_compile=True, autograph=False)
def _warped(images: tf.Tensor, sources: tf.Tensor) -> tf.Tensor:
    """The images' values at the places `sources`, bilinear, background outside.

    Args:
        images: [batch, 28, 28, 1].
        sources: [batch, 28, 28, 2] of rows and columns, anywhere.
    """
    # With a border of background, a place that is outside is as good as one in the border.
    bordered = tf.pad(images, [[0, 0], [1, 1], [1, 1], [0, 0]])
    width = _SIZE + 2
    places = tf.clip_by_value(sources + 1.0, 0.0, width - 1.0)
    corners = tf.minimum(tf.floor(places), width - 2.0)
    down, right = tf.unstack(places - corners, axis=-1)
    row, column = tf.unstack(tf.cast(corners, tf.int32), axis=-1)
    pixels, first = tf.reshape(bordered, [-1, width * width]), row * width + column

    def value(offset: int) -> tf.Tensor:
        return tf.gather(pixels, first + offset, batch_dims=1)

    above = value(0) * (1.0 - right) + value(1) * right
    below = value(width) * (1.0 - right) + value(width + 1) * right
    return (above * (1.0 - down) + below * down)[..., tf.newaxis]
