"""When an area is in danger."""

from __future__ import annotations

import math

import numpy as np
import pymap3d
import pytest
from geographiclib.geodesic import Geodesic

from warnpath.physics.areas import first_entry
from warnpath.physics.table import state_at
from warnpath.physics.trajectory import FlightProfile, Trajectory, solve


@pytest.fixture(scope="module")
def overflight() -> Trajectory:
    return solve(FlightProfile(2700.0, 550.0, 150.0, 6000.0), (39.2, 125.7), azimuth_deg=70.0)


@pytest.fixture(scope="module")
def places(overflight: Trajectory) -> np.ndarray:
    """Time, latitude and longitude four times a second."""
    times = np.arange(0.0, overflight.impact_s, 0.25)
    states = np.zeros((len(times), 9))
    for row, time in enumerate(times):
        state_at(overflight.table, 0, len(overflight.table), time, states, row)
    return np.column_stack([times, *pymap3d.ecef2geodetic(*states[:, :3].T)[:2]])


def brute_force_entry(places: np.ndarray, latitude: float, longitude: float, radius_km: float) -> float:
    for time, lat, lon in places.tolist():
        # No degree of latitude is shorter than 110.5 km: what is further off by that alone needs no geodesic.
        if abs(lat - latitude) * 110.5 > radius_km:
            continue
        if Geodesic.WGS84.Inverse(latitude, longitude, lat, lon)["s12"] <= 1000.0 * radius_km:
            return float(time)
    return math.nan


@pytest.mark.parametrize(
    ("latitude", "longitude", "radius_km"),
    [(43.1, 141.3, 100.0), (40.8, 140.7, 250.0), (38.3, 140.9, 100.0), (35.7, 139.7, 100.0)],
)
def test_entry_agrees_with_brute_force(
    overflight: Trajectory, places: np.ndarray, latitude: float, longitude: float, radius_km: float
) -> None:
    found = first_entry(overflight, latitude, longitude, radius_km)
    expected = brute_force_entry(places, latitude, longitude, radius_km)
    assert found.in_danger is not math.isnan(expected)
    if found.in_danger:
        assert expected - 0.25 <= found.deadline_s <= expected + 1e-3
    else:
        assert math.isnan(found.deadline_s)


def test_impact_inside_the_area_makes_impact_the_deadline(overflight: Trajectory) -> None:
    truth = first_entry(overflight, overflight.impact_lat_deg + 0.3, overflight.impact_lon_deg, 100.0)
    assert truth.in_danger
    assert truth.deadline_s == overflight.impact_s
    just_short = first_entry(overflight, overflight.impact_lat_deg + 1.0, overflight.impact_lon_deg, 100.0)
    assert not just_short.in_danger


def test_an_area_around_the_launch_is_entered_at_once(overflight: Trajectory) -> None:
    assert first_entry(overflight, 39.2, 125.7, 50.0).deadline_s == 0.0


def test_a_circle_grazed_between_two_points_of_the_track_is_found(overflight: Trajectory) -> None:
    track = overflight.ground_track
    middle = len(track) // 2
    latitude, longitude = track[middle, 1] - 3.0, track[middle, 2]
    state = np.zeros((1, 9))

    def distance_m(time: float) -> float:
        state_at(overflight.table, 0, len(overflight.table), time, state, 0)
        lat, lon, _ = pymap3d.ecef2geodetic(*state[0, :3])
        return float(Geodesic.WGS84.Inverse(latitude, longitude, float(lat), float(lon))["s12"])

    closest = min(np.arange(track[middle, 0] - 60.0, track[middle, 0] + 60.0, 1.0), key=distance_m)
    nearest = min(distance_m(time) for time in np.arange(closest - 1.0, closest + 1.0, 0.01))
    assert first_entry(overflight, latitude, longitude, nearest / 1000.0 + 1e-4).in_danger
    assert not first_entry(overflight, latitude, longitude, nearest / 1000.0 - 1e-3).in_danger


def test_the_ground_track_runs_from_launch_to_impact(overflight: Trajectory) -> None:
    track = overflight.ground_track
    assert track[0] == pytest.approx([0.0, 39.2, 125.7], abs=1e-9)
    assert track[-1] == pytest.approx(
        [overflight.impact_s, overflight.impact_lat_deg, overflight.impact_lon_deg], abs=1e-9
    )
    assert np.all(np.diff(track[:, 0]) <= 1.0)
