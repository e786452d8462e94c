import numpy as np
import pytest

from mnistcnn.data.ink import _usual_strength as usual_strength
from mnistcnn.data.ink import darkness, extract_ink, to_gray

PAPER = np.array([0.9, 0.88, 0.8])


def cross(side=100, width=10):
    """How much ink: a plus sign in the middle, 0 or 1."""
    ink = np.zeros((side, side))
    middle = slice(side // 2 - width // 2, side // 2 + width // 2)
    ink[side // 4 : -side // 4, middle] = ink[middle, side // 4 : -side // 4] = 1
    return ink


def written(ink, color, paper=PAPER):
    return (paper + (np.array(color) - paper) * ink[..., None]).astype(np.float32)


def extracted(pixels):
    gray = to_gray(pixels.astype(np.float32))
    return extract_ink(gray, darkness(gray) >= 1)


@pytest.mark.parametrize("color", [(0.1, 0.1, 0.1), (0.1, 0.2, 0.7), (0.8, 0.1, 0.1), (0.9, 0.85, 0.2), (1, 1, 1)])
def test_ink_of_any_color_is_found_exactly(color):
    ink = extracted(written(cross(), color))
    assert np.array_equal(ink.written, cross() == 1)
    np.testing.assert_allclose(ink.strength, cross(), atol=0.01)


def test_colors_of_equal_brightness_are_told_apart():
    green_on_red = written(cross(), (0.2, 0.6, 0.4), paper=np.array([0.8, 0.2, 0.2]))
    assert np.ptp(green_on_red.mean(axis=2)) < 1e-6
    assert np.array_equal(extracted(green_on_red).written, cross() == 1)


def test_light_on_dark_is_found_as_dark_on_light_is():
    dark = written(cross(), (0.1, 0.1, 0.1))
    assert darkness(to_gray(dark)) > 100
    assert darkness(to_gray(1 - dark)) < 1 / 100
    assert np.array_equal(extracted(1 - dark).written, extracted(dark).written)


def test_gray_edges_stay_gray():
    ink = cross()
    ink[24] = 0.5 * ink[25]
    assert extracted(written(ink, (0, 0, 0))).strength[24, 50] == pytest.approx(0.5, abs=0.05)


def lit(light):
    return written(cross(), (0.1, 0.1, 0.2)) * light[..., None]


def test_uneven_light_is_taken_away():
    y, x = np.mgrid[-1:1:100j, -1:1:100j]
    found = extracted(lit(0.75 - 0.1 * x + 0.1 * y - 0.1 * x * x)).written
    assert np.array_equal(found[10:-10, 10:-10], (cross() == 1)[10:-10, 10:-10])


def test_a_hard_shadow_across_the_strokes_is_no_ink_and_hides_none():
    y, x = np.mgrid[:100, :100]
    ink = extracted(lit(np.where(x + 0.3 * y < 62, 1.0, 0.45)))
    assert (ink.written != (cross() == 1)).mean() < 0.01
    assert ink.strength[cross() == 1].min() > 0.7


def test_a_desk_beside_the_paper_is_ground():
    desk = written(cross(), (0.1, 0.1, 0.2))
    desk[:, :18] = 0.2
    found = extracted(desk).written
    assert np.array_equal(found[:, 18:], (cross() == 1)[:, 18:])
    assert found[:, :18].mean() <= 1 / 18  # A pixel beside the edge, at most.


def test_noise_is_no_ink():
    random = np.random.default_rng(0)
    noisy = written(cross(), (0.2, 0.2, 0.2)) + random.normal(0, 0.06, (100, 100, 3))
    found = extracted(noisy.clip(0, 1)).written
    assert found[cross() == 0].mean() < 0.01
    assert found[cross() == 1].mean() > 0.97


def test_a_faint_difference_is_no_ink():
    assert extracted(written(cross(), PAPER - 0.015)) is None
    assert extracted(written(cross(), PAPER - 0.05)) is not None


def test_ink_that_is_weaker_in_one_place_is_full_ink_there():
    ink = cross(side=300, width=24)
    ink[:, :150] *= 0.5
    strength = extracted(written(ink, (0.1, 0.1, 0.1))).strength
    assert strength[150, 80] > 0.8
    assert strength[150, 220] > 0.8


def test_contrasts_that_hardly_differ_are_ink_of_one_strength():
    contrast = np.full((60, 60), 0.5, np.float32)
    contrast[::2] += np.float32(2e-6)  # About thirty numbers of float32 lie between them.
    assert usual_strength(contrast, 0.1) == pytest.approx(0.5, abs=1e-5)
