"""What TensorFlow is asked for on a GPU: the same bits, and to keep what XLA compiled."""

import pytest
import tensorflow as tf

from mnistcnn.network.gpu import prepare_gpus
from mnistcnn.network.startup import compiled_programs

CARD = "GPU:0"


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """How often determinism was asked for; with a cache of this test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    calls = []
    monkeypatch.setattr(tf.config.experimental, "enable_op_determinism", lambda: calls.append(True))
    return calls


def test_the_same_bits_are_asked_for_and_programs_have_a_folder(asked):
    prepare_gpus([CARD], deterministic=True)
    assert len(asked) == 1
    assert compiled_programs().is_dir()


def test_who_does_not_mind_other_bits_asks_for_no_determinism(asked):
    prepare_gpus([CARD], deterministic=False)
    assert asked == []


def test_without_a_gpu_nothing_is_asked_and_nothing_is_made(asked):
    prepare_gpus([], deterministic=True)
    assert asked == []
    assert not compiled_programs().exists()


def test_a_cache_that_cannot_be_written_is_no_error(asked, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    prepare_gpus([CARD], deterministic=True)
    assert len(asked) == 1
