import numpy as np
import pytest

from mnistcnn.data.lines import without_frames, without_lines

SIDE = 240


@pytest.fixture
def stroke():
    """A thick upright stroke in the middle."""
    mask = np.zeros((SIDE, SIDE), bool)
    mask[70:170, 112:128] = True
    return mask


def ruled(mask, slope=0.0, thickness=3):
    lined = mask.copy()
    columns = np.arange(SIDE)
    for top in (40, 100, 160, 220):
        for row in range(thickness):
            lined[np.clip(np.rint(top + row + slope * (columns - 120)).astype(int), 0, SIDE - 1), columns] = True
    return lined


@pytest.mark.parametrize("slope", [0, 0.03, -0.08])
@pytest.mark.parametrize("upright", [False, True])
def test_ruled_lines_go_and_the_stroke_that_crosses_them_stays_whole(stroke, slope, upright):
    lined = ruled(stroke.T if upright else stroke, slope)
    if upright:
        lined = lined.T
    left = without_lines(lined, stroke=16)
    assert left[stroke].mean() > 0.98
    assert (left & ~stroke).sum() < 0.03 * (lined & ~stroke).sum()


def test_a_stroke_alone_is_no_line(stroke):
    assert np.array_equal(without_lines(stroke, stroke=16), stroke)


def box(mask, margin, thickness=3):
    framed = mask.copy()
    outer = slice(70 - margin, 170 + margin), slice(112 - margin, 128 + margin)
    inner = tuple(slice(side.start + thickness, side.stop - thickness) for side in outer)
    frame = np.zeros_like(mask)
    frame[outer] = True
    frame[inner] = False
    return framed | frame


def test_a_frame_goes_and_what_is_in_it_stays(stroke):
    left = without_frames(box(stroke, 30))
    assert left[stroke].all()
    assert (left & ~stroke).sum() <= 4 * 3 * 3  # Its corners are specks.


def test_a_frame_that_the_stroke_touches_goes(stroke):
    framed = box(stroke, 30)
    framed[165:200, 112:128] = True
    left = without_frames(framed)
    assert left[stroke].all()
    assert left[:50].sum() <= 2 * 3 * 3
    assert left[:, :90].sum() <= 2 * 3 * 3


def test_a_four_and_a_seven_are_no_frames():
    four = np.zeros((SIDE, SIDE), bool)
    four[60:120, 80:90] = four[110:120, 80:160] = four[60:200, 130:140] = True
    seven = np.zeros((SIDE, SIDE), bool)
    seven[60:70, 80:150] = seven[60:200, 140:150] = True
    for digit in (four, seven):
        assert np.array_equal(without_frames(digit), digit)
