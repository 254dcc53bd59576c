"""A flight blended out of its family against the same flight solved for itself, over all shipped ranges."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest

from warnpath.physics.errors import PhysicsError
from warnpath.physics.family import BALLISTIC_COEFFICIENT, BURN_TIME, solve_family
from warnpath.physics.table import state_at
from warnpath.physics.trajectory import FlightProfile, Trajectory, solve
from warnpath.scenario import load

ORIGIN, AZIMUTH = (39.2, 125.7), 80.0
PLACE_TOLERANCE_M, TIME_TOLERANCE_S = 40.0, 0.02
"""Small beside the noise of the best radar across its line of sight (some 100 m), and its scan period."""
Range = tuple[str, float, float]


def shipped() -> list[tuple[str, FlightProfile, Range, Range]]:
    """Every profile that ships, with the ranges of its burn time and coefficient; and a glide."""
    found = []
    for name, item in sorted(load("trilateral").profile.items()):
        names = ("range_km", "apogee_km", BURN_TIME, BALLISTIC_COEFFICIENT)
        values: dict[str, Any] = {field: getattr(item, field) for field in names}
        profile = FlightProfile(**{field: float(values[field]) for field in names}, kind=item.kind)
        burn, coefficient = (
            (field, values[field].low, values[field].high) for field in (BURN_TIME, BALLISTIC_COEFFICIENT)
        )
        found.append((name, profile, burn, coefficient))
    glide = FlightProfile(
        1000.0, 101.1, 90.0, 8000.0, kind="glide", pull_up_altitude_km=40.0, lift_to_drag=2.5
    )
    found.append(("glide", glide, (BURN_TIME, 75.0, 105.0), (BALLISTIC_COEFFICIENT, 6000.0, 10_000.0)))
    return found


def misses(exact: Trajectory, table: np.ndarray) -> tuple[float, float]:
    """Greatest distance (m) between two flights at equal times, and the difference of their impacts (s)."""
    one, other = np.zeros((1, 9)), np.zeros((1, 9))
    worst = 0.0
    for time in np.linspace(0.0, min(exact.impact_s, table[-1, 0]), 300):
        state_at(exact.table, 0, len(exact.table), float(time), one, 0)
        state_at(table, 0, len(table), float(time), other, 0)
        worst = max(worst, math.dist(one[0, :3], other[0, :3]))
    return worst, abs(exact.impact_s - table[-1, 0])


@pytest.mark.parametrize(
    ("profile", "burn", "coefficient"), [item[1:] for item in shipped()], ids=[item[0] for item in shipped()]
)
def test_a_blend_is_the_flight_itself_to_a_bound(
    profile: FlightProfile, burn: Range, coefficient: Range
) -> None:
    family = solve_family(profile, (burn, coefficient), ORIGIN, azimuth_deg=AZIMUTH)
    table = np.zeros((family.rows, 10))
    # Golden sections of the ranges, and corners: nowhere near the members but in the corners.
    parts = [(0.382, 0.146), (0.618, 0.854), (0.09, 0.5), (0.95, 0.035), (0.0, 0.0), (1.0, 0.0)]
    for first, second in parts:
        values = {
            name: low + part * (high - low)
            for part, (name, low, high) in zip((first, second), (burn, coefficient), strict=True)
        }
        family.blend(values, table, 0)
        exact = solve(dataclasses.replace(profile, **values), ORIGIN, azimuth_deg=AZIMUTH)  # type: ignore[arg-type]
        place_m, time_s = misses(exact, table)
        assert place_m < PLACE_TOLERANCE_M
        assert time_s < TIME_TOLERANCE_S


def test_burn_time_alone_is_blended_to_a_metre() -> None:
    _, profile, burn, _ = next(item for item in shipped() if item[0].startswith("salvo"))
    family = solve_family(profile, (burn,), ORIGIN, azimuth_deg=AZIMUTH)
    table = np.zeros((family.rows + 7, 10))
    family.blend({BURN_TIME: 50.7}, table, 7)
    exact = solve(dataclasses.replace(profile, burn_time_s=50.7), ORIGIN, azimuth_deg=AZIMUTH)
    place_m, time_s = misses(exact, table[7:])
    assert place_m < 1.0
    assert time_s < 1e-3
    assert not table[:7].any()


def test_burn_time_moves_the_time_of_flight_by_about_six_tenths_of_a_second_per_second() -> None:
    """The largest term of the error of flight times (issue: 0.6 s a second), with apogee and range kept."""
    profile = FlightProfile(1000.0, 6600.0, 200.0, 8000.0)
    family = solve_family(profile, ((BURN_TIME, 170.0, 300.0),), ORIGIN, azimuth_deg=AZIMUTH)
    table = np.zeros((family.rows, 10))
    impacts = []
    for burn_time_s in (180.0, 280.0):
        family.blend({BURN_TIME: burn_time_s}, table, 0)
        impacts.append(table[-1, 0])
    assert (impacts[1] - impacts[0]) / 100.0 == pytest.approx(0.6, abs=0.1)


def test_members_that_cannot_be_flown_are_refused_with_the_range_that_is_to_blame() -> None:
    profile = FlightProfile(200.0, 60.0, 70.0, 5000.0)
    with pytest.raises(PhysicsError, match=r"with burn_time_s between 60 and 300: .* can be flown") as caught:
        solve_family(profile, ((BURN_TIME, 60.0, 300.0),), ORIGIN, azimuth_deg=AZIMUTH)
    assert caught.value.field == "range_km"
    low = dataclasses.replace(profile, kind="pull_up", pull_up_altitude_km=12.0)
    with pytest.raises(PhysicsError, match="other phases"):
        # The heaviest meet the ground while they still pull up.
        solve_family(low, ((BALLISTIC_COEFFICIENT, 5000.0, 1e6),), ORIGIN, azimuth_deg=AZIMUTH)
