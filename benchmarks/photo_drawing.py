"""Draws test digits as people write, scan and photograph them, as files with known digits.

Each condition is a function that takes digits and a random generator and returns a `Photo`. The strokes are those of
the MNIST image: its skeleton, enlarged and drawn again with a round pen.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from skimage.morphology import skeletonize
from skimage.transform import ProjectiveTransform, warp

Pixels = NDArray[np.float64]
"""[height, width, 3], 0 to 1."""
Random = np.random.Generator

PAPER = np.array([0.9, 0.88, 0.83])
BLUE, BLACK = np.array([0.13, 0.15, 0.32]), np.array([0.1, 0.1, 0.1])


@dataclass(frozen=True)
class Photo:
    """A picture file and what is written in it."""

    content: bytes
    digits: str
    """In reading order."""


@dataclass(frozen=True, eq=False)
class Digit:
    """One test image and its label."""

    image: NDArray[np.uint8]
    """[28, 28]."""
    label: int


def drawn(digit: Digit, height: int, pen: float) -> Pixels:
    """The digit's strokes as ink, [height + pen, width], 0 to 1.

    Args:
        digit: the image whose skeleton is drawn.
        height: of the skeleton, in pixels.
        pen: diameter in pixels.
    """
    rows, columns = np.nonzero(digit.image > 100)
    crop = digit.image[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1] / 255
    scale = height / max(crop.shape)
    fine = ndimage.zoom(np.pad(crop, 1), max(8, 120 / max(crop.shape)), order=3)
    skeleton = skeletonize(ndimage.gaussian_filter(fine, 3) > 0.45)
    factor = height / max(np.ptp(axis) + 1 for axis in np.nonzero(skeleton))
    return stroke(np.argwhere(skeleton) * min(factor, 2 * scale), pen)


def stroke(points: NDArray[np.floating], pen: float) -> Pixels:
    """A pen of this diameter that goes through [n, 2] points: [height, width], 0 to 1."""
    margin = pen / 2 + 1
    points = points - points.min(axis=0) + margin
    height, width = (int(np.ceil(length + margin)) for length in points.max(axis=0))
    scale = max(1, round(4 / pen))
    free = np.ones((height * scale, width * scale), bool)
    inside = np.minimum((points * scale).astype(int), np.array(free.shape) - 1)
    free[tuple(inside.T)] = False
    distance = ndimage.distance_transform_edt(free) / scale
    ink = np.clip(pen / 2 + 0.5 - distance, 0, 1)
    return ink.reshape(height, scale, width, scale).mean(axis=(1, 3))


def paper(shape: tuple[int, int], random: Random, color: NDArray[np.floating] = PAPER) -> Pixels:
    """A sheet with a slight texture."""
    texture = ndimage.gaussian_filter(random.normal(0, 1, shape), 3) * 0.03
    return np.clip(color + texture[..., None], 0, 1)


def write(page: Pixels, ink: Pixels, top: int, left: int, color: NDArray[np.floating] = BLUE) -> None:
    """Put ink on a page; what lies beyond it is cut off."""
    height, width = page.shape[:2]
    rows = slice(max(top, 0), min(top + ink.shape[0], height))
    columns = slice(max(left, 0), min(left + ink.shape[1], width))
    part = ink[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left, None]
    page[rows, columns] = page[rows, columns] * (1 - part) + color * part


def middle(page: Pixels, ink: Pixels, random: Random, play: float = 0.6) -> tuple[int, int]:
    """Top and left of a place near the middle, where the ink stays clear of the border."""
    top, left = (
        int((room := outer - inner) / 2 + random.uniform(-1, 1) * play * room / 2)
        for outer, inner in zip(page.shape, ink.shape, strict=False)
    )
    return top, left


def slope(shape: tuple[int, int], random: Random, strength: float) -> Pixels:
    """Light that falls off across the picture, [height, width, 1]."""
    y, x = np.meshgrid(*(np.linspace(-1, 1, side) for side in shape), indexing="ij")
    angle = random.uniform(0, 2 * np.pi)
    return (1 - strength * (0.5 + 0.5 * (x * np.cos(angle) + y * np.sin(angle))))[..., None]


def camera(page: Pixels, random: Random, blur: float = 1.0, noise: float = 0.015) -> Pixels:
    """Blur and noise."""
    soft = ndimage.gaussian_filter(page, (blur, blur, 0))
    return np.clip(soft + random.normal(0, noise, page.shape), 0, 1)


def encoded(page: Pixels, kind: str = "JPEG", mode: str = "RGB", **options: object) -> bytes:
    """The picture as a file."""
    buffer = io.BytesIO()
    image = Image.fromarray(np.rint(page * 255).astype(np.uint8)).convert(mode)
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def sized(random: Random) -> tuple[tuple[int, int], int, float]:
    """A sheet's shape, a digit's height and a pen's width that suit each other."""
    shape = (int(random.integers(420, 820)), int(random.integers(420, 820)))
    height = int(min(shape) * random.uniform(0.25, 0.6))
    return shape, height, height * random.uniform(0.06, 0.11)


