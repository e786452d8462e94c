"""The test images as fc1 sees them, flattened to a plane: PCA and t-SNE."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..drawing.sheet import Sheet
from ..drawing.style import DIGIT_COLOURS, TEXT_SIZE, hex_colour
from ..picture_source import PictureSource
from .words import words

_SIDE = 500


def embedding_sheet(source: PictureSource) -> Sheet | None:
    """Two maps of the first test images; None for too few of them."""
    found = source.embedding
    if found is None:
        return None
    labels = source.sample.result.labels[: len(found.principal)]
    count = source.weights["fc1/biases"].size
    shape = f"{count:,} dimensions → 2, the first {len(labels):,} test images"
    said = words(source, "embedding", shape, digit=False,
                 share=f"{100 * found.share:.0f} %", count=f"{count:,}")  # fmt: skip
    sheet = Sheet(2 * _SIDE + 60, _SIDE + 40, said, source.theme)
    for number, (title, points) in enumerate((("PCA", found.principal), ("t-SNE", found.neighbours))):
        x = number * (_SIDE + 60)
        sheet.text(x, 10, title, TEXT_SIZE, bold=True)
        _draw_points(sheet, x, 30, points, labels)
    sheet.arrays = {
        "embedding/pca": found.principal,
        "embedding/tsne": found.neighbours,
        "embedding/labels": labels,
    }
    return sheet


def _draw_points(sheet: Sheet, x: int, y: int, points: NDArray[np.float32], labels: NDArray[np.uint8]) -> None:
    axes = sheet.chart(x, y, _SIDE, _SIDE)
    axes.set(xticks=[], yticks=[])
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(True)
    colours = np.array(DIGIT_COLOURS)[labels]
    axes.scatter(points[:, 0], points[:, 1], s=16, c=colours, linewidths=0, alpha=0.75)
    for digit in np.unique(labels):
        middle = np.median(points[labels == digit], axis=0)
        axes.text(
            middle[0], middle[1], str(digit), ha="center", va="center", fontsize=16, fontweight="bold",
            color=hex_colour(sheet.theme.text),
            bbox={"boxstyle": "circle,pad=0.2", "facecolor": hex_colour(sheet.theme.background),
                  "edgecolor": DIGIT_COLOURS[digit], "linewidth": 2, "alpha": 0.9},
        )  # fmt: skip
