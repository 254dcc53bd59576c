"""What a ground radar sees: line of sight with bending, detection, measurement noise.

A radar is one row of a table of floats, columns below, made by `sensor_row`; the kernels take the table and
a row number. Bending of the line of sight is that of Recommendation ITU-R P.834 for a station at the ground
and an object beyond the atmosphere. For one inside it the apparent elevation comes out too high: by 0.1
degree at 20 km and 3 degrees of elevation, by 0.13 degree at 40 km on the horizon (ray traced). There is no
"4/3 earth" anywhere: it is a model for paths inside the lower atmosphere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from warnpath.compilation import kernel
from warnpath.physics.arrays import Table
from warnpath.physics.earth import east_north_up, ecef_from_geodetic
from warnpath.physics.errors import PhysicsError

POSITION = 0  # x, y, z (m)
FRAME = 3  # east, north, up: nine columns
RANGE_M = 12
SNR_AT_RANGE = 13  # linear
MIN_ELEVATION_RAD = 14
SECTOR_CENTER_RAD = 15
SECTOR_HALF_WIDTH_RAD = 16
SIGMA_M = 17
SIGMA_FLOOR_M = 18
CROSS_RANGE_RAD = 19
FALSE_ALARM_PROBABILITY = 20
SCAN_PERIOD_S = 21
HEIGHT_KM = 22  # above sea level, 0 to 3, as the bending formula wants it
HORIZON_APPARENT_RAD = 23
HORIZON_GEOMETRIC_RAD = 24
SURE_DETECTION = 25  # within its range a scan detects at least with this probability
SENSOR_COLUMNS = 26

_DEGREE = math.pi / 180.0


@dataclass(frozen=True)
class Radar:
    """A ground radar in plain numbers.

    Parameters
    ----------
    lat_deg, lon_deg, alt_m : float
        Place; height above the ellipsoid, taken for the height above sea level.
    range_km : float
        Where a scan detects with `detection_probability`; nothing is seen beyond.
    scan_period_s : float
        Time between looks.
    sigma_m, sigma_floor_m : float
        Noise at `range_km` along the line of sight, and the least noise in any direction.
    cross_range_mrad : float
        Angular noise at `range_km`.
    min_elevation_deg : float
        Least apparent elevation.
    sector_center_deg, sector_width_deg : float
        Azimuths covered; 360 for all.
    false_alarm_probability : float
        Per look.
    detection_probability : float
        Of one look at `range_km`.
    """

    lat_deg: float
    lon_deg: float
    alt_m: float
    range_km: float
    scan_period_s: float
    sigma_m: float
    sigma_floor_m: float = 0.0
    cross_range_mrad: float = 0.0
    min_elevation_deg: float = 0.0
    sector_center_deg: float = 0.0
    sector_width_deg: float = 360.0
    false_alarm_probability: float = 1e-6
    detection_probability: float = 0.9


@kernel("float64(float64, float64)")
def bending_by_apparent_deg(apparent_deg: float, height_km: float) -> float:
    """Total bending (deg) of the line of sight at an apparent elevation (deg): ITU-R P.834-9, eq. (9).

    Valid for stations up to 3 km high and elevations from the horizon to 10 degrees, small above.
    """
    return 1.0 / (
        1.314
        + apparent_deg * (0.6437 + apparent_deg * 0.02869)
        + height_km * (0.2305 + apparent_deg * (0.09428 + apparent_deg * 0.01096))
        + height_km * height_km * 0.008583
    )


@kernel("float64(float64, float64)")
def bending_by_geometric_deg(geometric_deg: float, height_km: float) -> float:
    """Total bending (deg) at the elevation the object would have without air: ITU-R P.834-9, eq. (12)."""
    return 1.0 / (
        1.728
        + geometric_deg * (0.5411 + geometric_deg * 0.03723)
        + height_km * (0.1815 + geometric_deg * (0.06272 + geometric_deg * 0.01380))
        + height_km * height_km * (0.01727 + geometric_deg * 0.008288)
    )


def sensor_row(radar: Radar) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The row of a radar for the kernels.

    Returns
    -------
    ndarray
        Shape (`SENSOR_COLUMNS`,).

    Raises
    ------
    PhysicsError
        A value that no radar can have.
    """
    _check("lat_deg", radar.lat_deg, -90.0, 90.0)
    _check("lon_deg", radar.lon_deg, -360.0, 360.0)
    _check("alt_m", radar.alt_m, -500.0, 9000.0)
    _check("range_km", radar.range_km, 1.0, 100_000.0)
    _check("scan_period_s", radar.scan_period_s, 1e-3, 3600.0)
    _check("sigma_m", radar.sigma_m, 1e-3, 1e6)
    _check("sigma_floor_m", radar.sigma_floor_m, 0.0, 1e6)
    _check("cross_range_mrad", radar.cross_range_mrad, 0.0, 1000.0)
    _check("min_elevation_deg", radar.min_elevation_deg, -5.0, 90.0)
    _check("sector_center_deg", radar.sector_center_deg, -360.0, 360.0)
    _check("sector_width_deg", radar.sector_width_deg, 0.0, 360.0)
    _check("false_alarm_probability", radar.false_alarm_probability, 1e-30, 0.1)
    _check("detection_probability", radar.detection_probability, 2.0 * radar.false_alarm_probability, 0.9999)
    row = np.zeros(SENSOR_COLUMNS)
    latitude, longitude = radar.lat_deg * _DEGREE, radar.lon_deg * _DEGREE
    row[POSITION : POSITION + 3] = ecef_from_geodetic(latitude, longitude, radar.alt_m)
    row[FRAME : FRAME + 9] = east_north_up(latitude, longitude)
    row[RANGE_M] = radar.range_km * 1000.0
    row[SNR_AT_RANGE] = math.log(radar.false_alarm_probability) / math.log(radar.detection_probability) - 1.0
    row[SURE_DETECTION] = radar.detection_probability - 1e-9
    row[MIN_ELEVATION_RAD] = radar.min_elevation_deg * _DEGREE
    row[SECTOR_CENTER_RAD] = radar.sector_center_deg * _DEGREE
    row[SECTOR_HALF_WIDTH_RAD] = 0.5 * radar.sector_width_deg * _DEGREE
    row[SIGMA_M] = radar.sigma_m
    row[SIGMA_FLOOR_M] = radar.sigma_floor_m
    row[CROSS_RANGE_RAD] = radar.cross_range_mrad / 1000.0
    row[FALSE_ALARM_PROBABILITY] = radar.false_alarm_probability
    row[SCAN_PERIOD_S] = radar.scan_period_s
    height_km = min(max(radar.alt_m / 1000.0, 0.0), 3.0)
    horizon_deg = -0.875 * math.sqrt(height_km)
    row[HEIGHT_KM] = height_km
    row[HORIZON_APPARENT_RAD] = horizon_deg * _DEGREE
    row[HORIZON_GEOMETRIC_RAD] = (horizon_deg - bending_by_apparent_deg(horizon_deg, height_km)) * _DEGREE
    return row


