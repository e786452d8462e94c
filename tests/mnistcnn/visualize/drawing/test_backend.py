"""Pictures need no backend of Matplotlib's, and leave the user's as it is."""

import os
import subprocess
import sys

import pytest

DRAW = """
import io
from mnistcnn.{module} import *
from matplotlib.figure import Figure
from mnistcnn.visualize.drawing.sheet import same_everywhere
with same_everywhere():
    content = io.BytesIO()
    Figure().savefig(content, format="png")
import matplotlib, os
print(content.getvalue()[1:4].decode(), os.environ.get("MPLBACKEND"), matplotlib.rcParams._get("backend"))
"""


def drawn(module, backend):
    environment = {**os.environ, "MPLBACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
    script = DRAW.format(module=module)
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment)
    return result.stdout.split()


@pytest.mark.parametrize("module", ["visualize.drawing.style", "sweep.plots"])
def test_a_backend_that_is_not_installed_keeps_nothing_from_being_drawn(module):
    backend = "module://no_such_notebook.backend_inline"
    png, variable, _ = drawn(module, backend)
    assert (png, variable) == ("PNG", backend)


def test_a_program_that_uses_the_library_keeps_its_own_backend():
    assert drawn("visualize.drawing.style", "svg") == ["PNG", "svg", "svg"]
