"""Which display a program gets."""

from __future__ import annotations

import sys
import types

import pytest

from mnistcnn.interface.display import Silence, in_notebook, open_display
from mnistcnn.interface.notebook import live


def shell(**attributes):
    """IPython with a shell; a notebook's has a kernel."""
    return types.SimpleNamespace(get_ipython=lambda: types.SimpleNamespace(**attributes))


@pytest.mark.parametrize(
    ("ipython", "expected"),
    [
        (None, False),
        (types.SimpleNamespace(get_ipython=lambda: None), False),
        (shell(), False),
        (shell(kernel=1), True),
    ],
)
def test_only_a_kernel_is_a_notebook(monkeypatch, ipython, expected):
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    assert in_notebook() is expected


def test_a_notebook_gets_the_notebooks_display(monkeypatch):
    monkeypatch.setitem(sys.modules, "IPython", shell(kernel=1))
    monkeypatch.setattr(live, "open_output", lambda bundle: None)
    with open_display(True) as display:
        assert isinstance(display, live.NotebookDisplay)


def test_who_wants_no_progress_gets_none():
    with open_display(False) as display:
        assert isinstance(display, Silence)
