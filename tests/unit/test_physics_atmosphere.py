"""Air density against the defining layers of the U.S. Standard Atmosphere 1976."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.interpolate import CubicSpline

from warnpath.physics import atmosphere


def standard_density(altitude_m: float) -> float:
    """USSA 1976 below 86 km from its lapse rates (table 4 of the standard), geopotential radius 6356766 m."""
    geopotential = 6_356_766.0 * altitude_m / (6_356_766.0 + altitude_m)
    bases = [0.0, 11e3, 20e3, 32e3, 47e3, 51e3, 71e3, 84_852.0]
    lapses = [-6.5e-3, 0.0, 1e-3, 2.8e-3, 0.0, -2.8e-3, -2e-3]
    temperature, pressure = 288.15, 101_325.0
    for lower, upper, lapse in zip(bases, bases[1:], lapses, strict=False):
        rise = min(geopotential, upper) - lower
        if rise <= 0.0:
            break
        if lapse == 0.0:
            pressure *= math.exp(-9.80665 * rise / (287.05287 * temperature))
        else:
            warmer = temperature + lapse * rise
            pressure *= (temperature / warmer) ** (9.80665 / (287.05287 * lapse))
            temperature = warmer
    return pressure / (287.05287 * temperature)


def test_nodes_are_those_of_the_standard() -> None:
    for number in range(18):
        altitude_m = 5000.0 * number
        assert atmosphere.density_kg_m3(altitude_m) == pytest.approx(standard_density(altitude_m), rel=1e-4)


def test_between_the_nodes_the_curve_stays_within_the_stated_1_4_percent() -> None:
    worst = max(
        abs(atmosphere.density_kg_m3(float(altitude)) / standard_density(float(altitude)) - 1.0)
        for altitude in range(0, 85_000, 250)
    )
    assert 0.001 < worst < 0.014


def test_the_spline_is_the_natural_one() -> None:
    nodes = 5000.0 * np.arange(len(atmosphere.TABLE_DENSITY_KG_M3))
    spline = CubicSpline(nodes, np.log(atmosphere.TABLE_DENSITY_KG_M3), bc_type="natural")
    for altitude in np.linspace(0.0, 119_999.0, 173):
        assert atmosphere.density_kg_m3(altitude) == pytest.approx(math.exp(spline(altitude)), rel=1e-12)


def test_density_falls_everywhere_is_continuous_and_ends() -> None:
    altitudes = np.linspace(-20e3, 260e3, 5601)
    values = np.array([atmosphere.density_kg_m3(float(altitude)) for altitude in altitudes])
    assert np.all(np.diff(values) <= 0.0)
    falling = values[(altitudes > -10e3) & (altitudes < 249e3)]
    assert np.all(falling[1:] / falling[:-1] > 0.97)
    assert atmosphere.density_kg_m3(250e3) == 0.0
    assert atmosphere.density_kg_m3(150e3) < 2.1e-9  # the standard's value there: the tail is thinner
