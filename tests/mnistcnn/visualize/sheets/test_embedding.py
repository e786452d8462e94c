"""The maps of the test images: a dot for each, in the colour of its class, which is named in its middle."""

import numpy as np
from matplotlib.colors import to_rgba_array

from mnistcnn.visualize.drawing.style import DIGIT_COLOURS
from mnistcnn.visualize.sheets.embedding import embedding_sheet


def test_each_map_has_a_dot_for_each_image_and_a_name_for_each_class(source, dataset):
    sheet = embedding_sheet(source)
    labels = dataset.test.labels
    for axes, name in zip(sheet.figure.axes, ("pca", "tsne"), strict=True):
        found = sheet.arrays[f"embedding/{name}"]
        (dots,) = axes.collections
        np.testing.assert_allclose(dots.get_offsets(), found)
        np.testing.assert_allclose(dots.get_facecolor()[:, :3], to_rgba_array(np.array(DIGIT_COLOURS)[labels])[:, :3])
        middles = {text.get_text(): text.get_position() for text in axes.texts}
        assert set(middles) == {str(digit) for digit in range(10)}
        np.testing.assert_allclose(middles["7"], np.median(found[labels == 7], axis=0))
