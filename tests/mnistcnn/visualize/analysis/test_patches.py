"""The patches that excite units most."""

import numpy as np
import pytest

from mnistcnn.network.model import to_input
from mnistcnn.visualize.analysis.patches import cut
from mnistcnn.visualize.analysis.receptive_fields import RECEPTIVE_FIELDS


@pytest.mark.parametrize("layer", ["conv1", "conv2"])
def test_the_patches_are_the_nine_strongest_answers_each_of_another_image(layer, source, dataset):
    found = source.patches(layer)
    maps = source.network.activations(to_input(dataset.test.images))[layer].numpy()
    peaks = maps.max(axis=(1, 2))
    for unit in range(maps.shape[-1]):
        expected = np.sort(peaks[:, unit])[::-1][:9]
        np.testing.assert_allclose(found.values[unit], expected, atol=1e-6)
        for rank in np.flatnonzero(found.values[unit] > 0):
            place = found.images[unit, rank], found.rows[unit, rank], found.columns[unit, rank], unit
            assert maps[place] == pytest.approx(found.values[unit, rank], abs=1e-6)
        shown = found.images[unit][found.images[unit] >= 0]
        assert len(set(shown)) == len(shown)


@pytest.mark.parametrize("layer", ["conv1", "conv2"])
def test_a_patch_is_what_the_unit_sees(layer, source, dataset):
    found, field = source.patches(layer), RECEPTIVE_FIELDS[layer]
    for unit, rank in np.ndindex(found.values.shape):
        if found.images[unit, rank] < 0:
            assert np.isnan(found.pixels[unit, rank]).all()
            continue
        rows, columns = field.clipped(found.rows[unit, rank]), field.clipped(found.columns[unit, rank])
        seen = dataset.test.images[found.images[unit, rank]][np.ix_(rows, columns)] / 255
        patch = found.pixels[unit, rank]
        np.testing.assert_allclose(patch[~np.isnan(patch)].reshape(seen.shape), seen, atol=1e-6)


def test_beyond_the_border_there_is_nothing():
    patch = cut(np.full((28, 28), 255, np.uint8), RECEPTIVE_FIELDS["conv2"], 0, 13)
    assert np.isnan(patch[:6]).all()
    assert np.isnan(patch[:, -6:]).any(axis=0).all()
    assert (patch[6:, :7] == 1).all()
