"""What `import mnistcnn` promises: few names, nothing heavy before one is used."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import mnistcnn

SCRIPT = Path(__file__).parents[1] / "every_public_name.py"


def test_importing_it_imports_nothing_heavy():
    heavy = (
        "[name for name in ('tensorflow', 'keras', 'numpy', 'pydantic', 'matplotlib', 'rich') if name in sys.modules]"
    )
    script = f"import sys, json, mnistcnn; dir(mnistcnn); print(json.dumps({heavy}))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


@pytest.mark.parametrize("name", mnistcnn.__all__)
def test_every_public_name_is_there_and_says_what_it_is(name):
    assert getattr(mnistcnn, name).__doc__
    assert name in dir(mnistcnn)


def test_a_name_that_does_not_exist_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'trian'"):
        _ = mnistcnn.trian


def test_the_script_that_is_type_checked_uses_every_public_name():
    """`make lint` runs mypy --strict on it."""
    used = {node.attr for node in ast.walk(ast.parse(SCRIPT.read_text())) if isinstance(node, ast.Attribute)}
    assert set(mnistcnn.__all__) <= used
