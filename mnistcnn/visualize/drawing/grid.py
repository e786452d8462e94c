"""Numbered tiles in rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .sheet import Sheet
from .style import SMALL_SIZE, Scale, hatching


@dataclass(frozen=True)
class Grid:
    """Where `count` tiles of the same size go; each has room for a label above it."""

    count: int
    columns: int
    tile_width: int
    tile_height: int
    gap: int = 12
    label: int = 16

    @property
    def width(self) -> int:
        """Of all tiles together, in pixels."""
        columns = min(self.columns, self.count)
        return columns * self.tile_width + (columns - 1) * self.gap

    @property
    def height(self) -> int:
        """Of all tiles together, in pixels."""
        rows = -(-self.count // self.columns)
        return rows * (self.tile_height + self.label + self.gap) - self.gap

    def place(self, index: int) -> tuple[int, int]:
        """The top left corner of a tile, below its label."""
        row, column = divmod(index, self.columns)
        x = column * (self.tile_width + self.gap)
        return x, row * (self.tile_height + self.label + self.gap) + self.label


def draw_maps(
    sheet: Sheet,
    grid: Grid,
    maps: NDArray[np.floating],
    scales: Sequence[Scale],
    zoom: int,
    labels: Sequence[str],
    dead: Sequence[bool],
    *,
    top: int = 0,
) -> None:
    """Draw [height, width, units] as tiles below `top`, each with its scale and label; dead units are hatched."""
    for index in range(grid.count):
        x, y = grid.place(index)
        y += top
        if dead[index]:
            sheet.image(x, y, hatching(grid.tile_height, grid.tile_width, sheet.theme), frame=True)
        else:
            sheet.array(x, y, maps[:, :, index], scales[index], zoom, frame=True)
        sheet.text(x, y - 8, labels[index] + (" dead" if dead[index] else ""), SMALL_SIZE, faint=True)
