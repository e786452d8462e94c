import math

import pytest
from mnistcnn_cli.rendering import text


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0, "0:00"), (83.4, "1:23"), (59.6, "1:00"), (5025, "1:23:45"), (None, "-:--"), (math.inf, "-:--")],
)
def test_a_duration_reads_like_a_clock(seconds, written):
    assert text.duration(seconds) == written


def test_numbers_keep_their_meaning_when_they_are_not_finite():
    assert text.loss(math.nan) == "nan"
    assert text.loss(math.inf) == "inf"
    assert text.count(math.inf) == "–"
    assert text.percent(None) == "–"


@pytest.mark.parametrize(("value", "written"), [(0.0512, "0.0512"), (2e-5, "2.000e-05"), (3e38, "3.000e+38")])
def test_a_loss_keeps_its_digits(value, written):
    assert text.loss(value) == written


def test_a_size_has_the_unit_that_suits_it():
    assert [text.size(octets) for octets in (28_881, 9_912_422, 25_276_063_744)] == ["29 kB", "9.9 MB", "25.3 GB"]


def test_one_error_in_ten_thousand_shows():
    assert text.percent(0.9821) == "98.21 %"


def test_a_name_cannot_smuggle_escape_sequences_or_lines_into_the_terminal():
    assert text.printable("a\x1b[2Jb\r\n\x07é") == "a\\x1b[2Jb\\r\\n\\x07é"
