"""The lean forward pass gives what the network's own layers give."""

import numpy as np

from mnistcnn.network.model import to_input
from mnistcnn.visualize.analysis.whole_image import dense_layers, pooled_maps


def test_it_computes_what_the_network_computes(source, dataset):
    images = to_input(dataset.test.images[:5])
    expected = source.network.activations(images)
    pooled = pooled_maps(source.network, images)
    found = {**pooled, **dense_layers(source.network, pooled["pool2"])}
    for name, values in found.items():
        np.testing.assert_allclose(values, expected[name], atol=1e-4, err_msg=name)
