"""Laws against scipy's, and against their own density: moments, quantiles, length-biased laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from pydantic import TypeAdapter
from scipy import stats

from warnpath.scenario.distributions import Distribution
from warnpath.scenario.laws import FixedLaw, LinearLaw
from warnpath.scenario.laws_compound import ParabolicLaw, PowerLaw
from warnpath.scenario.sizes import SizeBytes, size_law

DELAYS: TypeAdapter = TypeAdapter(Distribution)

# Parameters of scipy follow its documentation, not this package's formulas.
SIMPLE = {
    "uniform": ({"kind": "uniform", "low_s": 0.3, "high_s": 1.7}, stats.uniform(0.3, 1.4)),
    "exponential": ({"kind": "exponential", "mean_s": 2.5}, stats.expon(scale=2.5)),
    "lognormal": (
        {"kind": "lognormal", "median_s": 60, "p95_s": 120},
        stats.lognorm(math.log(2.0) / stats.norm.ppf(0.95), scale=60.0),
    ),
    "gamma": ({"kind": "gamma", "mean_s": 6, "shape": 2.5}, stats.gamma(2.5, scale=2.4)),
    "early gamma": ({"kind": "gamma", "mean_s": 6, "shape": 0.3}, stats.gamma(0.3, scale=20.0)),
    "weibull": ({"kind": "weibull", "scale_s": 3, "shape": 1.7}, stats.weibull_min(1.7, scale=3.0)),
    "old weibull": ({"kind": "weibull", "scale_s": 3, "shape": 0.6}, stats.weibull_min(0.6, scale=3.0)),
    "triangular": ({"kind": "triangular", "low_s": 1, "mode_s": 2, "high_s": 7}, stats.triang(1 / 6, 1, 6)),
    "falling": ({"kind": "triangular", "low_s": 0, "mode_s": 0, "high_s": 5}, stats.triang(0, 0, 5)),
    "rising": ({"kind": "triangular", "low_s": 2, "mode_s": 5, "high_s": 5}, stats.triang(1, 2, 3)),
    "shifted": (
        {"kind": "shifted", "shift_s": 4, "delay": {"kind": "exponential", "mean_s": 1.5}},
        stats.expon(4, 1.5),
    ),
}
MIXED = {
    "kind": "mixture",
    "parts": [
        {"weight": 3, "delay": {"kind": "exponential", "mean_s": 0.5}},
        {"weight": 1, "delay": {"kind": "shifted", "shift_s": 2, "delay": SIMPLE["gamma"][0]}},
    ],
}
PROBABILITIES = (1e-9, 0.003, 0.05, 0.3, 0.5, 0.77, 0.95, 0.999)


def law_of(table):
    return DELAYS.validate_python(table).law()


@pytest.mark.parametrize(("table", "exact"), SIMPLE.values(), ids=SIMPLE.keys())
def test_moments_and_quantiles_are_those_of_scipy(table, exact):
    delay = DELAYS.validate_python(table)
    assert delay.mean() == pytest.approx(exact.mean(), rel=1e-9)
    assert delay.variance() == pytest.approx(exact.var(), rel=1e-9)
    assert delay.second_moment() == pytest.approx(exact.var() + exact.mean() ** 2, rel=1e-9)
    for probability in PROBABILITIES:
        value = delay.quantile(probability)
        assert value == pytest.approx(exact.ppf(probability), rel=1e-8)
        assert delay.law().cdf(value) == pytest.approx(probability, rel=1e-7)
    assert delay.law().cdf(exact.ppf(0.0) - 1.0) == 0.0
    with pytest.raises(ValueError, match="probability in"):
        delay.quantile(1.0)


@pytest.mark.parametrize(("table", "exact"), SIMPLE.values(), ids=SIMPLE.keys())
def test_the_length_biased_law_weighs_values_by_themselves(table, exact):
    biased = law_of(table).length_biased()
    # E[X^2] / E[X], and P = integral of x f(x) up to a value, over the mean (numerically, from scipy).
    assert biased.mean() == pytest.approx((exact.var() + exact.mean() ** 2) / exact.mean(), rel=1e-9)
    for probability in (0.02, 0.4, 0.9):
        value = biased.quantile(probability)
        assert biased.cdf(value) == pytest.approx(probability, rel=1e-9)
        partial = exact.expect(lambda x: x, lb=exact.ppf(0.0), ub=value)
        assert partial / exact.mean() == pytest.approx(probability, rel=1e-5)


def test_a_mixture_is_the_weighted_sum_of_its_parts():
    law = law_of(MIXED)
    fast, slow = stats.expon(scale=0.5), stats.gamma(2.5, 2, 2.4)
    assert law.shares() == (0.75, 0.25)
    assert law.mean() == pytest.approx(0.75 * 0.5 + 0.25 * 8.0)
    second = 0.75 * 0.5 + 0.25 * (slow.var() + 64.0)
    assert law.second_moment() == pytest.approx(second)
    assert law.variance() == pytest.approx(second - law.mean() ** 2)
    for probability in PROBABILITIES:
        value = law.quantile(probability)
        assert 0.75 * fast.cdf(value) + 0.25 * slow.cdf(value) == pytest.approx(probability, rel=1e-9)
    biased = law.length_biased()
    assert biased.mean() == pytest.approx(second / law.mean())


def test_measured_values_are_as_likely_as_each_other():
    law = law_of({"kind": "empirical", "values_s": [4.0, 1, 2.5, 2.5]})
    assert law.values == (1.0, 2.5, 2.5, 4.0)
    assert (law.mean(), law.second_moment()) == (2.5, (1 + 6.25 + 6.25 + 16) / 4)
    assert law.variance() == pytest.approx(29.5 / 4 - 6.25)
    assert [law.cdf(value) for value in (0.9, 1.0, 2.5, 9.0)] == [0.0, 0.25, 0.75, 1.0]
    assert [law.quantile(p) for p in (0.0, 0.25, 0.26, 0.75, 0.99)] == [1.0, 1.0, 2.5, 2.5, 4.0]
    # Weights 1, 2.5, 2.5, 4 of 10.
    assert law.length_biased().cdf(2.5) == pytest.approx(0.6)
    assert law.length_biased().mean() == pytest.approx(29.5 / 10)


def test_pieces_of_biased_laws_have_the_moments_of_their_density():
    assert LinearLaw(1.0, 3.0).mean() == pytest.approx(stats.uniform(1, 2).expect(lambda x: x * x) / 2)
    assert LinearLaw(1.0, 3.0).second_moment() == pytest.approx(5.0)
    assert PowerLaw(4.0, 1 / 3).mean() == pytest.approx(4 * stats.beta(3, 1).mean())
    assert PowerLaw(4.0, 1 / 3).second_moment() == pytest.approx(16 * stats.beta(3, 1).moment(2))
    assert ParabolicLaw(2.0).variance() == pytest.approx(4 * stats.beta(2, 2).var())
    for probability in (0.0, 1e-6, 0.4, 0.9):
        assert ParabolicLaw(2.0).quantile(probability) == pytest.approx(
            2 * stats.beta(2, 2).ppf(probability), abs=1e-12
        )
    with pytest.raises(ValueError, match="is not known"):
        ParabolicLaw(2.0).length_biased()


def test_laws_without_spread_stay_at_their_value():
    for table in (
        {"kind": "uniform", "low_s": 3, "high_s": 3},
        {"kind": "triangular", "low_s": 3, "mode_s": 3, "high_s": 3},
        {"kind": "lognormal", "median_s": 3, "p95_s": 3},
        {"kind": "fixed", "value_s": 3},
        {"kind": "empirical", "values_s": [3]},
    ):
        law = law_of(table)
        assert (law.mean(), law.quantile(0.3)) == (3.0, 3.0)
        assert law.variance() == pytest.approx(0.0, abs=1e-15)
        assert law.length_biased().mean() == pytest.approx(3.0)
        assert (law.cdf(2.999), law.cdf(3.001)) == (0.0, 1.0)
    nothing = law_of({"kind": "exponential", "mean_s": 0})
    assert (nothing.mean(), nothing.quantile(0.9), nothing.cdf(0.0)) == (0.0, 0.0, 1.0)
    assert nothing.length_biased().mean() == 0.0


def test_sizes_have_the_same_laws_in_bytes():
    sizes: TypeAdapter = TypeAdapter(SizeBytes)
    assert size_law(sizes.validate_python(800)) == FixedLaw(800.0)
    varied = sizes.validate_python(
        {
            "kind": "mixture",
            "parts": [
                {"weight": 9, "size_bytes": 100},
                {"weight": 1, "size_bytes": {"kind": "exponential", "mean_bytes": 5000}},
            ],
        }
    )
    assert size_law(varied).mean() == pytest.approx(590.0)
    lognormal = sizes.validate_python({"kind": "lognormal", "median_bytes": 200, "p95_bytes": 900})
    assert size_law(lognormal).quantile(0.95) == pytest.approx(900.0)
    assert size_law(sizes.validate_python({"kind": "uniform", "low_bytes": 1, "high_bytes": 3})).mean() == 2.0
    measured = sizes.validate_python({"kind": "empirical", "values_bytes": [64, 1500, 64]})
    assert np.isclose(size_law(measured).mean(), 1628 / 3)
