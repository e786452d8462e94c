"""What can be asked for, by name: kept apart from the drawing, so that a wrong name is told at once."""

from __future__ import annotations

from typing import Literal

LAYERS = ("input", "conv1", "pool1", "conv2", "pool2", "fc1", "fc2")
ALL = "all"
KINDS: dict[str, str] = {
    "overview": "one digit's way through the whole network, and its architecture",
    "filters": "weights of the convolutions",
    "maps": "what every layer makes of the digit",
    "attribution": "which pixels of the digit speak for the answer",
    "patches": "pieces of test images that excite each unit most",
    "maximise": "what would excite each unit most",
    "cards": "all of that for each unit of conv2",
    "correlation": "dead and near-duplicate units",
    "training": "curves, and an animation over the kept checkpoints",
    "histograms": "weights, biases and activations over the kept checkpoints",
    "mistakes": "confusion matrix and the most confident errors",
    "augmentation": "what augmentation makes of training images, if the run uses it",
    "embedding": "test images as fc1 sees them, by PCA and t-SNE",
}
"""The kinds of picture, each with what it shows."""

PAGE = "page.html"
"""The interactive page's file."""
PageWeights = Literal["int8", "float32"]
"""How the page stores fc1's weights, 98 % of all: int8 makes a page of 6 MB, float32 one of 19 MB."""
