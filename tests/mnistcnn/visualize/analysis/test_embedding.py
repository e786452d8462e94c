"""Test images flattened to a plane: the same maps from a process of its own, and without one."""

import sys

import numpy as np
import pytest

from mnistcnn.visualize.analysis.embedding import Embedding, embed, embed_apart

UNITS = np.random.default_rng(0).normal(size=(12, 5)).astype(np.float32)


def equal(one: Embedding, other: Embedding) -> bool:
    same = np.array_equal(one.principal, other.principal) and np.array_equal(one.neighbours, other.neighbours)
    return same and one.share == other.share


def test_a_process_of_its_own_gives_the_same_maps_bit_for_bit() -> None:
    apart = embed_apart(UNITS)
    assert apart is not None
    assert equal(apart, embed(UNITS))


@pytest.mark.parametrize("executable", ["/nowhere/python", "/bin/false"])
def test_a_process_that_cannot_be_started_or_fails_gives_nothing(
    executable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", executable)
    assert embed_apart(UNITS) is None


def test_the_share_is_that_of_the_variance_in_two_components() -> None:
    flat = np.zeros((12, 5), np.float32)
    flat[:, :2] = UNITS[:, :2]
    assert embed(flat).share == pytest.approx(1)
