"""Pictures that are no digits, or no longer, in MNIST's frame: what a network should doubt.

A kind is a function from digits, a count and a random generator to images [count, 28, 28] uint8. `CHOSEN_BY` are what
the score and its settings were chosen by, `REPORTED` what they are judged by; no kind is in both.
"""

from __future__ import annotations

import string
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray
from photo_drawing.pen import stroke
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage
from scipy.interpolate import make_interp_spline
from skimage.morphology import skeletonize

from mnistcnn.data.framing import frame

Images = NDArray[np.uint8]
"""[n, 28, 28], 0 (background) to 255 (ink)."""
Random = np.random.Generator
Draw = Callable[[Images, int, Random], Images]

SIDE = 28
GLYPH = 140  # Pixels that the longer side of a letter or scribble has while it is drawn.
FONTS = (
    "DejaVuSans", "DejaVuSans-Oblique", "DejaVuSerif", "DejaVuSansMono", "STIXGeneral", "STIXGeneralItalic", "cmr10",
)  # fmt: skip
LIKE_DIGITS = "BDIOQSZbgiloqsz"
"""Letters that a person takes for a digit as well, when they stand alone and fill the frame."""
LETTERS = "".join(letter for letter in string.ascii_letters if letter not in LIKE_DIGITS)
SYMBOLS = "αβγδζηθκλμξπρσφψωΓΔΘΛΞΠΣΦΨΩ&%$#@?+=<>{}[]*§¶€£"


@dataclass(frozen=True)
class Kind:
    """One row of the table."""

    name: str
    draw: Draw
    least_auroc: float | None = None
    """What docs/evaluation.md promises; None if nothing."""


def pen(points: NDArray[np.floating], random: Random) -> Images:
    """One line through points in [0, 1]², drawn with a pen and framed as MNIST would."""
    return frame(stroke(points * GLYPH, GLYPH * random.uniform(0.09, 0.15)).astype(np.float32))


