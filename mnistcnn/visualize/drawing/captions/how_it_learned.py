"""Chapter 3: the run, from its first step to its last."""

from __future__ import annotations

from .caption import Caption

CAPTIONS: dict[str, Caption] = {
    "augmented": Caption(
        "How augmentation changes the training images",
        "Every training image is {changes}, a little differently at every step. The network hardly ever gets the same "
        "image twice, and has to learn what all of its versions have in common.",
        "Rows of a training image and seven changed versions of it.",
    ),
    "curves": Caption(
        "How the network learned",
        "Training is measured on single batches{conditions}{mean}. If its loss keeps falling while the others rise, "
        "the network overfits. The dotted line marks step {step}, the network of these pictures.",
        "Two charts over the steps: loss and errors in percent, each for training, validation and test.",
    ),
    "animation": Caption(
        "Filters, maps and answer while the network learned",
        "The filters began as random numbers. {moved} Watch how far such changes take the maps and the answer.",
        "Animation of {count} frames, one for each {kept}: filters and maps of conv1, maps of conv2, and the ten "
        "probabilities.",
    ),
    "histograms-parameters": Caption(
        "How the weights and biases changed",
        "Each ridge shows how often each value occurs after that many steps, scaled to its own peak (orange: the "
        "network of these pictures). Where a ridge moves or widens, something was learned.",
        "Eight charts, one each for the weights and the biases of conv1, conv2, fc1 and fc2, with {count} ridges each.",
    ),
    "histograms-activations": Caption(
        "How the layers’ responses changed",
        "Each ridge shows the responses to the same {images} test images after that many steps. In conv1, conv2 and "
        "fc1, ReLU then sets everything left of the line to zero.",
        "Four charts, for conv1, conv2 and fc1 before ReLU and for the logits, with {count} ridges each.",
    ),
}
