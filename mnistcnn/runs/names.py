"""What a person means by the name of a run that is not quite one."""

from __future__ import annotations

import difflib
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from unicodedata import normalize

from .. import files
from ..errors import RunError


def otherwise_encoded(path: Path) -> Path | None:
    """The one entry beside `path` whose name looks the same; None if there is none, or several.

    File systems of macOS decompose letters with accents into several code points, and keyboards compose them.
    """
    wanted = normalize("NFC", path.name)
    with suppress(OSError):
        found = [entry.path for entry in os.scandir(path.parent) if normalize("NFC", entry.name) == wanted]
        return Path(found[0]) if len(found) == 1 else None
    return None


def is_of_pictures(manifest: object) -> bool:
    """Whether a `manifest.json` is of a folder that `visualize` drew into, and not of a run or another program."""
    return isinstance(manifest, dict) and "pictures" in manifest and "state" not in manifest


def refuse_checkpoint(path: Path) -> None:
    """Refuse the directory of a checkpoint, which has a manifest as a run has.

    Raises:
        RunError: it is one; names its run.
    """
    real = path.resolve()
    if real.parent.name != "checkpoints" or not files.is_file(real.parents[1] / "manifest.json"):
        return
    run = path.parents[1] if path.parent.name == "checkpoints" else real.parents[1]
    which = path.name if path.name in ("best", "last") else real.name.removeprefix("step-").lstrip("0") or "0"
    raise RunError(f"{path}: is a checkpoint of {run}: name the run, with --checkpoint {which}")


def suggestion(name: str, names: Sequence[str]) -> str:
    """The end of a message that `name` is none of `names`: the one that was probably meant, if there is one."""
    folded = {other.casefold(): other for other in reversed(names)}
    similar = difflib.get_close_matches(name.casefold(), folded, n=1)
    return f"; did you mean '{folded[similar[0]]}'?" if similar else ""
