"""Importing CSV, NPZ and folders of images: what is written, what is refused, and that nothing is half-written."""

from __future__ import annotations

import gzip
import io
import os
import sys
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
from PIL import Image

from mnistcnn import files
from mnistcnn.config.schema import DataConfig
from mnistcnn.data.dataset import Examples
from mnistcnn.data.digitfiles import read_digit
from mnistcnn.data.importing.folder import Imported, import_folder
from mnistcnn.data.sources import load_dataset
from mnistcnn.errors import DataError
from tests.conftest import make_examples

HEADER = ",".join(["label", *(f"pixel{number}" for number in range(784))])


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "source").mkdir()
    return tmp_path / "source"


def imported(source: Path, *, frame: bool = False) -> Imported:
    return import_folder(source, source.parent / "out", frame=frame)


def refusal(source: Path, *, frame: bool = False) -> str:
    before = sorted(source.parent.rglob("*"))
    with pytest.raises(DataError) as caught:
        imported(source, frame=frame)
    assert sorted(source.parent.rglob("*")) == before
    return str(caught.value)


def csv_text(examples: Examples, *, header: bool = True, labels: bool = True) -> str:
    rows = [
        [*([label] if labels else []), *image.reshape(-1)]
        for image, label in zip(examples.images, examples.labels, strict=True)
    ]
    names = HEADER if labels else HEADER.removeprefix("label,")
    return "\n".join([*([names] if header else []), *(",".join(map(str, row)) for row in rows)]) + "\n"


def write_pictures(folder: Path, examples: Examples) -> None:
    for number, (image, label) in enumerate(zip(examples.images, examples.labels, strict=True)):
        (folder / str(label)).mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(folder / str(label) / f"{number}.png")


def assert_same(examples: Examples, expected: Examples) -> None:
    np.testing.assert_array_equal(examples.images, expected.images)
    np.testing.assert_array_equal(examples.labels, expected.labels)


def as_set(examples: Examples) -> set[tuple[int, bytes]]:
    return {(int(label), image.tobytes()) for image, label in zip(examples.images, examples.labels, strict=True)}


# ---- all kinds


def test_what_is_written_is_loaded_as_idx(source: Path) -> None:
    train, test = make_examples(30, 0), make_examples(20, 1)
    np.savez(source / "mnist.npz", x_train=train.images, y_train=train.labels, x_test=test.images, y_test=test.labels)
    result = imported(source)
    dataset = load_dataset(DataConfig(source="idx", dir=result.folder, validation_size=0))
    assert_same(dataset.train, train)
    assert_same(dataset.test, test)
    assert result.notes == ()


def test_nothing_is_overwritten_but_an_empty_folder_is_filled(source: Path) -> None:
    write_pictures(source, make_examples(30, 0))
    out = source.parent / "out"
    out.mkdir()
    imported(source)
    assert "out: exists already" in refusal(source)
    out.rename(source.parent / "elsewhere")
    out.write_text("")
    assert "out: exists already" in refusal(source)
    out.unlink()
    out.symlink_to("nowhere")
    assert "out: exists already" in refusal(source)


