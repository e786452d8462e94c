"""The notebooks in examples/ run from top to bottom, without a terminal, and what they keep is fit to be published."""

from __future__ import annotations

import base64
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.conftest import REAL_MNIST

EXAMPLES = Path(__file__).parents[1] / "examples"
SMALL = 'NETWORK={"conv1": 2, "conv2": 2, "fc1": 8}'
FEW = {
    "deep_mnist": [SMALL, "STEPS=2"],
    "practitioners": [SMALL, "STEPS=2", "SEEDS=2", "TRIALS=1", 'FORMATS=["numpy"]'],
}


@pytest.mark.parametrize("name", FEW)
def test_a_notebook_runs_from_top_to_bottom(name, tmp_path, request):
    """One of them on the real MNIST, where that is."""
    data = "mnist" if name == "deep_mnist" and REAL_MNIST else "digits"
    if data == "mnist":
        request.getfixturevalue("real_mnist")
    changes = [f"--set={change}" for change in (*FEW[name], f'DATA="{data}"')]
    out = tmp_path / "out.ipynb"
    command = [sys.executable, EXAMPLES / "execute_notebook.py", EXAMPLES / f"{name}.ipynb", *changes, "--out", out]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    outputs = [output for cell in cells(out) for output in cell.get("outputs", [])]
    assert any("text/html" in output.get("data", {}) for output in outputs)
    assert str(tmp_path) not in json.dumps(outputs)


def cells(path):
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


@pytest.mark.parametrize("name", FEW)
def test_what_a_notebook_keeps_is_small_whole_and_of_no_machine(name):
    path = EXAMPLES / f"{name}.ipynb"
    assert path.stat().st_size <= 1_000_000
    code = [cell for cell in cells(path) if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    texts = [text for cell in code for output in cell["outputs"] for text in plain_texts(output)]
    assert texts
    for text in texts:
        assert not re.search(r"(?<![\w<])/(?:home|tmp|work|root|Users|usr|var)/", text), text
        assert "Traceback" not in text


@pytest.mark.parametrize("name", FEW)
def test_every_picture_that_a_notebook_keeps_can_be_seen(name):
    outputs = [output for cell in cells(EXAMPLES / f"{name}.ipynb") for output in cell.get("outputs", [])]
    stored = ["".join(output["data"]["image/png"]) for output in outputs if "image/png" in output.get("data", {})]
    html = "".join("".join(output.get("data", {}).get("text/html", "")) for output in outputs)
    stored += re.findall(r"data:image/png;base64,([^\"]*)", html)
    assert stored
    for picture in stored:
        Image.open(io.BytesIO(base64.b64decode(picture))).load()


def plain_texts(output):
    """The text of an output, without embedded pictures."""
    yield "".join(output.get("text", []))
    for kind, value in output.get("data", {}).items():
        if kind.startswith("text/"):
            yield re.sub(r"base64,[\w+/=]*", "", "".join(value))
