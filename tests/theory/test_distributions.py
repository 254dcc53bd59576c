"""Drawn delays follow their law: Kolmogorov-Smirnov against scipy's distributions, p > 1e-3 on fixed keys."""

from __future__ import annotations

import math

import numpy as np
import pytest
from pydantic import TypeAdapter
from scipy import stats

from tests.unit.test_engine_distributions import EVERY, rows_of
from tests.unit.test_scenario_laws import SIMPLE
from warnpath.engine.random_streams import draw, name_key, uniform
from warnpath.scenario.distributions import Distribution

DELAYS: TypeAdapter = TypeAdapter(Distribution)
DRAWS = 20_000


def drawn(law, purpose: str) -> np.ndarray:
    rows, row = rows_of(law)
    key = name_key(f"test:{purpose}")
    return np.array([draw(rows, row, key, lineage, 1) for lineage in range(DRAWS)])


@pytest.mark.parametrize("name", SIMPLE)
def test_delays_follow_scipys_law(name):
    table, exact = SIMPLE[name]
    values = drawn(DELAYS.validate_python(table).law(), name)
    assert stats.kstest(values, exact.cdf).pvalue > 1e-3


@pytest.mark.parametrize("name", EVERY)
def test_mean_and_spread_are_those_the_tables_state(name):
    delay = DELAYS.validate_python(EVERY[name])
    values = drawn(delay.law(), f"moments:{name}")
    assert abs(values.mean() - delay.mean()) <= 4.0 * values.std(ddof=1) / math.sqrt(DRAWS)
    squares = values * values
    assert abs(squares.mean() - delay.second_moment()) <= 4.0 * squares.std(ddof=1) / math.sqrt(DRAWS)


def test_measured_delays_come_as_often_as_each_other():
    values = drawn(DELAYS.validate_python(EVERY["empirical"]).law(), "empirical")
    found, counts = np.unique(values, return_counts=True)
    assert found.tolist() == [0.125, 0.25, 1.0, 2.0, 3.0, 5.5]
    assert stats.chisquare(counts).pvalue > 1e-3


@pytest.mark.parametrize("name", SIMPLE)
def test_what_remains_of_an_interval_seen_from_outside(name):
    # A uniform part of a length-biased value has the density (1 - F(x)) / mean: the equilibrium law of
    # renewal theory (Cox 1962, section 5.3), whose distribution function is integrated numerically here.
    table, exact = SIMPLE[name]
    biased = drawn(DELAYS.validate_python(table).law().length_biased(), f"biased:{name}")
    parts = np.array([uniform(name_key("test:part"), lineage, 0) for lineage in range(DRAWS)])
    grid = np.concatenate([[0.0], exact.ppf(np.linspace(0.0, 0.99999, 4001)), [exact.ppf(1 - 1e-9)]])
    tail = exact.sf(grid)
    cumulated = np.concatenate([[0.0], np.cumsum((tail[1:] + tail[:-1]) / 2 * np.diff(grid))]) / exact.mean()
    result = stats.kstest(biased * parts, lambda x: np.interp(x, grid, cumulated, right=1.0))
    assert result.pvalue > 1e-3
