import numpy as np
from scipy import ndimage

from mnistcnn.data.box import Box
from mnistcnn.data.parting import digits_of, find_parts, lines_of


def boxes(mask):
    """Where digits are, in reading order: top, left, bottom, right."""
    parts = find_parts(mask, ndimage.distance_transform_edt(mask))[1]
    lines = lines_of(digits_of(parts))
    return [[(d.box.top, d.box.left, d.box.bottom, d.box.right) for d in line] for line in lines]


def page(*strokes, shape=(300, 400)):
    mask = np.zeros(shape, bool)
    for top, left, bottom, right in strokes:
        mask[top:bottom, left:right] = True
    return mask


ONE = (100, 100, 180, 112)


def test_lines_are_read_from_the_top_and_each_from_the_left():
    upper = [(30, 200, 110, 212), (40, 80, 118, 92)]
    lower = [(160, 90, 240, 102), (150, 220, 236, 232)]
    assert boxes(page(*upper, *lower)) == [[upper[1], upper[0]], [lower[0], lower[1]]]


def test_what_the_border_cuts_off_is_left_out_if_there_is_something_else():
    neighbour = (100, 390, 180, 400)
    assert boxes(page(ONE, neighbour)) == [[ONE]]
    assert boxes(page(neighbour)) == [[neighbour]]


def test_a_digit_that_touches_the_border_is_preferred_to_dirt():
    touching = (0, 100, 80, 112)
    assert boxes(page(touching, (200, 200, 208, 208))) == [[touching]]


def test_a_small_digit_is_preferred_to_the_edge_of_a_scan():
    assert boxes(page(ONE, (0, 0, 300, 9))) == [[ONE]]


def test_crumbs_are_dirt():
    crumbs = [(20, 20 + 40 * k, 27, 27 + 40 * k) for k in range(8)]
    assert boxes(page(ONE, *crumbs)) == [[ONE]]


def test_a_blob_is_no_digit():
    assert boxes(page(ONE, (60, 220, 160, 320))) == [[ONE]]


def test_a_bar_near_a_digit_belongs_to_it():
    assert boxes(page(ONE, (96, 116, 104, 150))) == [[(96, 100, 180, 150)]]


def test_an_underline_is_no_part_of_the_digits_above_it():
    assert boxes(page(ONE, (100, 140, 180, 152), (188, 90, 194, 162))) == [[ONE, (100, 140, 180, 152)]]


def test_a_dash_is_no_digit_unless_there_is_nothing_else():
    dash = (138, 160, 146, 220)
    assert boxes(page(ONE, dash)) == [[ONE]]
    assert boxes(page(dash)) == [[dash]]


def test_a_bar_that_is_not_cut_off_goes_with_its_digit_that_is():
    assert boxes(page((100, 0, 180, 12), (96, 16, 104, 80))) == [[(96, 0, 180, 80)]]


def test_of_what_the_border_cuts_parts_that_are_close_belong_together():
    assert boxes(page((0, 100, 80, 112), (0, 118, 8, 150))) == [[(0, 100, 80, 150)]]


def test_two_halves_that_nearly_touch_are_one_digit():
    assert boxes(page((100, 100, 139, 112), (141, 100, 180, 112))) == [[ONE]]


def test_the_bar_of_a_5_may_be_wider_than_its_body():
    mask = page((160, 200, 266, 216), (160, 174, 176, 218))
    along = np.linspace(0, 1, 2000)
    for step in range(12):
        mask[(141 - 42 * along).astype(int) + step, (188 + 125 * along).astype(int)] = True
    assert boxes(mask) == [[(99, 174, 266, 314)]]


def test_a_circle_around_a_digit_is_no_digit():
    y, x = np.mgrid[:300, :400]
    ring = np.abs(np.hypot(y - 140, x - 106) - 70) < 3
    assert boxes(page(ONE) | ring) == [[ONE]]


def test_specks_are_not_even_parts():
    assert boxes(page((100, 100, 104, 104))) == []


def test_a_box_knows_what_lies_in_it_and_how_far_others_are():
    outer, inner = Box(0, 0, 10, 10), Box(2, 3, 5, 6)
    assert inner.within(outer)
    assert not outer.within(inner)
    assert not outer.within(outer)
    assert Box(0, 0, 2, 2).distance(Box(5, 6, 9, 9)) == 5
