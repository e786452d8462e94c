import pytest
from scipy.stats import binomtest

from mnistcnn.statistics import wilson_interval


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
