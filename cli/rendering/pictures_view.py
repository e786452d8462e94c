"""Pictures while and after they are drawn: the progress, the list of files, records, and text in a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from .pager import write_in_pages
from .terminal import can_draw
from .text import printable, shell_path

if TYPE_CHECKING:
    from mnistcnn.visualize.drawing.half_blocks import Depth
    from mnistcnn.visualize.manifest import Drawn
    from mnistcnn.visualize.picture_source import PictureSource


@contextmanager
def drawing_progress(names: Sequence[str], *, quiet: bool) -> Iterator[Callable[[], None]]:
    """Show the progress of a drawing: a bar in a terminal, else a line for each picture.

    Args:
        names: of the pictures, in order.
        quiet: whether to show nothing.

    Yields:
        What to call after each picture.
    """
    coming = iter(names)
    if quiet or sys.stderr is None:
        yield lambda: None
        return
    if not can_draw(sys.stderr):
        yield lambda: _log(next(coming, ""))
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("drawing"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(next(coming), total=len(names))
        yield lambda: bar.update(task, advance=1, description=next(coming, ""))


def _log(name: str) -> None:
    sys.stderr.write(f"{datetime.now():%Y-%m-%d %H:%M:%S}  drew {name}\n")
    sys.stderr.flush()


def picture_record(picture: Drawn) -> dict[str, object]:
    """Describe a picture as `visualize --json` does: its entry in `manifest.json`, with its path."""
    return {"event": "picture", "path": picture.path, **picture.record()}


def index_record(path: Path) -> dict[str, object]:
    """Describe the page that shows all pictures as `visualize --json` does."""
    return {"event": "index", "path": path}


def list_pictures(index: Path, pictures: Sequence[Drawn]) -> None:
    """Name the files: a table in a terminal, else one path a line, for other programs; the index comes first."""
    if not sys.stdout.isatty():
        paths = (index, *(picture.path for picture in pictures))
        sys.stdout.write("".join(f"{printable(str(path))}\n" for path in paths))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("picture", "what it shows", box=None, pad_edge=False, header_style="bold")
    for picture in pictures:
        table.add_row(Text(picture.path.name), Text(picture.words.title))
    console = Console(highlight=False)
    console.print(table)
    console.print(f"\nall of them, with their captions: {shell_path(index)}", soft_wrap=True)


def draw_as_text(source: PictureSource, layer: str, kinds: list[str], unit: int | None) -> None:
    """Draw on standard output in the colours that it has, a screen at a time; as plain characters in a pipe.

    Raises:
        UsageError: there is no such unit.
    """
    from rich.console import Console

    from mnistcnn.visualize.terminal import terminal_lines

    console = Console()
    coloured = console.is_terminal and not console.no_color and console.encoding.startswith("utf")
    depth: Depth = "ascii"
    if coloured and console.color_system in ("truecolor", "256"):
        depth = "truecolor" if console.color_system == "truecolor" else "256"
    write_in_pages(list(terminal_lines(source, layer, kinds, console.width, depth, unit)), sys.stdout)
