"""What must hold for any place, radar and flight."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warnpath.physics import atmosphere, earth, forces, radar, table
from warnpath.physics.errors import PhysicsError
from warnpath.physics.trajectory import FlightProfile, solve

latitudes = st.floats(-90.0, 90.0)
longitudes = st.floats(-180.0, 180.0)


@given(latitudes, longitudes, st.floats(-10e3, 36e6))
def test_geodetic_coordinates_survive_the_round_trip(lat_deg: float, lon_deg: float, altitude: float) -> None:
    place = earth.ecef_from_geodetic(math.radians(lat_deg), math.radians(lon_deg), altitude)
    latitude, _, height = earth.geodetic_from_ecef(*place)
    assert abs(height - altitude) < 1e-6
    assert abs(latitude - math.radians(lat_deg)) < 1e-9
    assert math.dist(earth.ecef_from_geodetic(*earth.geodetic_from_ecef(*place)), place) < 1e-3


@given(
    st.builds(
        radar.Radar,
        lat_deg=latitudes,
        lon_deg=longitudes,
        alt_m=st.floats(0.0, 3000.0),
        range_km=st.floats(100.0, 5000.0),
        scan_period_s=st.just(2.0),
        sigma_m=st.floats(1.0, 500.0),
        sigma_floor_m=st.floats(0.0, 50.0),
        cross_range_mrad=st.floats(0.0, 5.0),
        min_elevation_deg=st.floats(-5.0, 10.0),
    ),
    latitudes,
    longitudes,
    st.floats(1e3, 7e6),
)
@settings(max_examples=60)
def test_what_is_seen_is_above_the_horizon_and_in_range(
    station: radar.Radar, lat_deg: float, lon_deg: float, altitude: float
) -> None:
    sensors = np.array([radar.sensor_row(station)])
    place = earth.ecef_from_geodetic(math.radians(lat_deg), math.radians(lon_deg), altitude)
    distance, azimuth, elevation, apparent = radar.look(sensors, 0, *place)
    assert 0.0 <= apparent - elevation < math.radians(1.3)
    assert -math.pi <= azimuth <= math.pi
    snr = radar.signal_to_noise(sensors, 0, distance)
    probability = radar.detection_probability(snr, station.false_alarm_probability)
    along, across = radar.noise_sigma(sensors, 0, distance)
    assert across >= along >= station.sigma_floor_m
    if radar.is_visible(sensors, 0, distance, azimuth, apparent):
        assert 0.9 - 1e-12 <= probability <= 1.0
        assert (
            math.degrees(apparent)
            >= max(station.min_elevation_deg, -0.875 * math.sqrt(station.alt_m / 1e3)) - 1e-9
        )
        # Nothing between the two dips below the Earth by more than bending can explain.
        lowest = min(
            earth.altitude_m(*(np.array(place) * part + sensors[0, :3] * (1.0 - part)))
            for part in np.linspace(0.0, 1.0, 30)
        )
        assert lowest > -25e3
    elif distance > station.range_km * 1e3:
        assert probability == 0.0


@given(st.floats(-0.5, 80.0), st.floats(0.001, 5.0), st.floats(0.0, 3.0))
def test_bending_never_turns_the_order_of_elevations(elevation: float, step: float, height_km: float) -> None:
    lower = elevation + radar.bending_by_geometric_deg(elevation, height_km)
    higher = elevation + step + radar.bending_by_geometric_deg(elevation + step, height_km)
    assert lower < higher


@given(
    st.sampled_from(
        [(75.0, 4000.0, 300.0, 900.0), (150.0, 6000.0, 900.0, 4000.0), (300.0, 8000.0, 3000.0, 11e3)]
    ),
    st.floats(0.0, 1.0),
    st.floats(0.35, 2.0),
    st.floats(-70.0, 70.0),
    st.floats(0.0, 360.0),
)
@settings(max_examples=40, deadline=None)
def test_sound_flights_are_solved_and_obey_energy(
    group: tuple[float, float, float, float], part: float, loft: float, lat_deg: float, azimuth_deg: float
) -> None:
    """Apogees from a third to twice that of the minimum-energy flight, from any place in any direction."""
    burn, ballistic, low, high = group
    range_km = low + part * (high - low)
    half = 0.5 * range_km / 6371.0
    best_km = 6371.0 * (math.cos(half) + math.sin(half) - 1.0) / 2.0
    profile = FlightProfile(range_km, max(loft * best_km, 0.9 * burn), burn, ballistic)
    flight = solve(profile, (lat_deg, 20.0), azimuth_deg=azimuth_deg)
    assert abs(flight.range_km - range_km) < 1e-3
    assert abs(flight.apogee_km - profile.apogee_km) < 1e-3
    rows = flight.table
    assert np.all(np.diff(rows[:, 0]) >= 0.0)
    place, velocity = rows[:, 1:4], rows[:, 4:7]
    r = np.linalg.norm(place, axis=1)
    field = (
        3.986004418e14
        / r
        * (1.0 - 1.0826298213e-3 * (6378137.0 / r) ** 2 * 0.5 * (3.0 * (place[:, 2] / r) ** 2 - 1.0))
    )
    jacobi = 0.5 * np.sum(velocity**2, axis=1) - field
    jacobi -= 0.5 * 7.292115e-5**2 * np.sum(place[:, :2] ** 2, axis=1)
    coasting = rows[:, 0] > burn
    assert np.all(np.diff(jacobi[coasting]) <= 1e-3)  # without thrust, drag only takes


@given(st.floats(60.0, 2000.0), st.floats(10.0, 400.0), st.floats(30.0, 300.0))
@settings(max_examples=6, deadline=None)
def test_any_other_flight_is_met_or_refused(range_km: float, apogee_km: float, burn: float) -> None:
    profile = FlightProfile(range_km, apogee_km, burn, 5000.0)
    try:
        flight = solve(profile, (39.2, 125.7), azimuth_deg=70.0)
    except PhysicsError:
        with pytest.raises(PhysicsError, match="can be flown with this apogee"):
            solve(profile, (39.2, 125.7), azimuth_deg=70.0)
        return
    assert abs(flight.range_km - range_km) < 1e-3
    assert abs(flight.apogee_km - apogee_km) < 1e-3


@given(st.floats(-1.0, 300e3), st.integers(0, 2**31))
@settings(max_examples=40)
def test_kernels_give_the_same_bits_as_their_python_source(altitude: float, key: int) -> None:
    draw = np.random.default_rng(key)
    place = draw.normal(size=3)
    place *= (6371e3 + altitude) / np.linalg.norm(place)
    velocity = draw.normal(size=3) * 2000.0
    assert atmosphere.density_kg_m3(altitude) == atmosphere.density_kg_m3.py_func(altitude)
    for function in (earth.gravity_with,):
        values = (*place.tolist(), earth.J2, earth.ROTATION_RAD_S)
        assert function(*values) == function.py_func(*values)
    for function in (earth.altitude_m, earth.geodetic_from_ecef, earth.gravity_gradient_ecef):
        assert function(*place.tolist()) == function.py_func(*place.tolist())
    state = (*place.tolist(), *velocity.tolist(), 2e-4)
    assert forces.ballistic_acceleration(*state) == forces.ballistic_acceleration.py_func(*state)
    sensors = np.array([radar.sensor_row(radar.Radar(38.1, 138.4, 100.0, 2000.0, 2.0, 200.0, 5.0, 1.0))])
    assert radar.look(sensors, 0, *place) == radar.look.py_func(sensors, 0, *place.tolist())
    assert radar.noise_sigma(sensors, 0, altitude) == radar.noise_sigma.py_func(sensors, 0, altitude)
    rows = np.sort(draw.normal(size=(2, 10)), axis=0)
    one, other = np.zeros((1, 9)), np.zeros((1, 9))
    time = float(0.3 * rows[0, 0] + 0.7 * rows[1, 0])
    assert table.state_at(rows, 0, 2, time, one, 0) == table.state_at.py_func(rows, 0, 2, time, other, 0)
    np.testing.assert_array_equal(one, other)