@cache
def skeleton(character: str, font: str) -> NDArray[np.floating]:
    """The middle of a character's strokes: [n, 2] points, the longer side from 0 to 1."""
    path = Path(mpl.get_data_path()) / "fonts" / "ttf" / f"{font}.ttf"
    canvas = Image.new("L", (2 * GLYPH, 2 * GLYPH))
    ImageDraw.Draw(canvas).text((GLYPH // 2, GLYPH // 4), character, 255, ImageFont.truetype(path, GLYPH))
    points = np.argwhere(skeletonize(np.asarray(canvas) > 127)).astype(float)
    points -= points.min(axis=0)
    return points / max(points.max(), 1)


def written(characters: str, fonts: tuple[str, ...], _: Images, count: int, random: Random) -> Images:
    """Characters of a font as pen strokes, slightly slanted."""
    images = []
    for _index in range(count):
        points = skeleton(random.choice(list(characters)), random.choice(fonts))
        slant = np.array([[1, random.uniform(-0.25, 0.25)], [0, 1]])
        images.append(pen(points @ slant, random))
    return np.stack(images)


def scribbles(_: Images, count: int, random: Random) -> Images:
    """Smooth curves through five to nine random points."""
    images = []
    for _index in range(count):
        knots = random.uniform(0, 1, (random.integers(5, 10), 2))
        curve = make_interp_spline(np.linspace(0, 1, len(knots)), knots, k=3)
        images.append(pen(curve(np.linspace(0, 1, 2000)), random))
    return np.stack(images)


def polygons(_: Images, count: int, random: Random) -> Images:
    """Closed lines through three to six random corners."""
    images = []
    for _index in range(count):
        corners = random.uniform(0, 1, (random.integers(3, 7), 2))
        along = np.linspace(0, len(corners), 2000, endpoint=False)
        whole, part = along.astype(int), (along % 1)[:, None]
        images.append(pen(corners[whole] * (1 - part) + np.roll(corners, -1, axis=0)[whole] * part, random))
    return np.stack(images)


def textures(_: Images, count: int, random: Random) -> Images:
    """Stripes, checks, rings, dots and smooth noise, over the whole image."""
    y, x = np.meshgrid(np.arange(SIDE), np.arange(SIDE), indexing="ij")
    images = []
    for index in range(count):
        turn, period, phase = random.uniform(0, np.pi), random.uniform(3, 10), random.uniform(0, 2 * np.pi)
        u, v = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
        rate = 2 * np.pi / period
        ring = np.hypot(x - random.uniform(0, SIDE), y - random.uniform(0, SIDE))
        noise = ndimage.gaussian_filter(random.normal(size=(SIDE, SIDE)), random.uniform(0.5, 2.5))
        pattern = (
            np.sin(rate * u + phase), np.sin(rate * u) * np.sin(rate * v), np.sin(rate * ring + phase),
            np.maximum(np.cos(rate * u), 0) * np.maximum(np.cos(rate * v), 0), noise,
        )[index % 5]  # fmt: skip
        images.append(255 * (pattern - pattern.min()) / np.ptp(pattern))
    return np.rint(images).astype(np.uint8)


def blanks(_: Images, count: int, random: Random) -> Images:
    """Nothing, all ink, one grey, or a slope from one grey to another, with and without faint noise."""
    along = np.linspace(0, 1, SIDE)
    images = []
    for index in range(count):
        first, last = ((0, 0), (255, 255), [random.uniform(0, 255)] * 2, random.uniform(0, 255, 2))[index % 4]
        slope = np.broadcast_to(first + (last - first) * along, (SIDE, SIDE))
        grain = random.normal(0, random.choice([0, 4]), (SIDE, SIDE))
        images.append(np.rot90(slope, random.integers(4)) + grain)
    return np.clip(np.rint(images), 0, 255).astype(np.uint8)


def two_digits(digits: Images, count: int, random: Random) -> Images:
    """Two digits side by side, fitted into the frame of one."""
    pairs = random.integers(len(digits), size=(count, 2))
    return np.stack([frame(_side_by_side(digits[left], digits[right])) for left, right in pairs])


def _side_by_side(left: Images, right: Images) -> NDArray[np.float32]:
    parts = [image[:, image.any(axis=0)] for image in (left, right)]
    return np.hstack([parts[0], np.zeros((SIDE, 2)), parts[1]]).astype(np.float32) / 255


def _changed(change: Callable[[NDArray[np.floating], Random], NDArray[np.floating]]) -> Draw:
    """A kind that changes each digit, 0 to 255."""

    def draw(digits: Images, count: int, random: Random) -> Images:
        chosen = digits[random.integers(len(digits), size=count)].astype(float)
        return np.clip(np.rint([change(image, random) for image in chosen]), 0, 255).astype(np.uint8)

    return draw


def _shuffled(image: NDArray[np.floating], random: Random) -> NDArray[np.floating]:
    quarters = [image[:14, :14], image[:14, 14:], image[14:, :14], image[14:, 14:]]
    a, b, c, d = (quarters[i] for i in random.permutation(4))
    return np.block([[a, b], [c, d]])


def _half(image: NDArray[np.floating], random: Random) -> NDArray[np.floating]:
    turned = np.rot90(image, random.integers(4)).copy()
    turned[:14] = 0
    return np.rot90(turned, random.integers(4)) if turned.any() else turned


def _salted(image: NDArray[np.floating], random: Random) -> NDArray[np.floating]:
    return np.where(random.uniform(size=image.shape) < 0.15, random.choice([0.0, 255.0], image.shape), image)


CHOSEN_BY = (
    Kind("symbols", partial(written, SYMBOLS, FONTS[:3])),
    Kind("polygons", polygons),
    Kind("inverted digits", _changed(lambda image, _: 255 - image)),
    Kind("quarters shuffled", _changed(_shuffled)),
    Kind("half digits", _changed(_half)),
    Kind("salt and pepper", _changed(_salted)),
    Kind("uniform noise", lambda _, count, random: random.integers(0, 256, (count, SIDE, SIDE), dtype=np.uint8)),
)
REPORTED = (
    Kind("noise", _changed(lambda image, random: image + random.normal(0, 80, image.shape))),
    Kind("blur", _changed(lambda image, _: ndimage.gaussian_filter(image, 2))),
    Kind("turned by 90°", _changed(lambda image, _: np.rot90(image))),
    Kind("turned by 180°", _changed(lambda image, _: np.rot90(image, 2))),
    Kind("letters", partial(written, LETTERS, FONTS), 0.97),
    Kind("letters like digits", partial(written, LIKE_DIGITS, FONTS)),
    Kind("scribbles", scribbles),
    Kind("textures", textures, 0.99),
    Kind("blank", blanks, 0.99),
    Kind("two digits", two_digits),
)


def draw(kind: Kind, digits: Images, count: int, seed: int = 0) -> Images:
    """So many images of a kind: the same ones for the same seed and digits."""
    return kind.draw(digits, count, np.random.default_rng([seed, *kind.name.encode()]))
