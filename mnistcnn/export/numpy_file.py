"""The weights alone, for NumPy or for an implementation in another language."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .. import files
from .metadata import append_to_zip
from .source import Source

WEIGHTS = "weights.npz"

_README = """\
# The weights of {run}, step {step}

`weights.npz`, for `numpy.load`: float32 arrays, in C order.

{table}

The first axes of a convolution's weights are the kernel's height and width, then come the channels in and out. The
inputs of `fc1` are the maps of `pool2` in the order height, width, channel. `mnistcnn.json` (bytes) says where the
network comes from, also in the file. The forward pass, for images [n, 28, 28, 1] float32 in [0, 1] (0 is background):

    conv1   5×5, stride 1, two zeros around (SAME)   + biases, ReLU     [n, 28, 28, {conv1}]
    pool1   2×2 maximum, stride 2                                       [n, 14, 14, {conv1}]
    conv2   5×5, stride 1, two zeros around (SAME)   + biases, ReLU     [n, 14, 14, {conv2}]
    pool2   2×2 maximum, stride 2                                       [n, 7, 7, {conv2}]
    fc1     flat @ weights                           + biases, ReLU     [n, {fc1}]
    fc2     @ weights                                + biases           [n, 10] logits

The convolutions do not flip their kernels (cross-correlation, as in every deep learning library). The class is the
largest logit, and the probabilities are the logits' softmax.
"""

_DOUBT = """
With h the output of fc1, m and P `doubt/mean` and `doubt/components`, and c = h − m, the answer is to be doubted where
`slope · √((|c|² − |c P|²) / |h|) − weight · largest logit − offset` is above 0; the three numbers are `doubt` in
`mnistcnn.json`.
"""


def write(source: Source, path: Path) -> None:
    """Write a directory with `weights.npz` and a README of what is in it."""
    weights = source.network.read()
    path.mkdir()
    if (doubt := source.doubt) is not None:
        weights |= {"doubt/mean": doubt.mean, "doubt/components": doubt.components}
    np.savez(path / WEIGHTS, **weights)  # type: ignore[arg-type]
    append_to_zip(path / WEIGHTS, source.metadata)
    rows = [f"| `{name}` | {list(array.shape)} |" for name, array in weights.items()]
    widths = {layer: len(weights[f"{layer}/biases"]) for layer in ("conv1", "conv2", "fc1")}
    table = "\n".join(["| array | shape |", "|---|---|", *rows])
    readme = (_README if source.doubt is None else _README + _DOUBT).format(
        run=source.metadata.run, step=source.metadata.step, table=table, **widths
    )
    (path / "README.md").write_bytes(files.utf8(readme))
