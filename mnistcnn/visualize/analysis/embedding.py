"""What a layer answers to images, flattened to a plane: PCA and t-SNE.

Run as a script, `embedding.py < units.npy > embedding.npz`, it does the same in a process of its own, beside what the
network does for other pictures. Nothing of mnistcnn is imported here: scikit-learn alone takes two seconds.
"""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

FEWEST = 10
"""Images, of which a map can be made."""
_BEFORE_TSNE = 30  # principal components, as is usual: t-SNE is faster on them, and the rest is noise


@dataclass(frozen=True, eq=False)
class Embedding:
    """Two maps of the same images."""

    principal: NDArray[np.float32]
    """The first two principal components, [n, 2]."""
    share: float
    """Of the variance, in those two."""
    neighbours: NDArray[np.float32]
    """t-SNE, [n, 2]."""


def embed(units: NDArray[np.float32]) -> Embedding:
    """Flatten [n, units] to a plane, for n ≥ 10 and two units or more.

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
    return Embedding(principal[:, :2].astype(np.float32), share, neighbours.astype(np.float32))


def embed_apart(units: NDArray[np.float32]) -> Embedding | None:
    """Do the same in a process of its own; None if that fails, for want of memory or of processes."""
    asked = io.BytesIO()
    np.save(asked, units)
    # -P: what lies beside the script must not be taken for somebody's module.
    command = [sys.executable, "-P", __file__]
    try:
        # The command is this Python and this script.
        done = subprocess.run(command, input=asked.getvalue(), capture_output=True, check=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return None
    with np.load(io.BytesIO(done.stdout), allow_pickle=False) as arrays:
        return Embedding(arrays["principal"], float(arrays["share"]), arrays["neighbours"])


def main() -> None:
    """Read, embed, write."""
    units = np.load(io.BytesIO(sys.stdin.buffer.read()), allow_pickle=False)
    content = io.BytesIO()  # A zip archive is not written front to back, as a pipe is.
    np.savez(content, **asdict(embed(units)))
    sys.stdout.buffer.write(content.getvalue())


if __name__ == "__main__":
    main()
