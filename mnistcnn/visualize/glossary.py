"""The words that a beginner has to look up, for the index of the pictures and for docs/glossary.md."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """A word of the field, and what it means here."""

    name: str
    meaning: str
    forms: tuple[str, ...] = ()
    """Other ways in which it stands in a text: plurals, and words that mean the same here."""

    @property
    def slug(self) -> str:
        """Its name as an anchor: `test-set`."""
        return "-".join(re.findall(r"\w+", self.name.lower()))


GLOSSARY: tuple[Term, ...] = (
    Term(
        "activation",
        "The value of a unit for one image, after ReLU. Zero means that the unit found nothing.",
        ("activations",),
    ),
    Term(
        "augmentation",
        "Changing training images a little at random (turning, scaling, moving, bending), so that the network learns "
        "what all versions of a digit have in common.",
    ),
    Term(
        "batch",
        "The training images that are used together in one step, 50 in the tutorial. Also called a mini-batch.",
        ("batches",),
    ),
    Term(
        "bias",
        "A number that a unit adds to its weighted sum. It is what the unit responds to blank paper with.",
        ("biases",),
    ),
    Term(
        "checkpoint",
        "The network’s weights as they were after a certain number of steps, saved to disk.",
        ("checkpoints",),
    ),
    Term(
        "confusion matrix",
        "A table of how often each digit was predicted as each other digit.",
    ),
    Term(
        "conv1, conv2",
        "The two layers of convolutions. conv1 reads the image; conv2 reads what pool1 leaves of conv1’s maps.",
        ("conv1", "conv2"),
    ),
    Term(
        "convolution",
        "A layer whose units slide a small filter over the image, so that a pattern is found wherever it is.",
        ("convolutions",),
    ),
    Term(
        "correlation",
        "How closely two things go together: 1 always together, 0 independently, −1 one exactly when not the other.",
        ("correlate", "correlations"),
    ),
    Term(
        "dead unit",
        "A unit that responds to none of the test images that were tried. It does no work.",
        ("dead units", "dead"),
    ),
    Term(
        "dense layer",
        "A layer in which every unit reads every value of the layer before. fc1 and fc2 are dense (fully connected).",
        ("dense layers",),
    ),
    Term(
        "dropout",
        "Leaving out a random part of fc1’s units at each training step, so that none can rely on any other. It is off "
        "when the network predicts.",
    ),
    Term(
        "fc1, fc2",
        "The two dense layers. fc1 combines all of pool2 in about a thousand units; fc2 has one output for each digit.",
        ("fc1", "fc2"),
    ),
    Term(
        "filter",
        "The small square of weights (5 × 5) that a convolution slides over the image. Also called a kernel.",
        ("filters", "kernel", "kernels"),
    ),
    Term(
        "gradient ascent",
        "Improving an image step by step: each pixel is changed in the direction that raises a unit’s response.",
    ),
    Term(
        "integrated gradients",
        "A way to divide a logit among the pixels, by adding up how much each pixel matters on the way from blank "
        "paper to the image.",
    ),
    Term(
        "logit",
        "The score that the network gives a class before softmax. The class with the largest is the prediction.",
        ("logits",),
    ),
    Term(
        "loss",
        "The number that training makes smaller: how little probability the network gave the right digit. Zero is "
        "perfect.",
    ),
    Term(
        "map",
        "What one unit of a convolution makes of an image: its response at every place, laid out like the image.",
        ("maps",),
    ),
    Term(
        "maximised input",
        "An image made by gradient ascent that excites a unit as much as an image can, or nearly.",
        ("maximised inputs",),
    ),
    Term(
        "occlusion",
        "Finding out what matters by erasing a small square of the image and watching what changes.",
    ),
    Term(
        "overfit",
        "To get better on the training images while getting worse on others, by remembering instead of learning.",
        ("overfits", "overfitting"),
    ),
    Term(
        "padding",
        "Zeros around an image or a map, which a convolution reads where its filter reaches beyond the border.",
    ),
    Term(
        "parameter",
        "A number that the network learns: a weight or a bias.",
        ("parameters",),
    ),
    Term(
        "patch",
        "The piece of a test image in a unit’s receptive field.",
        ("patches",),
    ),
    Term(
        "PCA",
        "Principal component analysis: flattens many dimensions onto the few in which the data differ most.",
    ),
    Term(
        "pooling",
        "Keeping the largest of every 2 × 2 values, which halves the height and width of a map.",
        ("pool1", "pool2"),
    ),
    Term(
        "receptive field",
        "The pixels that a value is computed from.",
        ("receptive fields",),
    ),
    Term(
        "ReLU",
        "The function that sets negative values to zero and leaves the others as they are.",
    ),
    Term(
        "softmax",
        "The function that turns the ten logits into probabilities, which are positive and add up to 1.",
    ),
    Term(
        "step",
        "One update of all weights, computed from one batch of training images.",
        ("steps",),
    ),
    Term(
        "t-SNE",
        "A way to draw many dimensions on a plane so that neighbours stay neighbours. Distances between groups mean "
        "nothing.",
    ),
    Term(
        "test set",
        "Images that are used neither to train the network nor to choose its settings, and so tell how good it is.",
        ("test images", "test image"),
    ),
    Term(
        "training set",
        "The images from which the network learns its weights.",
        ("training images", "training image"),
    ),
    Term(
        "unit",
        "One of the small calculators of a layer: it weighs its inputs, adds a bias and applies ReLU. Also called a "
        "neuron.",
        ("units",),
    ),
    Term(
        "validation",
        "Images that are kept out of training and decide which checkpoint is the best.",
    ),
    Term(
        "weight",
        "A number by which a unit multiplies one of its inputs: positive where that input raises its response, "
        "negative where it lowers it.",
        ("weights",),
    ),
)
"""In alphabetical order."""
