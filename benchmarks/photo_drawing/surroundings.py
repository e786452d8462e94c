"""What lies around the sheet and on it, and what the border of the picture cuts off."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.transform import ProjectiveTransform, warp

from .pen import Digit, Pixels, Random, drawn
from .sheet import PAPER, Photo, middle, paper, photographed, sheet, sized, write


def perspective(digits: Sequence[Digit], random: Random) -> Photo:
    """The sheet seen from one side."""
    page = sheet(digits, random)
    return photographed(seen_askew(page, random, 0.1, PAPER), digits, random)


def seen_askew(page: Pixels, random: Random, strength: float, around: NDArray[np.floating]) -> Pixels:
    """Corners moved inwards by up to a share of the sides; outside it is the colour `around`."""
    height, width = page.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], float)
    moved = corners + (np.array([width, height]) / 2 - corners) * random.uniform(0, 2 * strength, (4, 2))
    transform = ProjectiveTransform.from_estimate(moved, corners)
    inside = warp(np.ones(page.shape), transform, order=1)
    return warp(page, transform, order=1) + (1 - inside) * around


def touching_border(digits: Sequence[Digit], random: Random) -> Photo:
    """A stroke ends at the picture's border."""
    shape, height, pen = sized(random)
    page = paper(shape, random)
    ink = drawn(digits[0], height, pen)
    top, left = middle(page, ink, random)
    side = random.integers(4)
    top = {0: -2, 1: shape[0] - ink.shape[0] + 2}.get(side, top)
    left = {2: -2, 3: shape[1] - ink.shape[1] + 2}.get(side, left)
    write(page, ink, top, left)
    return photographed(page, digits, random)


def thumb(digits: Sequence[Digit], random: Random) -> Photo:
    """A thumb holds the sheet in a corner."""
    page = sheet(digits, random)
    height, width = page.shape[:2]
    y, x = np.meshgrid(np.arange(height), np.arange(width), indexing="ij")
    if random.integers(2):
        x = width - 1 - x
    if random.integers(2):
        y = height - 1 - y
    size = min(height, width) * random.uniform(0.12, 0.2)
    away = np.hypot(x / (1.3 * size), y / size)
    skin = np.clip((1 - away) * size / 3, 0, 1)[..., None]
    return photographed(page * (1 - skin) + np.array([0.8, 0.58, 0.47]) * skin, digits, random)


def neighbour(digits: Sequence[Digit], random: Random) -> Photo:
    """A second digit that the picture's side cuts off."""
    shape, height, pen = sized(random)
    page = paper(shape, random)
    ink, cut = drawn(digits[0], height, pen), drawn(digits[1], height, pen)
    top, left = (shape[0] - ink.shape[0]) // 2, (shape[1] - ink.shape[1]) // 2
    write(page, ink, top, left)
    shown = int(cut.shape[1] * random.uniform(0.3, 0.6))
    write(page, cut, top, shape[1] - shown if random.integers(2) else shown - cut.shape[1])
    return photographed(page, digits[:1], random)


def on_desk(page: Pixels, random: Random, sides: Sequence[int]) -> Pixels:
    """The sheet on a desk, dark or light, plain or of wood, that shows on some sides (top, bottom, left, right)."""
    colors = np.array([[0.28, 0.2, 0.13], [0.15, 0.15, 0.16], [0.5, 0.36, 0.22], [0.62, 0.62, 0.6]])
    margins = [0, 0, 0, 0]
    for side in sides:
        margins[side] = int(page.shape[side // 2] * random.uniform(0.08, 0.25))
    top, bottom, left, right = margins
    shape = (page.shape[0] + top + bottom, page.shape[1] + left + right)
    grain = ndimage.gaussian_filter(random.normal(0, 1, shape), (1, 40)) * random.uniform(0, 0.6)
    ground = np.clip(paper(shape, random, colors[random.integers(4)]) * (1 + grain[..., None]), 0, 1)
    ground[top : top + page.shape[0], left : left + page.shape[1]] = page
    return ground


def desk_one_side(digits: Sequence[Digit], random: Random) -> Photo:
    """A desk beyond one edge of the sheet."""
    return photographed(on_desk(sheet(digits, random), random, [int(random.integers(4))]), digits, random)


def desk_around(digits: Sequence[Digit], random: Random) -> Photo:
    """A sheet in the middle of a desk."""
    return photographed(on_desk(sheet(digits, random), random, range(4)), digits, random)


def tilted_on_desk(digits: Sequence[Digit], random: Random) -> Photo:
    """A sheet that lies askew on a desk of one colour."""
    color = random.choice([[0.28, 0.2, 0.13], [0.15, 0.15, 0.16], [0.5, 0.36, 0.22]])
    page = np.pad(sheet(digits, random), ((60, 60), (60, 60), (0, 0)), constant_values=-1)
    askew = seen_askew(np.where(page < 0, color, page), random, 0.12, color)
    return photographed(askew, digits, random)
