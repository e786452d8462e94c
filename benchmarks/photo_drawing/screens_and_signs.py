"""Digits on screens, signs, receipts and in tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from .pen import Digit, Pixels, Random, drawn
from .sheet import BLACK, Photo, camera, encoded, middle, paper, photographed, said, sheet, sized, write


def typed(text: str, height: int, font: str = "DejaVuSans") -> Pixels:
    """Text in a font of matplotlib's, as ink that fills its array."""
    path = Path(mpl.get_data_path()) / "fonts" / "ttf" / f"{font}.ttf"
    face = ImageFont.truetype(path, int(height * 1.4))
    left, top, right, bottom = face.getbbox(text)
    canvas = Image.new("L", (int(right - left), int(bottom - top)))
    ImageDraw.Draw(canvas).text((-left, -top), text, 255, face)
    return np.asarray(canvas) / 255


def photo_of_screen(digits: Sequence[Digit], random: Random) -> Photo:
    """A screen's pixels beat with those of the camera: bands of light and dark."""
    page = sheet(digits, random)
    y, x = np.meshgrid(*(np.arange(side) for side in page.shape[:2]), indexing="ij")
    turn, period = random.uniform(0, np.pi), random.uniform(6, 40)
    bands = np.sin(2 * np.pi * (x * np.cos(turn) + y * np.sin(turn)) / period)
    return photographed(np.clip(page * (0.95 + 0.05 * bands[..., None]), 0, 1), digits, random)


def dark_mode(digits: Sequence[Digit], random: Random) -> Photo:
    """A screenshot: a drawing in light grey within a dark window, whose title bar has words and buttons."""
    shape, height, pen = sized(random)
    page = np.full((*shape, 3), 0.11)
    page[: shape[0] // 12] = 0.18
    title = typed("Untitled drawing", shape[0] // 40)
    write(page, title, shape[0] // 35, shape[0] // 20, np.full(3, 0.75))
    ink = drawn(digits[0], int(height * 0.8), pen)
    write(page, ink, *middle(page, ink, random, 0.4), np.full(3, 0.85))
    return Photo(encoded(page, "PNG"), said(digits))


def house_number(digits: Sequence[Digit], random: Random) -> Photo:
    """White on a blue plate with a white rim, on a wall of bricks."""
    shape, height, pen = sized(random)
    brick = np.array([0.6, 0.33, 0.25]) * (1 + 0.1 * ndimage.gaussian_filter(random.normal(0, 1, shape), 2)[..., None])
    row, course = np.arange(shape[0]) // 24, np.arange(shape[0]) % 24
    column = (np.arange(shape[1])[None] + 30 * (row % 2)[:, None]) % 60
    wall = np.where(((course < 3)[:, None] | (column < 3))[..., None], 0.7, brick)
    ink = drawn(digits[0], height, pen * 1.3)
    plate = np.ones((int(height * 1.5), int(height * 1.4), 3)) * np.array([0.1, 0.2, 0.5])
    rim = max(3, height // 30)
    inset = slice(rim, -rim), slice(rim, -rim)
    inner = plate[inset].copy()
    plate[:] = 0.9
    plate[inset] = inner
    write(plate, ink, *middle(plate, ink, random, 0.1), np.full(3, 0.92))
    top, left = ((outer - inner) // 2 for outer, inner in zip(shape, plate.shape, strict=False))
    wall[max(top, 0) : top + plate.shape[0], max(left, 0) : left + plate.shape[1]] = plate
    return photographed(np.clip(wall, 0, 1), digits, random)


def table(digits: Sequence[Digit], random: Random) -> Photo:
    """Four digits in the cells of a ruled table of two rows and two columns."""
    height = int(random.integers(80, 150))
    cell = int(height * random.uniform(1.5, 1.9))
    line, edge = max(2, height // 40), height // 3
    page = paper((2 * cell + 2 * edge, 2 * cell + 2 * edge), random)
    for place in range(3):
        at = edge + place * cell
        page[at : at + line, edge : -edge + line] = 0.25
        page[edge : -edge + line, at : at + line] = 0.25
    for place, digit in enumerate(digits[:4]):
        ink = drawn(digit, height, height * random.uniform(0.07, 0.1))
        row, column = divmod(place, 2)
        top, left = ((cell - side) / 2 + random.uniform(-0.05, 0.05) * cell for side in ink.shape)
        write(page, ink, int(edge + row * cell + top), int(edge + column * cell + left))
    return photographed(page, digits[:4], random)


def three_lines(digits: Sequence[Digit], random: Random) -> Photo:
    """Three lines of three digits."""
    height = int(random.integers(60, 100))
    page = paper((height * 5, height * 6), random)
    for place, digit in enumerate(digits[:9]):
        ink = drawn(digit, int(height * random.uniform(0.85, 1.1)), height * 0.09)
        row, column = divmod(place, 3)
        top = int(height * (0.4 + 1.45 * row + random.uniform(-0.1, 0.1)))
        write(page, ink, top, int(height * (0.8 + 1.35 * column + random.uniform(-0.1, 0.1))))
    return photographed(page, digits[:9], random)


def printed(digits: Sequence[Digit], random: Random) -> Photo:
    """A digit of a printed font."""
    shape, height, _ = sized(random)
    page = paper(shape, random)
    font = random.choice(["DejaVuSans", "DejaVuSerif", "DejaVuSansMono", "STIXGeneral"])
    ink = typed(said(digits), height, font)
    write(page, ink, *middle(page, ink, random), BLACK)
    return photographed(page, digits, random)


def receipt(digits: Sequence[Digit], random: Random) -> Photo:
    """Three digits on a till receipt: a dot matrix, pale, on a narrow strip."""
    height = int(random.integers(60, 110))
    ink = typed(said(digits), height, "DejaVuSansMono")
    dots = (np.arange(ink.shape[0])[:, None] % 4 < 3) & (np.arange(ink.shape[1]) % 4 < 3)
    page = paper((int(height * 3), ink.shape[1] + height), random, np.array([0.93, 0.93, 0.92]))
    write(page, ink * dots, *middle(page, ink, random), np.array([0.4, 0.38, 0.45]))
    return Photo(encoded(camera(page, random), quality=85), said(digits))
