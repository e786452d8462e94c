"""Paths: what is expanded, what is refused, and that a path survives being written."""

from __future__ import annotations

from pathlib import Path

import pytest

from mnistcnn.config.paths import BadPathError, expand_path, unexpanded

ENVIRONMENT = {"SCRATCH": "/scratch", "EMPTY": ""}


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("$SCRATCH/a", "/scratch/a"),
        ("${SCRATCH}a", "/scratcha"),
        ("a$$b", "a$b"),
        ("$$SCRATCH", "$SCRATCH"),
        ("plain", "plain"),
    ],
)
def test_variables_are_expanded(text: str, path: str) -> None:
    assert expand_path(text, ENVIRONMENT) == Path(path)


def test_home_is_expanded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    assert expand_path("~/a", ENVIRONMENT) == Path("/home/ada/a")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("$NOWHERE/a", "NOWHERE is not set"),
        ("$EMPTY/a", "EMPTY is empty"),
        ("US$ 5", r"expected \$NAME"),
        ("${SCRATCH", r"expected \$NAME"),
        ("~nobody-here/a", "somebody's home"),
    ],
)
def test_what_cannot_be_expanded_is_refused(text: str, why: str) -> None:
    with pytest.raises(BadPathError, match=why):
        expand_path(text, ENVIRONMENT)


@pytest.mark.parametrize("path", ["$SCRATCH", "~", "~ada/x", "a$$b", "/a b/~"])
def test_a_path_that_is_written_is_read_back(path: str) -> None:
    assert expand_path(unexpanded(path), ENVIRONMENT) == Path(path)
