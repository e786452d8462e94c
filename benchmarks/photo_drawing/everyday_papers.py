"""Papers and boards as they lie about: stained, punched, creased, wiped."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import ndimage

from .pen import Digit, Pixels, Random, drawn, stroke
from .sheet import BLACK, BLUE, PAPER, Photo, middle, paper, photographed, sheet, sized, write

GREEN, RED = np.array([0.05, 0.4, 0.2]), np.array([0.7, 0.1, 0.12])


def distance_to(shape: tuple[int, int], row: float, column: float) -> Pixels:
    """Of each pixel to a place, [height, width]."""
    return np.hypot(np.arange(shape[0])[:, None] - row, np.arange(shape[1]) - column)


def smears(shape: tuple[int, int], random: Random) -> Pixels:
    """Broad soft strokes of a sponge, [height, width, 1], 0 to 1."""
    noise = ndimage.gaussian_filter(random.normal(0, 1, shape), (min(shape) / 30, min(shape) / 5))
    turned = noise if random.integers(2) else ndimage.rotate(noise, 25, reshape=False, mode="reflect", order=1)
    return np.clip(turned / (3 * turned.std()) + 0.5, 0, 1)[..., None]


def whiteboard(digits: Sequence[Digit], random: Random) -> Photo:
    """A marker on a badly wiped board: the last writing still shows faintly."""
    shape, height, pen = sized(random)
    page = paper(shape, random, np.array([0.82, 0.84, 0.86])) - 0.05 * smears(shape, random)
    color = (BLACK, BLUE, GREEN, RED)[random.integers(4)]
    ghost, ink = drawn(digits[1], int(height * 0.9), pen * 1.3), drawn(digits[0], height, pen * 1.3)
    write(page, 0.08 * ndimage.gaussian_filter(ghost, 3), *middle(page, ghost, random, 1), color)
    write(page, ink, *middle(page, ink, random), color)
    return photographed(page, digits[:1], random)


def wiped_blackboard(digits: Sequence[Digit], random: Random) -> Photo:
    """Chalk, with gaps where the board is rough, on dust of what was wiped."""
    shape, height, pen = sized(random)
    page = paper(shape, random, np.array([0.16, 0.22, 0.19])) + 0.1 * smears(shape, random)
    ink = drawn(digits[0], height, pen * 1.2)
    grain = ndimage.gaussian_filter(random.normal(0, 1, ink.shape), 1.2)
    rough = ink * np.clip(0.8 + 0.25 * grain / grain.std(), 0.2, 1)
    write(page, rough, *middle(page, ink, random), np.array([0.9, 0.9, 0.88]))
    return photographed(page, digits, random)


def sticky_note(digits: Sequence[Digit], random: Random) -> Photo:
    """A yellow note on a dark screen or a light wall, and a shadow below it."""
    side = int(random.integers(300, 500))
    note = paper((side, side), random, np.array([0.97, 0.9, 0.45]))
    height = int(side * random.uniform(0.4, 0.6))
    ink = drawn(digits[0], height, height * random.uniform(0.06, 0.11))
    write(note, ink, *middle(note, ink, random), BLUE)
    margin = int(side * random.uniform(0.15, 0.35))
    ground = paper((side + 2 * margin,) * 2, random, np.full(3, random.choice([0.12, 0.85])))
    shadow = np.zeros(ground.shape[:2])
    shadow[margin + 8 : margin + side + 8, margin + 5 : margin + side + 5] = 0.5
    ground *= 1 - ndimage.gaussian_filter(shadow, 6)[..., None]
    ground[margin:-margin, margin:-margin] = note
    return photographed(ground, digits, random)


def coffee_ring(digits: Sequence[Digit], random: Random) -> Photo:
    """The ring of a cup, across the sheet and often across the digit."""
    page = sheet(digits, random)
    height, width = page.shape[:2]
    radius = min(height, width) * random.uniform(0.25, 0.45)
    away = distance_to((height, width), random.uniform(0, height), random.uniform(0, width))
    ring = np.clip(1 - np.abs(away - radius) / (min(height, width) * 0.012), 0, 1) + 0.15 * (away < radius)
    stain = np.array([0.55, 0.36, 0.2])
    strength = ring[..., None] * random.uniform(0.2, 0.4)
    return photographed(page * (1 - strength) + stain * page * strength, digits, random)


def punched(digits: Sequence[Digit], random: Random) -> Photo:
    """Two holes at a side, through which a dark desk shows."""
    page = sheet(digits, random)
    height, width = page.shape[:2]
    for row in (0.3, 0.7):
        hole = distance_to((height, width), height * row, width * 0.05) < min(height, width) * 0.025
        page[hole] = 0.15
    return photographed(page, digits, random)


def millimetre_paper(digits: Sequence[Digit], random: Random) -> Photo:
    """A fine grid in orange, each fifth line stronger."""
    shape, height, pen = sized(random)
    page = paper(shape, random)
    step = max(5, int(min(shape) / random.uniform(60, 90)))
    for axis in (0, 1):
        lines = np.where(np.arange(shape[axis]) % (5 * step) == 0, 0.6, 0.25) * (np.arange(shape[axis]) % step == 0)
        strength = np.expand_dims(lines, (1 - axis, 2))
        page = page * (1 - strength) + np.array([0.95, 0.5, 0.25]) * strength
    ink = drawn(digits[0], height, pen)
    write(page, ink, *middle(page, ink, random))
    return photographed(page, digits, random)


def creased(digits: Sequence[Digit], random: Random) -> Photo:
    """A sheet that was folded twice: its quarters are lit differently, and the folds are thin shadows."""
    page = sheet(digits, random)
    for axis in (0, 1):
        side = page.shape[axis]
        fold = int(side * random.uniform(0.4, 0.6))
        away = np.arange(side) - fold
        light = 1 - 0.08 * (away > 0) - 0.12 * np.exp(-((away / 2) ** 2)) + 0.05 * np.exp(-(((away + 5) / 3) ** 2))
        page = page * np.expand_dims(light, (1 - axis, 2))
    return photographed(np.clip(page, 0, 1), digits, random)


def show_through(digits: Sequence[Digit], random: Random) -> Photo:
    """Thin paper: what is written on the back shows, mirrored and soft."""
    shape, height, pen = sized(random)
    page = paper(shape, random)
    for back in digits[1:3]:
        ink = ndimage.gaussian_filter(drawn(back, height, pen)[:, ::-1], 2)
        write(page, 0.12 * ink, *middle(page, ink, random, 1))
    ink = drawn(digits[0], height, pen)
    write(page, ink, *middle(page, ink, random))
    return photographed(page, digits[:1], random)


def circled(digits: Sequence[Digit], random: Random) -> Photo:
    """A circle by hand around the digit."""
    shape, height, pen = sized(random)
    page = paper(shape, random)
    ink = drawn(digits[0], int(height * 0.7), pen)
    top, left = middle(page, ink, random, 0.3)
    write(page, ink, top, left)
    turn = np.linspace(0, 2.05 * np.pi, 3000)
    radii = np.array(ink.shape) * 0.65 + height * random.uniform(0.08, 0.15)
    wobble = 1 + 0.04 * np.sin(2 * turn + random.uniform(0, 6)) + np.linspace(0, 0.05, 3000)
    points = np.stack([radii[0] * np.sin(turn), radii[1] * np.cos(turn)], axis=1) * wobble[:, None]
    ring = stroke(points, pen * 0.8)
    place = [
        int(edge + (inner - outer) / 2) for edge, inner, outer in zip((top, left), ink.shape, ring.shape, strict=True)
    ]
    write(page, ring, *place)
    return photographed(page, digits, random)


def underlined(digits: Sequence[Digit], random: Random) -> Photo:
    """A line by hand below the digit."""
    shape, height, pen = sized(random)
    page = paper(shape, random)
    ink = drawn(digits[0], height, pen)
    top, left = middle(page, ink, random, 0.3)
    write(page, ink, top, left)
    along = np.linspace(0, 1, 2000)
    length = max(ink.shape[1], 0.6 * height) * random.uniform(1, 1.4)
    bend = height * random.uniform(-0.03, 0.03) * np.sin(3 * along) + height * random.uniform(-0.05, 0.05) * along
    line = stroke(np.stack([bend, along * length], axis=1), pen * 0.9)
    write(
        page,
        line,
        int(top + ink.shape[0] + height * random.uniform(0.08, 0.15)),
        int(left + (ink.shape[1] - length) / 2),
    )
    return photographed(page, digits, random)


def legal_pad(digits: Sequence[Digit], random: Random) -> Photo:
    """Yellow paper with blue lines and a red double margin."""
    shape, height, pen = sized(random)
    page = paper(shape, random, np.array([0.96, 0.93, 0.6]))
    distance = int(height * random.uniform(0.3, 0.5))
    page[np.arange(shape[0]) % distance < 2] *= np.array([0.65, 0.75, 0.95])
    for column in (0.12, 0.14):
        page[:, int(shape[1] * column) :][:, :3] = np.array([0.85, 0.4, 0.4])
    ink = drawn(digits[0], height, pen)
    write(page, ink, *middle(page, ink, random, 0.4), PAPER * 0.35)
    return photographed(page, digits, random)
