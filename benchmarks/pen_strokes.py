"""Draws digits in the styles of many hands: as the strokes of a pen, in MNIST's frame.

A style is either written down here, stroke by stroke, or the skeleton of a font's glyph. Each drawing of a style has
its own pen, slant, width, and unsteadiness. Styles and fonts are in two halves: one to choose a recipe with, and one to
report how good it is. No style or family of fonts is in both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from photo_drawing.pen import stroke
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage
from scipy.interpolate import make_interp_spline
from skimage.morphology import skeletonize

from mnistcnn.data.dataset import Examples
from mnistcnn.data.framing import frame

Points = NDArray[np.float64]
"""[n, 2]: rows and columns, dense enough to be a line."""
Random = np.random.Generator

_HEIGHT = 100
_DRAWINGS_OF_STYLE, _DRAWINGS_OF_GLYPH = 20, 10


def line(*corners: tuple[float, float]) -> Points:
    """Straight from corner to corner; each is (x, y), from the top left, for a digit of height 1."""
    return np.concatenate([np.linspace(start, end, 150) for start, end in pairwise(corners)])[:, ::-1]


def curve(*places: tuple[float, float]) -> Points:
    """Smoothly through places; each is (x, y), from the top left, for a digit of height 1."""
    passed = np.array(places)
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(passed, axis=0), axis=1))])
    spline = make_interp_spline(length, passed, k=min(3, len(places) - 1))
    return np.asarray(spline(np.linspace(0, length[-1], 500)))[:, ::-1]


def oval(x: float, y: float, wide: float, high: float, start: float, end: float) -> Points:
    """Part of an ellipse about (x, y) with these half axes, clockwise in degrees; 0 is to the right."""
    angles = np.radians(np.linspace(start, end, 500))
    return np.stack([y + high * np.sin(angles), x + wide * np.cos(angles)], axis=1)


@dataclass(frozen=True, eq=False)
class Style:
    """One way to write a digit."""

    digit: int
    name: str
    strokes: tuple[Points, ...]


TUNED: Sequence[Style] = (
    Style(0, "narrow", (oval(0.3, 0.5, 0.24, 0.5, -90, 270),)),
    Style(0, "open at the top", (oval(0.35, 0.5, 0.34, 0.5, -60, 265),)),
    Style(1, "short flag, foot", (line((0.12, 0.16), (0.3, 0), (0.3, 1)), line((0.1, 1), (0.5, 1)))),
    Style(1, "long flag", (line((0, 0.42), (0.34, 0), (0.34, 1)),)),
    Style(2, "flat base", (curve((0.05, 0.25), (0.3, 0), (0.58, 0.22), (0.35, 0.62), (0, 1)), line((0, 1), (0.62, 1)))),
    Style(2, "loop in the base", (curve((0.08, 0.2), (0.32, 0), (0.55, 0.25), (0.36, 0.65), (0.1, 0.97), (0.02, 0.86),
                                        (0.16, 0.8), (0.36, 0.95), (0.65, 0.93)),)),
    Style(3, "round", (curve((0.05, 0.14), (0.28, 0), (0.5, 0.22), (0.22, 0.46)),
                       curve((0.22, 0.46), (0.58, 0.68), (0.3, 1), (0, 0.86)))),
    Style(3, "flat top", (line((0.02, 0), (0.56, 0), (0.24, 0.4)),
                          curve((0.24, 0.4), (0.58, 0.62), (0.36, 0.98), (0, 0.92)))),
    Style(4, "open", (line((0.08, 0), (0.02, 0.58), (0.62, 0.58)), line((0.48, 0.1), (0.48, 1)))),
    Style(4, "closed", (line((0.46, 1), (0.46, 0), (0, 0.66), (0.64, 0.66)),)),
    Style(5, "hat drawn last", (line((0.1, 0), (0.08, 0.44)),
                                curve((0.08, 0.44), (0.4, 0.38), (0.56, 0.7), (0.3, 1), (0, 0.9)),
                                line((0.1, 0), (0.56, 0)))),
    Style(5, "like an S", (curve((0.55, 0.03), (0.22, 0.06), (0.1, 0.32), (0.4, 0.48), (0.5, 0.78), (0.25, 1),
                                 (0, 0.9)),)),
    Style(6, "small belly", (curve((0.48, 0), (0.18, 0.32), (0.06, 0.78), (0.22, 1), (0.36, 0.86),
                                   (0.24, 0.72), (0.1, 0.82)),)),
    Style(6, "straight stem", (line((0.4, 0), (0.04, 0.62)), oval(0.27, 0.73, 0.26, 0.27, -180, 180))),
    Style(7, "crossed", (line((0, 0), (0.56, 0), (0.2, 1)), line((0.12, 0.5), (0.58, 0.5)))),
    Style(7, "round shoulder", (curve((0, 0.06), (0.3, 0.01), (0.52, 0.08), (0.36, 0.5), (0.26, 1)),)),
    Style(8, "two circles", (oval(0.3, 0.23, 0.22, 0.23, 0, 360), oval(0.3, 0.74, 0.28, 0.27, 0, 360))),
    Style(8, "one line", (curve((0.5, 0.1), (0.25, 0), (0.1, 0.2), (0.34, 0.46), (0.5, 0.75), (0.26, 1), (0.04, 0.78),
                                (0.3, 0.45), (0.52, 0.12)),)),
    Style(9, "straight stem", (oval(0.27, 0.26, 0.25, 0.26, 0, 360), line((0.52, 0.2), (0.5, 1)))),
    Style(9, "open", (curve((0.5, 0.06), (0.2, 0.03), (0.04, 0.26), (0.22, 0.46), (0.46, 0.36)),
                      line((0.54, 0.04), (0.48, 1)))),
)  # fmt: skip
"""To choose a recipe with."""

REPORTED: Sequence[Style] = (
    Style(0, "round", (oval(0.45, 0.5, 0.45, 0.5, -80, 290),)),
    Style(0, "ends cross", (curve((0.5, 0.1), (0.16, 0.12), (0.02, 0.55), (0.24, 1), (0.52, 0.6), (0.4, 0.08),
                                  (0.18, 0)),)),
    Style(1, "foot without flag", (line((0.26, 0), (0.26, 1)), line((0, 1), (0.54, 1)))),
    Style(1, "steep flag, wide foot", (line((0.1, 0.3), (0.28, 0), (0.28, 0.98)), line((0, 0.98), (0.58, 0.98)))),
    Style(2, "like a Z", (line((0.04, 0.04), (0.54, 0.02), (0.02, 0.98), (0.6, 0.96)),)),
    Style(2, "swan", (curve((0.1, 0.3), (0.14, 0.06), (0.42, 0.02), (0.52, 0.28), (0.3, 0.66), (0.02, 0.94)),
                      curve((0.02, 0.94), (0.26, 0.88), (0.46, 1), (0.7, 0.88)))),
    Style(3, "small top", (curve((0.12, 0.08), (0.3, 0), (0.4, 0.16), (0.2, 0.32)),
                           curve((0.2, 0.32), (0.62, 0.58), (0.4, 0.98), (0, 0.88)))),
    Style(3, "loop in the middle", (curve((0.06, 0.1), (0.36, 0), (0.48, 0.22), (0.26, 0.44), (0.16, 0.48), (0.2, 0.4),
                                          (0.32, 0.46), (0.58, 0.7), (0.34, 1), (0.02, 0.9)),)),
    Style(4, "open, wide", (curve((0.04, 0.02), (0.06, 0.4), (0.24, 0.52), (0.56, 0.44)), line((0.62, 0), (0.54, 1)))),
    Style(4, "like lightning", (line((0.34, 0), (0, 0.52), (0.58, 0.5)), line((0.38, 0.3), (0.32, 1)))),
    Style(5, "angular", (line((0.54, 0), (0.08, 0), (0.08, 0.42), (0.5, 0.44), (0.5, 0.96), (0, 0.98)),)),
    Style(5, "hat apart", (curve((0.06, 0.12), (0.04, 0.48), (0.36, 0.42), (0.52, 0.72), (0.26, 1), (0.02, 0.94)),
                           line((0.16, 0.02), (0.62, 0)))),
    Style(6, "without a belly", (curve((0.36, 0), (0.08, 0.4), (0.04, 0.82), (0.26, 1), (0.46, 0.82),
                                       (0.36, 0.64), (0.22, 0.7)),)),
    Style(6, "large belly", (curve((0.5, 0.04), (0.2, 0.1), (0.02, 0.5), (0.1, 0.92), (0.4, 1), (0.56, 0.7),
                                   (0.4, 0.44),
                                   (0.1, 0.54)),)),
    Style(7, "crossed, serif", (line((0.02, 0.16), (0.04, 0), (0.58, 0.02)), curve((0.58, 0.02), (0.34, 0.48),
                                                                                   (0.26, 1)),
                                line((0.16, 0.54), (0.56, 0.44)))),
    Style(7, "hooked", (curve((0, 0.2), (0.04, 0.04), (0.2, 0.08), (0.5, 0.02)), line((0.5, 0.02), (0.3, 1)))),
    Style(8, "open at the top", (curve((0.52, 0.04), (0.2, 0.04), (0.12, 0.26), (0.44, 0.56), (0.46, 0.88), (0.2, 1),
                                       (0.06, 0.76), (0.34, 0.44), (0.6, 0.12)),)),
    Style(8, "small top", (oval(0.3, 0.17, 0.13, 0.17, 0, 360), oval(0.3, 0.66, 0.3, 0.33, 0, 360))),
    Style(9, "hooked", (curve((0.48, 0.14), (0.24, 0), (0.04, 0.22), (0.2, 0.44), (0.46, 0.24), (0.5, 0.1), (0.5, 0.66),
                              (0.3, 1), (0.02, 0.88)),)),
    Style(9, "gap in the loop", (curve((0.4, 0), (0.1, 0.08), (0.04, 0.36), (0.26, 0.48), (0.5, 0.3)),
                                 curve((0.5, 0.06), (0.5, 0.5), (0.38, 1)))),
)  # fmt: skip
"""To report with."""

TUNED_FONTS = ("DejaVuSans", "DejaVuSans-Oblique", "DejaVuSans-Bold", "STIXGeneral", "STIXGeneralItalic")
REPORTED_FONTS = ("DejaVuSerif", "DejaVuSerif-Italic", "cmr10", "cmss10", "cmtt10")


def styled_digits(styles: Sequence[Style], seed: int = 0) -> tuple[Examples, list[str]]:
    """Drawings of styles, and for each the name of its style."""
    return _drawings([(style.digit, f"{style.digit} {style.name}", style.strokes) for style in styles],
                     _DRAWINGS_OF_STYLE, seed)  # fmt: skip


def font_digits(fonts: Sequence[str], seed: int = 0) -> tuple[Examples, list[str]]:
    """Drawings of the skeletons of fonts' digits, and for each digit and font."""
    glyphs = [(digit, f"{digit} {font}", (glyph_skeleton(font, digit),)) for font in fonts for digit in range(10)]
    return _drawings(glyphs, _DRAWINGS_OF_GLYPH, seed)


