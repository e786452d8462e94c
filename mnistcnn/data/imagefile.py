"""Image files of any common kind → upright, opaque pixels of bounded size.

A file is not trusted: it may be no image, be cut short, or be a few bytes that unpack to gigabytes.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError
from scipy import ndimage

from ..errors import DataError

Pixels = NDArray[np.float32]

FORMATS = ("AVIF", "BMP", "GIF", "ICO", "JPEG", "JPEG2000", "PCX", "PNG", "PPM", "QOI", "TGA", "TIFF", "WEBP")
"""Formats that Pillow decodes by itself. Not among them: EPS, for which it would start Ghostscript."""

MAX_SIDE = 1024
"""Larger images are reduced before anything is computed: a digit that fills a fortieth of a photo still has MNIST's
20 pixels, and time and memory are bounded."""

_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"mif2", b"msf1"}
_BILEVEL_OR_PALETTE = {"1", "P"}
_PAGED = {"GIF", "PNG", "TIFF", "WEBP"}
_DEEP = {"I", "F", "I;16", "I;16L", "I;16B", "I;16N"}


def suffixes() -> frozenset[str]:
    """The endings of file names, in lower case with their dot, that `read_pixels` has a decoder for."""
    return frozenset(suffix for suffix, name in Image.registered_extensions().items() if name in FORMATS)


@dataclass(frozen=True, eq=False)
class Picture:
    """A decoded image, and where its pixels lie in the picture as it is displayed."""

    pixels: Pixels
    """[height, width, 1] if it is grey, else [height, width, 3]; 0 (black) to 1 (white); no side above `MAX_SIDE`,
    but for a margin."""
    width: int
    """Of the displayed picture, in its own pixels."""
    height: int
    margin: int
    """Pixels around the picture that are not in it: background behind what was transparent."""
    is_first_of_several: bool = False
    """Whether the file has more pages or frames, which are not read."""

    def displayed(self, row: float, column: float) -> tuple[int, int]:
        """A place in `pixels` as row and column of the displayed picture, kept within it."""
        inner = [side - 2 * self.margin for side in self.pixels.shape[:2]]
        scaled = [
            (place - self.margin) * whole / max(side, 1)
            for place, whole, side in zip((row, column), (self.height, self.width), inner, strict=True)
        ]
        return min(max(round(scaled[0]), 0), self.height), min(max(round(scaled[1]), 0), self.width)


def read_picture(content: bytes, name: str) -> Picture:
    """Decode the first frame of an image, rotated according to its EXIF data, without transparency.

    Args:
        content: the whole file.
        name: of the file, for messages.

    Raises:
        DataError: it is no image, damaged, cut short, or has too many pixels.
    """
    with _decoding(name, content), _opened(content) as image:
        displayed = image.size
        image.draft(None, (MAX_SIDE, MAX_SIDE))  # Lets JPEG decode a large photo at a fraction of its size.
        image.load()
        upright = ImageOps.exif_transpose(image)
        if (upright.width < upright.height) != (image.width < image.height):
            displayed = displayed[::-1]
        pixels, margin = _to_pixels(_reduced(upright))
        return Picture(pixels, *displayed, margin, _has_more(image))


def read_pixels(content: bytes, name: str) -> Pixels:
    """The pixels of `read_picture`, [height, width, 1 or 3], 0 (black) to 1 (white).

    Raises:
        DataError: as `read_picture`.
    """
    return read_picture(content, name).pixels


def _opened(content: bytes) -> Image.Image:
    """The image, not yet decoded. HEIC is opened where Pillow's plug-in for it is installed."""
    if _is_heic(content):
        try:
            import pillow_heif
        except ImportError:
            pass
        else:
            pillow_heif.register_heif_opener()
            return Image.open(io.BytesIO(content), formats=("HEIF",))
    return Image.open(io.BytesIO(content), formats=FORMATS)


def _has_more(image: Image.Image) -> bool:
    """Whether there are more pages or frames. A camera's JPEG may hold further pictures, but only as previews."""
    return image.format in _PAGED and bool(getattr(image, "is_animated", False))


def _is_heic(content: bytes) -> bool:
    """Whether it begins as a file of ISO's High Efficiency Image Format (ISO/IEC 23008-12) that is no AVIF."""
    return content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS and not content[:64].count(b"avif")


