"""Tables on standard output: drawn by Rich in a terminal, plain and aligned in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Container, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from rich.cells import cell_len

from .text import printable

if TYPE_CHECKING:
    from rich.table import Table

_GAP = 3  # Columns of the terminal between two of the table.
_NARROWEST = 20  # What text needs to be readable when it is broken into lines.
_STYLES = {
    "ok": "green",
    "finished": "green",
    "running": "cyan",
    "missing": "yellow",
    "interrupted": "yellow",
    "pruned": "yellow",
    "died": "bold yellow",
    "failed": "bold red",
    "diverged": "bold red",
    "damaged": "bold red",
    "not readable": "bold red",
}


def state_style(_row: int, _column: int, cell: str) -> str:
    """Colour the words for a state, wherever they stand."""
    return _STYLES.get(cell, "")


class Listing(NamedTuple):
    """A table, independent of how it is drawn."""

    title: str
    header: tuple[str, ...]
    """Without a single name in it, no header is drawn."""
    rows: Sequence[tuple[str, ...]]
    numbers: Container[int] = ()
    """Columns that stand at the right."""
    whole: Container[int] = ()
    """Columns that are never broken, because somebody will copy what is in them."""
    optional: Sequence[int] = ()
    """Columns that a narrow window does without, the least important one first; a message names what is left out."""
    one_line: bool = False
    """Whether each row stays on one line: text that is too long ends with an ellipsis."""
    style: Callable[[int, int, str], str] = state_style
    """Row, column and cell -> the cell's style in a terminal."""


def draw(listings: Sequence[Listing]) -> None:
    """Write tables to standard output."""
    draw_one = _draw_rich if sys.stdout.isatty() else _draw_plain
    for listing in listings:
        draw_one(listing)


def _draw_rich(listing: Listing) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console()
    left_out = _left_out(listing, console.width)
    kept = [column for column in range(len(listing.header)) if column not in left_out]
    if listing.title:
        # Not as the table's own title, which would be wrapped where a narrow table ends.
        console.print(Text(printable(listing.title), style="bold"))
    # Rich would cut names that do not fit; a terminal breaks them, and they can still be copied.
    wide_enough = Console(width=max(console.width, _taken(listing, kept)))
    wide_enough.print(_rich_table(listing, kept, console.width))
    if left_out:
        names = ", ".join(printable(listing.header[column]) for column in left_out)
        sys.stderr.write(f"this window is too narrow for: {names}\n")


def _rich_table(listing: Listing, columns: Sequence[int], width: int) -> Table:
    """A table of some of the columns, for a window of `width` characters."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    has_header = any(listing.header)
    table = Table(box=box.SIMPLE_HEAD if has_header else box.SIMPLE, pad_edge=False, show_header=has_header)
    for column in columns:
        justify: Literal["left", "right"] = "right" if column in listing.numbers else "left"
        table.add_column(
            Text(printable(listing.header[column])), justify=justify, overflow="fold", no_wrap=column in listing.whole
        )
    room = max(1, width - _taken(listing, columns) - _GAP)
    for number, row in enumerate(listing.rows):
        cells = {column: Text(printable(row[column]), listing.style(number, column, row[column])) for column in columns}
        for column, cell in cells.items():
            if listing.one_line and column not in listing.whole:
                cell.truncate(room, overflow="ellipsis")
        table.add_row(*cells.values())
    return table


def _left_out(listing: Listing, width: int) -> Sequence[int]:
    """Choose as many of the optional columns as have to go."""
    columns = range(len(listing.header))
    for number in range(len(listing.optional)):
        gone = listing.optional[:number]
        kept = [column for column in columns if column not in gone]
        breakable = sum(column not in listing.whole for column in kept)
        if width - _taken(listing, kept) >= breakable * _NARROWEST:
            return gone
    return listing.optional


def _taken(listing: Listing, columns: Sequence[int]) -> int:
    """How wide those of the columns are that are never broken, with the gaps between them."""
    return sum(
        max(cell_len(printable(row[column])) for row in [listing.header, *listing.rows]) + _GAP
        for column in columns
        if column in listing.whole
    )


def _draw_plain(listing: Listing) -> None:
    header = [listing.header] if any(listing.header) else []
    rows = [tuple(map(printable, row)) for row in [*header, *listing.rows]]
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    lines = [printable(listing.title)] if listing.title else []
    for row in rows:
        cells = []
        for column, (cell, width) in enumerate(zip(row, widths, strict=True)):
            space = " " * (width - cell_len(cell))
            cells.append(space + cell if column in listing.numbers else cell + space)
        lines.append("  " + "  ".join(cells).rstrip())
    sys.stdout.write("\n".join(lines) + "\n\n")
