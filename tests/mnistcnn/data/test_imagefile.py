import io
import struct
import subprocess
import sys
import zlib
from contextlib import suppress

import numpy as np
import pytest
from PIL import Image

from mnistcnn.data.imagefile import FORMATS, MAX_SIDE, read_picture, read_pixels, suffixes
from mnistcnn.errors import DataError

DARK, LIGHT = 30, 220


def drawing(ink=DARK, paper=LIGHT, size=(60, 40)):
    """Ink in the upper left quarter only, so that every turn shows."""
    pixels = np.full(size[::-1], paper, np.uint8)
    pixels[5 : size[1] // 2, 5 : size[0] // 2] = ink
    return Image.fromarray(pixels)


def encoded(image, kind="PNG", **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def brightness(content):
    return read_pixels(content, "a.png").mean(axis=2)


def png_that_promises(width, height):
    """A few bytes with a header of so many pixels."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body


@pytest.mark.parametrize(
    ("kind", "mode"),
    [(kind, "L") for kind in ("BMP", "GIF", "JPEG", "JPEG2000", "PCX", "PNG", "PPM", "TGA", "TIFF", "WEBP")]
    + [("PNG", "P"), ("PNG", "RGB"), ("PNG", "LA"), ("PNG", "RGBA"), ("GIF", "P"), ("JPEG", "CMYK"), ("TIFF", "YCbCr")]
    + [("AVIF", "RGB"), ("ICO", "RGBA")],
)
def test_every_format_and_mode_shows_the_same(kind, mode):
    size = (48, 48)
    options = {"ICO": {"sizes": [size]}, "JPEG": {"quality": 95}}.get(kind, {})
    found = brightness(encoded(drawing(size=size).convert(mode), kind, **options))
    assert found.shape == (48, 48)
    np.testing.assert_allclose(found, np.asarray(drawing(size=size)) / 255, atol=0.07)


def test_gray_has_one_channel_and_color_three():
    assert read_pixels(encoded(drawing()), "a").shape == (40, 60, 1)
    assert read_pixels(encoded(drawing().convert("RGB")), "a").shape == (40, 60, 3)


def test_one_bit_is_black_and_white():
    found = brightness(encoded(drawing(0, 255).convert("1")))
    assert np.array_equal(found, np.asarray(drawing(0, 1)))


@pytest.mark.parametrize("deep", [np.uint16, np.int32, np.float32])
def test_more_than_8_bits_are_stretched_to_the_whole_range(deep):
    values = np.asarray(drawing()).astype(deep) * 7  # Far from the end of 16 bits.
    found = brightness(encoded(Image.fromarray(values), "TIFF"))
    np.testing.assert_allclose(found, np.asarray(drawing(0, 1)), atol=1e-6)


def test_stuck_pixels_of_a_12_bit_camera_do_not_darken_the_rest():
    values = deep_drawing()
    values[3, 7] = values[150, 220] = 65535
    found = brightness(encoded(Image.fromarray(values)))
    assert found[0, 0] == pytest.approx(1, abs=0.01)
    assert found[50, 50] == pytest.approx(0, abs=0.01)


def deep_drawing():
    values = np.full((200, 300), 3900, np.uint16)
    values[20:100, 20:150] = 400
    return values


def test_a_deep_image_of_one_value_is_no_division_by_zero():
    assert not brightness(encoded(Image.fromarray(np.full((9, 9), 700, np.uint16)))).any()


def test_a_photo_is_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # The camera was held so that the picture must be turned right by 90 degrees.
    lying = drawing().rotate(90, expand=True)
    found = brightness(encoded(lying, "JPEG", exif=exif, quality=95))
    np.testing.assert_allclose(found, np.asarray(drawing()) / 255, atol=0.1)


def test_of_an_animation_the_first_frame_counts():
    content = encoded(drawing(), "GIF", save_all=True, append_images=[drawing(LIGHT, DARK)])
    np.testing.assert_allclose(brightness(content), np.asarray(drawing()) / 255, atol=0.01)


def test_of_a_tiff_of_several_pages_the_first_counts():
    content = encoded(drawing(), "TIFF", save_all=True, append_images=[drawing(LIGHT, DARK, (90, 70))])
    np.testing.assert_allclose(brightness(content), np.asarray(drawing()) / 255, atol=0.01)


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "1"), ("GIF", "L"), ("TIFF", "I;16"), ("WEBP", "RGBA")])
def test_a_single_pixel_is_a_picture(kind, mode):
    assert read_pixels(encoded(Image.new(mode, (1, 1)), kind), "a").shape[0] > 0


@pytest.mark.parametrize(("ink", "paper"), [(0, 1), (255, 0)])
def test_what_is_transparent_becomes_white_or_behind_light_ink_black(ink, paper):
    image = Image.new("RGBA", (60, 40), (ink, ink, ink, 0))
    image.putalpha(drawing(255, 0))
    found = brightness(encoded(image))
    assert found[0, 0] == paper
    assert found[found.shape[0] // 3, found.shape[1] // 3] == ink / 255


def test_a_transparent_image_gets_a_margin_that_shows_its_background():
    ink_up_to_the_edges = Image.new("RGBA", (40, 60), (0, 0, 0, 255))
    ink_up_to_the_edges.putpixel((0, 0), (0, 0, 0, 0))
    found = brightness(encoded(ink_up_to_the_edges))
    assert np.concatenate([found[0], found[-1], found[:, 0], found[:, -1]]).min() == 1


def test_a_cut_out_background_is_known_by_the_gray_edges_that_it_left():
    soft = drawing(0, 255).resize((240, 160), Image.Resampling.BICUBIC)
    assert brightness(encoded(soft, transparency=255))[0, 0] == 1
    assert brightness(encoded(Image.fromarray(255 - np.asarray(soft)), transparency=0))[0, 0] == 0


def test_a_picture_with_transparent_corners_keeps_its_own_background():
    image = drawing().convert("RGBA")
    for corner in ((0, 0), (59, 0), (0, 39), (59, 39)):
        image.putpixel(corner, (0, 0, 0, 0))
    found = brightness(encoded(image))
    assert found[0, 0] == pytest.approx(LIGHT / 255, abs=1e-3)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "I;16"])
def test_large_images_are_reduced(mode):
    large = drawing(size=(2500, 1500))
    large = Image.fromarray(np.asarray(large).astype(np.uint16)) if mode == "I;16" else large.convert(mode)
    found = read_pixels(encoded(large), "a")
    assert MAX_SIDE / 2 < max(found.shape) <= MAX_SIDE
    assert found[found.shape[0] // 4, found.shape[1] // 4].mean() < 0.2 < 0.6 < found[-1, -1].mean()


def test_a_huge_image_is_refused_before_it_is_unpacked():
    for side in (12_000, 40_000):
        with pytest.raises(DataError, match=r"^bomb\.png: more than 89 million pixels"):
            read_pixels(png_that_promises(side, side), "bomb.png")


def test_20000_by_20000_pixels_are_refused_in_little_memory(tmp_path):
    huge = tmp_path / "huge.png"
    huge.write_bytes(png_that_promises(20_000, 20_000))
    script = (
        "import pathlib, re, resource, sys\n"
        "from mnistcnn.data.digitfiles import read_digit\n"
        "from mnistcnn.errors import DataError\n"
        "resource.setrlimit(resource.RLIMIT_DATA, (1 << 30, 1 << 30))\n"
        "try:\n"
        "    read_digit(sys.argv[1], sys.stdin.buffer)\n"
        "except DataError as error:\n"
        "    print(error)\n"
        # Not ru_maxrss, which a process inherits from the one that started it.
        "status = pathlib.Path('/proc/self/status').read_text()\n"
        "print(int(re.search(r'VmHWM:\\s+(\\d+)', status)[1]) // 1024)\n"
    )
    result = subprocess.run([sys.executable, "-c", script, str(huge)], capture_output=True, text=True, check=True)
    message, megabytes = result.stdout.splitlines()
    assert message == f"{huge}: more than 89 million pixels. Scale the image down first."
    assert int(megabytes) < 300


def test_heic_is_read_where_the_plug_in_is_installed():
    heif = pytest.importorskip("pillow_heif")
    buffer = io.BytesIO()
    heif.from_pillow(drawing(size=(64, 64)).convert("RGB")).save(buffer, quality=95)
    np.testing.assert_allclose(brightness(buffer.getvalue()), np.asarray(drawing(size=(64, 64))) / 255, atol=0.1)


def test_a_file_that_is_cut_short_is_an_error():
    content = encoded(Image.effect_noise((80, 80), 50))
    for length in (40, 500, len(content) * 2 // 3):
        with pytest.raises(DataError, match=r"^a\.png: .*(damaged|cut short)"):
            read_pixels(content[:length], "a.png")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b"digit: 7\n", "not an image of a known format"),
        *((b"\0\0\0\x18ftyp" + brand + b"\0\0\0\0mif1heic", "HEIC") for brand in (b"heic", b"hevc", b"msf1", b"mif1")),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not an image of a known format"),
    ],
)
def test_what_is_no_image_is_an_error_that_says_why(content, said):
    with pytest.raises(DataError, match=rf"^x: .*{said}"):
        read_pixels(content, "x")


def test_random_damage_is_never_more_than_an_error():
    random = np.random.default_rng(0)
    for kind in ("PNG", "JPEG", "GIF", "WEBP", "BMP"):
        whole = encoded(drawing(), kind)
        for _ in range(40):
            damaged = bytearray(whole)
            for position in random.integers(0, len(whole), 5):
                damaged[position] = random.integers(256)
            with suppress(DataError):
                assert read_pixels(bytes(damaged), "x").dtype == np.float32


def test_suffixes_are_of_formats_that_are_read():
    assert {".png", ".jpg", ".jpeg", ".webp", ".tif", ".gif", ".bmp"} <= suffixes()
    assert not {".eps", ".pdf", ".txt"} & suffixes()
    Image.init()
    assert set(FORMATS) <= set(Image.OPEN)


def test_a_place_is_told_in_pixels_of_the_picture_as_it_is_displayed():
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = read_picture(encoded(drawing(size=(3000, 2000)), "JPEG", exif=exif), "x")
    assert (picture.width, picture.height) == (2000, 3000)
    height, width = picture.pixels.shape[:2]
    assert picture.displayed(height / 2, width / 4) == (1500, 500)


def test_the_margin_of_a_transparent_picture_is_not_in_it():
    image = Image.new("RGBA", (60, 40), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (10, 10, 20, 30))
    picture = read_picture(encoded(image), "x")
    assert picture.margin > 0
    assert picture.displayed(picture.margin + 10, picture.margin + 20) == (10, 20)
    assert picture.displayed(0, 0) == (0, 0)
