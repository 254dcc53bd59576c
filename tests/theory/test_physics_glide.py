"""Gliding flights: an independent integrator and force model, and the closed form of a glide in balance."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tests.reference_flight import GM, RADIUS, ReferenceFlight, density, ground, height_of
from warnpath.physics import forces, integrate, shooting
from warnpath.physics.earth import altitude_m
from warnpath.physics.errors import PhysicsError
from warnpath.physics.table import state_at
from warnpath.physics.trajectory import FlightProfile, Trajectory, flight_row, solve

ORIGIN, AZIMUTH = (39.2, 125.7), 70.0
GLIDER = FlightProfile(
    1000.0,
    101.1,
    90.0,
    8000.0,
    kind="glide",
    pull_up_altitude_km=40.0,
    lift_to_drag=2.5,
    pull_up_angle_deg=3.0,
)


def event(value: Any, direction: float) -> Any:
    value.terminal, value.direction = True, direction
    return value


def test_a_glide_agrees_with_dop853_and_a_second_force_model() -> None:
    shot = shooting.aim(flight_row(GLIDER, *ORIGIN), AZIMUTH, 1000e3, 101.1e3)
    assert shot is not None
    reference = ReferenceFlight(GLIDER, ORIGIN, AZIMUTH, shot)
    down_to_40_km = event(lambda _time, state: height_of(state[:3]) - 40e3, -1.0)
    climbs_3_degrees = event(
        lambda _time, state: float(
            state[:3] @ state[3:] / (np.linalg.norm(state[:3]) * np.linalg.norm(state[3:]))
            - math.sin(math.radians(3.0))
        ),
        1.0,
    )
    as_slow_as_its_end = event(lambda _time, state: float(np.linalg.norm(state[3:])) - 1200.0, -1.0)

    leg = reference.leg(0.0, 5.4, reference.start, powered=True)
    leg = reference.leg(5.4, 90.0, leg.y[:, -1], powered=True)
    legs = []
    for settings in (
        {"event": down_to_40_km},
        {"event": climbs_3_degrees, "lift_to_drag": 2.5},
        {"event": as_slow_as_its_end, "lift_to_drag": 2.5, "gliding": True},
        {"event": ground},
    ):
        leg = reference.leg(leg.t[-1], 5000.0, leg.y[:, -1], powered=False, **settings)
        legs.append(leg)
    # The same tolerances as of ballistic flights; asked for are 5 ms, and 5 m so low.
    assert shot.table[-1, 0] == pytest.approx(leg.t[-1], abs=1e-4)
    assert math.dist(shot.table[-1, 1:4], leg.y[:3, -1]) <= 0.1
    state = np.zeros((1, 9))
    gliding = legs[2]
    for part in (0.1, 0.4, 0.8):
        time = gliding.t[0] + part * (gliding.t[-1] - gliding.t[0])
        state_at(shot.table, 0, len(shot.table), float(time), state, 0)
        assert math.dist(state[0, :3], gliding.sol(time)[:3]) <= 0.1


def glide_alone(start_m_s: float, end_m_s: float, lift_to_drag: float, coefficient: float) -> np.ndarray:
    """State table of a glide that begins level and in balance, over the equator of a sphere at rest."""

    def unbalance(height: float) -> float:
        lift = lift_to_drag * 0.5 * density(height) * start_m_s**2 / coefficient
        return lift - (GM / (RADIUS + height) ** 2 - start_m_s**2 / (RADIUS + height))

    low, high = 5e3, 100e3
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if unbalance(middle) > 0.0 else (low, middle)
    flight = np.zeros((1, forces.FLIGHT_COLUMNS))
    flight[0, forces.INVERSE_BALLISTIC_M2_KG] = 1.0 / coefficient
    flight[0, forces.LIFT_TO_DRAG] = lift_to_drag
    flight[0, forces.GLIDE_END_SPEED_M_S] = end_m_s
    flight[0, forces.PULL_UP_ALTITUDE_M] = -1.0
    flight[0, forces.END_TIME_S] = 1e5
    table = np.zeros((integrate.MAX_ROWS, integrate.STATE_COLUMNS))
    table[0, 1], table[0, 5] = RADIUS + low, start_m_s
    work = np.zeros((integrate.WORK_ROWS, integrate.WORK_COLUMNS))
    rows = integrate.fly(flight, 0, forces.GLIDE, work, table)
    dive = int(np.flatnonzero(np.diff(table[:rows, 0]) == 0.0)[0])
    return table[: dive + 1]


@pytest.mark.parametrize(
    ("start_m_s", "end_m_s", "lift_to_drag", "coefficient"),
    [(6000.0, 3000.0, 3.0, 10_000.0), (5000.0, 2000.0, 3.0, 8000.0), (4000.0, 1500.0, 2.5, 8000.0)],
)
def test_range_and_time_of_a_glide_are_those_of_the_closed_form(
    start_m_s: float, end_m_s: float, lift_to_drag: float, coefficient: float
) -> None:
    """Eggers, Allen & Neice (NACA report 1382), for a shallow path: good to some per cent of these."""
    table = glide_alone(start_m_s, end_m_s, lift_to_drag, coefficient)
    radius = float(table[0, 1])
    circular = math.sqrt(GM / radius)
    fast, slow = start_m_s / circular, end_m_s / circular
    range_m = 0.5 * lift_to_drag * radius * math.log((1.0 - slow**2) / (1.0 - fast**2))
    time_s = (
        0.5 * radius / circular * lift_to_drag
        * math.log((1.0 + fast) / (1.0 - fast) * (1.0 - slow) / (1.0 + slow))
    )  # fmt: skip
    assert math.atan2(table[-1, 2], table[-1, 1]) * radius == pytest.approx(range_m, rel=0.035)
    assert table[-1, 0] == pytest.approx(time_s, rel=0.035)
    # It sinks all the way: no skips, and in its plane.
    climb = np.sum(table[:, 1:4] * table[:, 4:7], axis=1)
    assert climb[1:].max() < 0.0
    assert np.abs(table[:, 3]).max() < 1e-6


@pytest.fixture(scope="module")
def glide() -> Trajectory:
    return solve(GLIDER, ORIGIN, azimuth_deg=AZIMUTH)


def test_a_glide_meets_its_range_and_apogee(glide: Trajectory) -> None:
    assert glide.range_km == pytest.approx(1000.0, abs=1e-3)
    assert glide.apogee_km == pytest.approx(101.1, abs=1e-3)


def test_a_glide_is_lower_and_later_than_a_ballistic_flight_of_its_range(glide: Trajectory) -> None:
    ballistic = solve(FlightProfile(1000.0, 101.1, 90.0, 8000.0), ORIGIN, azimuth_deg=AZIMUTH)
    assert glide.impact_s > ballistic.impact_s + 60.0
    doubled = glide.table[1:, 0][np.diff(glide.table[:, 0]) == 0.0]
    assert len(doubled) == 4  # burnout, pull-up, glide, dive
    inside = (glide.table[:, 0] > doubled[2]) & (glide.table[:, 0] < doubled[3])
    heights = [altitude_m(*row[1:4]) for row in glide.table[inside]]
    assert 15e3 < min(heights) < max(heights) < 40e3
    assert float(np.linalg.norm(glide.table[glide.table[:, 0] == doubled[3]][0, 4:7])) == pytest.approx(
        1200.0
    )


def test_a_range_too_short_to_glide_is_refused_with_those_that_can_be_flown() -> None:
    with pytest.raises(PhysicsError, match=r"by a glide .* ranges from \d+ to \d+ km") as caught:
        solve(FlightProfile(**{**vars(GLIDER), "range_km": 150.0}), ORIGIN, azimuth_deg=AZIMUTH)
    assert caught.value.field == "range_km"
    with pytest.raises(PhysicsError, match=r"glide_end_speed_km_s is 0\.1; expected"):
        solve(FlightProfile(**{**vars(GLIDER), "glide_end_speed_km_s": 0.1}), ORIGIN, azimuth_deg=AZIMUTH)