def _check(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        expected = f"{low:g} to {high:g}"
        raise PhysicsError(f"radar {name} is {value:g}; expected {expected}", field=name, expected=expected)


@kernel("UniTuple(float64, 4)(float64[:, ::1], int64, float64, float64, float64)")
def look(sensors: Table, row: int, x: float, y: float, z: float) -> tuple[float, float, float, float]:
    """Where a radar would see a place.

    Parameters
    ----------
    sensors, row
        The radar.
    x, y, z : float
        ECEF position, m.

    Returns
    -------
    tuple of float
        Range (m), azimuth (rad, -pi to pi from north over east), elevation of the straight line (rad) and
        apparent elevation (rad), which is the same for an object below the Earth's horizon.
    """
    dx = x - sensors[row, POSITION]
    dy = y - sensors[row, POSITION + 1]
    dz = z - sensors[row, POSITION + 2]
    east = dx * sensors[row, FRAME] + dy * sensors[row, FRAME + 1] + dz * sensors[row, FRAME + 2]
    north = dx * sensors[row, FRAME + 3] + dy * sensors[row, FRAME + 4] + dz * sensors[row, FRAME + 5]
    up = dx * sensors[row, FRAME + 6] + dy * sensors[row, FRAME + 7] + dz * sensors[row, FRAME + 8]
    level = math.sqrt(east * east + north * north)
    distance = math.sqrt(level * level + up * up)
    elevation = math.atan2(up, level)
    apparent = elevation
    if elevation >= sensors[row, HORIZON_GEOMETRIC_RAD]:
        bending = bending_by_geometric_deg(elevation / _DEGREE, sensors[row, HEIGHT_KM])
        apparent = elevation + bending * _DEGREE
    return distance, math.atan2(east, north), elevation, apparent


@kernel("int64(float64[:, ::1], int64, float64, float64, float64)")
def is_visible(sensors: Table, row: int, distance: float, azimuth: float, apparent: float) -> int:
    """Whether range, sector, minimum elevation and the Earth's horizon let a radar see what `look` gave.

    Parameters
    ----------
    sensors, row
        The radar.
    distance, azimuth, apparent : float
        Range (m), azimuth and apparent elevation (rad).

    Returns
    -------
    int
        1 or 0.
    """
    if distance > sensors[row, RANGE_M]:
        return 0
    if apparent < sensors[row, MIN_ELEVATION_RAD] or apparent < sensors[row, HORIZON_APPARENT_RAD]:
        return 0
    if sensors[row, SECTOR_HALF_WIDTH_RAD] < math.pi:
        turn = azimuth - sensors[row, SECTOR_CENTER_RAD]
        turn = abs(math.atan2(math.sin(turn), math.cos(turn)))
        if turn > sensors[row, SECTOR_HALF_WIDTH_RAD]:
            return 0
    return 1


@kernel("float64(float64[:, ::1], int64, float64)")
def signal_to_noise(sensors: Table, row: int, distance: float) -> float:
    """Signal-to-noise ratio (linear) at a range (m): fourth-power law, 0 beyond the radar's range."""
    if distance > sensors[row, RANGE_M]:
        return 0.0
    ratio: float = sensors[row, RANGE_M] / max(distance, 1.0)
    reference: float = sensors[row, SNR_AT_RANGE]
    return reference * ratio * ratio * ratio * ratio


@kernel("float64(float64, float64)")
def detection_probability(snr: float, false_alarm_probability: float) -> float:
    """Swerling-1 detection probability of one look, Pfa^(1/(1+SNR)); 0 without signal."""
    if snr <= 0.0:
        return 0.0
    return math.exp(math.log(false_alarm_probability) / (1.0 + snr))


@kernel("UniTuple(float64, 2)(float64[:, ::1], int64, float64)")
def noise_sigma(sensors: Table, row: int, distance: float) -> tuple[float, float]:
    """Measurement noise (m, one sigma) along and across the line of sight at a range (m).

    At the radar's range it is sigma_m along and max(sigma_m, angular noise x range) across; both fall with
    1/sqrt(SNR), that is with the square of the range, down to the floor.
    """
    ratio = distance / sensors[row, RANGE_M]
    loss = ratio * ratio
    floor = sensors[row, SIGMA_FLOOR_M]
    along = sensors[row, SIGMA_M]
    across = max(along, sensors[row, CROSS_RANGE_RAD] * distance)
    return max(floor, along * loss), max(floor, across * loss)
