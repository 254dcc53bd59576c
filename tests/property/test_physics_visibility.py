"""The window of sight is the one that looking at every moment would find."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from warnpath.physics import radar
from warnpath.physics.table import state_at
from warnpath.physics.trajectory import FlightProfile, Trajectory, solve
from warnpath.physics.visibility import speed_bound, visible_window, way_to_sight

STEP_S = 0.5
PROFILES = (
    FlightProfile(2700.0, 550.0, 150.0, 6000.0),
    FlightProfile(450.0, 120.0, 75.0, 4000.0),
    FlightProfile(600.0, 50.0, 60.0, 4000.0, kind="pull_up"),
    FlightProfile(1000.0, 3000.0, 200.0, 8000.0),
)


@cache
def flight(number: int) -> Trajectory:
    return solve(PROFILES[number], (39.2, 125.7), azimuth_deg=70.0)


def looks(trajectory: Trajectory, sensors: np.ndarray, times: np.ndarray) -> list[tuple[float, float, bool]]:
    """Range, way to sight and whether it is seen, at every time."""
    state = np.zeros((1, 9))
    found = []
    for time in times:
        state_at(trajectory.table, 0, len(trajectory.table), float(time), state, 0)
        distance, azimuth, elevation, apparent = radar.look(sensors, 0, *state[0, :3])
        seen = radar.is_visible(sensors, 0, distance, azimuth, apparent) == 1
        found.append((distance, way_to_sight(sensors, 0, distance, azimuth, elevation), seen))
    return found


@given(
    st.integers(0, len(PROFILES) - 1),
    st.builds(
        radar.Radar,
        lat_deg=st.floats(25.0, 50.0),
        lon_deg=st.floats(115.0, 160.0),
        alt_m=st.sampled_from([0.0, 900.0, 3000.0]),
        range_km=st.floats(200.0, 3000.0),
        scan_period_s=st.just(2.0),
        sigma_m=st.just(100.0),
        min_elevation_deg=st.floats(-5.0, 25.0),
        sector_center_deg=st.floats(0.0, 360.0),
        sector_width_deg=st.sampled_from([20.0, 120.0, 360.0]),
    ),
)
@settings(max_examples=60)
@example(0, radar.Radar(41.3, 141.2, 0.0, 2000.0, 2.0, 200.0, min_elevation_deg=3.0))
@example(3, radar.Radar(41.3, 141.2, 0.0, 900.0, 2.0, 200.0, sector_center_deg=350.0, sector_width_deg=40.0))
def test_the_window_is_that_of_looking_at_every_moment(number: int, station: radar.Radar) -> None:
    trajectory = flight(number)
    table, out = trajectory.table, np.zeros((1, 9))
    sensors = np.array([radar.sensor_row(station)])
    fastest = speed_bound(table, 0, len(table))
    begin, finish = visible_window(table, 0, len(table), fastest, sensors, 0, STEP_S, out, 0)
    times = STEP_S * np.arange(int(trajectory.impact_s / STEP_S) + 1)
    seen = [time for time, (_, _, sees) in zip(times, looks(trajectory, sensors, times), strict=True) if sees]
    if not seen:
        assert (begin, finish) == (-1.0, -1.0)
        return
    assert seen[0] - STEP_S < begin <= seen[0]
    assert seen[-1] <= finish < seen[-1] + STEP_S
    edges = np.array([begin, finish])
    assert all(sees for _, _, sees in looks(trajectory, sensors, edges))
    beyond = np.array([max(begin - 1.1e-3, 0.0), min(finish + 1.1e-3, trajectory.impact_s)])
    for edge, time, (_, _, sees) in zip(edges, beyond, looks(trajectory, sensors, beyond), strict=True):
        assert not sees or abs(edge - time) < 1e-3


@given(
    st.floats(-4e6, 4e6),
    st.floats(-4e6, 4e6),
    st.floats(-1e6, 4e6),
    st.floats(0.0, 2.0 * math.pi),
    st.floats(-math.pi / 2, math.pi / 2),
    st.floats(0.01, 0.99),
)
@settings(max_examples=300)
def test_nothing_comes_into_sight_within_the_way_to_it(
    east: float, north: float, up: float, turn: float, rise: float, part: float
) -> None:
    station = radar.Radar(
        45.0, 10.0, 500.0, 1500.0, 2.0, 100.0, min_elevation_deg=4.0, sector_center_deg=60.0,
        sector_width_deg=100.0,
    )  # fmt: skip
    sensors = np.array([radar.sensor_row(station)])
    frame = sensors[0, 3:12].reshape(3, 3)
    place = sensors[0, :3] + np.array([east, north, up]) @ frame
    distance, azimuth, elevation, _ = radar.look(sensors, 0, *place)
    way = part * way_to_sight(sensors, 0, distance, azimuth, elevation)
    direction = np.array([math.cos(rise) * math.sin(turn), math.cos(rise) * math.cos(turn), math.sin(rise)])
    moved = place + way * direction @ frame
    distance, azimuth, _, apparent = radar.look(sensors, 0, *moved)
    if way > 0.0:
        assert radar.is_visible(sensors, 0, distance, azimuth, apparent) == 0


def test_no_flight_is_faster_than_its_bound() -> None:
    state = np.zeros((1, 9))
    for number in range(len(PROFILES)):
        trajectory = flight(number)
        speeds = []
        for time in np.arange(0.0, trajectory.impact_s, 0.1):
            state_at(trajectory.table, 0, len(trajectory.table), float(time), state, 0)
            speeds.append(float(np.linalg.norm(state[0, 3:6])))
        bound = speed_bound(trajectory.table, 0, len(trajectory.table))
        assert max(speeds) < bound < 1.5 * max(speeds) + 50.0
