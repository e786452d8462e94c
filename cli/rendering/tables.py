"""Tables on standard output: drawn by Rich in a terminal, plain and aligned in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Container, Sequence
from typing import NamedTuple

from rich.cells import cell_len

from .text import printable

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
    """A table, however it is drawn."""

    title: str
    header: tuple[str, ...]
    """Without a single name in it, no header is drawn."""
    rows: Sequence[tuple[str, ...]]
    numbers: Container[int] = ()
    """Columns that stand at the right."""
    whole: Container[int] = ()
    """Columns that are never broken, because somebody will copy what is in them."""
    optional: Sequence[int] = ()
    """Columns that a narrow window does without, the least important one first; what is left out is said."""
    style: Callable[[int, int, str], str] = state_style
    """Row, column and cell -> the cell's style in a terminal."""


def draw(listings: Sequence[Listing]) -> None:
    """Write tables to standard output."""
    draw_one = _draw_rich if sys.stdout.isatty() else _draw_plain
    for listing in listings:
        draw_one(listing)


def _draw_rich(listing: Listing) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    left_out = _left_out(listing, console.width)
    table = Table(
        box=box.SIMPLE_HEAD if any(listing.header) else box.SIMPLE,
        pad_edge=False,
        show_header=any(listing.header),
    )
    kept = [column for column in range(len(listing.header)) if column not in left_out]
    for column in kept:
        table.add_column(
            listing.header[column],
            justify="right" if column in listing.numbers else "left",
            overflow="fold",
            no_wrap=column in listing.whole,
        )
    for number, row in enumerate(listing.rows):
        cells = ((column, row[column]) for column in kept)
        table.add_row(*(Text(printable(cell), style=listing.style(number, column, cell)) for column, cell in cells))
    if listing.title:
        # Not as the table's own title, which would be wrapped where a narrow table ends.
        console.print(Text(printable(listing.title), style="bold"))
    console.print(table)
    if left_out:
        names = ", ".join(listing.header[column] for column in left_out)
        sys.stderr.write(f"this window is too narrow for: {names}\n")


def _left_out(listing: Listing, width: int) -> Sequence[int]:
    """Choose as many of the optional columns as have to go."""
    needed = [
        max(cell_len(printable(row[column])) for row in [listing.header, *listing.rows]) + _GAP
        for column in range(len(listing.header))
    ]
    for number in range(len(listing.optional)):
        gone = listing.optional[:number]
        room = width - sum(size for column, size in enumerate(needed) if column in listing.whole and column not in gone)
        breakable = sum(column not in listing.whole and column not in gone for column in range(len(needed)))
        if room >= breakable * _NARROWEST:
            return gone
    return listing.optional


def _draw_plain(listing: Listing) -> None:
    header = [listing.header] if any(listing.header) else []
    rows = [*header, *(tuple(map(printable, row)) for row in listing.rows)]
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    lines = [printable(listing.title)] if listing.title else []
    for row in rows:
        cells = []
        for column, (cell, width) in enumerate(zip(row, widths, strict=True)):
            space = " " * (width - cell_len(cell))
            cells.append(space + cell if column in listing.numbers else cell + space)
        lines.append("  " + "  ".join(cells).rstrip())
    sys.stdout.write("\n".join(lines) + "\n\n")
