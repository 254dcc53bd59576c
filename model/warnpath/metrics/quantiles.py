"""Quantiles of the distributions that intervals are made of: beta, Student's t, binomial.

They are those of `scipy.special` to 1e-8 at least, up to 100,000 values. They stand here because importing
that package takes a third of a second, a tenth of a whole warm run, and these few numbers are all that is
needed.

References
----------
NIST Digital Library of Mathematical Functions: 8.17.22 (incomplete beta function as a continued fraction),
8.17.4 (its symmetry), 8.17.5 (binomial sums).
Lentz, W. J. (1976), Applied Optics 15, 668-671; Thompson & Barnett (1986), J. Comput. Phys. 64, 490-509.
"""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

_TINY = 1e-300
_STEPS = 200


def beta_cdf(x: float, a: float, b: float) -> float:
    """Distribution function of the beta distribution, the regularised incomplete beta function I_x(a, b).

    Parameters
    ----------
    x : float
        0 to 1.
    a, b : float
        Positive.
    """
    if x <= 0.0 or x >= 1.0:
        return float(x >= 1.0)
    # The fraction converges fast on this side of about the mean, within O(sqrt(max(a, b))) steps.
    if x > (a + 1.0) / (a + b + 2.0):
        return 1.0 - _lower_part(1.0 - x, b, a)
    return _lower_part(x, a, b)


@lru_cache(maxsize=4096)
def beta_quantile(probability: float, a: float, b: float) -> float:
    """Value of a beta variable that is not exceeded with a probability between 0 and 1."""
    low, high = 0.0, 1.0
    x = a / (a + b)
    for _ in range(_STEPS):
        excess = beta_cdf(x, a, b) - probability
        if excess > 0.0:
            high = x
        else:
            low = x
        density = math.exp(_log_density(x, a, b))
        # Newton's step where it stays between the ends, else half the way to the farther one.
        following = x - excess / density if density > 0.0 else low
        if not low < following < high:
            following = 0.5 * (low + high)
        if abs(following - x) <= 4e-16 * x:
            return following
        x = following
    return x


def normal_quantile(probability: float) -> float:
    """Value that a standard normal variable does not exceed with a probability between 0 and 1."""
    return NormalDist().inv_cdf(probability)


@lru_cache(maxsize=4096)
def t_quantile(confidence: float, freedom: float) -> float:
    """Distance from zero that a Student t variable keeps within with a probability between 0 and 1."""
    x = beta_quantile(1.0 - confidence, 0.5 * freedom, 0.5)
    return math.sqrt(freedom * (1.0 - x) / x)


def binomial_cdf(k: int, count: int, probability: float) -> float:
    """Probability of at most k successes in so many trials."""
    if k < 0 or k >= count:
        return float(k >= 0)
    return beta_cdf(1.0 - probability, count - k, k + 1.0)


@lru_cache(maxsize=4096)
def binomial_quantile(level: float, count: int, probability: float) -> int:
    """Smallest number of successes that is not exceeded with at least a probability between 0 and 1."""
    spread = math.sqrt(count * probability * (1.0 - probability))
    k = min(max(round(count * probability + normal_quantile(level) * spread), 0), count)
    while k > 0 and binomial_cdf(k - 1, count, probability) >= level:
        k -= 1
    while binomial_cdf(k, count, probability) < level:
        k += 1
    return k


def _log_density(x: float, a: float, b: float) -> float:
    factor = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    return factor + (a - 1.0) * math.log(x) + (b - 1.0) * math.log1p(-x)


def _lower_part(x: float, a: float, b: float) -> float:
    """I_x(a, b) by the continued fraction of DLMF 8.17.22, evaluated from its beginning."""
    numerator = 1.0
    denominator = 1.0 / _not_zero(1.0 - (a + b) * x / (a + 1.0))
    fraction = denominator
    m = 0
    while True:
        m += 1
        even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0))
        for coefficient in (even, odd):
            numerator = _not_zero(1.0 + coefficient / numerator)
            denominator = 1.0 / _not_zero(1.0 + coefficient * denominator)
            fraction *= numerator * denominator
        if abs(numerator * denominator - 1.0) <= 2e-16:
            break
    # The density has exponents less by one than the factor in front of the fraction.
    return math.exp(_log_density(x, a, b) + math.log(x) + math.log1p(-x)) * fraction / a


def _not_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
