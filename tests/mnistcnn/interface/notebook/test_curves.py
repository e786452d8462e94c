"""Curves as SVG."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET

from mnistcnn.interface.notebook.curves import curves_svg


def drawn(losses, errors=(), steps=100, data="mnist"):
    return ET.fromstring(curves_svg(losses, errors, steps, data))


def places(svg, number=0):
    line = list(svg.iter("polyline"))[number]
    return [tuple(map(float, pair.split(","))) for pair in line.get("points").split()]


def test_nothing_is_drawn_of_fewer_than_two_points():
    assert curves_svg([(1, 1.0)], [], 10, "mnist") == ""


def test_a_tenfold_smaller_value_is_equally_far_below_wherever_it_is():
    svg = drawn([(0, 100.0), (50, 10.0), (100, 1.0)])
    (x0, y0), (x1, y1), (x2, y2) = places(svg)
    assert x1 - x0 == x2 - x1 > 0
    assert math.isclose(y1 - y0, y2 - y1, abs_tol=0.11)
    assert y0 < y2
    assert {"100", "1", "0", "100 steps"} <= {text.text for text in svg.iter("text")}


def test_an_error_of_zero_is_drawn_below_all_others_and_nan_not_at_all():
    svg = drawn([], [(0, 0.9), (10, 0.1), (20, 0.0), (30, math.nan)], data="<x>")
    points = places(svg)
    assert len(points) == 3
    assert points[2][1] > points[1][1] > points[0][1]
    assert "test error on <x> (log scale)" in [text.text for text in svg.iter("text")]


def test_a_flat_curve_is_drawn_in_the_middle():
    assert len({y for _, y in places(drawn([(0, 1.0), (10, 1.0)]))}) == 1


def test_a_long_run_has_no_more_points_than_a_picture_needs():
    losses = [(step, 1.0 + step % 2) for step in range(10_001)]
    points = places(drawn(losses, steps=10_000))
    assert len(points) <= 200
    assert points[-1][0] == max(x for x, _ in points)


def test_it_stays_small():
    losses = [(step, 2.0 ** (-step / 1000)) for step in range(0, 20_000, 20)]
    assert len(curves_svg(losses, losses, 20_000, "mnist")) < 10_000
    assert re.match(r"<svg viewBox=\"0 0 660 150\"", curves_svg(losses, losses, 20_000, "mnist"))
