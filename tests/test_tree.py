"""The tree keeps its shape: few rooms, each of which says what lives in it, and one way to import."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = sorted(path.parent for room in ("mnistcnn", "cli") for path in (ROOT / room).rglob("__init__.py"))
MODULES = sorted(path for room in ("mnistcnn", "cli") for path in (ROOT / room).rglob("*.py"))
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()
MOST_ENTRIES = 14


def test_the_core_has_few_rooms():
    entries = {path.name for path in (ROOT / "mnistcnn").iterdir()} - {
        "__init__.py",
        "__main__.py",
        "py.typed",
        "__pycache__",
    }
    assert len(entries) <= MOST_ENTRIES, sorted(entries)


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_package_says_in_one_line_what_lives_there(package):
    docstring = ast.get_docstring(ast.parse((package / "__init__.py").read_text()))
    assert docstring
    assert docstring.splitlines()[0].endswith((".", ":"))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_its_own_distribution_relatively(module):
    own = "mnistcnn_cli" if module.is_relative_to(ROOT / "cli") else "mnistcnn"
    assert [name for name in absolute_imports(module) if name.split(".")[0] == own] == []


def absolute_imports(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module or ""
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_tests_stand_where_their_module_does():
    for test in (ROOT / "tests" / "mnistcnn").rglob("test_*.py"):
        assert (ROOT / test.relative_to(ROOT / "tests")).parent.is_dir(), test


def mapped_paths() -> Iterator[str]:
    """The paths of the map in CONTRIBUTING.md, whose lines are indented by two for each level."""
    parents: list[str] = []
    for line in CONTRIBUTING.split("<!-- map -->\n```text\n")[1].split("\n```")[0].splitlines():
        level = (len(line) - len(line.lstrip())) // 2
        parents[level:] = [line.split()[0]]
        yield "".join(parents)


def test_the_map_has_every_package_and_every_entry_of_the_core():
    packages = {f"{package.relative_to(ROOT)}/" for package in PACKAGES}
    modules = {f"mnistcnn/{path.name}" for path in (ROOT / "mnistcnn").glob("*.py") if path.name != "__init__.py"}
    inside = {path for path in mapped_paths() if path.startswith(("mnistcnn/", "cli/"))}
    assert inside == packages | modules


def test_every_place_that_the_map_names_is_there():
    assert [path for path in mapped_paths() if not (ROOT / path).exists()] == []


def test_every_file_that_contributing_names_is_there():
    named = re.findall(r"`((?:\w+/)+[\w.]*)`", CONTRIBUTING)
    assert len(named) > 20
    assert [path for path in named if not (ROOT / path).exists()] == []