def sheet(digits: Sequence[Digit], random: Random, color: NDArray[np.floating] = BLUE) -> Pixels:
    """A sheet with one digit."""
    shape, height, pen = sized(random)
    page = paper(shape, random)
    ink = drawn(digits[0], height, pen)
    write(page, ink, *middle(page, ink, random), color)
    return page


def said(digits: Sequence[Digit]) -> str:
    """What is written."""
    return "".join(str(digit.label) for digit in digits)


def photographed(page: Pixels, digits: Sequence[Digit], random: Random) -> Photo:
    """A usual photo of a page."""
    lit = page * slope((page.shape[0], page.shape[1]), random, 0.25)
    return Photo(encoded(camera(lit, random), quality=85), said(digits))


def plain(digits: Sequence[Digit], random: Random) -> Photo:
    """MNIST's image as it is."""
    return Photo(encoded(digits[0].image / 255, "PNG", "L"), said(digits))


def redrawn(digits: Sequence[Digit], random: Random) -> Photo:
    """Black on white, without any flaw: what the pen alone costs."""
    _, height, pen = sized(random)
    ink = np.pad(drawn(digits[0], height, pen), 40)
    return Photo(encoded(1 - ink, "PNG", "L"), said(digits))


def photo(digits: Sequence[Digit], random: Random) -> Photo:
    """A sheet that fills the picture, in uneven light."""
    return photographed(sheet(digits, random), digits, random)


def twelve_megapixels(digits: Sequence[Digit], random: Random) -> Photo:
    """A thin pen in a large photo."""
    page = paper((750, 1000), random)
    ink = drawn(digits[0], int(random.integers(200, 400)), 4)
    write(page, ink, *middle(page, ink, random))
    lit = camera(page * slope((750, 1000), random, 0.2), random, 0.5, 0.01)
    image = Image.fromarray(np.rint(lit * 255).astype(np.uint8)).resize((4000, 3000), Image.Resampling.BILINEAR)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=80)
    return Photo(buffer.getvalue(), said(digits))


def lined(digits: Sequence[Digit], random: Random, strength: float, columns: bool = False, tilt: float = 0.02) -> Photo:
    """Ruled or squared paper, its lines slightly tilted."""
    shape, height, pen = sized(random)
    page = paper(shape, random)
    distance = int(height * random.uniform(0.28, 0.7))
    width = max(1.5, pen * random.uniform(0.15, 0.35))
    y, x = np.meshgrid(*(np.arange(side) for side in shape), indexing="ij")
    slant = random.uniform(-tilt, tilt)
    for along, across in ((x, y), (y, x))[: 2 if columns else 1]:
        offset = (across + (slant if across is y else -slant) * along + random.integers(distance)) % distance
        line = np.clip(width / 2 + 0.5 - np.abs(offset - distance / 2), 0, 1)[..., None] * strength
        page = page * (1 - line) + np.array([0.25, 0.35, 0.6]) * line
    ink = drawn(digits[0], height, pen)
    write(page, ink, *middle(page, ink, random))
    return photographed(page, digits, random)


def faint(digits: Sequence[Digit], random: Random) -> Photo:
    """A hard pencil."""
    page = sheet(digits, random, PAPER * 0.8)
    return Photo(encoded(camera(page, random, noise=0.01), quality=90), said(digits))


def marker(digits: Sequence[Digit], random: Random) -> Photo:
    """Strokes a fifth as wide as the digit is high."""
    shape, height, _ = sized(random)
    page = paper(shape, random)
    ink = drawn(digits[0], height, height * random.uniform(0.14, 0.2))
    write(page, ink, *middle(page, ink, random), BLACK)
    return photographed(page, digits, random)


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
    bent = warp(page, transform, order=1, cval=-1)
    return np.where(bent < 0, around, bent)


