"""Intervals cover as often as they claim: simulated with fixed seeds, thresholds from the standard error."""

from __future__ import annotations

import math

import numpy as np
import pytest

from warnpath.metrics.intervals import (
    clustered_mean_interval,
    clustered_share_interval,
    mean_intervals,
    quantile_intervals,
    quantile_ranks,
    share_intervals,
)
from warnpath.theory.order_statistics import rank_coverage, smallest_sample

TRIALS = 20_000
# A comparison fails by chance with probability 0.001; the seeds are fixed, so it fails always or never.
LARGEST_Z = 3.3


def z_score(covered: float, claimed: float) -> float:
    return (covered - claimed) / math.sqrt(claimed * (1 - claimed) / TRIALS)


@pytest.mark.parametrize(("count", "confidence"), [(2, 0.95), (5, 0.8), (20, 0.95)])
def test_mean_of_normal_values(count: int, confidence: float) -> None:
    values = np.random.default_rng(101).normal(3.7, 1.3, (TRIALS, count))
    interval = mean_intervals(values, confidence)
    covered = float(((interval.low <= 3.7) & (interval.high >= 3.7)).mean())
    assert abs(z_score(covered, confidence)) <= LARGEST_Z


@pytest.mark.parametrize(("count", "probability"), [(20, 0.5), (200, 0.95), (73, 0.3)])
def test_quantile_of_exponential_values_has_the_coverage_of_its_ranks(count: int, probability: float) -> None:
    values = np.random.default_rng(202).exponential(2.3, (TRIALS, count))
    interval = quantile_intervals(values, probability)
    truth = -2.3 * math.log(1 - probability)
    claimed = rank_coverage(count, probability, *quantile_ranks(count, probability))
    assert claimed >= 0.95
    covered = float(((interval.low <= truth) & (truth < interval.high)).mean())
    assert abs(z_score(covered, claimed)) <= LARGEST_Z


@pytest.mark.parametrize(("trials", "share"), [(20, 0.07), (50, 0.3)])
def test_clopper_pearson_covers_at_least_and_wilson_on_average(trials: int, share: float) -> None:
    hits = np.random.default_rng(303).binomial(trials, share, TRIALS)
    counts = np.full(TRIALS, trials)
    exact = share_intervals(hits, counts)
    covered = float(((exact.low <= share) & (exact.high >= share)).mean())
    assert z_score(covered, 0.95) >= -LARGEST_Z
    wilson = share_intervals(hits, counts, method="wilson")
    assert (wilson.high - wilson.low).mean() < (exact.high - exact.low).mean()


def test_mean_over_dependent_values_of_unequal_number() -> None:
    """Values of one replication share a shock; treating them as independent would cover far too rarely."""
    draws = np.random.default_rng(404)
    replications, trials = 60, 2_000
    covered = naive = 0
    for _ in range(trials):
        counts = draws.integers(1, 8, replications)
        shock = draws.normal(0.0, 2.0, replications)
        sums = counts * (1.7 + shock) + draws.normal(0.0, 1.0, replications) * np.sqrt(counts)
        interval = clustered_mean_interval(sums, counts)
        covered += interval.low <= 1.7 <= interval.high
        half = 1.96 * math.sqrt((4.0 + 1.0) / counts.sum())
        naive += abs(sums.sum() / counts.sum() - 1.7) <= half
    standard_error = math.sqrt(0.95 * 0.05 / trials)
    # The variance of a ratio comes out a little small for few clusters (Cochran 1977, chapter 6).
    assert covered / trials >= 0.95 - 0.01 - LARGEST_Z * standard_error
    assert naive / trials < 0.75


def test_share_of_dependent_trials_is_covered_at_least_as_often_as_claimed() -> None:
    draws = np.random.default_rng(505)
    replications, trials, truth = 30, 2_000, 0.08
    covered = 0
    for _ in range(trials):
        fate = draws.random(replications) < truth  # all five warnings of a replication share it
        interval = clustered_share_interval(5 * fate, np.full(replications, 5))
        covered += interval.low <= truth <= interval.high
    assert covered / trials >= 0.95 - LARGEST_Z * math.sqrt(0.95 * 0.05 / trials)


# Conover (1999), section 3.2: coverage of order-statistic intervals, computed from the binomial distribution.
@pytest.mark.parametrize(
    ("count", "probability", "lower", "upper", "coverage"),
    [
        (1000, 0.5, 469, 532, 0.9537088026395018),
        (1000, 0.95, 936, 964, 0.9580952682226541),
        (1000, 0.99, 983, 997, 0.976094763497977),
        (10000, 0.999, 9983, 9997, 0.9754574618536163),
    ],
)
def test_rank_coverage(count: int, probability: float, lower: int, upper: int, coverage: float) -> None:
    assert rank_coverage(count, probability, lower, upper) == pytest.approx(coverage, rel=1e-9)


def test_open_ends_cover_everything() -> None:
    assert rank_coverage(7, 0.3, 0, 8) == 1.0
    with pytest.raises(ValueError, match="ranks 5 and 5 of 7 values"):
        rank_coverage(7, 0.3, 5, 5)


def test_smallest_sample() -> None:
    # Wilks (1941): 59 runs for a one-sided 95/95 statement, 299 for 95 % confidence in the 99 % quantile.
    assert smallest_sample(0.95, 0.95) == 59
    assert smallest_sample(0.99, 0.95) == 299
    with pytest.raises(ValueError, match="expected both between 0 and 1"):
        smallest_sample(1.0, 0.95)
