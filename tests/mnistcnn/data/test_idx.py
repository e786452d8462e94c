from __future__ import annotations

import gzip
import hashlib
import os
import struct
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest

from mnistcnn.data.idx import MAX_EXAMPLES, idx_bytes, read_images, read_labels, transposed
from mnistcnn.errors import DataError

IMAGES = np.random.default_rng(0).integers(0, 256, (3, 28, 28), dtype=np.uint8)
IMAGE_FILE = bytes([0, 0, 8, 3]) + struct.pack(">III", 3, 28, 28) + IMAGES.tobytes()
LABEL_FILE = bytes([0, 0, 8, 1]) + struct.pack(">I", 4) + bytes([3, 9, 0, 9])


def write(folder: Path, content: bytes) -> Path:
    path = folder / "a-file"
    path.write_bytes(content)
    return path


def problem(path: Path, *, labels: bool = False) -> str:
    with pytest.raises(DataError) as caught:
        read_labels(path) if labels else read_images(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "Replace the file" in message
    return message


def test_images_are_read_with_their_rows_in_order(tmp_path: Path) -> None:
    content = read_images(write(tmp_path, IMAGE_FILE))
    assert content.values.dtype == np.uint8
    np.testing.assert_array_equal(content.values, IMAGES)


def test_labels_are_read(tmp_path: Path) -> None:
    assert read_labels(write(tmp_path, LABEL_FILE)).values.tolist() == [3, 9, 0, 9]


def test_arrays_are_read_only(tmp_path: Path) -> None:
    assert not read_images(write(tmp_path, IMAGE_FILE)).values.flags.writeable


def test_gzip_is_recognised_by_content_and_has_the_checksum_of_what_is_inside(tmp_path: Path) -> None:
    plain, packed = tmp_path / "plain.gz", tmp_path / "packed"
    plain.write_bytes(IMAGE_FILE)
    packed.write_bytes(gzip.compress(IMAGE_FILE))
    for path in (plain, packed):
        content = read_images(path)
        np.testing.assert_array_equal(content.values, IMAGES)
        assert content.sha256 == hashlib.sha256(IMAGE_FILE).hexdigest()


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    assert "no such file" in problem(tmp_path / "nothing")


def test_a_folder_in_place_of_a_file_is_an_error(tmp_path: Path) -> None:
    assert "not a regular file" in problem(tmp_path)


def test_a_named_pipe_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "not a regular file" in problem(tmp_path / "pipe")


def test_a_file_that_may_not_be_read_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, IMAGE_FILE)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert "cannot be read (Permission denied)" in problem(path)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "the file is empty"),
        (b"\0\0", "not an IDX file"),
        (b"<html><body>Log in</body></html>", "begins with 3c 68 74 6d (b'<htm')"),
        (b"\x03\x08\0\0" + IMAGE_FILE[4:], "not an IDX file"),
        (b"\0\0\x0d\x03" + IMAGE_FILE[4:], "type 0x0d (float32), not unsigned bytes (0x08)"),
        (b"\0\0\x0f\x03" + IMAGE_FILE[4:], "an unknown type"),
        (LABEL_FILE, "1 dimension(s), and images have 3: are images and labels swapped?"),
        (IMAGE_FILE[:9], "ends after 9 bytes, inside its header of 16 bytes"),
        (IMAGE_FILE[:-1], "cut short: 2,351 of the 2,352 bytes"),
        (IMAGE_FILE[:16], "cut short: 0 of the 2,352 bytes"),
        (IMAGE_FILE + b"\0", "too long: more follows the 2,352 bytes"),
        (b"\0\0\x08\x03" + struct.pack(">III", 3, 32, 28) + bytes(2688), "images are 32×28, not 28×28"),
        (b"\0\0\x08\x03" + struct.pack(">III", 3, 28, 32) + bytes(2688), "images are 28×32, not 28×28"),
        (b"\0\0\x08\x03" + struct.pack(">III", 0, 28, 28), "promises 0 examples; 1 to 1,000,000"),
    ],
)
def test_a_wrong_file_says_what_is_wrong(tmp_path: Path, content: bytes, expected: str) -> None:
    assert expected in problem(write(tmp_path, content))
    if len(content) > 2:
        assert expected in problem(write(tmp_path, gzip.compress(content)))


def test_the_expected_first_bytes_are_named(tmp_path: Path) -> None:
    assert "must be 00 00 08 03" in problem(write(tmp_path, LABEL_FILE))
    assert "labels have 1" in problem(write(tmp_path, IMAGE_FILE), labels=True)


def test_a_label_above_nine_is_named_with_its_index(tmp_path: Path) -> None:
    content = bytes([0, 0, 8, 1]) + struct.pack(">I", 5) + bytes([1, 9, 10, 4, 200])
    message = problem(write(tmp_path, content), labels=True)
    assert "label 10 at index 2" in message
    assert "2 of 5" in message


