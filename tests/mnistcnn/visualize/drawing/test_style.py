"""The rules that every picture shares."""

import numpy as np
import pytest

from mnistcnn.visualize.drawing.style import (
    DARK,
    INK,
    LIGHT,
    Scale,
    colour_table,
    hatching,
    magnify,
    paint,
    signed_scale,
    zoom_to,
)

WEIGHTS = Scale("signed", 2.0, "weight", "by hand")
ACTIVATIONS = Scale("activation", 2.0, "activation", "by hand")


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_below_zero_is_blue_and_above_is_orange_and_zero_is_neutral(theme):
    blue, neutral, orange = WEIGHTS.colours(np.array([-1.0, 0.0, 1.0]), theme).astype(int)
    assert blue[2] - blue[0] > 40
    assert orange[0] - orange[2] > 40
    assert np.ptp(neutral) < 12


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_a_value_keeps_its_colour_when_relu_takes_the_negative_ones_away(theme):
    values = np.linspace(0, 2, 50)
    difference = WEIGHTS.colours(values, theme).astype(int) - ACTIVATIONS.colours(values, theme)
    assert np.abs(difference).max() <= 6  # Half as many of the 256 colours are left for each side.


@pytest.mark.parametrize("kind", ["signed", "activation", "ink"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_get_steadily_darker_or_lighter_away_from_zero(kind, theme):
    lightness = colour_table(kind, theme).astype(float) @ [0.2126, 0.7152, 0.0722]
    away = lightness[128:] if kind == "signed" else lightness
    steps = np.diff(away) * np.sign(away[-1] - away[0])
    assert (steps >= -0.5).all()


def test_pixels_are_whole_squares():
    values = np.array([[0.0, 1.0], [0.5, 0.25]])
    pixels = paint(values, INK, LIGHT, 7)
    assert pixels.shape == (14, 14, 3)
    assert np.array_equal(pixels, magnify(pixels[::7, ::7], 7))


def test_values_beyond_the_scale_have_its_last_colour_and_a_dot():
    pixels = paint(np.array([[2.0, 3.0], [-2.0, -9.0]]), WEIGHTS, LIGHT, 10)
    assert np.array_equal(pixels[0, 0], pixels[0, 10])
    assert np.array_equal(pixels[10, 0], pixels[10, 10])
    dots = (pixels == LIGHT.dot).all(axis=2)
    assert [dots[:10, :10].any(), dots[:10, 10:].any(), dots[10:, :10].any(), dots[10:, 10:].any()] == [False, True] * 2
    assert dots[4, 14]


def test_what_is_no_value_is_hatched_and_takes_no_part_in_the_scale():
    values = np.array([[np.nan, 1.0], [1.0, -1.0]])
    pixels = paint(values, WEIGHTS, LIGHT, 8)
    assert np.array_equal(pixels[:8, :8], hatching(16, 16, LIGHT)[:8, :8])
    assert signed_scale(values, "weight").limit == 1.0
    assert not WEIGHTS.clips(values).any()


def test_the_limit_is_the_percentile_of_the_sizes():
    weights = np.concatenate([np.linspace(-1, 1, 1999), [50.0]])
    scale = signed_scale(weights, "weight")
    assert scale.low == -scale.limit
    assert scale.limit == pytest.approx(np.percentile(np.abs(weights), 99.5))


@pytest.mark.parametrize("values", [np.zeros(5), np.full(3, np.nan), np.zeros(0)], ids=["zeros", "nothing", "empty"])
def test_values_without_a_size_still_have_a_scale(values):
    assert signed_scale(values, "weight").limit == 1.0


@pytest.mark.parametrize(("size", "wanted", "zoom"), [(28, 112, 4), (28, 111, 3), (5, 90, 18), (100, 50, 1)])
def test_the_magnification_is_a_whole_number_of_at_least_one(size, wanted, zoom):
    assert zoom_to(size, wanted) == zoom
