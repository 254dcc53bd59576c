"""What a radar sees, against published figures and an independent geodesy."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pymap3d
import pytest
from scipy.optimize import brentq

from warnpath.physics import radar
from warnpath.physics.errors import PhysicsError

SADO = radar.Radar(
    lat_deg=38.1,
    lon_deg=138.4,
    alt_m=0.0,
    range_km=2000.0,
    scan_period_s=2.0,
    sigma_m=200.0,
    sigma_floor_m=5.0,
    cross_range_mrad=1.0,
    min_elevation_deg=3.0,
)


def table(settings: radar.Radar) -> np.ndarray:
    return np.array([radar.sensor_row(settings)])


def from_enu(settings: radar.Radar, east: float, north: float, up: float) -> tuple[float, float, float]:
    x, y, z = pymap3d.enu2ecef(east, north, up, settings.lat_deg, settings.lon_deg, settings.alt_m)
    return float(x), float(y), float(z)


@pytest.mark.parametrize(("latitude", "longitude", "altitude"), [(39.2, 125.7, 300e3), (45.0, 150.0, 900e3)])
def test_look_angles_agree_with_pymap3d(latitude: float, longitude: float, altitude: float) -> None:
    place = pymap3d.geodetic2ecef(latitude, longitude, altitude)
    azimuth, elevation, distance = pymap3d.geodetic2aer(latitude, longitude, altitude, 38.1, 138.4, 0.0)
    found = radar.look(table(SADO), 0, *(float(value) for value in place))
    assert found[0] == pytest.approx(distance, abs=1e-3)
    assert abs(math.remainder(found[1] - math.radians(azimuth), 2.0 * math.pi)) < 1e-9
    assert found[2] == pytest.approx(math.radians(elevation), abs=1e-9)


def test_horizon_of_a_target_at_1000_km_is_a_3707_km_slant_without_bending() -> None:
    # sqrt((R + h)^2 - R^2) with R = 6371 km is 3707 km; a 4/3 earth would say 4241 km.
    sensors = table(dataclasses.replace(SADO, lat_deg=45.0, lon_deg=0.0, range_km=9000.0))

    def seen_from(longitude: float) -> tuple[float, float]:
        place = pymap3d.geodetic2ecef(45.0, longitude, 1000e3)
        distance, _, elevation, _ = radar.look(sensors, 0, *(float(value) for value in place))
        return distance, elevation

    level = brentq(lambda longitude: seen_from(longitude)[1], 20.0, 80.0)
    slant_m = seen_from(level)[0]
    assert slant_m == pytest.approx(3707e3, rel=3e-3)
    assert abs(slant_m - 4241e3) > 500e3


@pytest.mark.parametrize(
    ("decibel", "probability"),
    # Swerling 1 at Pfa 1e-6: Pd = Pfa^(1/(1+SNR)).
    [(21.14, 0.9), (12.77, 0.5)],
)
def test_detection_probability_at_published_points(decibel: float, probability: float) -> None:
    snr = 10.0 ** (decibel / 10.0)
    assert radar.detection_probability(snr, 1e-6) == pytest.approx(probability, abs=5e-4)


def test_detection_is_nine_tenths_at_the_range_and_nothing_beyond() -> None:
    sensors = table(SADO)
    snr = radar.signal_to_noise(sensors, 0, 2000e3)
    assert 10.0 * math.log10(snr) == pytest.approx(21.14, abs=0.005)
    assert radar.detection_probability(snr, 1e-6) == pytest.approx(0.9, abs=1e-12)
    assert radar.signal_to_noise(sensors, 0, 1000e3) == pytest.approx(16.0 * snr, rel=1e-12)
    assert radar.signal_to_noise(sensors, 0, 2000.001e3) == 0.0
    assert radar.detection_probability(0.0, 1e-6) == 0.0


def test_noise_follows_range_and_keeps_its_floor() -> None:
    sensors = table(SADO)
    assert radar.noise_sigma(sensors, 0, 2000e3) == pytest.approx((200.0, 2000.0))
    # Half the range: SNR 16 times, sigma a quarter; across 1 mrad / 4 x 1000 km.
    assert radar.noise_sigma(sensors, 0, 1000e3) == pytest.approx((50.0, 250.0))
    assert radar.noise_sigma(sensors, 0, 10e3) == pytest.approx((5.0, 5.0))
    round_noise = table(dataclasses.replace(SADO, cross_range_mrad=0.0))
    assert radar.noise_sigma(round_noise, 0, 2000e3) == pytest.approx((200.0, 200.0))


def seen(settings: radar.Radar, east: float, north: float, up: float) -> int:
    sensors = table(settings)
    distance, azimuth, _, apparent = radar.look(sensors, 0, *from_enu(settings, east, north, up))
    return int(radar.is_visible(sensors, 0, distance, azimuth, apparent))


def test_minimum_elevation_is_compared_with_the_apparent_elevation() -> None:
    # At 3 degrees P.834 bends by 1/(1.728 + 0.5411 x 2.73 + ...) = 0.29 deg.
    for geometric_deg, expected in [(2.60, 0), (2.69, 0), (2.75, 1), (3.1, 1)]:
        up = 1000e3 * math.tan(math.radians(geometric_deg))
        assert seen(SADO, 0.0, 1000e3, up) == expected, geometric_deg


def test_range_and_sector_limit_what_is_seen() -> None:
    assert seen(SADO, 0.0, 1900e3, 500e3) == 1
    assert seen(SADO, 0.0, 1990e3, 500e3) == 0
    west = dataclasses.replace(SADO, sector_center_deg=270.0, sector_width_deg=60.0)
    assert seen(west, -1000e3, 0.0, 300e3) == 1
    assert seen(west, -1000e3, 570e3, 300e3) == 1
    assert seen(west, -1000e3, 590e3, 300e3) == 0
    assert seen(west, 1000e3, 0.0, 300e3) == 0
    across_north = dataclasses.replace(SADO, sector_center_deg=350.0, sector_width_deg=40.0)
    assert seen(across_north, 100e3, 1000e3, 300e3) == 1
    assert seen(across_north, 200e3, 1000e3, 300e3) == 0


def test_nothing_is_seen_below_the_horizon_whatever_the_minimum_elevation() -> None:
    lowest = dataclasses.replace(SADO, min_elevation_deg=-5.0)
    # Geometric horizon of a station at sea level: apparent 0, minus 1/1.314 = 0.761 degrees of bending.
    for geometric_deg, expected in [(-0.70, 1), (-0.82, 0), (-3.0, 0), (-40.0, 0)]:
        up = 1000e3 * math.tan(math.radians(geometric_deg))
        assert seen(lowest, 1000e3, 0.0, up) == expected, geometric_deg


def test_a_mountain_station_sees_below_the_level() -> None:
    high = dataclasses.replace(SADO, alt_m=2000.0, min_elevation_deg=-5.0)
    assert seen(high, 1000e3, 0.0, 1000e3 * math.tan(math.radians(-1.5))) == 1
    assert seen(high, 1000e3, 0.0, 1000e3 * math.tan(math.radians(-2.5))) == 0


def test_right_overhead_is_no_special_case() -> None:
    distance, _, elevation, apparent = radar.look(table(SADO), 0, *from_enu(SADO, 0.0, 0.0, 300e3))
    assert distance == pytest.approx(300e3, abs=1e-3)
    assert elevation == pytest.approx(math.pi / 2.0, abs=1e-8)
    assert apparent == pytest.approx(elevation, abs=1e-4)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("lat_deg", 91.0),
        ("range_km", 0.0),
        ("range_km", math.nan),
        ("alt_m", -6000.0),
        ("scan_period_s", 0.0),
        ("sigma_m", -1.0),
        ("min_elevation_deg", 95.0),
        ("sector_width_deg", 400.0),
        ("false_alarm_probability", 1.0),
    ],
)
def test_impossible_radars_are_refused_by_name(name: str, value: float) -> None:
    with pytest.raises(PhysicsError, match=name):
        radar.sensor_row(dataclasses.replace(SADO, **{name: value}))