def low_quality(digits: Sequence[Digit], random: Random) -> Photo:
    """JPEG of quality 12."""
    return Photo(encoded(camera(sheet(digits, random), random), quality=12), said(digits))


def cmyk(digits: Sequence[Digit], random: Random) -> Photo:
    """A JPEG for print."""
    return Photo(encoded(camera(sheet(digits, random), random), mode="CMYK", quality=85), said(digits))


def transparent(digits: Sequence[Digit], random: Random) -> Photo:
    """Ink without paper, as drawing programs export it."""
    _, height, pen = sized(random)
    ink = np.pad(drawn(digits[0], height, pen), int(random.integers(0, 60)))
    rgba = np.dstack([np.broadcast_to(random.choice([0.0, 1.0]), (*ink.shape, 3)), ink])
    buffer = io.BytesIO()
    Image.fromarray(np.rint(rgba * 255).astype(np.uint8)).save(buffer, "PNG")
    return Photo(buffer.getvalue(), said(digits))


def turned_by_exif(digits: Sequence[Digit], random: Random) -> Photo:
    """A camera held sideways."""
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = np.rot90(camera(sheet(digits, random), random))
    return Photo(encoded(lying, quality=85, exif=exif), said(digits))


def dithered(digits: Sequence[Digit], random: Random) -> Photo:
    """A fax: black and white pixels only."""
    return Photo(encoded(sheet(digits, random, BLACK) + 0.08, "PNG", "1"), said(digits))


def coloured_ink(digits: Sequence[Digit], random: Random) -> Photo:
    """A pen of any colour on paper of any colour that differs from it."""
    while True:
        colors = random.uniform(0.15, 0.95, (2, 3))
        if np.linalg.norm(colors[0] - colors[1]) > 0.5:
            break
    shape, height, pen = sized(random)
    page = paper(shape, random, colors[0])
    ink = drawn(digits[0], height, pen)
    write(page, ink, *middle(page, ink, random), colors[1])
    return photographed(page, digits, random)


def blackboard(digits: Sequence[Digit], random: Random) -> Photo:
    """Chalk."""
    shape, height, pen = sized(random)
    page = paper(shape, random, np.array([0.12, 0.2, 0.16]))
    ink = drawn(digits[0], height, pen) * random.uniform(0.7, 1)
    write(page, ink, *middle(page, ink, random), np.array([0.9, 0.9, 0.88]))
    return photographed(page, digits, random)


def crumbs(digits: Sequence[Digit], random: Random) -> Photo:
    """Small dark specks."""
    page = sheet(digits, random)
    for _ in range(12):
        place = [int(random.integers(10, side - 20)) for side in page.shape[:2]]
        write(page, stroke(random.uniform(0, 4, (2, 2)), random.uniform(2, 5)), *place, BLACK)
    return photographed(page, digits, random)


def shadowed(page: Pixels, random: Random, softness: float) -> Pixels:
    """A straight shadow across the middle that takes 35 to 60 % of the light."""
    height, width = page.shape[:2]
    y, x = np.meshgrid(np.arange(height) - height / 2, np.arange(width) - width / 2, indexing="ij")
    angle = random.uniform(0, 2 * np.pi)
    distance = x * np.cos(angle) + y * np.sin(angle) + random.uniform(-0.2, 0.2) * min(height, width)
    dark = np.clip(0.5 + distance / softness, 0, 1)[..., None]
    return page * (1 - random.uniform(0.35, 0.6) * dark)


def soft_shadow(digits: Sequence[Digit], random: Random) -> Photo:
    """A shadow with a wide edge."""
    return photographed(shadowed(sheet(digits, random), random, random.uniform(80, 250)), digits, random)


def hard_shadow(digits: Sequence[Digit], random: Random) -> Photo:
    """A shadow with a sharp edge."""
    return photographed(shadowed(sheet(digits, random), random, random.uniform(1, 6)), digits, random)


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


def glare(digits: Sequence[Digit], random: Random) -> Photo:
    """A whiteboard that mirrors a lamp beside or over the digit."""
    shape, height, pen = sized(random)
    page = paper(shape, random, np.array([0.72, 0.73, 0.75]))
    ink = drawn(digits[0], height, pen)
    write(page, ink, *middle(page, ink, random))
    y, x = np.meshgrid(*(np.arange(side) / side for side in shape), indexing="ij")
    center, size = random.uniform(0.3, 0.7, 2), random.uniform(0.08, 0.25)
    spot = np.exp(-((((x - center[0]) ** 2 + (y - center[1]) ** 2) / size**2) ** 2))[..., None]
    bright = page + spot * random.uniform(0.3, 0.7)
    return photographed(np.clip(bright, 0, 1), digits, random)


