"""Searches for the input that excites a unit most: gradient ascent on an image.

Erhan et al., "Visualizing Higher-Layer Features of a Deep Network" (2009), with what Olah, Mordvintsev and Schubert,
"Feature Visualization" (Distill 2017), found to keep such inputs readable. The gradient is decorrelated: of the waves
that it is made of, long ones count more than short ones as in natural images ("Preconditioning and Parameterization"),
so that ascent finds strokes before it finds noise. And the image is shifted a little at each step ("Transformation
Robustness"). The waves are cosines, which unlike Fourier's do not make opposite borders alike.

A step is as large for a weak gradient as for a strong one, and a pixel that reaches 0 or 1 stays there while the
gradient pushes it on. A unit's response is nearly linear in each pixel, so its largest one is found where most pixels
are paper or full ink, and such steps reach that in a third of the steps that Adam needs on a sigmoid's argument.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ...network.model import IMAGE_SIZE, Network
from .own_responses import Floats, Respond, own_responses
from .receptive_fields import RECEPTIVE_FIELDS

_STEPS = 32
_FIRST_STEP, _LAST_STEP = 0.25, 0.15
"""By how much a pixel changes at most at the first and at the last step."""
_MOMENTUM = 0.5
_FIRST_DECAY = 1.0
_START, _SPREAD = 0.27, 0.05  # ink of the first image, and its standard deviation
_JITTER = 1  # pixels in each direction
_SETTLED = 0.45  # of the steps; after that nothing is shifted any more
_INK = 0.08
"""Price of a pixel's ink at the first step; like that of variation, it falls to zero, so that excitement wins."""


@dataclass(frozen=True)
class Search:
    """How the inputs of a layer's units are searched for."""

    starts: int
    """The best of so many searches is kept."""
    decay: float
    """At the last step, a wave of twice the frequency has 2^-this times the weight; at the first, a half."""
    smoothness: float
    """Price of total variation at the first step."""


SEARCHES = {
    "conv2": Search(starts=2, decay=0.8, smoothness=0.6),
    # Whole images take fifty times as long as a patch.
    "fc1": Search(starts=1, decay=0.5, smoothness=0.4),
    "fc2": Search(starts=1, decay=0.5, smoothness=0.4),
}


@dataclass(frozen=True, eq=False)
class Maximised:
    """Inputs that excite units as much as an input can, or nearly."""

    units: tuple[int, ...]
    images: NDArray[np.float32]
    """[units, size, size] in [0, 1]: a receptive field, or for dense layers a whole image."""
    values: NDArray[np.float32]
    """Each unit's response to its image, before ReLU, [units]."""


def maximise(network: Network, layer: str, units: Sequence[int]) -> Maximised:
    """Search for the inputs of some units of `conv1`, `conv2`, `fc1` or `fc2`.

    A convolution's unit is the one in the middle of its receptive field, away from the border.
    """
    if layer == "conv1":
        return _exact(network, units)
    search = SEARCHES[layer]
    size = IMAGE_SIZE if layer in ("fc1", "fc2") else RECEPTIVE_FIELDS[layer].size
    respond = own_responses(network, layer, list(units) * search.starts)
    images = _ascend(respond, len(units) * search.starts, size, search)
    values, _ = respond(images)
    starts, order = values.reshape(-1, len(units)), np.arange(len(units))
    best = starts.argmax(axis=0) * len(units) + order
    return Maximised(tuple(units), images[best], values[best])


def _exact(network: Network, units: Sequence[int]) -> Maximised:
    """One convolution is linear: its largest response is to full ink under every positive weight, and only there."""
    weights = network.weights["conv1"].numpy()[:, :, 0, list(units)]
    images = np.moveaxis(weights > 0, -1, 0).astype(np.float32)
    values = np.maximum(weights, 0).sum(axis=(0, 1)) + network.biases["conv1"].numpy()[list(units)]
    return Maximised(tuple(units), images, values)


