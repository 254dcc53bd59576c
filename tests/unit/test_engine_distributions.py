"""Distributions as rows of numbers: how exactly the kernel draws what the scenario says."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import TypeAdapter
from scipy import special, stats

from tests.unit.test_scenario_laws import MIXED, SIMPLE
from warnpath.engine.curves import CURVE_ERROR
from warnpath.engine.plan_tables import DistributionTable
from warnpath.engine.random_streams import draw, inverse, uniform
from warnpath.scenario.distributions import Distribution
from warnpath.scenario.laws import GammaLaw, Law

DELAYS: TypeAdapter = TypeAdapter(Distribution)
EVERY = {
    **{name: table for name, (table, _) in SIMPLE.items()},
    "mixture": MIXED,
    "mixture of mixtures": {
        "kind": "mixture",
        "parts": [
            {"weight": 0.2, "delay": MIXED},
            {"weight": 0.5, "delay": {"kind": "fixed", "value_s": 1.25}},
            {"weight": 0.3, "delay": SIMPLE["triangular"][0]},
        ],
    },
    "empirical": {"kind": "empirical", "values_s": [5.5, 0.25, 1.0, 2.0, 3.0, 0.125]},
}


def rows_of(law: Law):
    table = DistributionTable()
    table.add_law(GammaLaw(1.0, 2.0))
    row = table.add_law(law)
    return table.table(), row


@pytest.mark.parametrize("shape", [0.1, 0.2, 0.5, 1.0, 1.5, 4.0, 30.0, 1000.0, 10_000.0])
def test_a_gamma_is_read_from_its_curve_within_the_stated_error(shape):
    table, row = rows_of(GammaLaw(3.0, shape))
    worst = 0.0
    for z in np.linspace(-8.29, 8.2, 3001):
        u = float(special.ndtr(z))
        if not 0.0 < u < 1.0:
            continue
        exact = stats.gamma.ppf(u, shape) if u < 0.5 else stats.gamma.isf(1.0 - u, shape)
        worst = max(worst, abs(inverse(table, row, u) / (3.0 * exact) - 1.0))
    assert worst < CURVE_ERROR


def test_the_ends_of_the_uniform_are_on_the_curve():
    for shape in (0.1, 2.0):
        table, row = rows_of(GammaLaw(1.0, shape))
        low, high = inverse(table, row, 5.6e-17), inverse(table, row, 0.9999999999999999)
        assert low == pytest.approx(stats.gamma.ppf(5.6e-17, shape), rel=CURVE_ERROR)
        assert high == pytest.approx(stats.gamma.isf(1.1102230246251565e-16, shape), rel=CURVE_ERROR)


@pytest.mark.parametrize("table", EVERY.values(), ids=EVERY.keys())
def test_python_and_machine_code_draw_the_same_bits(table):
    rows, row = rows_of(DELAYS.validate_python(table).law())
    biased, biased_row = rows_of(DELAYS.validate_python(table).law().length_biased())
    for lineage in range(300):
        assert draw(rows, row, 12345, lineage, 7) == draw.py_func(rows, row, 12345, lineage, 7)
        assert draw(biased, biased_row, 5, lineage, 7) == draw.py_func(biased, biased_row, 5, lineage, 7)
    for u in (5.6e-17, 1e-9, 0.25, 0.5, 0.999, 0.9999999999999999):
        if rows[row, 0] < 11.0:
            assert inverse(rows, row, u) == inverse.py_func(rows, row, u)


@pytest.mark.parametrize("table", EVERY.values(), ids=EVERY.keys())
def test_one_uniform_gives_one_value_by_inversion(table):
    delay = DELAYS.validate_python(table)
    rows, row = rows_of(delay.law())
    for lineage in range(50):
        value = draw(rows, row, 99, lineage, 3)
        u = uniform(99, lineage, 3)
        if delay.kind == "mixture":
            # The part in whose share the uniform falls, at the place within the share.
            law = delay.law()
            while hasattr(law, "parts"):
                ends = np.cumsum(law.shares())
                part = int(np.searchsorted(ends, u, side="right"))
                u = (u - (ends[part - 1] if part else 0.0)) / law.shares()[part]
                law = law.parts[part][1]
            assert value == pytest.approx(law.quantile(u), rel=1e-6)
        else:
            assert value == pytest.approx(delay.quantile(u), rel=1e-6)


def test_curves_are_shared_and_measurements_are_packed():
    table = DistributionTable()
    first = table.add_law(GammaLaw(1.0, 2.0))
    size = len(table.table())
    second = table.add_law(GammaLaw(8.0, 2.0))
    assert len(table.table()) == size + 1
    assert table.table()[first, 1] == table.table()[second, 1]
    measured = DELAYS.validate_python({"kind": "empirical", "values_s": list(range(1, 1001))})
    table.add(measured)
    assert len(table.table()) == size + 1 + 250 + 1


def test_what_no_kernel_can_draw_is_refused():
    class Odd(Law):
        def mean(self):
            return 1.0

        def second_moment(self):
            return 1.0

        def cdf(self, value):
            return float(value >= 1.0)

        def quantile(self, probability):
            return 1.0

    with pytest.raises(ValueError, match="cannot be drawn"):
        DistributionTable().add_law(Odd())
