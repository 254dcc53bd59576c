"""Quantiles behind the intervals against those of scipy, over the arguments that intervals have."""

from __future__ import annotations

import pytest
from scipy import special, stats

from warnpath.metrics.quantiles import beta_cdf, beta_quantile, binomial_quantile, normal_quantile, t_quantile

COUNTS = (1, 2, 3, 5, 8, 20, 100, 1_000, 10_000, 100_000)
LEVELS = (0.5, 0.8, 0.9, 0.95, 0.99, 0.999)
ROUNDING = 1e-15
"""Of the logarithms of the gamma function, about n ln n, whose difference is the density's logarithm."""


def tolerance(count: int) -> float:
    return 1e-12 + ROUNDING * count * 20.0


@pytest.mark.parametrize("count", COUNTS)
def test_t(count: int) -> None:
    for level in LEVELS:
        expected = special.stdtrit(count, (1.0 + level) / 2.0)
        assert t_quantile(level, count) == pytest.approx(expected, rel=tolerance(count))


@pytest.mark.parametrize("count", COUNTS)
def test_ends_of_a_share(count: int) -> None:
    for successes in sorted({0.0, count // 3, count / 3, count / 2, 0.77 * count, count - 1.0}):
        for level in LEVELS:
            tail = (1.0 - level) / 2.0
            high = special.betaincinv(successes + 1.0, count - successes, 1.0 - tail)
            found = beta_quantile(1.0 - tail, successes + 1.0, count - successes)
            assert found == pytest.approx(high, rel=tolerance(count))
            if successes > 0.0:
                low = special.betaincinv(successes, count - successes + 1.0, tail)
                assert beta_quantile(tail, successes, count - successes + 1.0) == pytest.approx(
                    low, rel=tolerance(count)
                )


@pytest.mark.parametrize("x", [0.0, 1e-9, 0.01, 0.3, 0.5, 0.9, 1.0 - 1e-9, 1.0])
def test_the_distribution_function(x: float) -> None:
    for a in (0.5, 1.0, 2.5, 40.0):
        for b in (0.5, 1.0, 7.0, 300.0):
            assert beta_cdf(x, a, b) == pytest.approx(special.betainc(a, b, x), rel=1e-11, abs=1e-300)


def test_the_quantile_of_the_binomial_distribution_is_the_smallest() -> None:
    for count in (*range(1, 40), 100, 1_001, 100_000):
        for probability in (0.001, 0.05, 0.3, 0.5, 0.95, 0.99):
            for level in (0.005, 0.025, 0.05, 0.95, 0.975, 0.995):
                expected = int(stats.binom.ppf(level, count, probability))
                assert binomial_quantile(level, count, probability) == expected


def test_the_normal_distribution() -> None:
    for level in (1e-12, 0.025, 0.5, 0.975, 0.999999):
        assert normal_quantile(level) == pytest.approx(special.ndtri(level), rel=1e-12, abs=1e-15)
