"""How a measured fraction is written, and how far it, or the mean of several, can be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist, fmean, stdev
from sys import float_info

SMALLEST, EPSILON = float_info.min, float_info.epsilon


def percent(fraction: float, digits: int = 2) -> str:
    """Write `0.9821` as `98.21 %`.

    Only 0 and 1 themselves become `0.00 %` and `100.00 %`; what would be rounded to them becomes `<0.01 %` or
    `>99.99 %`.

    Args:
        fraction: in [0, 1].
        digits: after the decimal point.
    """
    text, step = f"{100 * fraction:.{digits}f}", 10.0**-digits
    if fraction > 0 and float(text) == 0:
        return f"<{step:.{digits}f} %"
    if fraction < 1 and float(text) == 100:
        return f">{100 - step:.{digits}f} %"
    return f"{text} %"


def certainty(probability: float, digits: int = 2) -> str:
    """Write a probability of a softmax as `percent` does, but never as 0 or 1: these are its values only by rounding.

    Args:
        probability: in [0, 1].
        digits: after the decimal point.
    """
    return percent(min(max(probability, SMALLEST), 1 - EPSILON), digits)


def wilson_interval(successes: int, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    """Bound the true success rate when `successes` of `trials` independent trials succeeded.

    Wilson's score interval. Unlike the textbook's p ± z·√(p(1−p)/n) it stays inside [0, 1] and keeps
    its width at p = 1, which matters for a network that makes 70 errors in 10,000 images.

    Args:
        successes: between 0 and `trials`.
        trials: at least 1.
        confidence: how often such an interval contains the true rate; inside (0, 1).

    Returns:
        The lower and the upper bound, both in [0, 1].

    Raises:
        ValueError: an argument is outside its range.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
    Journal of the American Statistical Association 22 (1927), 209–212.
    """
    if not 0 <= successes <= trials or trials < 1:
        raise ValueError(f"{successes} successes of {trials} trials is no proportion")
    _check_confidence(confidence)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    rate = successes / trials
    denominator = 1 + z**2 / trials
    centre = (rate + z**2 / (2 * trials)) / denominator
    margin = z / denominator * sqrt(rate * (1 - rate) / trials + z**2 / (4 * trials**2))
    # Rounding can leave 1 - 1e-17 or -1e-19 at the ends, where the bounds are exactly 0 and 1.
    lower = 0.0 if successes == 0 else centre - margin
    upper = 1.0 if successes == trials else centre + margin
    return lower, upper


def t_interval(values: Sequence[float], confidence: float = 0.95) -> tuple[float, float]:
    """Bound the mean of a normal distribution from a few independent values, such as one accuracy for each seed.

    mean ± t·s/√n, where s is the standard deviation with n − 1 in its denominator, and t the quantile of Student's
    distribution with n − 1 degrees of freedom. With three values the interval is 2.2 times as wide as one that takes
    s for the true standard deviation; with thirty, only 4 % wider.

    Args:
        values: at least two.
        confidence: how often such an interval contains the true mean; inside (0, 1).

    Returns:
        The lower and the upper bound.

    Raises:
        ValueError: there are fewer than two values, or the confidence is outside its range.

    Source: Student (W. S. Gosset), "The probable error of a mean", Biometrika 6 (1908), 1–25.
    """
    # Inside, because SciPy takes a quarter of a second to import, and the command line imports this module.
    from scipy.special import stdtrit

    if len(values) < 2:
        raise ValueError(f"{len(values)} values have no spread: at least two are needed")
    _check_confidence(confidence)
    mean, freedom = fmean(values), len(values) - 1
    margin = float(stdtrit(freedom, (1 + confidence) / 2)) * stdev(values) / sqrt(len(values))
    return mean - margin, mean + margin


def mcnemar_p_value(only_first: int, only_second: int) -> float:
    """Test whether two classifiers are equally good on the same images: McNemar's test with an exact p-value.

    Images that both get right or both get wrong say nothing. If the classifiers are equally good, each other image is
    the first one's with probability 1/2, so that `only_first` has the binomial distribution B(n, 1/2) with
    n = `only_first` + `only_second`. It is symmetric, so the two-sided p-value is 2 · P(X ≤ the smaller), at most 1.

    Args:
        only_first: images that only the first gets right.
        only_second: images that only the second gets right.

    Returns:
        How likely a difference at least as large is by chance; 1 if there are no such images.

    Source: Q. McNemar, "Note on the sampling error of the difference between correlated proportions or percentages",
    Psychometrika 12 (1947), 153–157; with the binomial distribution in place of its approximation.
    """
    from scipy.special import bdtr  # Inside, as in `t_interval`.

    return min(1.0, 2 * float(bdtr(min(only_first, only_second), only_first + only_second, 0.5)))


@dataclass(frozen=True)
class Spread:
    """How a figure differs between runs that differ in their seed alone."""

    count: int
    """How many runs."""
    mean: float
    standard_deviation: float | None
    """Of the sample, with n − 1; None for a single run, as are the next two."""
    low: float | None
    """Of the 95 % t-interval of the mean."""
    high: float | None


def spread(values: Sequence[float]) -> Spread | None:
    """Describe a sample; None if it is empty."""
    if not values:
        return None
    if len(values) == 1:
        return Spread(1, values[0], None, None, None)
    return Spread(len(values), fmean(values), stdev(values), *t_interval(values))


def _check_confidence(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence lies between 0 and 1, not {confidence}")