def _ascend(respond: Respond, count: int, size: int, search: Search) -> Floats:
    """Climb on `count` canvases that are `_JITTER` larger than the image on every side; [count, size, size]."""
    random = np.random.Generator(np.random.Philox(0))
    side = size + 2 * _JITTER
    canvas = np.clip(_START + _SPREAD * random.standard_normal((count, side, side), np.float32), 0, 1)
    speed, sensitivity = np.zeros_like(canvas), np.ones((count, 1, 1), np.float32)
    for step, (top, left) in enumerate(_shifts(random)):
        progress = step / (_STEPS - 1)
        window = np.s_[:, top : top + size, left : left + size]
        _, excitement = respond(canvas[window])
        if step == 0:
            # How much a pixel changes each unit, on average: by it, penalties weigh the same for all units.
            sensitivity = np.maximum(np.abs(excitement).mean(axis=(1, 2), keepdims=True), 1e-6)
        gradient = -(1 - step / _STEPS) * (search.smoothness * _variation_gradient(canvas) + np.float32(_INK))
        gradient[window] += excitement / sensitivity
        filtered = _decorrelate(gradient, _FIRST_DECAY + progress * (search.decay - _FIRST_DECAY))
        speed = _MOMENTUM * speed + (1 - _MOMENTUM) * _even(filtered, canvas)
        canvas = np.clip(canvas + _FIRST_STEP * (_LAST_STEP / _FIRST_STEP) ** progress * speed, 0, 1)
    return np.asarray(canvas[:, _JITTER:-_JITTER, _JITTER:-_JITTER])


def _shifts(random: np.random.Generator) -> NDArray[np.int64]:
    """Where the image begins on its canvas at each step, [steps, 2]: anywhere at first, in the middle at the end."""
    shifts = random.integers(0, 2 * _JITTER + 1, (_STEPS, 2))
    shifts[round(_SETTLED * _STEPS) :] = _JITTER
    return shifts


def _variation_gradient(images: Floats) -> Floats:
    """Of the total variation, the sum of the differences' sizes between pixels side by side or one above the other."""
    gradient = np.zeros_like(images)
    for axis in (1, 2):
        rising = np.moveaxis(np.sign(np.diff(images, axis=axis)), axis, -1)
        along = np.moveaxis(gradient, axis, -1)
        along[..., 1:] += rising
        along[..., :-1] -= rising
    return gradient


def _decorrelate(gradients: Floats, decay: float) -> Floats:
    """Weight the waves of each gradient, [n, side, side], by their frequency to the power of -`decay`."""
    basis, frequency = _cosines(gradients.shape[-1])
    waves = basis.T @ gradients @ basis
    weights = np.maximum(frequency, 1.0) ** np.float32(-decay)
    return np.asarray(basis @ (waves * weights) @ basis.T, np.float32)


@lru_cache
def _cosines(side: int) -> tuple[Floats, Floats]:
    """The orthonormal basis of the discrete cosine transform, [pixels, waves], and the frequency of each two waves."""
    pixels, waves = np.arange(side)[:, np.newaxis], np.arange(side)
    basis = np.cos(np.pi * (pixels + 0.5) * waves / side) * np.sqrt(np.where(waves, 2, 1) / side)
    return basis.astype(np.float32), np.hypot(waves[:, np.newaxis], waves).astype(np.float32)


def _even(gradients: Floats, images: Floats) -> Floats:
    """Gradients of one size for all images, between -1 and 1; pixels that cannot follow theirs do not count."""
    free = ~((images <= 0) & (gradients < 0) | (images >= 1) & (gradients > 0))
    squares = (np.square(gradients) * free).sum(axis=(1, 2), keepdims=True)
    size = np.sqrt(squares / np.maximum(free.sum(axis=(1, 2), keepdims=True, dtype=np.float32), 1))
    return np.asarray(np.tanh(gradients / (size + np.float32(1e-9))), np.float32)
