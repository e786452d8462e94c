import numpy as np
import pytest
from scipy import stats
from scipy.stats import binomtest

from mnistcnn.statistics import Spread, certainty, mcnemar_p_value, percent, spread, t_interval, wilson_interval


@pytest.mark.parametrize(
    ("fraction", "digits", "written"),
    [
        (0.9821, 2, "98.21 %"), (0.0, 2, "0.00 %"), (1.0, 2, "100.00 %"), (1e-9, 2, "<0.01 %"), (1e-4, 2, "0.01 %"),
        (0.9999, 2, "99.99 %"), (0.99996, 2, ">99.99 %"), (1 - 1e-16, 2, ">99.99 %"), (0.9999, 1, ">99.9 %"),
        (0.996, 0, ">99 %"), (0.004, 0, "<1 %"),
    ],
)  # fmt: skip
def test_what_is_not_certain_is_never_written_as_certain(fraction, digits, written):
    assert percent(fraction, digits) == written


@pytest.mark.parametrize(("probability", "written"), [(1.0, ">99.99 %"), (0.0, "<0.01 %"), (0.5, "50.00 %")])
def test_no_answer_of_a_softmax_is_written_as_certain(probability, written):
    assert certainty(probability) == written


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.999])
@pytest.mark.parametrize(
    ("successes", "trials"), [(9813, 10_000), (0, 10), (10, 10), (1, 1), (0, 1), (5000, 5000), (179, 360)]
)
def test_the_interval_is_the_one_that_scipy_computes(successes, trials, confidence):
    expected = binomtest(successes, trials).proportion_ci(confidence, method="wilson")
    assert wilson_interval(successes, trials, confidence) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_a_perfect_score_is_not_certain_and_stays_a_proportion():
    low, high = wilson_interval(10_000, 10_000)
    assert 0.999 < low < 1
    assert high == 1


@pytest.mark.parametrize(
    ("successes", "trials", "confidence"),
    [(1, 0, 0.95), (0, 0, 0.95), (3, 2, 0.95), (-1, 2, 0.95), (1, 2, 1)],
)
def test_what_is_no_proportion_is_refused(successes, trials, confidence):
    with pytest.raises(ValueError, match=r"proportion|confidence"):
        wilson_interval(successes, trials, confidence)


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilsons_interval_is_the_published_one(successes, trials, low, high):
    """R. G. Newcombe, Statistics in Medicine 17 (1998), 857-872, table I, method 3."""
    assert wilson_interval(successes, trials) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.999])
@pytest.mark.parametrize("count", [2, 3, 10, 100])
def test_the_t_interval_is_the_one_that_scipy_computes(count, confidence):
    values = np.random.default_rng(count).normal(0.98, 0.002, count)
    expected = stats.ttest_1samp(values, 0).confidence_interval(confidence)
    assert t_interval(values.tolist(), confidence) == pytest.approx((expected.low, expected.high), rel=1e-12)


def test_the_t_interval_of_students_own_example():
    """Additional hours of sleep, Student (1908); R 4's `t.test` prints -2.4598858 -0.7001142 for the pairs."""
    first = (0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0)
    second = (1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4)
    differences = [a - b for a, b in zip(first, second, strict=True)]
    assert t_interval(differences) == pytest.approx((-2.4598858, -0.7001142), abs=5e-8)


def test_equal_values_leave_no_doubt_about_their_mean():
    assert t_interval([0.98, 0.98, 0.98]) == (0.98, 0.98)


@pytest.mark.parametrize(("values", "confidence"), [([], 0.95), ([0.98], 0.95), ([0.97, 0.98], 0), ([0.97, 0.98], 1)])
def test_one_value_or_an_impossible_confidence_has_no_t_interval(values, confidence):
    with pytest.raises(ValueError, match=r"at least two|confidence"):
        t_interval(values, confidence)


def test_the_spread_of_some_values():
    assert spread([]) is None
    assert spread([0.9]) == Spread(1, 0.9, None, None, None)
    several = spread([0.9, 0.92, 0.94])
    assert (several.count, several.mean) == (3, pytest.approx(0.92))
    assert several.standard_deviation == pytest.approx(0.02)
    assert (several.low, several.high) == t_interval([0.9, 0.92, 0.94])


@pytest.mark.parametrize(("one", "other"), [(23, 135), (135, 23), (6, 5), (0, 6), (5, 5), (1, 0), (700, 650)])
def test_mcnemar_agrees_with_the_exact_binomial_test(one, other):
    assert mcnemar_p_value(one, other) == pytest.approx(binomtest(one, one + other, 0.5).pvalue, rel=1e-12)


def test_networks_that_get_the_same_images_right_do_not_differ():
    assert mcnemar_p_value(0, 0) == 1
