import math

from mnistcnn_cli.rendering.curve import braille, y_range


def rows_with_dots(rows):
    return [index for index, row in enumerate(rows) if set(row) != {"⠀"}]


def test_every_row_has_the_width_that_was_asked_for():
    rows = braille([(0, 5.0), (50, 1.0), (100, 0.1)], (0, 100), width=13, height=4)
    assert [len(row) for row in rows] == [13] * 4


def test_a_falling_loss_falls_from_the_top_left_to_the_bottom_right():
    rows = braille([(0, 1.0), (100, 0.01)], (0, 100), width=10, height=4)
    assert rows[0].startswith("⠑")
    assert rows[-1][-1] != "⠀"
    assert rows[0][-1] == rows[-1][0] == "⠀"


def test_the_curve_ends_where_the_run_stands():
    rows = braille([(0, 1.0), (50, 0.1)], (0, 100), width=20, height=4)
    assert all(row[11:] == "⠀" * 9 for row in rows)
    assert any(row[9] != "⠀" for row in rows)


def test_a_flat_curve_lies_in_the_middle():
    assert rows_with_dots(braille([(0, 1.0), (100, 1.0)], (0, 100), width=5, height=4)) == [2]


def test_nan_infinity_zero_and_nothing_at_all_can_be_drawn():
    for points in ([], [(0, math.nan)], [(0, math.nan), (5, 1.0), (9, math.inf)], [(0, 0.0), (10, 1.0)]):
        assert len(braille(points, (0, 10), width=8, height=4)) == 4


def test_more_reports_than_columns_become_their_mean():
    noisy = [(step, 1.0 if step % 2 else 1.0001) for step in range(1000)]
    rows = braille([*noisy, (1000, 1e-6)], (0, 1000), width=4, height=4)
    assert rows_with_dots([rows[0]]) == [0]


def test_the_range_leaves_out_what_is_not_finite():
    assert y_range([(0, math.nan), (1, 2.0), (2, 0.5), (3, math.inf)]) == (0.5, 2.0)
    assert y_range([(0, math.nan)]) is None
