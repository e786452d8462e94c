import numpy as np
import pytest

from mnistcnn.data.ink import SMALLEST_PART, extract_ink, otsu_threshold

PAPER = np.array([0.9, 0.88, 0.8])


def cross(side=100, width=10):
    """How much ink: a plus sign in the middle, 0 or 1."""
    ink = np.zeros((side, side))
    middle = slice(side // 2 - width // 2, side // 2 + width // 2)
    ink[side // 4 : -side // 4, middle] = ink[middle, side // 4 : -side // 4] = 1
    return ink


def written(ink, color, paper=PAPER):
    return (paper + (np.array(color) - paper) * ink[..., None]).astype(np.float32)


@pytest.mark.parametrize("color", [(0.1, 0.1, 0.1), (0.1, 0.2, 0.7), (0.8, 0.1, 0.1), (0.9, 0.85, 0.2), (1, 1, 1)])
def test_ink_of_any_color_is_found_exactly(color):
    np.testing.assert_allclose(extract_ink(written(cross(), color)), cross(), atol=1e-3)


def test_colors_of_equal_brightness_are_told_apart():
    green_on_red = written(cross(), (0.2, 0.6, 0.4), paper=np.array([0.8, 0.2, 0.2]))
    assert np.ptp(green_on_red.mean(axis=2)) < 1e-6
    np.testing.assert_allclose(extract_ink(green_on_red), cross(), atol=1e-3)


def test_light_on_dark_is_the_same_as_dark_on_light():
    dark = written(cross(), (0.1, 0.1, 0.1))
    np.testing.assert_allclose(extract_ink(1 - dark), extract_ink(dark), atol=1e-5)


def test_gray_edges_stay_gray():
    ink = cross()
    ink[24] = 0.5 * ink[25]
    assert extract_ink(written(ink, (0, 0, 0)))[24, 50] == pytest.approx(0.5, abs=0.01)


def test_uneven_light_is_taken_away():
    y, x = np.mgrid[-1:1:100j, -1:1:100j]
    light = 0.75 - 0.2 * x + 0.1 * y - 0.1 * x * x
    found = extract_ink((written(cross(), (0.1, 0.1, 0.2)) * light[..., None]).astype(np.float32))
    assert found[cross() == 0].max() < 0.1
    assert found[cross() == 1].min() > 0.5


def test_noise_is_no_ink():
    random = np.random.default_rng(0)
    noisy = written(cross(), (0.2, 0.2, 0.2)) + random.normal(0, 0.06, (100, 100, 3))
    found = extract_ink(noisy.clip(0, 1).astype(np.float32))
    assert (found > 0.5)[cross() == 0].mean() < 0.01
    assert (found > 0.5)[cross() == 1].mean() > 0.97


@pytest.mark.parametrize("noise", [0, 0.02, 0.2])
@pytest.mark.parametrize("shape", [(1, 1, 1), (2, 3, 3), (28, 28, 1), (200, 150, 3)])
def test_blank_paper_has_no_ink(shape, noise):
    random = np.random.default_rng(1)
    pixels = (0.8 + random.normal(0, 1, shape) * noise).astype(np.float32)
    if max(shape) > 3 or not noise:
        assert extract_ink(pixels) is None
    else:
        extract_ink(pixels)  # Two pixels may mean anything, but are no crash.


def test_a_faint_difference_is_no_ink():
    assert extract_ink(written(cross(), PAPER - 0.02)) is None
    assert extract_ink(written(cross(), PAPER - 0.04)) is not None


def test_specks_are_dirt_and_larger_parts_are_not():
    ink = cross()
    speck = int((SMALLEST_PART * ink.sum()) ** 0.5) - 1
    ink[5 : 5 + speck, 5 : 5 + speck] = 1
    ink[80:95, 80:85] = 1
    found = extract_ink(written(ink, (0, 0, 0)))
    assert not found[:20, :20].any()
    assert found[80:95, 80:85].min() > 0.99


def test_otsu_parts_two_humps_between_them():
    random = np.random.default_rng(2)
    values = np.concatenate([random.normal(0.2, 0.05, 900), random.normal(0.8, 0.05, 100)])
    assert 0.35 < otsu_threshold(values) < 0.65


def test_otsu_has_the_largest_variance_between_the_groups_of_all_thresholds():
    values = np.random.default_rng(3).gamma(2, 1, 500)

    def variance_between(threshold):
        low, high = values[values < threshold], values[values >= threshold]
        return len(low) * len(high) * (low.mean() - high.mean()) ** 2

    best = max(map(variance_between, np.sort(values)[1:]))
    assert variance_between(otsu_threshold(values)) == pytest.approx(best, rel=0.01)