def ten_pixels(digits: Sequence[Digit], random: Random) -> Photo:
    """A digit as high as ten pixels."""
    page = np.ones((600, 700, 3)) * PAPER
    ink = drawn(digits[0], 90, 11)
    write(page, ink, *middle(page, ink, random), BLACK)
    small = page.reshape(60, 10, 70, 10, 3).mean(axis=(1, 3))
    return Photo(encoded(camera(small, random, 0.3, 0.01), "PNG"), said(digits))


def hot_pixel(digits: Sequence[Digit], random: Random) -> Photo:
    """12 bits in a 16-bit file, with a few pixels stuck at the highest value."""
    gray = camera(sheet(digits, random), random).mean(axis=2)
    values = np.rint(gray * 4095).astype(np.uint16)
    for _ in range(random.integers(1, 4)):
        values[tuple(random.integers(side) for side in values.shape)] = 65535
    buffer = io.BytesIO()
    Image.fromarray(values).save(buffer, random.choice(["PNG", "TIFF"]))
    return Photo(buffer.getvalue(), said(digits))


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


def form_box(digits: Sequence[Digit], random: Random) -> Photo:
    """A frame around the digit, which may touch it."""
    shape, height, pen = sized(random)
    page = paper(shape, random)
    ink = drawn(digits[0], height, pen)
    top, left = middle(page, ink, random)
    gap = int(height * random.uniform(-0.02, 0.4))
    line = int(max(2, pen * random.uniform(0.15, 0.5)))
    frame = np.ones((ink.shape[0] + 2 * (gap + line), max(ink.shape[1], ink.shape[0] * 2 // 3) + 2 * (gap + line)))
    frame[line:-line, line:-line] = 0
    write(page, frame, top - gap - line, left - gap - line - (frame.shape[1] - 2 * (gap + line) - ink.shape[1]) // 2,
          BLACK * 2)  # fmt: skip
    write(page, ink, top, left)
    return photographed(page, digits, random)


def black_scan_edge(digits: Sequence[Digit], random: Random) -> Photo:
    """A scan of a sheet that was smaller than the glass: black along one to four sides."""
    page = sheet(digits, random)
    for side in random.permutation(4)[: random.integers(1, 5)]:
        width = int(random.integers(4, 40))
        turned = np.rot90(page, side)
        turned[:width] = 0.05
    return Photo(encoded(camera(page, random, 0.7, 0.01), quality=85), said(digits))


def letterbox(digits: Sequence[Digit], random: Random) -> Photo:
    """A screenshot: black bars above and below, or at the sides."""
    page = camera(sheet(digits, random), random)
    bar = int(page.shape[0] * random.uniform(0.1, 0.45))
    above = bool(random.integers(3))
    page = np.pad(page, ((bar, bar), (0, 0), (0, 0)) if above else ((0, 0), (bar, bar), (0, 0)))
    return Photo(encoded(page, "PNG") if random.integers(3) == 0 else encoded(page, quality=85), said(digits))


def tight_crop(digits: Sequence[Digit], random: Random, side: int) -> Photo:
    """The test image itself, enlarged and cut out so that ink touches all four sides."""
    large = Image.fromarray(digits[0].image).resize((side, side), Image.Resampling.BICUBIC)
    values = np.asarray(large)
    rows, columns = np.nonzero(values > 127)
    crop = values[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    return Photo(encoded((255 - crop if random.integers(2) else crop) / 255, "PNG", "L"), said(digits))


def dim(digits: Sequence[Digit], random: Random, highest: int) -> Photo:
    """28×28 pixels whose largest value is far below 255."""
    values = np.rint(digits[0].image / 255 * highest) / 255
    return Photo(encoded(values, "PNG", "L"), said(digits))


def several(digits: Sequence[Digit], random: Random, count: int) -> Photo:
    """A number: digits side by side, of about the same size and on about the same line."""
    shape, height, pen = sized(random)
    height = int(min(height, shape[1] / count * 0.75))
    pen = height * pen / min(shape) * 2
    inks = [drawn(digit, int(height * random.uniform(0.85, 1.1)), max(3, pen)) for digit in digits[:count]]
    gaps = [int(height * random.uniform(0.08, 0.4)) for _ in inks]
    page = paper((shape[0], max(shape[1], sum(ink.shape[1] for ink in inks) + sum(gaps) + 60)), random)
    left = int(random.integers(20, page.shape[1] - sum(ink.shape[1] for ink in inks) - sum(gaps) - 19))
    top = int((page.shape[0] - height) * random.uniform(0.3, 0.7))
    for ink, gap in zip(inks, gaps, strict=True):
        write(page, ink, top + int(height * random.uniform(-0.08, 0.08)), left)
        left += ink.shape[1] + gap
    return photographed(page, digits[:count], random)


def two_lines(digits: Sequence[Digit], random: Random) -> Photo:
    """Two digits on each of two lines."""
    height = int(random.integers(70, 140))
    page = paper((height * 4, height * 5), random)
    for place, digit in enumerate(digits[:4]):
        ink = drawn(digit, int(height * random.uniform(0.85, 1.1)), height * 0.09)
        row, column = divmod(place, 2)
        top = int(height * (0.6 + 1.5 * row + random.uniform(-0.1, 0.1)))
        write(page, ink, top, int(height * (1.2 + 1.3 * column + random.uniform(-0.1, 0.1))))
    return photographed(page, digits[:4], random)


@dataclass(frozen=True)
class Condition:
    """One row of the table."""

    name: str
    draw: Callable[[Sequence[Digit], Random], Photo]
    wanted: float = 0.95
    """The share right, of what the undisturbed drawing of the same digits gives; of whole numbers if they are
    `several`."""
    written: int = 1
    """How many digits are in the picture."""
    drawn: int = 1
    """How many are drawn, such as one that is cut off."""

    @property
    def several(self) -> bool:
        """Whether a number is to be read."""
        return self.written > 1


CONDITIONS = (
    Condition("plain", plain),
    Condition("redrawn", redrawn),
    Condition("photo", photo),
    Condition("12 megapixels, thin pen", twelve_megapixels),
    Condition("ruled", partial(lined, strength=0.35)),
    Condition("squared", partial(lined, strength=0.35, columns=True)),
    Condition("dark ruled", partial(lined, strength=0.85)),
    Condition("faint", faint),
    Condition("marker", marker),
    Condition("perspective", perspective),
    Condition("low-quality JPEG", low_quality),
    Condition("CMYK", cmyk),
    Condition("transparent", transparent),
    Condition("EXIF", turned_by_exif),
    Condition("dithered", dithered),
    Condition("coloured ink", coloured_ink),
    Condition("blackboard", blackboard),
    Condition("crumbs", crumbs),
    Condition("soft shadow", soft_shadow),
    Condition("hard shadow", hard_shadow, 0.9),
    Condition("stroke touches border", touching_border),
    Condition("thumb", thumb),
    Condition("glare", glare, 0.9),
    Condition("10 pixels high", ten_pixels, 0.9),
    Condition("12 bits, hot pixels", hot_pixel),
    Condition("neighbour cut off", neighbour, drawn=2),
    Condition("desk on one side", desk_one_side),
    Condition("desk all around", desk_around),
    Condition("tilted on a desk", tilted_on_desk),
    Condition("form's box", form_box),
    Condition("black scan edge", black_scan_edge),
    Condition("letterbox", letterbox),
    Condition("tight crop, 28", partial(tight_crop, side=28)),
    Condition("tight crop, 280", partial(tight_crop, side=280)),
    Condition("28×28, 0 and 1", partial(dim, highest=1)),
    Condition("28×28, up to 16", partial(dim, highest=16)),
    Condition("two digits", partial(several, count=2), 0.85, 2),
    Condition("three digits", partial(several, count=3), 0.85, 3),
    Condition("two lines of two", two_lines, 0.85, 4),
)


def photos(condition: Condition, digits: Sequence[Digit], count: int, seed: int = 0) -> list[Photo]:
    """So many pictures of a condition: the same ones for the same seed, with the same digits as other conditions."""
    pictures = []
    for index in range(count):
        random = np.random.default_rng([seed, index, *condition.name.encode()])
        others = max(condition.written, condition.drawn) - 1
        chosen = [digits[index % len(digits)], *(digits[k] for k in random.integers(len(digits), size=others))]
        pictures.append(condition.draw(chosen, random))
    return pictures