@contextmanager
def _decoding(name: str, content: bytes) -> Iterator[None]:
    """Turn whatever a decoder raises into a `DataError`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Oddities of the file, such as corrupt EXIF data.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        limit = (Image.MAX_IMAGE_PIXELS or 0) / 1e6
        raise DataError(f"{name}: more than {limit:.0f} million pixels. Scale the image down first.") from None
    except UnidentifiedImageError:
        raise DataError(f"{name}: {_why_not(content)}") from None
    except MemoryError:
        raise DataError(f"{name}: not enough memory to decode it. Scale the image down first.") from None
    except Exception as error:
        # Decoders of damaged files raise OSError, SyntaxError, ValueError, IndexError, struct.error, zlib.error, …
        raise DataError(f"{name}: damaged or cut short: {error or type(error).__name__}. Save it again.") from error


def _why_not(content: bytes) -> str:
    if not content:
        return "the file is empty."
    if _is_heic(content):
        return "a HEIC photo, which cannot be read here. Save it as JPEG or PNG, or install pillow-heif."
    return f"not an image of a known format, or its beginning is damaged. Known: {', '.join(FORMATS)}."


def _reduced(image: Image.Image) -> Image.Image:
    factor = -(-max(image.size) // MAX_SIDE)
    if factor == 1:
        return image
    if image.mode in _BILEVEL_OR_PALETTE:
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    if image.mode.startswith("I;16"):
        image = image.convert("I")
    return image.reduce(factor)


def _to_pixels(image: Image.Image) -> tuple[Pixels, int]:
    """The pixels, and how wide a margin of background was put around them."""
    if image.mode in _DEEP:
        return _stretched(np.asarray(image))[..., np.newaxis], 0
    if image.has_transparency_data:
        rgba = _as_fractions(image.convert("RGBA"))
        color, alpha = rgba[..., :3], rgba[..., 3:]
        return (color, 0) if alpha.min() == 1 else _opaque(color, alpha)
    if image.mode in {"1", "L"}:
        return _as_fractions(image.convert("L"))[..., np.newaxis], 0
    return _as_fractions(image.convert("RGB")), 0


def _as_fractions(image: Image.Image) -> Pixels:
    return np.asarray(image, np.float32) / np.float32(255)


def _stretched(values: NDArray[np.generic]) -> Pixels:
    """More than 8 bits have no agreed range (12 bits of 16 are common): the image's own becomes 0 to 1.

    A camera's stuck pixels lie outside the range: a pixel counts no further than the nearest of its eight neighbours,
    and one in ten thousand at either end not at all.
    """
    numbers = np.nan_to_num(values.astype(np.float64))
    around = np.ones((3, 3), bool)
    around[1, 1] = False
    calm = np.clip(
        numbers,
        ndimage.minimum_filter(numbers, footprint=around),
        ndimage.maximum_filter(numbers, footprint=around),
    )
    low, high = np.percentile(calm, [0.01, 99.99])
    return np.asarray(np.clip((calm - low) / max(high - low, 1e-300), 0, 1), np.float32)


def _opaque(color: Pixels, alpha: Pixels) -> tuple[Pixels, int]:
    """Put what is transparent on a background that shows it, with a margin of that background all around."""
    background = _background_behind(color, alpha)
    margin = max(1, max(color.shape) // 20)
    edges = ((margin, margin), (margin, margin), (0, 0))
    opaque: Pixels = np.pad(color * alpha, edges) + np.pad(1 - alpha, edges, constant_values=1) * background
    return opaque, margin


def _background_behind(color: Pixels, alpha: Pixels) -> Pixels:
    """White, or black if what is drawn is light; if it is a picture with its own background, more of that. [3]."""
    drawn = alpha[..., 0] > 0.5
    if not drawn.any():
        return np.ones(3, np.float32)
    brightness = color.mean(axis=2)
    low, high = np.percentile(brightness[drawn], [5, 95])
    is_picture = high - low > 0.25 and drawn.mean() > 0.5
    if is_picture:
        return np.asarray(np.median(color[drawn], axis=0), np.float32)
    # The middle of a stroke counts, not its edges: they may be mixed with a background that was cut out.
    depth = ndimage.distance_transform_edt(drawn)
    is_light = np.average(brightness, weights=depth**2) > 0.5
    return np.full(3, 0.0 if is_light else 1.0, np.float32)