def test_a_disk_that_is_full_leaves_nothing_behind(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_pictures(source, make_examples(30, 0))

    def fail(path: Path, _content: bytes) -> None:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(files, "write_synced", fail)
    assert "No space left on device" in refusal(source)


def test_a_folder_without_anything_is_told_what_is_expected(source: Path) -> None:
    assert "nothing to import. Expected train.csv, an .npz file, or folders of images" in refusal(source)
    assert "there is no such folder" in refusal(source / "nowhere")


def test_two_kinds_at_once_are_not_chosen_from(source: Path) -> None:
    write_pictures(source, make_examples(30, 0))
    (source / "train.csv").write_text(csv_text(make_examples(30, 0)))
    assert "has CSV files and folders of images" in refusal(source)


# ---- CSV


@pytest.mark.parametrize("header", [True, False])
def test_kaggles_table_is_read_with_and_without_its_header(source: Path, header: bool) -> None:
    train, test = make_examples(20, 0), make_examples(10, 1)
    (source / "mnist_train.csv").write_text(csv_text(train, header=header))
    (source / "mnist_test.csv.gz").write_bytes(gzip.compress(csv_text(test, header=header).encode()))
    result = imported(source)
    assert_same(result.training, train)
    assert_same(result.test, test)


def test_numpys_own_notation_in_the_first_line_is_no_header(source: Path) -> None:
    train = make_examples(20, 0)
    rows = np.column_stack([train.labels, train.images.reshape(20, -1)])
    np.savetxt(source / "train.csv", rows, delimiter=",")  # 5.000000000000000000e+00,…
    np.savetxt(source / "test.csv", rows, delimiter=",")
    assert_same(imported(source).training, train)


def test_kaggles_test_file_has_no_labels_so_the_training_file_is_split(source: Path) -> None:
    train = make_examples(70, 0)
    (source / "train.csv").write_text("\ufeff" + csv_text(train))
    (source / "test.csv").write_text(csv_text(make_examples(10, 1), labels=False))
    result = imported(source)
    assert result.training.classes() == [6] * 10
    assert result.test.classes() == [1] * 10
    assert as_set(result.training) | as_set(result.test) == as_set(train)
    assert "test.csv has no labels" in result.notes[0]
    assert result.notes[1].startswith("10 of 70 images were set aside for testing")


def test_what_is_wrong_in_a_table_has_its_line_and_column(source: Path) -> None:
    lines = csv_text(make_examples(20, 0)).splitlines()
    path = source / "train.csv"

    def problem(number: int, line: str) -> str:
        path.write_text("\n".join([*lines[: number - 1], line, *lines[number:]]))
        return refusal(source)

    cells = lines[3].split(",")
    assert f"{path}:4: column 3: 'abc' is not a number" in problem(4, ",".join([*cells[:2], "abc", *cells[3:]]))
    assert f"{path}:4: column 3: '' is not a number" in problem(4, ",".join([*cells[:2], "", *cells[3:]]))
    assert f"{path}:4: 3 columns, where the rows before have 785" in problem(4, "1,2,3")
    assert "image 3, pixel 1 (row 0, column 1): 256" in problem(4, ",".join([*cells[:2], "256", *cells[3:]]))
    assert "label 12 of image 3" in problem(4, ",".join(["12", *cells[1:]]))
    assert "image 3, pixel 1 (row 0, column 1): inf" in problem(4, ",".join([*cells[:2], "inf", *cells[3:]]))
    for separator in ";\t":
        path.write_text("\n".join(lines).replace(",", separator))
        assert f"{path}:2: columns must be separated by commas" in refusal(source)
    path.write_text("label,pixel0\n1,2\n")
    assert "2 columns; expected 785" in refusal(source)
    path.write_text("")
    assert "no rows of numbers" in refusal(source)
    path.write_bytes(b"\xff\xfe\x00")
    assert "not a text file" in refusal(source)
    path.write_text(csv_text(make_examples(20, 0), labels=False))
    assert "no labels" in refusal(source)


def test_two_tables_for_the_same_images_are_named(source: Path) -> None:
    for name in ("train.csv", "a-train.csv"):
        (source / name).write_text(csv_text(make_examples(20, 0)))
    assert "could hold the training images: keep one of them" in refusal(source)


# ---- NPZ


def test_fractions_become_grey_levels(source: Path) -> None:
    train = make_examples(20, 0)
    fractions = (train.images / np.float32(255))[..., np.newaxis]
    np.savez(
        source / "a.npz", x_train=fractions, y_train=train.labels[:, np.newaxis], x_test=fractions, y_test=train.labels
    )
    assert_same(imported(source).training, train)


@pytest.mark.parametrize("kind", [np.uint8, np.int8, np.float32, np.int64])
def test_black_and_white_as_0_and_1_are_not_almost_black(source: Path, kind: type[np.generic]) -> None:
    train = make_examples(20, 0)
    bits = (train.images > 127).astype(kind)
    np.savez(source / "a.npz", x_train=bits, y_train=train.labels, x_test=bits, y_test=train.labels)
    np.testing.assert_array_equal(imported(source).training.images, np.where(train.images > 127, 255, 0))


def test_an_archive_that_is_not_one_of_digits_is_told_why(source: Path) -> None:
    train, path = make_examples(20, 0), source / "a.npz"

    def problem(**arrays: object) -> str:
        np.savez(path, **arrays)  # type: ignore[arg-type]
        return refusal(source)

    assert "y_test, as Keras has them; it has images" in problem(images=1)
    assert "shape (14, 14)" in problem(x_train=np.zeros((20, 14, 14)), y_train=train.labels)
    assert "20 images, but labels of the shape (19,)" in problem(x_train=train.images, y_train=train.labels[1:])
    assert "pixel 0 (row 0, column 0): nan" in problem(x_train=train.images * np.nan, y_train=train.labels)
    assert "which are not numbers" in problem(x_train=train.images, y_train=train.labels.astype(str))
    assert "damaged, or not arrays" in problem(x_train=np.array([None]), y_train=train.labels)
    np.savez(path, x_train=train.images, y_train=train.labels)
    with ZipFile(path, "a") as archive:
        archive.writestr("x_test", "no array")
    assert "damaged, or not arrays of numbers (x_test is no array)" in refusal(source)
    path.write_bytes(b"junk")
    assert "damaged, or not arrays" in refusal(source)
    for shape in ("(99999999999, 28, 28)", f"({10**30},)", "(True,)", "((("):  # Each raises another error in NumPy.
        path.write_bytes(archive_with_header(f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}"))
        assert f"{path}: damaged, or " in refusal(source)


def archive_with_header(header: str) -> bytes:
    """An archive whose `x_train` promises in its header what does not follow."""
    line = header.encode().ljust(117) + b"\n"
    content = io.BytesIO()
    with ZipFile(content, "w") as archive:
        archive.writestr("x_train.npy", b"\x93NUMPY\x01\x00" + len(line).to_bytes(2, "little") + line)
    return content.getvalue()


def test_a_packed_table_that_is_damaged_is_named(source: Path) -> None:
    packed = bytearray(gzip.compress(csv_text(make_examples(20, 0)).encode()))
    packed[20] ^= 255
    (source / "train.csv.gz").write_bytes(packed)
    assert "train.csv.gz: cannot be read" in refusal(source)


# ---- folders of images


def test_pictures_by_class_keep_their_pixels_and_are_mixed(source: Path) -> None:
    examples = make_examples(70, 0)
    write_pictures(source, examples)
    result = imported(source)
    assert as_set(result.training) | as_set(result.test) == as_set(examples)
    assert len(result.test) == 10
    assert len(set(result.training.labels[:20].tolist())) > 5


def test_the_split_depends_on_the_names_alone(source: Path) -> None:
    write_pictures(source, make_examples(70, 0))
    first = imported(source)
    second = import_folder(source, source.parent / "again", frame=False)
    assert_same(first.training, second.training)
    assert_same(first.test, second.test)


def test_a_folder_of_test_images_is_kept_apart(source: Path) -> None:
    train, test = make_examples(30, 0), make_examples(20, 1)
    write_pictures(source / "training", train)
    write_pictures(source / "testing", test)
    result = imported(source)
    assert as_set(result.training) == as_set(train)
    assert as_set(result.test) == as_set(test)


def test_pictures_of_any_size_need_a_frame(source: Path) -> None:
    examples = make_examples(40, 0)
    for number, label in enumerate(examples.labels):
        (source / str(label)).mkdir(exist_ok=True)
        page = np.full((90, 70), 255, np.uint8)
        page[20:60, 20 + int(label) : 26 + int(label)] = 0
        Image.fromarray(page).save(source / str(label) / f"{number}.jpg")
    assert "70×90 pixels, not 28×28; --frame" in refusal(source)
    assert "... and 20 more" in refusal(source)
    first = next(iter(sorted((source / "3").iterdir())))
    expected = read_digit(str(first), io.BytesIO()).tobytes()
    result = imported(source, frame=True)
    assert (3, expected) in as_set(result.training) | as_set(result.test)


@pytest.mark.skipif(sys.platform == "darwin", reason="names of files are always UTF-8 there")
def test_names_that_are_no_utf_8_are_imported(source: Path) -> None:
    write_pictures(source, make_examples(20, 0))
    picture = next(iter((source / "3").iterdir()))
    picture.rename(picture.with_name("\udcff.png"))
    imported(source)


def test_the_new_folder_is_not_within_what_is_imported(source: Path) -> None:
    write_pictures(source, make_examples(20, 0))
    before = sorted(source.rglob("*"))
    with pytest.raises(DataError, match="could then not be imported again"):
        import_folder(source, source / "out", frame=False)
    assert sorted(source.rglob("*")) == before


def test_every_picture_that_cannot_be_read_is_named(source: Path) -> None:
    write_pictures(source, make_examples(30, 0))
    for name in ("3/a.png", "4/b.jpg"):
        (source / name).write_text("no image")
    (source / "5" / "Thumbs.db").write_text("not looked at")
    message = refusal(source)
    assert str(source / "3/a.png") in message
    assert str(source / "4/b.jpg") in message


def test_two_folders_of_one_split_and_digits_beside_splits_are_not_chosen_from(source: Path) -> None:
    write_pictures(source / "train", make_examples(30, 0))
    write_pictures(source / "training", make_examples(30, 1))
    assert "both train and training could hold the train images" in refusal(source)
    (source / "training").rename(source / "test")
    write_pictures(source, make_examples(30, 2))
    assert "beside the folders of splits" in refusal(source)


def test_what_is_called_a_picture_and_is_no_file_is_passed_over(source: Path) -> None:
    write_pictures(source, make_examples(60, 0))
    os.mkfifo(source / "3" / "pipe.png")
    (source / "4" / "folder.png").mkdir()
    result = imported(source)
    assert len(result.training) + len(result.test) == 60


def test_a_folder_that_is_no_digit_is_named(source: Path) -> None:
    write_pictures(source, make_examples(30, 0))
    (source / "seven").mkdir()
    assert f"{source / 'seven'}: expected a folder for each digit" in refusal(source)


def test_dark_ink_on_white_is_noticed(source: Path) -> None:
    examples = make_examples(30, 0)
    write_pictures(source, Examples(255 - examples.images, examples.labels))
    assert "--frame turns dark ink into bright" in imported(source).notes[-1]


def test_one_image_of_each_digit_is_too_few(source: Path) -> None:
    write_pictures(source, make_examples(10, 0))
    assert "none can be set aside for testing" in refusal(source)
