"""What can be asked for, by name: kept apart from the drawing, so that a wrong name is told at once."""

from __future__ import annotations

import difflib
import json
from collections.abc import Collection
from pathlib import Path
from typing import Literal

from .. import files
from ..errors import UsageError
from ..runs.names import is_of_pictures

LAYERS = ("input", "conv1", "pool1", "conv2", "pool2", "fc1", "fc2")
ALL = "all"
KINDS: dict[str, str] = {
    "overview": "one digit's way through the whole network, and its architecture",
    "filters": "weights of the convolutions",
    "maps": "what every layer makes of the digit",
    "attribution": "which pixels of the digit speak for the answer",
    "patches": "pieces of test images that excite each unit most",
    "maximise": "what would excite each unit most",
    "cards": "all of that for each unit of conv2",
    "correlation": "dead and near-duplicate units",
    "training": "curves, and an animation over the snapshots of the run",
    "histograms": "weights, biases and activations over the kept checkpoints",
    "mistakes": "confusion matrix and the most confident errors",
    "augmentation": "what augmentation makes of training images, if the run uses it",
    "embedding": "test images as fc1 sees them, by PCA and t-SNE",
}
"""The kinds of picture, each with what it shows."""

INDEX = "index.html"
"""The file that shows all pictures of a folder."""
PAGE = "page.html"
"""The interactive page's file."""
PageWeights = Literal["int8", "float32"]
"""How the page stores fc1's weights, 98 % of all: int8 makes a page of 6 MB, float32 one of 19 MB."""


def check_folder(folder: Path) -> None:
    """Refuse to draw into a folder of something else, such as a run, whose files the pictures' would replace.

    Raises:
        UsageError: it is one; names the file.
    """
    try:
        is_ours = is_of_pictures(json.loads(files.read_regular(folder / "manifest.json")))
        strange = None if is_ours else "manifest.json"
    except (FileNotFoundError, NotADirectoryError):
        strange = INDEX if files.exists(folder / INDEX) else None  # Which is written last.
    except (OSError, ValueError, RecursionError):
        strange = "manifest.json"
    if strange:
        where = folder / strange
        raise UsageError(f"{where}: not written by visualize; move it away, or choose another folder with --out")


def check_name(what: str, name: str, allowed: Collection[str]) -> None:
    """Refuse a name that does not exist.

    Args:
        what: what it names, in the words of the caller, such as `--layer`.
        name: the name.
        allowed: those that exist.

    Raises:
        UsageError: the message lists those that exist, and the one that is most like it.
    """
    if name not in allowed:
        close = difflib.get_close_matches(name, allowed, n=1)
        guess = f" Did you mean '{close[0]}'?" if close else ""
        raise UsageError(f"{what} {name}: unknown.{guess} Choose from: {', '.join(allowed)}")
