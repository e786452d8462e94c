"""Paths as people write them: `~` and environment variables, and `$$` for a dollar sign."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from string import Template


class BadPathError(Exception):
    """A path that cannot be expanded; the message says why and what to write instead."""


def expand_path(text: str, environment: Mapping[str, str]) -> Path:
    """Replace `~`, `$NAME` and `${NAME}`.

    Args:
        text: a path; `$$` stands for a dollar sign.
        environment: the values of variables.

    Raises:
        BadPathError: a variable is unset or empty, a dollar sign stands alone, or nobody has that home directory.
    """
    if "$" not in text:
        return expand_home(text)  # Most paths; thousands of runs are read without a copy of the environment for each.
    known = {name: value for name, value in environment.items() if value}
    try:
        return expand_home(Template(text).substitute(known))
    except KeyError as error:
        name = error.args[0]
        # An empty variable would make `$SCRATCH/runs` a folder of the root directory.
        state = "empty" if name in environment else "not set"
        raise BadPathError(f"the environment variable {name} is {state} ($$ stands for a dollar sign)") from None
    except ValueError:
        raise BadPathError("expected $NAME or ${NAME} after a dollar sign ($$ stands for the sign itself)") from None


def expand_home(text: str) -> Path:
    """Replace `~` and `~name`.

    Raises:
        BadPathError: nobody has that home directory.
    """
    if not text.startswith("~"):
        return Path(text)  # Not expanded either if it was `./~ada`, which `Path` shortens.
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise BadPathError("expected a path whose '~' is somebody's home directory") from None


def unexpanded(path: str) -> str:
    """Write a path such that `expand_path` gives it back."""
    escaped = path.replace("$", "$$")
    return f"./{escaped}" if escaped.startswith("~") else escaped
