"""How far a measured accuracy can be trusted."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist


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
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence lies between 0 and 1, not {confidence}")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    rate = successes / trials
    denominator = 1 + z**2 / trials
    centre = (rate + z**2 / (2 * trials)) / denominator
    margin = z / denominator * sqrt(rate * (1 - rate) / trials + z**2 / (4 * trials**2))
    # Rounding can leave 1 - 1e-17 or -1e-19 at the ends, where the bounds are exactly 0 and 1.
    lower = 0.0 if successes == 0 else centre - margin
    upper = 1.0 if successes == trials else centre + margin
    return lower, upper
