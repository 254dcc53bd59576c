"""Solving flights: what was asked for is met, what cannot be flown is refused."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from warnpath.physics import forces, integrate
from warnpath.physics.earth import altitude_m, destination, ecef_from_geodetic, geodesic
from warnpath.physics.errors import PhysicsError
from warnpath.physics.propagate import propagate
from warnpath.physics.table import highest, state_at
from warnpath.physics.trajectory import FlightProfile, Trajectory, flight_row, solve

ORIGIN = (39.2, 125.7)
OVERFLIGHT = FlightProfile(2700.0, 550.0, 150.0, 6000.0)
PULL_UP = FlightProfile(600.0, 50.0, 60.0, 4000.0, kind="pull_up")


@pytest.mark.parametrize(
    "profile",
    [
        OVERFLIGHT,
        FlightProfile(450.0, 120.0, 75.0, 4000.0),
        FlightProfile(1000.0, 6600.0, 200.0, 8000.0),
        FlightProfile(10_000.0, 1300.0, 300.0, 8000.0),
        PULL_UP,
        FlightProfile(400.0, 48.0, 60.0, 4000.0, kind="pull_up"),
    ],
)
@pytest.mark.parametrize("azimuth_deg", [70.0, 200.0])
def test_range_apogee_and_place_of_impact_are_met(profile: FlightProfile, azimuth_deg: float) -> None:
    trajectory = solve(profile, ORIGIN, azimuth_deg=azimuth_deg)
    assert trajectory.range_km == pytest.approx(profile.range_km, abs=1e-3)
    assert trajectory.apogee_km == pytest.approx(profile.apogee_km, abs=1e-3)
    place = destination(*ORIGIN, azimuth_deg, profile.range_km)
    missed_km, _ = geodesic(*place, trajectory.impact_lat_deg, trajectory.impact_lon_deg)
    assert missed_km < 1e-3
    table = trajectory.table
    assert trajectory.impact_s == table[-1, 0]
    assert abs(altitude_m(*table[0, 1:4])) < 1e-6
    assert abs(altitude_m(*table[-1, 1:4])) < 1e-3
    assert np.all(table[0, 4:7] == 0.0)
    assert profile.burn_time_s < trajectory.apogee_s < trajectory.impact_s


def test_a_target_is_hit() -> None:
    trajectory = solve(dataclasses.replace(OVERFLIGHT, range_km=1.0), ORIGIN, target=(41.0, 150.0))
    missed_km, _ = geodesic(41.0, 150.0, trajectory.impact_lat_deg, trajectory.impact_lon_deg)
    assert missed_km < 1e-3
    assert trajectory.range_km == pytest.approx(geodesic(*ORIGIN, 41.0, 150.0)[0], abs=1e-3)


def test_equal_flights_are_solved_once() -> None:
    assert solve(OVERFLIGHT, ORIGIN, azimuth_deg=70.0) is solve(
        dataclasses.replace(OVERFLIGHT), ORIGIN, azimuth_deg=430.0 - 360.0
    )


def doubled_rows(trajectory: Trajectory) -> list[float]:
    times = trajectory.table[:, 0]
    return [float(time) for time in times[1:][np.diff(times) == 0.0]]


def test_burnout_is_a_doubled_row_where_only_the_acceleration_jumps() -> None:
    trajectory = solve(OVERFLIGHT, ORIGIN, azimuth_deg=70.0)
    assert doubled_rows(trajectory) == [150.0] == [trajectory.burnout_s]
    table = trajectory.table
    first = int(np.searchsorted(table[:, 0], 150.0))
    np.testing.assert_array_equal(table[first, :7], table[first + 1, :7])
    assert np.linalg.norm(table[first, 7:10]) > 30.0
    assert np.linalg.norm(table[first + 1, 7:10]) < 10.0


def test_a_pull_up_descends_climbs_again_and_stays_below_its_apogee() -> None:
    trajectory = solve(PULL_UP, ORIGIN, azimuth_deg=95.0)
    assert len(doubled_rows(trajectory)) == 3  # burnout, begin and end of the pull-up
    state = np.zeros((1, 9))
    heights = []
    for time in np.arange(trajectory.apogee_s, trajectory.impact_s, 1.0):
        state_at(trajectory.table, 0, len(trajectory.table), time, state, 0)
        heights.append(altitude_m(*state[0, :3]))
    rises = np.diff(heights) > 0.0
    assert not rises[3]
    assert rises.any()
    assert not rises[-1]
    assert max(heights) <= 50_000.01
    ballistic = solve(dataclasses.replace(PULL_UP, kind="ballistic"), ORIGIN, azimuth_deg=95.0)
    assert trajectory.impact_s > ballistic.impact_s


def test_states_exist_from_launch_to_impact_only() -> None:
    trajectory = solve(OVERFLIGHT, ORIGIN, azimuth_deg=70.0)
    count = len(trajectory.table)
    state = np.full((1, 9), 7.0)
    for time in (-1e-9, math.nextafter(trajectory.impact_s, math.inf), math.nan, math.inf):
        assert state_at(trajectory.table, 0, count, time, state, 0) == 0
        assert np.all(state == 7.0)
    for time in (0.0, trajectory.impact_s):
        assert state_at(trajectory.table, 0, count, time, state, 0) == 1
    np.testing.assert_allclose(state[0], trajectory.table[-1, 1:], rtol=1e-9, atol=1e-6)


def test_several_flights_in_one_table_do_not_disturb_each_other() -> None:
    flights = [
        solve(OVERFLIGHT, ORIGIN, azimuth_deg=70.0),
        solve(PULL_UP, ORIGIN, azimuth_deg=95.0),
    ]
    stacked = np.vstack([flight.table for flight in flights])
    alone, together = np.zeros((1, 9)), np.zeros((2, 9))
    for first, flight in ((0, flights[0]), (len(flights[0].table), flights[1])):
        for time in (0.0, 33.3, flight.burnout_s, 200.0, flight.impact_s):
            state_at(flight.table, 0, len(flight.table), time, alone, 0)
            state_at(stacked, first, len(flight.table), time, together, 1)
            np.testing.assert_array_equal(alone[0], together[1])


def test_the_quintic_reproduces_a_quintic() -> None:
    powers = np.arange(6)
    coefficients = np.array([[3.0, -2.0, 0.7, 0.11, -0.013, 0.0017], [1.0, 5, 2, 1, 0.5, 0.02], [0.3] * 6])
    table = np.zeros((2, 10))
    for row, time in enumerate((1.0, 3.5)):
        table[row, 0] = time
        for axis in range(3):
            polynomial = np.polynomial.Polynomial(coefficients[axis])
            table[row, 1 + axis] = polynomial(time)
            table[row, 4 + axis] = polynomial.deriv(1)(time)
            table[row, 7 + axis] = polynomial.deriv(2)(time)
    state = np.zeros((1, 9))
    assert len(powers) == 6
    for time in (1.0, 1.3, 2.9, 3.5):
        state_at(table, 0, 2, time, state, 0)
        for axis in range(3):
            polynomial = np.polynomial.Polynomial(coefficients[axis])
            for order in range(3):
                expected = polynomial.deriv(order)(time) if order else polynomial(time)
                assert state[0, 3 * order + axis] == pytest.approx(expected, rel=1e-11)


def test_the_apogee_is_the_highest_point() -> None:
    trajectory = solve(OVERFLIGHT, ORIGIN, azimuth_deg=70.0)
    state = np.zeros((1, 9))
    time, height = highest(trajectory.table, 0, len(trajectory.table), state, 0)
    assert (time, height / 1000.0) == (trajectory.apogee_s, trajectory.apogee_km)
    for other in (time - 0.5, time + 0.5):
        state_at(trajectory.table, 0, len(trajectory.table), other, state, 0)
        assert height - 10.0 < altitude_m(*state[0, :3]) < height


def test_an_unreachable_range_is_refused_with_the_ranges_that_can_be_flown() -> None:
    with pytest.raises(
        PhysicsError, match=r"range 350 km .* ranges from \d+ to 1\d\d km can be flown"
    ) as error:
        solve(FlightProfile(350.0, 20.0, 75.0, 4000.0), ORIGIN, azimuth_deg=70.0)
    high_km = float(str(error.value).split(" to ")[1].split(" km")[0])
    solve(FlightProfile(0.95 * high_km, 20.0, 75.0, 4000.0), ORIGIN, azimuth_deg=70.0)


def test_a_burn_too_long_for_the_apogee_is_refused() -> None:
    with pytest.raises(PhysicsError, match="cannot be flown"):
        solve(FlightProfile(200.0, 60.0, 300.0, 4000.0), ORIGIN, azimuth_deg=70.0)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("range_km", math.nan),
        ("range_km", -5.0),
        ("apogee_km", math.inf),
        ("burn_time_s", 0.0),
        ("ballistic_coefficient_kg_m2", 0.0),
        ("kind", "orbit"),
    ],
)
def test_impossible_values_are_refused_by_name(field: str, value: float | str) -> None:
    name = "profile kind 'orbit'" if field == "kind" else field
    with pytest.raises(PhysicsError, match=name):
        solve(dataclasses.replace(OVERFLIGHT, **{field: value}), ORIGIN, azimuth_deg=70.0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("field", "value"), [("pull_up_altitude_km", 60.0), ("lift_to_drag", 0.0), ("pull_up_angle_deg", 90.0)]
)
def test_impossible_pull_ups_are_refused_by_name(field: str, value: float) -> None:
    with pytest.raises(PhysicsError, match=field):
        solve(dataclasses.replace(PULL_UP, **{field: value}), ORIGIN, azimuth_deg=70.0)


def test_direction_must_be_given_once_and_places_must_exist() -> None:
    with pytest.raises(PhysicsError, match="either azimuth_deg or target"):
        solve(OVERFLIGHT, ORIGIN)
    with pytest.raises(PhysicsError, match="either azimuth_deg or target"):
        solve(OVERFLIGHT, ORIGIN, azimuth_deg=1.0, target=(40.0, 140.0))
    with pytest.raises(PhysicsError, match="origin latitude"):
        solve(OVERFLIGHT, (91.0, 0.0), azimuth_deg=1.0)
    with pytest.raises(PhysicsError, match="target longitude"):
        solve(OVERFLIGHT, ORIGIN, target=(40.0, math.nan))
    with pytest.raises(PhysicsError, match="azimuth_deg"):
        solve(OVERFLIGHT, ORIGIN, azimuth_deg=math.nan)


def test_coasting_refuses_what_cannot_be_followed() -> None:
    orbit = [7e6, 0.0, 0.0, 0.0, 7500.0, 0.0]
    with pytest.raises(PhysicsError, match="six finite numbers"):
        propagate([*orbit[:5], math.nan], 10.0)
    with pytest.raises(PhysicsError, match="duration_s"):
        propagate(orbit, 0.0)
    with pytest.raises(PhysicsError, match="leaves the Earth"):
        propagate([7e6, 0.0, 0.0, 0.0, 20_000.0, 0.0], 90_000.0)


def test_coasting_stops_at_the_time_or_the_height_asked_for() -> None:
    state = [6.6e6, 0.0, 0.0, 0.0, 3000.0, 0.0]
    assert propagate(state, 10.0)[-1, 0] == 10.0
    table = propagate(state, 1e5, stop_altitude_m=100e3)
    assert altitude_m(*table[-1, 1:4]) == pytest.approx(100e3, abs=1e-4)


def test_the_integrator_gives_the_same_bits_as_its_python_source() -> None:
    flight = flight_row(PULL_UP, *ORIGIN)
    flight[0, forces.THRUST_M_S2], flight[0, forces.TILT_EAST_RAD] = 25.0, 1.1
    rows, tables = [], []
    for function in (integrate.fly, integrate.fly.py_func):
        table = np.zeros((1000, integrate.STATE_COLUMNS))
        table[0, 1:4] = ecef_from_geodetic(math.radians(ORIGIN[0]), math.radians(ORIGIN[1]), 0.0)
        work = np.zeros((integrate.WORK_ROWS, integrate.WORK_COLUMNS))
        rows.append(function(flight, 0, forces.VERTICAL_RISE, work, table))
        tables.append(table)
    assert rows[0] == rows[1] > 100
    np.testing.assert_array_equal(tables[0], tables[1])


def test_the_integrator_says_why_it_stopped() -> None:
    flight = flight_row(OVERFLIGHT, *ORIGIN)
    work = np.zeros((integrate.WORK_ROWS, integrate.WORK_COLUMNS))

    def fly(thrust: float, room: int) -> int:
        flight[0, forces.THRUST_M_S2] = thrust
        table = np.zeros((room, integrate.STATE_COLUMNS))
        table[0, 1:4] = ecef_from_geodetic(math.radians(ORIGIN[0]), math.radians(ORIGIN[1]), 0.0)
        return int(integrate.fly(flight, 0, forces.VERTICAL_RISE, work, table))

    assert fly(5.0, 1000) == integrate.FELL_BACK
    assert fly(200.0, 3000) == integrate.LEFT_EARTH
    assert fly(20.0, 30) == integrate.TOO_MANY_STEPS
    assert fly(20.0, 1000) > 30
