import numpy as np
import pytest
from scipy import stats

from mnistcnn.statistics import Spread, spread, t_interval, wilson_interval


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.999])
@pytest.mark.parametrize(
    ("successes", "trials"), [(9813, 10_000), (0, 10), (10, 10), (1, 1), (0, 1), (5000, 5000), (179, 360)]
)
def test_the_interval_is_the_one_that_scipy_computes(successes, trials, confidence):
    expected = stats.binomtest(successes, trials).proportion_ci(confidence, method="wilson")
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


@pytest.mark.parametrize("values", [[0.981, 0.983], [0.9813, 0.9827, 0.9801, 0.984], [5.0, 5.0, 5.0], [-1e6, 0.0, 1e6]])
@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.999])
def test_the_t_interval_is_scipys(values, confidence):
    interval = t_interval(values, confidence)
    if len(set(values)) == 1:
        assert interval == (5.0, 5.0)
        return
    mean, error = np.mean(values), stats.sem(values)
    expected = stats.t.interval(confidence, len(values) - 1, loc=mean, scale=error)
    np.testing.assert_allclose(interval, expected, rtol=1e-12, atol=1e-6 * max(map(abs, values)))


def test_the_t_interval_of_a_published_sample():
    """Student's own data: the gain in sleep by hyoscyamine (Biometrika 1908); t for 9 degrees of freedom is 2.262."""
    gain = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
    low, high = t_interval(gain)
    assert (low, high) == pytest.approx((2.33 - 2.2622 * 2.0022 / 10**0.5, 2.33 + 2.2622 * 2.0022 / 10**0.5), abs=1e-3)


@pytest.mark.parametrize(("values", "confidence"), [([], 0.95), ([0.5], 0.95), ([0.5, 0.6], 0), ([0.5, 0.6], 1)])
def test_a_t_interval_needs_two_values_and_a_confidence(values, confidence):
    with pytest.raises(ValueError, match=r"at least two|between 0 and 1"):
        t_interval(values, confidence)


def test_the_spread_of_some_values():
    assert spread([]) is None
    assert spread([0.9]) == Spread(1, 0.9, None, None, None)
    several = spread([0.9, 0.92, 0.94])
    assert (several.count, several.mean) == (3, pytest.approx(0.92))
    assert several.standard_deviation == pytest.approx(0.02)
    assert (several.low, several.high) == t_interval([0.9, 0.92, 0.94])
