"""The user's browser, which $BROWSER names."""

from __future__ import annotations

import webbrowser

import pytest
from mnistcnn_cli.browser import open_in_browser


@pytest.mark.parametrize("value", ["firefox '%s", "no-such-browser", " %s"])
def test_a_browser_that_cannot_be_started_is_none(value, tmp_path, monkeypatch):
    monkeypatch.setenv("BROWSER", value)
    monkeypatch.setattr(webbrowser, "_tryorder", [value])
    assert not open_in_browser(tmp_path / "index.html")
