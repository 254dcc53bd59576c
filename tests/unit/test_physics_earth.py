"""The Earth's kernels against geographiclib, pymap3d and finite differences."""

from __future__ import annotations

import math

import numpy as np
import pymap3d
import pytest
from geographiclib.geodesic import Geodesic

from warnpath.physics import earth

PLACES = [
    (0.0, 0.0, 0.0),
    (39.2, 125.7, 0.0),
    (-33.3, -70.6, 12_345.0),
    (21.4, -157.9, 250e3),
    (89.9999, 12.0, 1000.0),
    (90.0, 0.0, 3.0),
    (-90.0, 0.0, 0.0),
    (45.0, 180.0, 6_648_400.0),
    (12.0, -120.0, 36e6),
]


@pytest.mark.parametrize(("latitude", "longitude", "altitude"), PLACES)
def test_geodetic_and_ecef_agree_with_pymap3d(latitude: float, longitude: float, altitude: float) -> None:
    expected = pymap3d.geodetic2ecef(latitude, longitude, altitude)
    found = earth.ecef_from_geodetic(math.radians(latitude), math.radians(longitude), altitude)
    assert found == pytest.approx(expected, abs=1e-6)

    back = earth.geodetic_from_ecef(*found)
    assert back[0] == pytest.approx(math.radians(latitude), abs=1e-11)
    if abs(latitude) < 90.0:
        assert abs(math.remainder(back[1] - math.radians(longitude), 2 * math.pi)) < 1e-11
    assert back[2] == pytest.approx(altitude, abs=1e-6)


@pytest.mark.parametrize(
    ("altitude", "tolerance_m"), [(-50.0, 1e-8), (80e3, 1e-6), (6.6e6, 0.01), (20e6, 0.05)]
)
def test_the_fast_altitude_is_good_enough_where_it_is_used(altitude: float, tolerance_m: float) -> None:
    for latitude in np.linspace(-1.57, 1.57, 41):
        place = earth.ecef_from_geodetic(latitude, 0.7, altitude)
        assert abs(earth.altitude_m(*place) - altitude) <= tolerance_m


def test_geodesics_agree_with_geographiclib() -> None:
    reference = Geodesic.WGS84.Inverse(39.2, 125.7, 21.4, -157.9)
    length_km, azimuth_deg = earth.geodesic(39.2, 125.7, 21.4, -157.9)
    assert length_km * 1000.0 == pytest.approx(reference["s12"], abs=1e-3)
    assert math.radians(azimuth_deg) == pytest.approx(math.radians(reference["azi1"]), abs=1e-9)

    reference = Geodesic.WGS84.Direct(39.2, 125.7, 70.0, 2_700_000.0)
    latitude, longitude = earth.destination(39.2, 125.7, 70.0, 2700.0)
    assert math.radians(latitude) == pytest.approx(math.radians(reference["lat2"]), abs=1e-9)
    assert math.radians(longitude) == pytest.approx(math.radians(reference["lon2"]), abs=1e-9)


def test_local_frame_is_orthonormal_and_points_east_north_up() -> None:
    frame = np.reshape(earth.east_north_up(math.radians(39.2), math.radians(125.7)), (3, 3))
    np.testing.assert_allclose(frame @ frame.T, np.eye(3), atol=1e-15)
    here = np.array(pymap3d.geodetic2ecef(39.2, 125.7, 100.0))
    for row, (east, north, up) in enumerate([(7.0, 0.0, 0.0), (0.0, 7.0, 0.0), (0.0, 0.0, 7.0)]):
        there = np.array(pymap3d.enu2ecef(east, north, up, 39.2, 125.7, 100.0))
        np.testing.assert_allclose((there - here) / 7.0, frame[row], atol=1e-9)


@pytest.mark.parametrize(
    ("latitude_deg", "normal_gravity"),
    # WGS84 normal gravity at the equator and the poles, NIMA TR8350.2 table 3.4; the field here has no
    # terms beyond J2, which is worth 3e-5 of it.
    [(0.0, 9.7803253359), (90.0, 9.8321849378), (-90.0, 9.8321849378)],
)
def test_gravity_on_the_ellipsoid(latitude_deg: float, normal_gravity: float) -> None:
    place = earth.ecef_from_geodetic(math.radians(latitude_deg), 0.4, 0.0)
    assert math.dist(earth.gravity_ecef(*place), (0.0, 0.0, 0.0)) == pytest.approx(normal_gravity, rel=6e-5)


def test_gravity_is_the_slope_of_its_potential_and_its_gradient_the_slope_of_gravity() -> None:
    omega, gm, radius, j2 = 7.292115e-5, 3.986004418e14, 6378137.0, 1.0826298213e-3

    def potential(place: np.ndarray) -> float:
        r = float(np.linalg.norm(place))
        sine = place[2] / r
        legendre = 0.5 * (3.0 * sine * sine - 1.0)
        return gm / r * (1.0 - j2 * (radius / r) ** 2 * legendre) + 0.5 * omega**2 * (
            place[0] ** 2 + place[1] ** 2
        )

    place = np.array([-3.1e6, 4.4e6, 4.2e6])
    step = 200.0
    found = np.array(earth.gravity_ecef(*place))
    xx, xy, xz, yy, yz, zz = earth.gravity_gradient_ecef(*place)
    gradient = np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
    for axis in range(3):
        moved = np.zeros(3)
        moved[axis] = step
        slope = (potential(place + moved) - potential(place - moved)) / (2.0 * step)
        assert found[axis] == pytest.approx(slope, abs=1e-7)
        difference = np.array(earth.gravity_ecef(*(place + moved))) - earth.gravity_ecef(*(place - moved))
        np.testing.assert_allclose(gradient[axis], difference / (2.0 * step), atol=2e-14)


def test_the_centre_of_the_earth_does_not_break_the_conversion() -> None:
    latitude, longitude, altitude = earth.geodetic_from_ecef(0.0, 0.0, 0.0)
    assert math.isfinite(latitude)
    assert math.isfinite(longitude)
    assert altitude < -6.3e6
    assert earth.altitude_m(0.0, 0.0, 0.0) < -6.3e6
