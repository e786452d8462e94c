"""TensorFlow that is imported already is used as it is, with one warning if it could be faster."""

from __future__ import annotations

import os
import warnings

import pytest
import tensorflow  # noqa: F401 - As a notebook does, before it calls this library.

from mnistcnn.interface import starting

SLOW = frozenset({"avx2", "fma"})


@pytest.fixture
def started(monkeypatch):
    """Start TensorFlow twice on some processor, and give the warnings."""

    def start(flags, onednn):
        monkeypatch.setattr(starting, "processor_flags", lambda: flags)
        monkeypatch.setattr(starting.platform, "machine", lambda: "x86_64")
        monkeypatch.setattr(starting, "onednn_is_on", lambda: onednn)
        starting._warn_without_onednn.cache_clear()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            starting.start_tensorflow()
            starting.start_tensorflow()
        return [str(one.message) for one in caught]

    yield start
    starting._warn_without_onednn.cache_clear()


def test_who_could_have_onednn_is_told_so_once(started):
    (message,) = started(SLOW, onednn=False)
    assert "TF_ENABLE_ONEDNN_OPTS=1" in message


@pytest.mark.parametrize(("flags", "onednn"), [(SLOW, True), (frozenset({"avx"}), False)])
def test_who_has_it_or_cannot_is_told_nothing(started, flags, onednn):
    environment = dict(os.environ)
    assert started(flags, onednn) == []
    assert dict(os.environ) == environment
