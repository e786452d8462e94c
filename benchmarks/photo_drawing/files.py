"""Kinds of image files, and what cameras, scanners and screens make of a sheet."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

from .pen import Digit, Random, drawn
from .sheet import BLACK, PAPER, Photo, camera, encoded, middle, paper, said, sheet, sized, slope, write


def plain(digits: Sequence[Digit], random: Random) -> Photo:
    """MNIST's image as it is."""
    return Photo(encoded(digits[0].image / 255, "PNG", "L"), said(digits))


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


def ten_pixels(digits: Sequence[Digit], random: Random) -> Photo:
    """A digit as high as ten pixels."""
    page = np.ones((600, 700, 3)) * PAPER
    ink = drawn(digits[0], 90, 11)
    write(page, ink, *middle(page, ink, random), BLACK)
    small = page.reshape(60, 10, 70, 10, 3).mean(axis=(1, 3))
    return Photo(encoded(camera(small, random, 0.3, 0.01), "PNG"), said(digits))


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


def hot_pixel(digits: Sequence[Digit], random: Random) -> Photo:
    """12 bits in a 16-bit file, with a few pixels stuck at the highest value."""
    gray = camera(sheet(digits, random), random).mean(axis=2)
    values = np.rint(gray * 4095).astype(np.uint16)
    for _ in range(random.integers(1, 4)):
        values[tuple(random.integers(side) for side in values.shape)] = 65535
    buffer = io.BytesIO()
    Image.fromarray(values).save(buffer, random.choice(["PNG", "TIFF"]))
    return Photo(buffer.getvalue(), said(digits))


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
