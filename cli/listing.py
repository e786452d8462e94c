"""Tables on standard output: Rich in a terminal, plain aligned text in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import NamedTuple

from .text import printable

_STATES = {"ok": "green", "missing": "yellow", "damaged": "bold red"}


def state_style(_row: int, _column: int, cell: str) -> str:
    """Colour the words for a state, wherever they stand."""
    return _STATES.get(cell, "")


class Listing(NamedTuple):
    """A table, however it is drawn. All columns but the first `left` hold numbers."""

    title: str
    header: tuple[str, ...]
    """All empty for a table without one."""
    rows: Sequence[tuple[str, ...]]
    left: int
    style: Callable[[int, int, str], str] = state_style
    """Row, column and cell -> the cell's style in a terminal."""


def draw(listings: Sequence[Listing]) -> None:
    """Draw for a terminal with Rich; for a pipe as plain aligned text."""
    draw_one = _draw_rich if sys.stdout.isatty() else _draw_plain
    for listing in listings:
        draw_one(listing)


def _draw_rich(listing: Listing) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_header=any(listing.header))
    for column, name in enumerate(listing.header):
        table.add_column(name, justify="left" if column < listing.left else "right", overflow="fold")
    for number, row in enumerate(listing.rows):
        cells = enumerate(row)
        table.add_row(*(Text(printable(cell), style=listing.style(number, column, cell)) for column, cell in cells))
    console = Console()
    # Not as the table's own title, which would be wrapped where a narrow table ends.
    console.print(Text(printable(listing.title), style="bold"))
    console.print(table)


def _draw_plain(listing: Listing) -> None:
    header = [listing.header] if any(listing.header) else []
    rows = [*header, *(tuple(map(printable, row)) for row in listing.rows)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [printable(listing.title)]
    for row in rows:
        cells = [
            cell.ljust(width) if column < listing.left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  " + "  ".join(cells).rstrip())
    sys.stdout.write("\n".join(lines) + "\n\n")
