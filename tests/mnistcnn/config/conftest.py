"""A configuration file to write, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mnistcnn.config.schema import load_config
from mnistcnn.errors import ConfigError

Write = Callable[[str | bytes], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes a.yaml in an empty current directory and gives its relative path, as users type it."""
    monkeypatch.chdir(tmp_path)

    def write_file(content: str | bytes) -> Path:
        Path("a.yaml").write_bytes(content if isinstance(content, bytes) else content.encode())
        return Path("a.yaml")

    return write_file


def problems(path: Path | None = None, *overrides: str, **options: object) -> list[str]:
    """The problems that loading these layers is refused for, a line each."""
    with pytest.raises(ConfigError) as caught:
        load_config(path, overrides, options)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return list(caught.value.problems)
