"""The test images as fc1 sees them, flattened to a plane: PCA and t-SNE."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..drawing.sheet import Sheet
from ..drawing.style import DIGIT_COLOURS, TEXT_SIZE, hex_colour
from ..picture_source import PictureSource
from .words import words

IMAGES = 500
_BEFORE_TSNE = 30  # principal components, as is usual: t-SNE is faster on them, and the rest is noise
_SIDE = 500


def embedding_sheet(source: PictureSource) -> Sheet | None:
    """Two maps of the first test images; None for too few of them."""
    units = source.sample.peaks["fc1"][:IMAGES]
    labels = source.sample.result.labels[:IMAGES]
    if len(units) < 10 or units.shape[1] < 2:
        return None
    principal, share, neighbours = embed(units)
    shape = f"{units.shape[1]:,} dimensions → 2, the first {len(units):,} test images"
    said = words(source, "embedding", shape, digit=False,
                 share=f"{100 * share:.0f} %", count=f"{units.shape[1]:,}")  # fmt: skip
    sheet = Sheet(2 * _SIDE + 60, _SIDE + 40, said, source.theme)
    for number, (title, points) in enumerate((("PCA", principal), ("t-SNE", neighbours))):
        x = number * (_SIDE + 60)
        sheet.text(x, 10, title, TEXT_SIZE, bold=True)
        _draw_points(sheet, x, 30, points, labels)
    sheet.arrays = {"embedding/pca": principal, "embedding/tsne": neighbours, "embedding/labels": labels}
    return sheet


def embed(units: NDArray[np.float32]) -> tuple[NDArray[np.float32], float, NDArray[np.float32]]:
    """Two principal components, their share of the variance, and a t-SNE map; [n, 2] each.

    van der Maaten and Hinton, "Visualizing Data using t-SNE", JMLR 9 (2008), begun at the principal components,
    which keeps the large picture (Kobak and Berens 2019).
    """
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    pca = PCA(n_components=min(_BEFORE_TSNE, *units.shape), svd_solver="randomized", random_state=0)
    perplexity = min(30.0, (len(units) - 1) / 3)
    tsne = TSNE(n_components=2, perplexity=perplexity, init="pca", random_state=0, max_iter=500)
    # For so few points threads only wait for each other: on two cores with other work, two took seven times as long.
    with threadpool_limits(1):
        principal = pca.fit_transform(units)
        neighbours = tsne.fit_transform(principal)
    share = float(pca.explained_variance_ratio_[:2].sum())
    return principal[:, :2].astype(np.float32), share, neighbours.astype(np.float32)


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
