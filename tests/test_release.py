"""What a release promises: a version that the changelog knows, and versions of everything that it was measured with."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import mnistcnn

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]


def test_the_newest_release_in_the_changelog_is_this_version():
    headings = re.findall(r"^## \[(.+?)\](.*)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] == ("Unreleased", "")
    version, date = headings[1]
    assert version == mnistcnn.__version__
    assert re.fullmatch(r" - \d{4}-\d\d-\d\d", date)


def requirements() -> list[Requirement]:
    """What pyproject.toml asks for, in all extras but those that the figures did not need."""
    extras = [line for name, lines in EXTRAS.items() if name not in ("cuda", "mysql") for line in lines]
    found = [Requirement(line) for line in (*PROJECT["dependencies"], *extras)]
    return [requirement for requirement in found if requirement.name != "mnistcnn"]


@pytest.mark.parametrize("requirement", requirements(), ids=str)
def test_the_constraints_have_an_exact_version_that_each_requirement_allows(requirement):
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = [Requirement(line) for line in lines if not line.startswith("#")]
    pinned = {canonicalize_name(pin.name): str(pin.specifier) for pin in pins}
    version = pinned[canonicalize_name(requirement.name)].removeprefix("==")
    assert version in requirement.specifier