def test_gzip_with_a_flipped_bit_is_damaged(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(IMAGE_FILE, compresslevel=0))
    packed[len(packed) // 2] ^= 1
    assert "damaged gzip data (CRC check failed" in problem(write(tmp_path, bytes(packed)))


def test_gzip_that_is_no_deflate_stream_is_damaged(tmp_path: Path) -> None:
    packed = gzip.compress(IMAGE_FILE)
    assert "damaged gzip data" in problem(write(tmp_path, packed[:10] + b"\xff" * 50))


@pytest.mark.parametrize("missing", [1, 8, 1000])
def test_gzip_that_was_cut_is_damaged(tmp_path: Path, missing: int) -> None:
    assert "damaged gzip data" in problem(write(tmp_path, gzip.compress(IMAGE_FILE)[:-missing]))


@pytest.mark.parametrize("garbage", [b"g", b"garbage", b"\0\0garbage"])
def test_garbage_after_gzip_is_ignored_and_told_as_gunzip_does(tmp_path: Path, garbage: bytes) -> None:
    path = write(tmp_path, gzip.compress(IMAGE_FILE) + garbage)
    content = read_images(path)
    np.testing.assert_array_equal(content.values, IMAGES)
    assert content.oddity is not None
    assert content.oddity.startswith(f"{path}: trailing garbage")


@pytest.mark.parametrize("padding", [b"", bytes(512)])
def test_gzip_that_is_padded_with_zeros_is_nothing_odd(tmp_path: Path, padding: bytes) -> None:
    assert read_images(write(tmp_path, gzip.compress(IMAGE_FILE) + padding)).oddity is None


def test_a_second_gzip_member_is_more_content(tmp_path: Path) -> None:
    packed = gzip.compress(IMAGE_FILE[:1000]) + gzip.compress(IMAGE_FILE[1000:])
    np.testing.assert_array_equal(read_images(write(tmp_path, packed)).values, IMAGES)
    assert "too long" in problem(write(tmp_path, gzip.compress(IMAGE_FILE) + gzip.compress(b"more")))


def test_garbage_after_gzip_that_was_cut_short_is_damage(tmp_path: Path) -> None:
    assert "damaged gzip data" in problem(write(tmp_path, gzip.compress(IMAGE_FILE[:1000]) + b"garbage"))


def qmnist_labels(columns: int = 8, digits: tuple[int, ...] = (3, 9, 0)) -> bytes:
    rows = b"".join(struct.pack(f">{columns}i", digit, *range(100, 99 + columns)) for digit in digits)
    return bytes([0, 0, 0x0C, 2]) + struct.pack(">II", len(digits), columns) + rows


def test_the_labels_of_qmnist_are_its_first_column(tmp_path: Path) -> None:
    content = read_labels(write(tmp_path, gzip.compress(qmnist_labels())))
    assert (content.values.dtype, content.values.tolist()) == (np.uint8, [3, 9, 0])
    assert content.sha256 == hashlib.sha256(qmnist_labels()).hexdigest()


def test_integers_that_are_not_qmnists_labels_are_refused(tmp_path: Path) -> None:
    assert "it has 7 numbers for each label" in problem(write(tmp_path, qmnist_labels(7)), labels=True)
    assert "label -1 at index 1" in problem(write(tmp_path, qmnist_labels(8, (0, -1))), labels=True)
    assert "type 0x0c (int32)" in problem(write(tmp_path, qmnist_labels()))


def test_transposed_images_have_the_checksum_of_a_file_that_holds_them_that_way(tmp_path: Path) -> None:
    swapped = transposed(read_images(write(tmp_path, IMAGE_FILE)))
    np.testing.assert_array_equal(swapped.values, IMAGES.transpose(0, 2, 1))
    assert swapped.sha256 == read_images(write(tmp_path, idx_bytes(IMAGES.transpose(0, 2, 1)))).sha256
    assert not swapped.values.flags.writeable


def test_what_is_written_is_the_format(tmp_path: Path) -> None:
    assert idx_bytes(IMAGES) == IMAGE_FILE
    assert idx_bytes(np.array([3, 9, 0, 9], np.uint8)) == LABEL_FILE


def gzip_bomb(path: Path, head: bytes, megabytes: int) -> None:
    packer = zlib.compressobj(9, wbits=31)
    with path.open("wb") as file:
        file.write(packer.compress(head))
        for _ in range(megabytes):
            file.write(packer.compress(bytes(1 << 20)))
        file.write(packer.flush())


def peak_of_problem(path: Path, expected: str) -> int:
    tracemalloc.start()
    try:
        assert expected in problem(path)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_bomb_behind_a_modest_header_does_not_fill_memory(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    gzip_bomb(path, IMAGE_FILE, megabytes=256)
    assert path.stat().st_size < 300_000
    assert peak_of_problem(path, "too long") < 4e6


def test_a_bomb_of_zeros_does_not_fill_memory(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    gzip_bomb(path, b"", megabytes=256)
    assert peak_of_problem(path, "0x00 (an unknown type)") < 4e6


@pytest.mark.parametrize("count", [MAX_EXAMPLES + 1, 2**32 - 1])
def test_an_absurd_count_is_refused_before_anything_is_read(tmp_path: Path, count: int) -> None:
    header = bytes([0, 0, 8, 3]) + struct.pack(">III", count, 28, 28)
    path = tmp_path / "bomb.gz"
    gzip_bomb(path, header, megabytes=64)
    assert peak_of_problem(path, f"promises {count:,} examples") < 4e6


def test_a_header_that_lies_about_its_count_costs_no_memory(tmp_path: Path) -> None:
    header = bytes([0, 0, 8, 3]) + struct.pack(">III", MAX_EXAMPLES, 28, 28)
    assert peak_of_problem(write(tmp_path, header + bytes(1000)), "cut short: 1,000 of the 784,000,000") < 4e6
