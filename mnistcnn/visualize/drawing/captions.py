"""Every caption, in one place, so that they can be read in one go, improved, and one day translated.

Each picture has a title, one sentence for a beginner, and a text for those who cannot see it.
`{…}` are filled in by the picture.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Caption:
    """The words of one picture."""

    title: str
    sentence: str
    alt: str


CAPTIONS: dict[str, Caption] = {
    "contact-sheet": Caption(
        "All pictures at a glance",
        "Read them from the top left on, as their numbers do: each opens with one sentence that says what you see.",
        "A contact sheet with a small version of each of the {count} pictures in this folder.",
    ),
    "overview": Caption(
        "One digit’s way through the network",
        "Each convolution looks for small patterns, each pooling keeps the strongest answer of every 2 × 2, and the "
        "dense layers weigh everything into ten probabilities: the network says {prediction}.",
        "Flow chart from left to right: the digit, the maps of conv1, pool1, conv2 and pool2, the units of fc1, and "
        "the ten probabilities, of which {prediction} is the largest at {probability}.",
    ),
    "input": Caption(
        "The input",
        "The network sees nothing but these numbers: 28 × 28 pixels, each between 0 (paper) and 1 (full ink).",
        "The digit, enlarged, with every pixel’s ink in percent written into its square.",
    ),
    "conv1-filters": Caption(
        "The filters of conv1",
        "Each filter is slid over the digit: ink under orange raises its response, ink under blue lowers it.{moved}",
        "{count} filters of 5 × 5 weights in blue (negative) and orange (positive).",
    ),
    "conv1-convolved": Caption(
        "conv1 before ReLU: the digit under each filter",
        "A pixel is orange where the filter’s pattern is, and blue where its opposite is; around the digit stands the "
        "filter’s answer to blank paper, its bias.",
        "{count} maps of 28 × 28 values, signed, one for each filter of conv1.",
    ),
    "conv1-relu": Caption(
        "conv1 after ReLU",
        "ReLU sets everything negative to zero: of the picture before, the blue is gone, and what is left says where "
        "each pattern was found.",
        "{count} maps of 28 × 28 activations, one for each filter of conv1; {dead} units are dead.",
    ),
    "pool1-maps": Caption(
        "pool1: the strongest of every 2 × 2",
        "Pooling keeps the largest of four neighbours: a quarter of the numbers, and still where each pattern was, to "
        "within two pixels.",
        "{count} maps of 14 × 14 activations: conv1’s maps at half the height and width.",
    ),
    "conv2-filters": Caption(
        "The {count} kernels of conv2",
        "A row is a unit of conv2, a column one of the maps that it reads; a unit adds up what its kernels find in "
        "all of them, so that it sees combinations of conv1’s patterns.{moved}",
        "A matrix of {rows} rows and {columns} columns of 5 × 5 kernels in blue and orange.",
    ),
    "conv2-convolved": Caption(
        "conv2 before ReLU: combinations of patterns",
        "A pixel is orange where a unit’s combination of conv1’s patterns is there, and blue where something speaks "
        "against it.",
        "{count} maps of 14 × 14 values, signed, one for each unit of conv2.",
    ),
    "conv2-relu": Caption(
        "conv2 after ReLU",
        "What is left after ReLU: each unit lights up only where its part of a digit is, such as a corner, a bow or "
        "the end of a stroke.",
        "{count} maps of 14 × 14 activations, one for each unit of conv2; {dead} units are dead.",
    ),
    "pool2-maps": Caption(
        "pool2: what the dense layers get to see",
        "Once more the strongest of every 2 × 2: {count} maps of 7 × 7, which fc1 reads as one long list of numbers.",
        "{count} maps of 7 × 7 activations: conv2’s maps at half the height and width.",
    ),
    "fc1-units": Caption(
        "fc1: {count} units in rows",
        "Each square is a unit that weighs all of pool2; their places mean nothing, but each digit lights up a "
        "pattern of its own.",
        "A grid of {columns} columns with the activation of each of the {count} units of fc1; {dead} are dead.",
    ),
    "prediction": Caption(
        "The answer: {prediction}",
        "The largest logit wins; softmax turns the ten logits into probabilities that add up to 1.",
        "Two bar charts of the ten classes: logits and probabilities; {prediction} leads with {probability}.",
    ),
    "conv1-patches": Caption(
        "What excites the units of conv1",
        "For each unit, the nine pieces of test images that it answers to most strongly, each from another image; the "
        "number is its strongest answer.",
        "For each unit a square of nine patches of {size} × {size} pixels.",
    ),
    "conv2-patches": Caption(
        "What excites the units of conv2",
        "For each unit, the nine pieces of test images that it answers to most strongly, cut at what it sees; hatched "
        "is beyond the image’s border. Units of conv2 look for parts of digits.",
        "For each unit a square of nine patches of {size} × {size} pixels.",
    ),
    "conv1-maximised": Caption(
        "What would excite the units of conv1 most",
        "A filter answers most strongly to full ink under each positive weight and paper under each negative one; the "
        "number is that answer.",
        "{count} small images, one for each unit.",
    ),
    "conv2-maximised": Caption(
        "What would excite the units of conv2 most",
        "Found by changing pixels until a unit’s answer, the number, stops rising. Compare it with the patches that "
        "really excite the unit.",
        "{count} small images, one for each unit.",
    ),
    "fc1-maximised": Caption(
        "What would excite the busiest units of fc1 most",
        "The {count} units that this digit excites most, and for each an image found by changing pixels until its "
        "answer stops rising: patterns spread over the whole image.",
        "{count} images of 28 × 28 pixels, one for each unit.",
    ),
    "fc2-maximised": Caption(
        "The network’s ideal of each digit",
        "Found by changing pixels until the digit’s logit, the number, stops rising: the network is sure of these, and "
        "we are not, because it learned what tells digits apart and not what they look like.",
        "{count} images of 28 × 28 pixels, one for each digit; few look like digits.",
    ),
    "conv2-cards": Caption(
        "Cards of conv2: units {first} to {last}",
        "What a unit reads (the strongest of its kernels), what excites it in the test images, what would excite it "
        "most, and where it finds that in this digit.",
        "A card for each unit with five kernels, nine patches, its maximised input and its map.",
    ),
    "attribution": Caption(
        "Why {winner}, and why not {second}",
        "Orange pixels speak for the class, blue ones against it: integrated gradients share the logit out among the "
        "pixels, occlusion wipes out {window} × {window} pixels at a time and looks how far the logit falls.",
        "The digit, and for the classes {winner} and {second} two attributions each.",
    ),
    "architecture": Caption(
        "The network",
        "Layers that learn are blue; {most}. Convolutions see little pieces of the digit with few parameters, because "
        "they use the same filter everywhere; the dense layers see all of it.",
        "Diagram of seven layers from the input to ten outputs, with their shapes; {total} parameters in all.",
    ),
    "correlation": Caption(
        "Dead and near-duplicate units",
        "A square is orange where two units light up together, and blue where one does when the other does not; a dead "
        "unit answers to no test image, and of two near-duplicates (framed) one would do.",
        "Two matrices of correlations, one for conv1 and one for conv2, and a list of what they show.",
    ),
    "curves": Caption(
        "How the network learned",
        "The training loss is with dropout and so often above the others; if it falls while they rise, the network "
        "learns its images by heart. The dotted line is step {step}, shown here.",
        "Two charts over the steps: loss and errors in percent, each for training, validation and test.",
    ),
    "animation": Caption(
        "Filters, maps and answer while the network learned",
        "The filters began as random numbers. {moved} Watch how far such changes take the maps and the answer.",
        "Animation of {count} frames, one for each {kept}: filters and maps of conv1, maps of conv2, and the ten "
        "probabilities.",
    ),
    "histograms-parameters": Caption(
        "What the network learned, as histograms",
        "Each ridge shows how often which value occurs after that many steps, scaled to its own peak (orange: the "
        "network shown here); a ridge that moves or widens has learned.",
        "Eight charts, one each for the weights and the biases of conv1, conv2, fc1 and fc2, with {count} ridges each.",
    ),
    "histograms-activations": Caption(
        "What the layers answer, as histograms",
        "The answers to the same {images} test images after so many steps; ReLU will set everything left of the line "
        "to zero.",
        "Four charts, for conv1, conv2 and fc1 before ReLU and for the logits, with {count} ridges each.",
    ),
    "confusion": Caption(
        "Which digits are taken for which",
        "A row is what an image is, a column what the network says; only errors have colour. {worst}",
        "A matrix of ten by ten counts.",
    ),
    "errors": Caption(
        "The errors that the network was surest of",
        "Above each image stands what it is, what the network took it for, and how sure it was of that; some would "
        "mislead you as well.",
        "{count} wrongly classified digits, the surest first.",
    ),
    "augmented": Caption(
        "How training changes its images",
        "Each training image is turned, scaled, moved or bent a little, differently every time, so that the network "
        "never sees the same image twice and has to learn what all of these have in common.",
        "Rows of a training image and seven changed versions of it.",
    ),
    "embedding": Caption(
        "The test images as fc1 sees them",
        "Each point is an image, and near points are images that fc1 answers to alike. PCA is a flat shadow of the "
        "{count} dimensions, with {share} of the variance; t-SNE keeps neighbours together, but its distances between "
        "groups mean nothing.",
        "Two scatter plots of test images, coloured by digit, in which the ten digits form groups.",
    ),
}
