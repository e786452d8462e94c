"""What `Run.visualize` and `Run.page` give: files that a notebook shows."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from numpy.typing import NDArray

from ..errors import RunError

if TYPE_CHECKING:
    from ..visualize.manifest import Drawn

_MOST_SHOWN = 8
"""Pictures that a notebook shows of many: thirty would make its file 10 MB larger."""
_TYPES = {".png": "image/png", ".gif": "image/gif", ".svg": "image/svg+xml"}
_FRAME_HEIGHT = 900  # Pixels; the page scrolls inside.


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture whose file is written."""

    path: Path
    title: str
    caption: str
    """A sentence on how to read it; it stands in the picture as well."""
    alt: str = field(repr=False)
    """What there is to see, for those who cannot."""
    arrays: Mapping[str, NDArray[Any]] = field(repr=False)
    """The numbers behind it, by name."""

    def _repr_html_(self) -> str:
        """The picture, stored in the notebook; a PDF's name, since a notebook shows none."""
        kind = _TYPES.get(self.path.suffix)
        if kind is None:
            return f"<p>{escape(self.title)}: <code>{escape(str(self.path))}</code></p>"
        content = base64.b64encode(_read(self.path)).decode()
        return f'<img src="data:{kind};base64,{content}" alt="{escape(self.alt)}" style="max-width: 100%">'


class Pictures(Sequence[Picture]):
    """Pictures in a folder, in the order in which they tell the story.

    Args:
        drawn: what was drawn.
        folder: where.
    """

    def __init__(self, drawn: Sequence[Drawn], folder: Path) -> None:
        self.folder = folder
        self._pictures = tuple(
            Picture(one.path, one.words.title, one.words.sentence, one.words.alt, one.arrays) for one in drawn
        )

    @overload
    def __getitem__(self, index: int) -> Picture: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Picture]: ...

    def __getitem__(self, index: int | slice) -> Picture | Sequence[Picture]:
        """One picture, or some."""
        return self._pictures[index]

    def __len__(self) -> int:
        return len(self._pictures)

    def __repr__(self) -> str:
        """List the files."""
        names = ", ".join(picture.path.name for picture in self)
        return f"<{len(self)} pictures in {self.folder}: {names}>"

    def _repr_html_(self) -> str:
        """The first pictures, below each other."""
        shown = "".join(f"<p>{picture._repr_html_()}</p>" for picture in self[:_MOST_SHOWN])
        more = len(self) - _MOST_SHOWN
        return shown if more <= 0 else f"{shown}<p>and {more} more in <code>{escape(str(self.folder))}</code></p>"


@dataclass(frozen=True)
class Page:
    """The page in which a person draws digits and watches the network; a path for everything that takes paths."""

    path: Path
    size: int
    """Bytes."""

    def __fspath__(self) -> str:
        return str(self.path)

    def _repr_html_(self) -> str:
        """The page in a frame of its own, stored in the notebook: it works without the file, and on any server."""
        content = escape(_read(self.path).decode())
        style = f"width: 100%; height: {_FRAME_HEIGHT}px; border: 0"
        return f'<iframe srcdoc="{content}" title="Draw a digit and watch the network" style="{style}"></iframe>'


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RunError(f"{path}: cannot be read: {error.strerror or error}") from error
