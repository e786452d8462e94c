"""Chapter 1: one digit's way through the network."""

from __future__ import annotations

from .caption import Caption

CAPTIONS: dict[str, Caption] = {
    "overview": Caption(
        "One digit’s way through the network",
        "Each convolution looks for small patterns. Each pooling keeps the largest of every 2 × 2 values. The dense "
        "layers combine what is left into ten probabilities. The prediction is {prediction}.{chosen}",
        "Flow chart from left to right: the digit, the maps of conv1, pool1, conv2 and pool2, the units of fc1, and "
        "the ten probabilities, of which {prediction} has the largest, {probability}.",
    ),
    "architecture": Caption(
        "The network",
        "Layers that learn are blue; {most}. Convolutions need few parameters because they use the same filter "
        "everywhere, on small pieces of the digit. The dense layers use all of it at once.",
        "Diagram of seven layers from the input to ten outputs, with their shapes; {total} parameters in all.",
    ),
    "input": Caption(
        "The input",
        "All that the network gets is 28 × 28 numbers, one for each pixel, from 0 (paper) to 1 (full ink).",
        "The digit, enlarged, with the ink of every pixel written into its square, in percent.",
    ),
    "conv1-convolved": Caption(
        "conv1 before ReLU: the digit under each filter",
        "A square is orange where the ink matches the filter’s pattern, and blue where it matches the opposite. The "
        "colour around the digit is the filter’s response to blank paper: its bias.",
        "{count} maps of 28 × 28 signed values, one for each filter of conv1.",
    ),
    "conv1-relu": Caption(
        "conv1 after ReLU",
        "ReLU sets every negative value to zero. The blue of the picture before is gone, and what remains shows where "
        "each filter’s pattern was found.",
        "{count} maps of 28 × 28 activations, one for each filter of conv1; dead units: {dead}.",
    ),
    "pool1-maps": Caption(
        "pool1: the largest of every 2 × 2",
        "Pooling keeps the largest of every 2 × 2 values. That leaves a quarter of the numbers, and each pattern is "
        "still where it was, to within two pixels.",
        "{count} maps of 14 × 14 activations: conv1’s maps at half the height and width.",
    ),
    "conv2-convolved": Caption(
        "conv2 before ReLU: combinations of patterns",
        "A square is orange where a unit’s combination of conv1’s patterns is present, and blue where there is "
        "evidence against it.{padding}",
        "{count} maps of 14 × 14 signed values, one for each unit of conv2.",
    ),
    "conv2-relu": Caption(
        "conv2 after ReLU",
        "What remains after ReLU shows where each unit found its combination of patterns, such as a stroke in one "
        "direction, a corner or the end of a stroke.{padding}",
        "{count} maps of 14 × 14 activations, one for each unit of conv2; dead units: {dead}.",
    ),
    "pool2-maps": Caption(
        "pool2: the input of the dense layers",
        "Again the largest of every 2 × 2 values: {count} maps of 7 × 7, which fc1 reads as one long list of numbers.",
        "{count} maps of 7 × 7 activations: conv2’s maps at half the height and width.",
    ),
    "fc1-units": Caption(
        "fc1: {count} units in rows",
        "Each square is a unit that combines all of pool2. Where a unit stands means nothing, but every digit "
        "activates a pattern of units of its own.",
        "A grid of {columns} columns with the activation of each of the {count} units of fc1; dead units: {dead}.",
    ),
    "prediction": Caption(
        "The prediction: {prediction}",
        "The largest logit wins. Softmax turns the ten logits into probabilities that add up to 1.{chosen}",
        "Two bar charts of the ten classes: logits and probabilities; {prediction} leads with {probability}.",
    ),
    "attribution": Caption(
        "Why {winner}, and why not {second}",
        "Orange pixels are evidence for the class, blue ones against it. Integrated gradients divide the logit among "
        "the pixels. Occlusion erases a square of {window} × {window} pixels at a time and measures how far the logit "
        "falls.",
        "The digit, and for each of the classes {winner} and {second} two attributions.",
    ),
}

PADDING = (
    " Some maps have a frame: outside the image conv2 reads zeros (padding), but on blank paper {paper} of conv1’s "
    "{filters} units are above zero, so the image’s border looks like an edge."
)
"""Added to the captions of conv2's maps if blank paper is not zero to conv2."""
CHOSEN = " The digit is {name}: {reason}."
"""Added where the user chose no digit."""
