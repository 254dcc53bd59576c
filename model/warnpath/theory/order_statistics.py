"""Order statistics: how certain a quantile from a sample is, and how long until the k-th of several arrives.

References
----------
David, H. A. & Nagaraja, H. N. (2003). Order Statistics, 3rd ed., section 7.1.
Conover, W. J. (1999). Practical Nonparametric Statistics, 3rd ed., section 3.2.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations

from scipy import special


def rank_coverage(count: int, probability: float, lower: int, upper: int) -> float:
    """Probability with which two order statistics enclose a quantile, whatever the continuous distribution.

    P(x_(l) <= q < x_(u)) = I_p(l, n - l + 1) - I_p(u, n - u + 1), with I the regularised incomplete beta
    function: I_p(r, n - r + 1) is the probability that at least r of n values lie below the p quantile.

    Parameters
    ----------
    count : int
        Size n of the sample.
    probability : float
        Which quantile, p.
    lower, upper : int
        Ranks l < u, from 1; 0 and n + 1 stand for no bound on that side.

    Returns
    -------
    float
        Coverage.

    Raises
    ------
    ValueError
        If the ranks are not 0 <= lower < upper <= count + 1.
    """
    if not 0 <= lower < upper <= count + 1:
        raise ValueError(
            f"ranks {lower} and {upper} of {count} values; expected 0 <= lower < upper <= {count + 1}"
        )
    return _at_least(lower, count, probability) - _at_least(upper, count, probability)


def smallest_sample(probability: float, confidence: float) -> int:
    """Smallest sample whose largest value bounds a quantile from above with a given confidence.

    The largest of n values lies above the p quantile with probability 1 - p^n, so n = ln(1 - c) / ln(p),
    rounded up.

    Parameters
    ----------
    probability : float
        Which quantile, p.
    confidence : float
        Confidence c of the one-sided bound.
    """
    if not (0.0 < probability < 1.0 and 0.0 < confidence < 1.0):
        raise ValueError(
            f"quantile {probability!r} at confidence {confidence!r}; expected both between 0 and 1"
        )
    count, none_above = 1, probability
    while none_above > 1.0 - confidence:
        count += 1
        none_above *= probability
    return count


def kth_arrival_mean(rates: Sequence[float], k: int) -> float:
    """Mean time until the k-th of independent exponential times is over.

    The time until m are over has P(fewer than m over) as its tail; with S the subsets still open, inclusion
    and exclusion give E = sum over j from n - k + 1 to n of (-1)^(j - (n - k + 1)) C(j - 1, n - k) sum over
    subsets of size j of 1 / (sum of their rates). A scenario fits if a node waits for k of several messages
    whose delays are exponential and independent.

    Parameters
    ----------
    rates : sequence of float
        Rates of the times.
    k : int
        Which of them, from 1.
    """
    n = len(rates)
    if not 1 <= k <= n or min(rates) <= 0.0:
        raise ValueError(f"{k} of {n} times with rates {list(rates)}; expected 1 <= k <= n and rates above 0")
    open_ = n - k + 1
    total = 0.0
    for j in range(open_, n + 1):
        part = sum(1.0 / sum(subset) for subset in combinations(rates, j))
        total += (-1) ** (j - open_) * math.comb(j - 1, open_ - 1) * part
    return total


def _at_least(rank: int, count: int, probability: float) -> float:
    if rank <= 0:
        return 1.0
    if rank > count:
        return 0.0
    return float(special.betainc(rank, count - rank + 1, probability))
