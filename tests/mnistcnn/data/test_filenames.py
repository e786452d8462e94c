"""Names of IDX files: every publisher's spelling, and what is not clear."""

from __future__ import annotations

from pathlib import Path

import pytest

from mnistcnn.data.filenames import FILE_NAMES, choose_candidates, describe_content
from mnistcnn.errors import DataError

TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS = FILE_NAMES


def make(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"")


def chosen(folder: Path, name: str) -> list[str]:
    return [str(path.relative_to(folder)) for path in choose_candidates(folder, name)]


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("train-images-idx3-ubyte", TRAIN_IMAGES),
        ("train-images.idx3-ubyte.gz", TRAIN_IMAGES),
        ("TRAIN-IMAGES-IDX3-UBYTE.GZ", TRAIN_IMAGES),
        ("train_images.idx", TRAIN_IMAGES),
        ("t10k-labels.idx1-ubyte", TEST_LABELS),
        ("test-labels-idx1-ubyte", TEST_LABELS),
        ("emnist-digits-test-images-idx3-ubyte.gz", TEST_IMAGES),
        ("qmnist-train-labels-idx2-int.gz", TRAIN_LABELS),
        ("t10k-images-idx3-ubyte/t10k-images-idx3-ubyte", TEST_IMAGES),
        ("t10k-images-idx3-ubyte/t10k-images.idx3-ubyte", TEST_IMAGES),
    ],
)
def test_a_usual_spelling_is_known(tmp_path: Path, spelling: str, name: str) -> None:
    make(tmp_path, spelling)
    assert {each: chosen(tmp_path, each) for each in FILE_NAMES} == {
        each: [spelling] if each == name else [] for each in FILE_NAMES
    }


@pytest.mark.parametrize("name", ["train-images", "my-images-idx3-ubyte", "train-images-idx3-ubyte.txt", "train.csv"])
def test_other_names_are_not(tmp_path: Path, name: str) -> None:
    make(tmp_path, name)
    assert [chosen(tmp_path, each) for each in FILE_NAMES] == [[]] * 4


def test_plain_comes_before_packed_and_a_file_before_a_folder(tmp_path: Path) -> None:
    names = [
        "train-images-idx3-ubyte",
        "train-images.idx3-ubyte",
        "train-images-idx3-ubyte.gz",
        "train-images.idx3-ubyte.gz",
    ]
    make(tmp_path, *reversed(names))
    assert chosen(tmp_path, TRAIN_IMAGES) == names
    for name in names[:3]:
        (tmp_path / name).unlink()
    make(tmp_path, "train-images-idx3-ubyte/train-images-idx3-ubyte")
    assert chosen(tmp_path, TRAIN_IMAGES)[0] == "train-images.idx3-ubyte.gz"


def test_a_folder_counts_as_the_one_file_that_it_holds(tmp_path: Path) -> None:
    make(tmp_path, "train-images-idx3-ubyte/train-images-idx3-ubyte", "train-images-idx3-ubyte/.hidden")
    assert len(chosen(tmp_path, TRAIN_IMAGES)) == 1
    make(tmp_path, "train-images-idx3-ubyte/another")
    assert chosen(tmp_path, TRAIN_IMAGES) == []


def test_mnists_own_names_win_over_those_with_a_prefix(tmp_path: Path) -> None:
    make(tmp_path, "emnist-digits-train-images-idx3-ubyte", "train-images-idx3-ubyte.gz")
    assert chosen(tmp_path, TRAIN_IMAGES) == ["train-images-idx3-ubyte.gz"]
    make(tmp_path, "emnist-digits-train-labels-idx1-ubyte")
    assert chosen(tmp_path, TRAIN_LABELS) == []  # Labels of another data set are worse than none.


def test_files_of_two_data_sets_are_never_mixed(tmp_path: Path) -> None:
    make(tmp_path, "emnist-digits-train-images-idx3-ubyte", "emnist-letters-test-images-idx3-ubyte")
    for name in FILE_NAMES:
        with pytest.raises(DataError, match="several data sets: emnist-digits, emnist-letters"):
            choose_candidates(tmp_path, name)


def test_two_spellings_of_equal_rank_are_named(tmp_path: Path) -> None:
    make(tmp_path, "test-images-idx3-ubyte", "t10k-images.idx3-ubyte")
    with pytest.raises(DataError, match=r"both t10k-images\.idx3-ubyte and test-images-idx3-ubyte could be"):
        choose_candidates(tmp_path, TEST_IMAGES)
    make(tmp_path, "t10k-images-idx3-ubyte")
    assert chosen(tmp_path, TEST_IMAGES)[0] == "t10k-images-idx3-ubyte"


def test_a_folder_that_is_not_there_has_none(tmp_path: Path) -> None:
    assert choose_candidates(tmp_path / "nowhere", TRAIN_IMAGES) == []


def test_a_folder_without_idx_files_is_pointed_to_the_import(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("label")
    assert "mnistcnn data --import" in describe_content(tmp_path)


def test_a_long_list_of_files_is_cut(tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / f"{number:02}.bin").write_bytes(bytes([0, 0, 8, 1]))
    assert describe_content(tmp_path).endswith("11.bin and 8 more.")
