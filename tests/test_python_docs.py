"""The examples in docs/python.md run, one after the other, in an empty folder."""

from __future__ import annotations

import re
from pathlib import Path

import mnistcnn
from mnistcnn.errors import MnistCnnError

DOCUMENT = (Path(__file__).parents[1] / "docs" / "python.md").read_text()
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", DOCUMENT, re.DOTALL | re.MULTILINE)


def test_every_example_runs_and_prints_what_it_says(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names = {"__name__": "example"}
    for example in EXAMPLES:
        exec(compile(example, "docs/python.md", "exec"), names)
    printed = capsys.readouterr().out
    assert "finished 80" in printed
    assert "steps=0: must be" in printed
    assert "did you mean" in printed
    assert "verified" in printed


def test_every_public_name_is_described():
    for name in set(mnistcnn.__all__) - {"Config"}:  # It has docs/configuration.md.
        assert re.search(rf"\b{name}\b", DOCUMENT), name


def test_every_error_that_it_lists_exists():
    for name in re.findall(r"`(\w+Error)`", DOCUMENT):
        assert issubclass(getattr(mnistcnn.errors, name), MnistCnnError)
