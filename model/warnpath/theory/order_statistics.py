"""How certain a quantile from a sample is.

References
----------
David, H. A. & Nagaraja, H. N. (2003). Order Statistics, 3rd ed., section 7.1.
Conover, W. J. (1999). Practical Nonparametric Statistics, 3rd ed., section 3.2.
"""

from __future__ import annotations

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


def _at_least(rank: int, count: int, probability: float) -> float:
    if rank <= 0:
        return 1.0
    if rank > count:
        return 0.0
    return float(special.betainc(rank, count - rank + 1, probability))
