"""Chapter 2: the weights, and what makes each unit respond."""

from __future__ import annotations

from .caption import Caption

CAPTIONS: dict[str, Caption] = {
    "conv1-filters": Caption(
        "The filters of conv1",
        "Each filter slides over the digit. Ink under orange raises its response, ink under blue lowers it.{moved}",
        "{count} filters of 5 × 5 weights in blue (negative) and orange (positive).",
    ),
    "conv2-filters": Caption(
        "The {count} kernels of conv2",
        "Rows: units of conv2. Columns: the maps of pool1 that they read. A unit adds up what its kernels find in all "
        "of these maps, so it responds to combinations of conv1’s patterns.{moved}",
        "A matrix of {rows} rows and {columns} columns of 5 × 5 kernels in blue and orange.",
    ),
    "conv1-patches": Caption(
        "What excites the units of conv1",
        "For each unit, the nine pieces of {sample} with its strongest responses, each from a different image. The "
        "number is the strongest response. Hatched squares lie outside the image.",
        "For each unit a square of nine patches of {size} × {size} pixels.",
    ),
    "conv1-maximised": Caption(
        "What would excite the units of conv1 most",
        "A filter responds most to full ink under every positive weight and blank paper under every negative one. The "
        "number is that response.",
        "{count} small images, one for each unit.",
    ),
    "conv2-patches": Caption(
        "What excites the units of conv2",
        "For each unit, the nine pieces of {sample} with its strongest responses, cut to its receptive field. The "
        "number is the strongest response. Hatched squares lie outside the image.",
        "For each unit a square of nine patches of {size} × {size} pixels.",
    ),
    "conv2-maximised": Caption(
        "What would excite the units of conv2 most",
        "Found by gradient ascent: an image was changed step by step to raise the unit’s response, which is the "
        "number. Compare it with the pieces of test images that excite the unit most.",
        "{count} small images, one for each unit.",
    ),
    "conv2-cards": Caption(
        "Cards of conv2: units {first} to {last}",
        "For each unit: the strongest of its kernels, what excites it most in {sample}, what would excite it most of "
        "all, and its map for this digit.",
        "A card for each unit with five kernels, nine patches, its maximised input and its map.",
    ),
    "fc1-maximised": Caption(
        "What would excite the busiest units of fc1 most",
        "The {count} units that respond most to this digit, each with an image found by gradient ascent. The patterns "
        "are spread over the whole image.",
        "{count} images of 28 × 28 pixels, one for each unit.",
    ),
    "fc2-maximised": Caption(
        "The network’s ideal of each digit",
        "Found by gradient ascent on the digit’s logit, the number. The network gives each image a probability of "
        "{least} for its digit. To a person they look odd: the network learned what tells digits apart, not what "
        "digits look like.",
        "{count} images of 28 × 28 pixels, one for each digit.",
    ),
    "correlation": Caption(
        "Dead and near-duplicate units",
        "A square is orange where two units respond together, and blue where one responds when the other does not. A "
        "dead unit of conv1 or conv2 responds to none of {sample}, one of fc1 to no test image at all. Of two "
        "near-duplicates (framed), one would be enough.",
        "Two matrices of correlations, one for conv1 and one for conv2, and a list of what they show.",
    ),
    "embedding": Caption(
        "The test images as fc1 represents them",
        "Each point is a test image, and images that fc1 responds to alike are close together. PCA flattens the "
        "{count} dimensions onto the two with the most variance, {share} of it. t-SNE keeps neighbours together; "
        "distances between its groups mean nothing.",
        "Two scatter plots of test images, coloured by digit.",
    ),
}
