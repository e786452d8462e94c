import io

import numpy as np
import pytest
from PIL import Image

import mnistcnn.data.digitfiles as digitfiles
from mnistcnn.data.digitfiles import list_images, read_digit
from mnistcnn.errors import DataError, printable


@pytest.fixture
def digit():
    buffer = io.BytesIO()
    pixels = np.full((60, 50), 255, np.uint8)
    pixels[10:50, 22:28] = 0
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def nothing():
    return io.BytesIO()


def test_a_folder_becomes_its_images_in_order(tmp_path, digit):
    for name in ("b.png", "a.JPG", "c.txt", ".hidden.png"):
        (tmp_path / name).write_bytes(digit)
    (tmp_path / "d.png").mkdir()
    (tmp_path / "d.png" / "inside.png").write_bytes(digit)
    expected = [str(tmp_path / "a.JPG"), str(tmp_path / "b.png")]
    assert list_images(["x.txt", str(tmp_path), "-"]) == ["x.txt", *expected, "-"]


def test_a_folder_without_images_is_an_error(tmp_path):
    (name,) = list_images([str(tmp_path)])
    with pytest.raises(DataError, match="a folder in which no image can be found"):
        read_digit(name, nothing())


def test_a_file_and_standard_input_are_the_same_digit(tmp_path, digit):
    path = tmp_path / "one.png"
    path.write_bytes(digit)
    from_file = read_digit(str(path), nothing())
    assert (from_file.shape, from_file.dtype, from_file.max()) == ((28, 28), np.uint8, 255)
    assert np.array_equal(from_file, read_digit("-", io.BytesIO(digit)))


@pytest.mark.parametrize(
    ("name", "said"),
    [("nowhere.png", "there is no such file"), ("nul\0.png", "cannot be read"), ("-", "the file is empty")],
)
def test_what_cannot_be_read_is_an_error_that_names_it(name, said):
    with pytest.raises(DataError, match=said) as error:
        read_digit(name, nothing())
    assert str(error.value).startswith(printable(name))


def test_a_blank_first_frame_of_several_is_said_to_be_only_the_first(tmp_path, digit):
    blank = Image.new("L", (50, 60), 255)
    blank.save(tmp_path / "two.gif", save_all=True, append_images=[Image.open(io.BytesIO(digit))])
    with pytest.raises(DataError, match=r"two\.gif: no digit: .* Only the first of its pages or frames is read"):
        read_digit(str(tmp_path / "two.gif"), nothing())
    blank.save(tmp_path / "one.gif")
    with pytest.raises(DataError, match=r"too little to be one\.$"):
        read_digit(str(tmp_path / "one.gif"), nothing())


def test_a_file_without_end_is_not_read_for_ever(monkeypatch):
    monkeypatch.setattr(digitfiles, "MAX_BYTES", 10**6)
    with pytest.raises(DataError, match="larger than 1 MB"):
        read_digit("/dev/zero", nothing())
