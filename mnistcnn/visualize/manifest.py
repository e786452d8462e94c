"""What `manifest.json` and `arrays.npz` say about the pictures in a folder."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import __version__
from .drawing.captions import CHAPTERS
from .drawing.sheet import Words
from .drawing.style import Scale
from .picture_source import PictureSource

FORMAT = 1


@dataclass(frozen=True, eq=False)
class Drawn:
    """A picture whose file is written."""

    path: Path
    chapter: int
    """From 1."""
    show: str
    words: Words
    scales: tuple[Scale, ...]
    units: tuple[int, ...]
    """The units that it shows, in order; empty if it shows none or all of a layer in their own order."""
    size: tuple[int, int]
    """Width and height in pixels."""
    arrays: Mapping[str, NDArray[Any]]

    def record(self) -> dict[str, object]:
        """The picture's entry in `manifest.json`."""
        return {
            "file": self.path.name,
            "chapter": CHAPTERS[self.chapter - 1][0],
            "show": self.show,
            "title": self.words.title,
            "shape": self.words.shape,
            "caption": self.words.sentence,
            "alt": self.words.alt,
            "width": self.size[0],
            "height": self.size[1],
            "scales": [asdict(scale) | {"low": scale.low} for scale in self.scales],
            "units": list(self.units),
            "arrays": sorted(self.arrays),
        }


def manifest(source: PictureSource, pictures: Sequence[Drawn], arrays: Mapping[str, NDArray[Any]]) -> dict[str, object]:
    """The content of `manifest.json`."""
    trained = source.trained
    return {
        "format": FORMAT,
        "mnistcnn": __version__,
        "run": str(trained.run.path.resolve()),
        "checkpoint": {"asked": trained.checkpoint, "step": trained.step, "weights_digest": trained.digest},
        "data": trained.data,
        "image": {"name": source.digit.name, "label": source.digit.label, "reason": source.digit.reason},
        "theme": source.theme.name,
        "autoscale": source.autoscale,
        "pictures": [picture.record() for picture in pictures],
        "arrays": {name: {"shape": list(array.shape), "dtype": str(array.dtype)} for name, array in arrays.items()},
    }


def pack_arrays(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """The content of `arrays.npz`."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()
