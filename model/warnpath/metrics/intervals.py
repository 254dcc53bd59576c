"""Point estimates and confidence intervals over independent replications.

Nothing is estimated from too little: an end of an interval that the data cannot support is NaN, never zero
and never the estimate itself. One value gives a mean without an interval; twenty give no upper end for a 99 %
quantile.

References
----------
Clopper, C. J. & Pearson, E. S. (1934). The use of confidence or fiducial limits illustrated in the case of
the binomial. Biometrika 26, 404-413.
Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. JASA 22, 209-212.
David, H. A. & Nagaraja, H. N. (2003). Order Statistics, 3rd ed., section 7.1.
Hyndman, R. J. & Fan, Y. (1996). Sample quantiles in statistical packages. Am. Stat. 50, 361-365 (type 7).
Cochran, W. G. (1977). Sampling Techniques, 3rd ed., section 6.3 (variance of a ratio).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from warnpath.metrics.quantiles import beta_quantile, binomial_quantile, normal_quantile, t_quantile

Floats = npt.NDArray[np.float64]
CONFIDENCE = 0.95


class Interval(NamedTuple):
    """An estimate with its confidence interval.

    `n` is the number of values it rests on; `value`, `low` and `high` have the unit of the data and are NaN
    where the data do not determine them.
    """

    n: int
    value: float
    low: float
    high: float


class MeanArrays(NamedTuple):
    """Means with intervals along the last axis of an array; all of the shape of the other axes."""

    n: npt.NDArray[np.int64]
    mean: Floats
    sd: Floats
    low: Floats
    high: Floats


class EstimateArrays(NamedTuple):
    """Quantiles or shares with their intervals; three arrays of one shape."""

    value: Floats
    low: Floats
    high: Floats


def mean_interval(values: npt.ArrayLike, confidence: float = CONFIDENCE) -> Interval:
    """Mean and its Student t interval.

    mean +- t(1 - a/2, n - 1) sd / sqrt(n), with 1 - a = `confidence`.

    Parameters
    ----------
    values : array_like, shape (n,)
        Independent values, one per replication. NaN stands for no value and is left out.
    confidence : float
        Level of the interval, between 0 and 1.

    Returns
    -------
    Interval
        n = values used. All NaN for n = 0; no interval for n = 1.
    """
    result = mean_intervals(_line(values), confidence)
    return Interval(int(result.n), float(result.mean), float(result.low), float(result.high))


def mean_intervals(values: npt.ArrayLike, confidence: float = CONFIDENCE) -> MeanArrays:
    """Means and their Student t intervals along the last axis.

    Parameters
    ----------
    values : array_like, shape (..., n)
        Values; NaN stands for no value and is left out.
    confidence : float
        Level of the intervals, between 0 and 1.

    Returns
    -------
    MeanArrays
        Number of values, mean, standard deviation (n - 1), low and high, each of shape (...).
    """
    _check_level(confidence)
    data = np.asarray(values, dtype=np.float64)
    used = ~np.isnan(data)
    n = used.sum(axis=-1)
    filled = np.where(used, data, 0.0)
    mean = np.divide(filled.sum(axis=-1), n, out=np.full(n.shape, np.nan), where=n > 0)
    deviations = np.where(used, data - mean[..., np.newaxis], 0.0)
    squares = (deviations * deviations).sum(axis=-1)
    sd = np.sqrt(np.divide(squares, n - 1, out=np.full(n.shape, np.nan), where=n > 1))
    half = _t_quantile(n - 1, confidence) * sd / np.sqrt(np.maximum(n, 1))
    return MeanArrays(n.astype(np.int64), mean, sd, mean - half, mean + half)


def quantile_interval(values: npt.ArrayLike, probability: float, confidence: float = CONFIDENCE) -> Interval:
    """Quantile and its distribution-free interval between two order statistics.

    The interval is (x_(l), x_(u)) with the ranks of `quantile_ranks`. The estimate interpolates linearly
    between order statistics (type 7 of Hyndman & Fan, numpy's default).

    Parameters
    ----------
    values : array_like, shape (n,)
        Independent values. NaN stands for no value and is left out. Infinite values count with their rank:
        +inf for the latency of a warning that never came.
    probability : float
        Which quantile, strictly between 0 and 1.
    confidence : float
        Least probability with which the interval covers the quantile.

    Returns
    -------
    Interval
        n = values used. NaN for what the data do not determine: an end whose rank falls outside the sample,
        or an estimate or end that falls among infinite values.
    """
    line = _line(values)
    result = quantile_intervals(line, probability, confidence)
    n = int((~np.isnan(line)).sum())
    return Interval(n, float(result.value), float(result.low), float(result.high))


def quantile_intervals(
    values: npt.ArrayLike, probability: float, confidence: float = CONFIDENCE
) -> EstimateArrays:
    """Quantiles and their order-statistic intervals along the last axis.

    Parameters
    ----------
    values : array_like, shape (..., n)
        As in `quantile_interval`.
    probability, confidence : float
        As in `quantile_interval`.

    Returns
    -------
    EstimateArrays
        Estimate, low and high, each of shape (...).
    """
    _check_level(confidence)
    if not 0.0 < probability < 1.0:
        raise ValueError(f"probability of a quantile is {probability!r}; expected a number between 0 and 1")
    data = np.sort(np.asarray(values, dtype=np.float64), axis=-1)  # NaN last, after +inf
    n = (~np.isnan(data)).sum(axis=-1)
    position = np.maximum(n - 1, 0) * probability
    below = np.floor(position).astype(np.int64)
    weight = position - below
    first = _at_rank(data, below + 1, n)
    second = _at_rank(data, np.minimum(below + 2, n), n)
    value = np.where(weight > 0.0, first + weight * (second - first), first)
    ranks = np.array([quantile_ranks(int(count), probability, confidence) for count in n.ravel()])
    lower, upper = ranks.reshape((*n.shape, 2))[..., 0], ranks.reshape((*n.shape, 2))[..., 1]
    return EstimateArrays(value, _at_rank(data, lower, n), _at_rank(data, upper, n))


@lru_cache(maxsize=4096)
def quantile_ranks(count: int, probability: float, confidence: float = CONFIDENCE) -> tuple[int, int]:
    """Ranks, from 1, of the order statistics that enclose a quantile.

    l = B(a/2) and u = B(1 - a/2) + 1 with B the quantile function of the binomial(count, probability)
    distribution and 1 - a = `confidence`. The interval covers with probability P(l <= Bin <= u - 1).

    Parameters
    ----------
    count : int
        Size of the sample.
    probability, confidence : float
        Which quantile, and the level of the interval.

    Returns
    -------
    tuple of int
        (l, u). l = 0 or u = count + 1: the sample is too small for that end.
    """
    tail = (1.0 - confidence) / 2.0
    if count == 0:
        return 0, 1
    lower = binomial_quantile(tail, count, probability)
    return lower, binomial_quantile(1.0 - tail, count, probability) + 1


def share_interval(
    successes: float, trials: int, confidence: float = CONFIDENCE, method: str = "clopper-pearson"
) -> Interval:
    """Share and its interval, from a number of successes in independent trials.

    Clopper-Pearson: low = Beta(a/2; k, n - k + 1), high = Beta(1 - a/2; k + 1, n - k); covers at least with
    the level asked for. Wilson: the share p for which |k/n - p| = z sqrt(p (1 - p) / n); covers about with
    it.

    Parameters
    ----------
    successes : float
        Number of successes, 0 to `trials`. Need not be whole: see `clustered_share_interval`.
    trials : int
        Number of trials.
    confidence : float
        Level of the interval.
    method : {"clopper-pearson", "wilson"}
        How it is made.

    Returns
    -------
    Interval
        Share with low and high in [0, 1]; all NaN for no trials.
    """
    _check_level(confidence)
    if trials < 0 or not 0.0 <= successes <= trials:
        raise ValueError(f"{successes!r} successes in {trials!r} trials; expected 0 <= successes <= trials")
    share, low, high = share_intervals([successes], [trials], confidence, method)
    return Interval(trials, float(share[0]), float(low[0]), float(high[0]))


def share_intervals(
    successes: npt.ArrayLike,
    trials: npt.ArrayLike,
    confidence: float = CONFIDENCE,
    method: str = "clopper-pearson",
) -> EstimateArrays:
    """Shares and their intervals for many pairs of successes and trials at once.

    Parameters
    ----------
    successes, trials : array_like, shape (m,)
        As in `share_interval`.
    confidence, method
        As in `share_interval`.

    Returns
    -------
    EstimateArrays
        Share, low and high, each of shape (m,).
    """
    if method not in ("clopper-pearson", "wilson"):
        raise ValueError(f"method of a share's interval is {method!r}; expected clopper-pearson or wilson")
    good, number = _line(successes), _line(trials)
    some = number > 0
    size = np.where(some, number, 1.0)  # where there are no trials everything becomes NaN below
    share, bad = good / size, size - good
    tail = (1.0 - confidence) / 2.0
    if method == "wilson":
        z = normal_quantile(1.0 - tail)
        spread = 1.0 + z * z / size
        centre = (share + z * z / (2.0 * size)) / spread
        half = z / spread * np.sqrt(share * (1.0 - share) / size + z * z / (4.0 * size * size))
        low, high = centre - half, centre + half
    else:
        low = _of_pairs(partial(beta_quantile, tail), np.where(good > 0, good, 1.0), bad + 1.0)
        high = _of_pairs(partial(beta_quantile, 1.0 - tail), good + 1.0, np.where(bad > 0, bad, 1.0))
    ends = (share, np.where(good > 0, low, 0.0), np.where(bad > 0, high, 1.0))
    return EstimateArrays(*(np.where(some, end, np.nan) for end in ends))


def clustered_mean_interval(
    sums: npt.ArrayLike, counts: npt.ArrayLike, confidence: float = CONFIDENCE
) -> Interval:
    """Mean of values that are dependent within a replication and independent between replications.

    With s_r the sum and c_r the number of the values of replication r, the mean is m = sum s / sum c and its
    variance is that of a ratio, sum (s_r - m c_r)^2 / (R (R - 1) mean(c)^2), with R - 1 degrees of freedom.
    With equal c_r it is the t interval of the replications' own means.

    Parameters
    ----------
    sums, counts : array_like, shape (R,)
        Sum and number of the values of each replication. A replication without values has sum 0 and count 0.
    confidence : float
        Level of the interval.

    Returns
    -------
    Interval
        n = number of values in all; no interval for fewer than two replications with values.
    """
    _check_level(confidence)
    total = _line(sums)
    number = _line(counts)
    n = int(number.sum())
    if n == 0:
        return Interval(0, np.nan, np.nan, np.nan)
    mean = float(total.sum() / number.sum())
    clusters = len(total)
    if int((number > 0).sum()) < 2:
        return Interval(n, mean, np.nan, np.nan)
    residuals = (total - mean * number) / number.mean()
    variance = float((residuals * residuals).sum()) / (clusters * (clusters - 1))
    half = float(_t_quantile(np.asarray(clusters - 1), confidence)) * float(np.sqrt(variance))
    return Interval(n, mean, mean - half, mean + half)


def clustered_share_interval(
    successes: npt.ArrayLike, trials: npt.ArrayLike, confidence: float = CONFIDENCE
) -> Interval:
    """Share among trials that are dependent within a replication.

    Clopper-Pearson as if all trials of a replication shared one fate: as many trials as there are
    replications with any. This is the worst dependence there can be, so the interval is too wide rather than
    too narrow, and it stays honest at 0 and 1, where intervals from a variance shrink to a point.

    Parameters
    ----------
    successes, trials : array_like, shape (R,)
        Successes and trials of each replication.
    confidence : float
        Level of the interval.

    Returns
    -------
    Interval
        n = trials in all; value = successes over trials.
    """
    good, number = _line(successes), _line(trials)
    n = int(number.sum())
    clusters = int((number > 0).sum())
    if n == 0:
        return Interval(0, np.nan, np.nan, np.nan)
    share = float(good.sum()) / n
    _, _, low, high = share_interval(share * clusters, clusters, confidence)
    return Interval(n, share, low, high)


def _line(values: npt.ArrayLike) -> Floats:
    line = np.asarray(values, dtype=np.float64)
    if line.ndim != 1:
        raise ValueError(f"expected one row of values, found an array of shape {line.shape}")
    return line


def _check_level(confidence: float) -> None:
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"confidence is {confidence!r}; expected a number between 0 and 1, such as 0.95")


def _t_quantile(freedom: npt.NDArray[np.int64], confidence: float) -> Floats:
    different, place = np.unique(freedom, return_inverse=True)
    quantiles = np.array([t_quantile(confidence, int(n)) if n >= 1 else np.nan for n in different])
    return quantiles[place].reshape(freedom.shape)


def _of_pairs(function: Callable[[float, float], float], first: Floats, second: Floats) -> Floats:
    """Values of a function at pairs of numbers, of which few are different."""
    pairs, place = np.unique(np.stack([first, second]), axis=1, return_inverse=True)
    return np.array([function(*pair) for pair in pairs.T.tolist()], dtype=np.float64)[place.ravel()]


def _at_rank(ordered: Floats, rank: npt.NDArray[np.int64], count: npt.NDArray[np.int64]) -> Floats:
    """Order statistic of that rank (from 1) along the last axis; NaN if there is none or it is infinite."""
    if ordered.shape[-1] == 0:
        return np.full(np.shape(rank), np.nan)
    index = np.clip(rank - 1, 0, ordered.shape[-1] - 1)
    value = np.take_along_axis(ordered, index[..., np.newaxis], axis=-1)[..., 0]
    return np.where((rank >= 1) & (rank <= count) & np.isfinite(value), value, np.nan)
