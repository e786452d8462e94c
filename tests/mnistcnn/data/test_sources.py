from __future__ import annotations

import gzip
import hashlib
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mnistcnn.config.schema import DataConfig
from mnistcnn.data import download as downloading
from mnistcnn.data import mnist
from mnistcnn.data.download import DownloadError, RemoteFile
from mnistcnn.data.filenames import FILE_NAMES
from mnistcnn.data.sources import load_dataset
from mnistcnn.errors import DataError

TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS = FILE_NAMES


def unpack(path: Path) -> bytes:
    content = path.read_bytes()
    return gzip.decompress(content) if path.suffix == ".gz" else content


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name.removesuffix(".gz"): unpack(path) for path in folder.iterdir()}


def config(source: str, folder: Path | None = None, validation_size: int = 40) -> DataConfig:
    return DataConfig.model_validate(
        {"source": source, "dir": folder, "validation_size": validation_size}, strict=False
    )


@pytest.fixture
def tiny_mnist(idx_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`idx_dir`, and for the code its four files are MNIST."""
    for name, content in contents(idx_dir).items():
        packed = gzip.compress(content, mtime=0)
        monkeypatch.setitem(mnist.SHA256, name, hashlib.sha256(content).hexdigest())
        remote = RemoteFile(f"{name}.gz", len(packed), hashlib.sha256(packed).hexdigest())
        monkeypatch.setitem(mnist.REMOTE, name, remote)
    return idx_dir


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of this test alone, as yet without a folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    return tmp_path / "caches" / "mnistcnn" / "mnist"


@pytest.fixture
def requested(tiny_mnist: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Mirrors that deliver; the list says what was asked for."""
    files = contents(tiny_mnist)
    asked: list[str] = []

    def deliver(url: str) -> Any:
        asked.append(url.rpartition("/")[2])
        yield gzip.compress(files[asked[-1].removesuffix(".gz")], mtime=0)

    monkeypatch.setattr(downloading, "_received", deliver)
    return asked


def test_idx_is_loaded_split_and_named_after_its_folder(idx_dir: Path) -> None:
    dataset = load_dataset(config("idx", idx_dir))
    files = contents(idx_dir)
    assert (dataset.name, dataset.source, dataset.origin) == ("tiny", "idx", str(idx_dir))
    assert [len(examples) for examples in dataset.splits().values()] == [200, 40, 60]
    images = np.frombuffer(files[TRAIN_IMAGES][16:], np.uint8).reshape(240, 28, 28)
    labels = np.frombuffer(files[TRAIN_LABELS][8:], np.uint8)
    np.testing.assert_array_equal(dataset.validation.images, images[:40])
    np.testing.assert_array_equal(dataset.train.images, images[40:])
    np.testing.assert_array_equal(dataset.validation.labels, labels[:40])
    np.testing.assert_array_equal(dataset.train.labels, labels[40:])
    assert dataset.test.labels.tolist() == list(files[TEST_LABELS][8:])
    assert dataset.checksums == {name: hashlib.sha256(files[name]).hexdigest() for name in FILE_NAMES}
    assert dataset.warning is None


def test_idx_names_a_folder_that_was_given_as_a_dot(idx_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(idx_dir)
    assert load_dataset(config("idx", Path())).name == "tiny"


def test_idx_accepts_the_dotted_spelling_and_passes_over_folders(idx_dir: Path) -> None:
    (idx_dir / TEST_IMAGES).rename(idx_dir / "t10k-images.idx3-ubyte")
    (idx_dir / TEST_IMAGES).mkdir()
    assert len(load_dataset(config("idx", idx_dir)).test) == 60


def test_idx_prefers_a_plain_file_to_a_packed_one(idx_dir: Path) -> None:
    (idx_dir / f"{TEST_LABELS}.gz").write_bytes(b"not looked at")
    assert len(load_dataset(config("idx", idx_dir)).test) == 60


def test_emnists_names_are_read(idx_dir: Path) -> None:
    for path in list(idx_dir.iterdir()):
        path.rename(idx_dir / f"emnist-digits-{path.name.replace('t10k', 'test')}")
    assert len(load_dataset(config("idx", idx_dir)).test) == 60


def test_files_that_are_there_under_other_names_are_listed_beside_those_that_are_expected(idx_dir: Path) -> None:
    (idx_dir / TEST_IMAGES).rename(idx_dir / "mine.bin")
    (idx_dir / "notes.txt").write_text("nothing")
    with pytest.raises(DataError) as caught:
        load_dataset(config("idx", idx_dir))
    expected, _, there = str(caught.value).splitlines()[-1].partition("IDX files that are there: ")
    assert all(name in expected for name in FILE_NAMES)
    assert "mine.bin" in there
    assert "notes.txt" not in there


def test_what_is_not_mnist_in_a_named_folder_is_listed_as_well(tiny_mnist: Path) -> None:
    (tiny_mnist / TEST_IMAGES).rename(tiny_mnist / "mine.bin")
    with pytest.raises(DataError, match=r"IDX files that are there: mine\.bin"):
        load_dataset(config("mnist", tiny_mnist))


def test_trailing_garbage_is_an_oddity(idx_dir: Path) -> None:
    with (idx_dir / f"{TRAIN_IMAGES}.gz").open("ab") as file:
        file.write(b"garbage")
    [oddity] = load_dataset(config("idx", idx_dir)).oddities
    assert oddity.startswith(f"{idx_dir / TRAIN_IMAGES}.gz: trailing garbage")


def test_transposed_data_is_other_data_with_swapped_images_and_the_same_labels(idx_dir: Path) -> None:
    plain = load_dataset(config("idx", idx_dir))
    swapped = load_dataset(config("idx", idx_dir).model_copy(update={"transpose": True}))
    for split, examples in swapped.splits().items():
        np.testing.assert_array_equal(examples.images, plain.splits()[split].images.transpose(0, 2, 1))
        np.testing.assert_array_equal(examples.labels, plain.splits()[split].labels)
    changed = {name for name in FILE_NAMES if swapped.checksums[name] != plain.checksums[name]}
    assert changed == {TRAIN_IMAGES, TEST_IMAGES}


def test_idx_needs_a_folder() -> None:
    with pytest.raises(DataError, match=r"data\.dir"):
        load_dataset(config("idx"))


def test_idx_in_a_folder_that_is_not_there_says_so_once(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        load_dataset(config("idx", tmp_path / "nowhere"))
    assert str(caught.value).count("there is no such folder") == 1


def test_idx_names_every_file_that_is_wrong(idx_dir: Path) -> None:
    (idx_dir / TEST_IMAGES).unlink()
    (idx_dir / TEST_LABELS).write_bytes(b"junk")
    with pytest.raises(DataError) as caught:
        load_dataset(config("idx", idx_dir))
    message = str(caught.value)
    assert f"{idx_dir / TEST_IMAGES}: missing" in message
    assert f"{idx_dir / TEST_LABELS}: not an IDX file" in message
    assert str(idx_dir / TRAIN_IMAGES) not in message


def test_images_and_labels_that_disagree_are_named_with_both_counts(idx_dir: Path) -> None:
    labels = (idx_dir / TEST_LABELS).read_bytes()
    (idx_dir / TEST_LABELS).write_bytes(labels[:4] + bytes([0, 0, 0, 59]) + labels[8:-1])
    with pytest.raises(DataError) as caught:
        load_dataset(config("idx", idx_dir))
    assert f"{idx_dir / TEST_IMAGES} has 60 images" in str(caught.value)
    assert f"{idx_dir / TEST_LABELS} has 59 labels" in str(caught.value)


def test_a_label_of_twelve_is_an_error(idx_dir: Path) -> None:
    labels = bytearray((idx_dir / TEST_LABELS).read_bytes())
    labels[8 + 7] = 12
    (idx_dir / TEST_LABELS).write_bytes(labels)
    with pytest.raises(DataError, match="t10k-labels-idx1-ubyte: label 12 at index 7"):
        load_dataset(config("idx", idx_dir))


@pytest.mark.parametrize("size", [240, 5000])
def test_a_validation_size_that_leaves_nothing_is_named(idx_dir: Path, size: int) -> None:
    with pytest.raises(DataError, match=rf"validation_size is {size}.*has 240 training images"):
        load_dataset(config("idx", idx_dir, size))


@pytest.mark.parametrize("size", [0, 239])
def test_the_extreme_validation_sizes_are_allowed(idx_dir: Path, size: int) -> None:
    dataset = load_dataset(config("idx", idx_dir, size))
    assert (len(dataset.validation), len(dataset.train)) == (size, 240 - size)
    assert dataset.validation.images.shape == (size, 28, 28)


@pytest.mark.parametrize(("size", "expected"), [(5000, 119), (100, 100), (0, 0)])
def test_digits_take_at_most_a_twelfth_for_validation(size: int, expected: int) -> None:
    dataset = load_dataset(config("digits", None, size))
    assert [len(part) for part in dataset.splits().values()] == [1437 - expected, expected, 360]
    assert (dataset.name, dataset.source, dataset.warning) == ("digits", "digits", None)
    assert dataset.origin.startswith("scikit-learn ")


@pytest.mark.parametrize("source", ["mnist", "auto"])
def test_mnist_comes_from_the_folder_that_the_configuration_names(
    tiny_mnist: Path, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNISTCNN_DATA_DIR", "/nowhere")
    dataset = load_dataset(config(source, tiny_mnist))
    assert (dataset.name, dataset.source, dataset.origin) == ("mnist", "mnist", str(tiny_mnist))
    assert dataset.checksums == mnist.SHA256
    assert dataset.warning is None


def test_mnist_comes_from_the_environment_before_the_cache(
    tiny_mnist: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(tiny_mnist, cache)
    monkeypatch.setenv("MNISTCNN_DATA_DIR", str(tiny_mnist))
    assert load_dataset(config("auto")).origin == str(tiny_mnist)
    monkeypatch.setenv("MNISTCNN_DATA_DIR", "")
    assert load_dataset(config("auto")).origin == str(cache)


def test_the_environment_may_name_a_folder_in_a_home(tiny_mnist: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tiny_mnist.parent))
    monkeypatch.setenv("MNISTCNN_DATA_DIR", f"~/{tiny_mnist.name}")
    assert load_dataset(config("mnist")).origin == str(tiny_mnist)
    monkeypatch.setenv("MNISTCNN_DATA_DIR", "~nobody-here/mnist")
    with pytest.raises(DataError, match=r"\$MNISTCNN_DATA_DIR: expected a path"):
        load_dataset(config("mnist"))


@pytest.mark.parametrize("source", ["mnist", "auto"])
@pytest.mark.parametrize("damage", ["missing", "cut", "other"])
def test_a_named_folder_is_never_replaced_by_anything_else(
    tiny_mnist: Path, requested: list[str], source: str, damage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tiny_mnist / TEST_LABELS
    content = path.read_bytes()
    path.unlink()
    if damage != "missing":
        path.write_bytes(content[:-1] if damage == "cut" else content[:-1] + b"\0")
    expected = {"missing": ": missing", "cut": ": cut short", "other": "but not the one of MNIST.*data.source=idx"}
    for folder in (tiny_mnist, None):
        with pytest.raises(DataError, match=rf"(?s){path}{'.*' if damage == 'other' else ''}{expected[damage]}"):
            load_dataset(config(source, folder))
        monkeypatch.setenv("MNISTCNN_DATA_DIR", str(tiny_mnist))
    assert requested == []


def test_a_right_file_beside_a_damaged_one_is_found(tiny_mnist: Path) -> None:
    (tiny_mnist / f"{TEST_LABELS}.gz").write_bytes(gzip.compress((tiny_mnist / TEST_LABELS).read_bytes()))
    (tiny_mnist / TEST_LABELS).write_bytes(b"")
    assert len(load_dataset(config("mnist", tiny_mnist)).test) == 60


def test_of_two_damaged_files_the_preferred_one_is_reported(tiny_mnist: Path) -> None:
    (tiny_mnist / TEST_LABELS).write_bytes(b"")
    (tiny_mnist / f"{TEST_LABELS}.gz").write_bytes(b"junk")
    with pytest.raises(DataError, match=rf"{TEST_LABELS}: the file is empty"):
        load_dataset(config("mnist", tiny_mnist))


@pytest.mark.parametrize("source", ["mnist", "auto"])
def test_mnist_is_downloaded_into_the_cache_once(cache: Path, requested: list[str], source: str) -> None:
    first = load_dataset(config(source))
    assert (first.name, first.origin, first.warning) == ("mnist", str(cache), None)
    assert requested == [f"{name}.gz" for name in FILE_NAMES]
    load_dataset(config(source))
    assert len(requested) == 4


def test_only_what_is_missing_or_damaged_in_the_cache_is_downloaded(
    cache: Path, requested: list[str], tiny_mnist: Path
) -> None:
    shutil.copytree(tiny_mnist, cache)
    (cache / TEST_IMAGES).write_bytes(b"damaged")
    (cache / TEST_LABELS).unlink()
    assert load_dataset(config("mnist")).checksums == mnist.SHA256
    assert requested == [f"{TEST_IMAGES}.gz", f"{TEST_LABELS}.gz"]
    load_dataset(config("mnist"))
    assert len(requested) == 2


def test_nothing_is_downloaded_if_it_must_not(cache: Path, requested: list[str]) -> None:
    with pytest.raises(DownloadError, match=r"MNIST is not in .* \(cache\)"):
        load_dataset(config("mnist"), may_download=False)
    assert load_dataset(config("auto"), may_download=False).name == "digits"
    assert requested == []
    assert not cache.exists()


def test_mnist_without_a_network_says_what_was_tried_and_what_to_do(cache: Path) -> None:
    with pytest.raises(DownloadError) as caught:
        load_dataset(config("mnist"))
    message = str(caught.value)
    for mirror in downloading.MIRRORS:
        assert f"{mirror}{TRAIN_IMAGES}.gz: Connection refused" in message
    assert "mnistcnn data --fetch" in message
    assert "MNISTCNN_DATA_DIR" in message


def test_auto_without_a_network_takes_digits_with_a_warning_that_says_why(cache: Path) -> None:
    dataset = load_dataset(config("auto", None, 5000))
    assert (dataset.name, dataset.source, len(dataset.train)) == ("digits", "digits", 1318)
    assert dataset.warning is not None
    for mirror in downloading.MIRRORS:
        assert f"{mirror}{TRAIN_IMAGES}.gz: Connection refused" in dataset.warning
    assert dataset.warning.startswith("MNIST could not be loaded")
    assert "mnistcnn data --fetch" in dataset.warning
    assert "data.source=digits" in dataset.warning


def test_auto_takes_digits_if_the_cache_cannot_be_written(cache: Path, requested: list[str]) -> None:
    cache.parent.parent.mkdir()
    cache.parent.touch()
    warning = load_dataset(config("auto")).warning
    assert warning is not None
    assert f"{cache} cannot be written" in warning


def test_the_real_mnist_has_the_split_of_the_tutorial(real_mnist: Path) -> None:
    dataset = load_dataset(config("auto", None, 5000))
    assert (dataset.name, dataset.origin) == ("mnist", str(real_mnist))
    assert [len(part) for part in dataset.splits().values()] == [55_000, 5_000, 10_000]
    assert dataset.validation.labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert dataset.train.labels[:5].tolist() == [7, 3, 4, 6, 1]
    assert dataset.test.labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    assert dataset.test.classes() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


def test_importing_the_package_imports_nothing_heavy() -> None:
    import subprocess

    modules = "mnistcnn.data.sources, mnistcnn.data.report, mnistcnn.data.sampling, sys"
    heavy = "{'tensorflow', 'sklearn', 'scipy', 'pooch', 'requests', 'PIL', 'pydantic', 'filelock'}"
    command = f"import {modules}; print(sorted({heavy} & sys.modules.keys()))"
    output = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    assert output.stdout == "[]\n"