def _drawings(ways: Sequence[tuple[int, str, Sequence[Points]]], count: int, seed: int) -> tuple[Examples, list[str]]:
    images, labels, names = [], [], []
    for digit, name, strokes in ways:
        random = np.random.default_rng([seed, *name.encode()])
        for _ in range(count):
            images.append(drawn(strokes, random))
            labels.append(digit)
            names.append(name)
    return Examples(np.stack(images), np.array(labels, np.uint8)), names


def drawn(strokes: Sequence[Points], random: Random) -> NDArray[np.uint8]:
    """A pen goes along strokes, by an unsteady hand, and the digit is framed as `mnistcnn predict` does: [28, 28]."""
    points = np.concatenate(strokes)
    points = points - points.mean(axis=0)
    slant, turn = random.uniform(-0.15, 0.45), np.radians(random.normal(0, 5))
    narrow = random.uniform(0.8, 1.2)
    rows, columns = points[:, 0], narrow * points[:, 1] - slant * points[:, 0]
    turned = np.stack(
        [rows * np.cos(turn) - columns * np.sin(turn), rows * np.sin(turn) + columns * np.cos(turn)], axis=1
    )
    unsteady = turned + tremor(turned, random, 0.035)
    ink = stroke(_HEIGHT * unsteady, _HEIGHT * random.uniform(0.05, 0.13))
    return frame(np.asarray(ink, np.float32))


def tremor(points: Points, random: Random, strength: float) -> Points:
    """How far an unsteady hand is off at each point: smooth in the plane, with this standard deviation."""
    grid = random.normal(0, strength, (2, 5, 5))
    places = 1 + 2 * (points - points.min(axis=0)).T / max(1e-9, np.ptp(points, axis=0).max())
    return np.stack([ndimage.map_coordinates(field, places, order=3) for field in grid], axis=1)


@cache
def glyph_skeleton(font: str, digit: int) -> Points:
    """The middle of a glyph's strokes, for a height of 1."""
    import matplotlib

    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{font}.ttf"
    picture = Image.new("L", (300, 300))
    ImageDraw.Draw(picture).text((60, 40), str(digit), fill=255, font=ImageFont.truetype(str(path), 200))
    points = np.argwhere(skeletonize(np.asarray(picture) > 127)).astype(np.float64)
    return points / np.ptp(points[:, 0])
