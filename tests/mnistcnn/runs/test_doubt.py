import re
import shutil

import numpy as np
import pytest

from mnistcnn.data.sources import load_dataset
from mnistcnn.network.responder import Responder
from mnistcnn.runs.data import run_data_config
from mnistcnn.runs.directory import Run
from mnistcnn.runs.doubt import FILE_NAME, find_doubt
from mnistcnn.runs.trained import load_trained


@pytest.fixture
def trained(bars_run, tmp_path):
    """A network in a copy of the run, which knows no doubt yet."""
    copy = shutil.copytree(bars_run, tmp_path / "one", symlinks=True, ignore=shutil.ignore_patterns(FILE_NAME))
    return load_trained(Run(copy))


def kept_file(trained):
    return trained.run.checkpoints().find("best") / FILE_NAME


def test_it_is_fitted_once_and_kept_beside_the_weights(trained, monkeypatch):
    found = find_doubt(trained)
    assert found.lack is None
    assert kept_file(trained).is_file()
    monkeypatch.setattr("mnistcnn.runs.doubt.load_dataset", lambda *_, **__: pytest.fail("it was fitted again"))
    images = np.random.default_rng(0).integers(0, 256, (5, 28, 28), dtype=np.uint8)
    asked = Responder(trained.network)(images)
    assert np.array_equal(find_doubt(trained).doubt(asked), found.doubt(asked))


def test_noise_is_doubted_and_the_test_images_are_not(trained):
    doubt, respond = find_doubt(trained).doubt, Responder(trained.network)
    noise = np.random.default_rng(0).integers(0, 256, (50, 28, 28), dtype=np.uint8)
    test = load_dataset(run_data_config(trained.run)).test
    assert np.mean(doubt(respond(noise)) > 0) > 0.9
    assert np.mean(doubt(respond(test.images)) > 0) < 0.2


ENCRYPTED = b"PK\x01\x02" + bytes(4)  # Where an archive lists a file; the flags come next.


@pytest.mark.parametrize("content", [b"", b"no archive", ENCRYPTED, None])
def test_a_file_that_is_damaged_or_of_other_weights_is_fitted_anew(trained, content):
    expected = find_doubt(trained).doubt
    path = kept_file(trained)
    if content is ENCRYPTED:
        archive = bytearray(path.read_bytes())
        for start in (match.start() for match in re.finditer(rb"PK\x01\x02", archive)):
            archive[start + 8] |= 1
        path.write_bytes(archive)
    elif content is None:
        with np.load(path) as arrays:
            np.savez(path, **{**arrays, "weights_digest": "0" * 64, "offset": np.float64(7)})
    else:
        path.write_bytes(content)
    assert find_doubt(trained).doubt.offset == expected.offset
    with np.load(path) as arrays:
        assert str(arrays["weights_digest"]) == trained.digest


def test_a_run_that_may_not_be_written_has_doubt_all_the_same(trained, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("mnistcnn.files.write_atomically", refuse)
    assert find_doubt(trained).doubt is not None
    assert not kept_file(trained).exists()


def test_without_the_training_images_there_is_none_and_one_line_says_why(trained, monkeypatch, tiny_dataset):
    monkeypatch.setattr("mnistcnn.runs.doubt.load_dataset", lambda *_, **__: tiny_dataset)
    found = find_doubt(trained)
    assert found.doubt is None
    assert "not what the run learned from" in found.lack
    assert "\n" not in found.lack


def test_data_without_a_validation_split_is_split_as_it_was_for_the_run(trained):
    config = run_data_config(trained.run)
    whole = load_dataset(config.model_copy(update={"validation_size": 0}))
    offset = find_doubt(trained, whole).doubt.offset
    kept_file(trained).unlink()
    assert offset == find_doubt(trained, load_dataset(config)).doubt.offset
