"""The Earth: WGS84 ellipsoid, local frames, gravity with J2 in the rotating frame.

All kernels work in scalars on Earth-centred Earth-fixed (ECEF) coordinates in metres. Functions without
``kernel`` serve set-up code at Python level.
"""

from __future__ import annotations

import math
from functools import cache

from pyproj import Geod

from warnpath.compilation import kernel

SEMI_MAJOR_M = 6378137.0
"""WGS84 equatorial radius (NIMA TR8350.2)."""
FLATTENING = 1.0 / 298.257223563
"""WGS84 flattening (NIMA TR8350.2)."""
SEMI_MINOR_M = SEMI_MAJOR_M * (1.0 - FLATTENING)
ECCENTRICITY_SQUARED = FLATTENING * (2.0 - FLATTENING)
SECOND_ECCENTRICITY_SQUARED = ECCENTRICITY_SQUARED / (1.0 - ECCENTRICITY_SQUARED)
GM_M3_S2 = 3.986004418e14
"""Gravitational parameter with atmosphere (NIMA TR8350.2)."""
J2 = 1.0826298213e-3
"""Zonal harmonic: -sqrt(5) times the WGS84 coefficient C20 = -4.84166774985e-4."""
ROTATION_RAD_S = 7.292115e-5
"""Angular velocity of the Earth (NIMA TR8350.2)."""


@kernel("UniTuple(float64, 3)(float64, float64, float64)")
def ecef_from_geodetic(
    latitude_rad: float, longitude_rad: float, altitude_m: float
) -> tuple[float, float, float]:
    """ECEF position (m) of geodetic latitude, longitude (rad) and height above the ellipsoid (m)."""
    sine = math.sin(latitude_rad)
    cosine = math.cos(latitude_rad)
    normal = SEMI_MAJOR_M / math.sqrt(1.0 - ECCENTRICITY_SQUARED * sine * sine)
    across = (normal + altitude_m) * cosine
    return (
        across * math.cos(longitude_rad),
        across * math.sin(longitude_rad),
        (normal * (1.0 - ECCENTRICITY_SQUARED) + altitude_m) * sine,
    )


@kernel("UniTuple(float64, 3)(float64, float64, float64)")
def geodetic_from_ecef(x: float, y: float, z: float) -> tuple[float, float, float]:
    """Geodetic latitude, longitude (rad) and height above the ellipsoid (m) of an ECEF position (m).

    Bowring's iteration on the reduced latitude (Survey Review 23, 1976), three times: below 1e-12 rad
    from the Earth's surface to 40,000 km. The centre of the Earth maps to the north pole.
    """
    across = math.sqrt(x * x + y * y)
    # Reduced latitude as (sine, cosine), so that the poles need no special case.
    sine_reduced = z * SEMI_MAJOR_M
    cosine_reduced = across * SEMI_MINOR_M
    sine = 1.0
    cosine = 0.0
    for _ in range(3):
        length = math.sqrt(sine_reduced * sine_reduced + cosine_reduced * cosine_reduced)
        if length > 0.0:
            sine_reduced = sine_reduced / length
            cosine_reduced = cosine_reduced / length
        rise = z + SECOND_ECCENTRICITY_SQUARED * SEMI_MINOR_M * sine_reduced * sine_reduced * sine_reduced
        run = across - ECCENTRICITY_SQUARED * SEMI_MAJOR_M * cosine_reduced * cosine_reduced * cosine_reduced
        length = math.sqrt(rise * rise + run * run)
        if length > 0.0:
            sine = rise / length
            cosine = run / length
        sine_reduced = (1.0 - FLATTENING) * sine
        cosine_reduced = cosine
    altitude = across * cosine + z * sine
    altitude = altitude - SEMI_MAJOR_M * math.sqrt(1.0 - ECCENTRICITY_SQUARED * sine * sine)
    return math.atan2(sine, cosine), math.atan2(y, x), altitude


@kernel("float64(float64, float64, float64)")
def altitude_m(x: float, y: float, z: float) -> float:
    """Height above the WGS84 ellipsoid (m) of an ECEF position (m).

    One Bowring step: an error of the latitude enters the height only squared, so this is good to 1e-8 m
    below 100 km and to 1 cm at 6,000 km.
    """
    across = math.sqrt(x * x + y * y)
    sine_reduced = z * SEMI_MAJOR_M
    cosine_reduced = across * SEMI_MINOR_M
    length = math.sqrt(sine_reduced * sine_reduced + cosine_reduced * cosine_reduced)
    if length <= 0.0:
        return -SEMI_MINOR_M
    sine_reduced = sine_reduced / length
    cosine_reduced = cosine_reduced / length
    rise = z + SECOND_ECCENTRICITY_SQUARED * SEMI_MINOR_M * sine_reduced * sine_reduced * sine_reduced
    run = across - ECCENTRICITY_SQUARED * SEMI_MAJOR_M * cosine_reduced * cosine_reduced * cosine_reduced
    length = math.sqrt(rise * rise + run * run)
    sine = rise / length
    cosine = run / length
    return across * cosine + z * sine - SEMI_MAJOR_M * math.sqrt(1.0 - ECCENTRICITY_SQUARED * sine * sine)


@kernel("UniTuple(float64, 3)(float64, float64, float64, float64, float64)")
def gravity_with(
    x: float, y: float, z: float, j2: float, rotation_rad_s: float
) -> tuple[float, float, float]:
    """Acceleration of gravity (m/s2) for a chosen J2 and rotation; zeros give a plain Kepler field."""
    radius_squared = x * x + y * y + z * z
    radius = math.sqrt(radius_squared)
    central = -GM_M3_S2 / (radius_squared * radius)
    ratio = SEMI_MAJOR_M * SEMI_MAJOR_M / radius_squared
    oblate = 1.5 * j2 * ratio
    polar = 5.0 * z * z / radius_squared
    equatorial = central * (1.0 + oblate * (1.0 - polar)) + rotation_rad_s * rotation_rad_s
    return x * equatorial, y * equatorial, z * central * (1.0 + oblate * (3.0 - polar))


@kernel("UniTuple(float64, 3)(float64, float64, float64)")
def gravity_ecef(x: float, y: float, z: float) -> tuple[float, float, float]:
    """Acceleration (m/s2) at rest in the rotating frame: central, J2 and centrifugal.

    A moving object adds Coriolis: ``+2 w vy`` on x and ``-2 w vx`` on y with w = `ROTATION_RAD_S`.

    Parameters
    ----------
    x, y, z : float
        ECEF position in metres, not the Earth's centre.

    Notes
    -----
    Gradient of the potential with J2, for example Montenbruck & Gill, Satellite Orbits, section 3.2.
    """
    return gravity_with(x, y, z, J2, ROTATION_RAD_S)


@kernel("UniTuple(float64, 6)(float64, float64, float64)")
def gravity_gradient_ecef(x: float, y: float, z: float) -> tuple[float, float, float, float, float, float]:
    """Derivative of `gravity_ecef` by position (1/s2), a symmetric matrix: xx, xy, xz, yy, yz, zz."""
    radius_squared = x * x + y * y + z * z
    radius = math.sqrt(radius_squared)
    strength = GM_M3_S2 / (radius_squared * radius)
    unit_x = x / radius
    unit_y = y / radius
    unit_z = z / radius
    polar = unit_z * unit_z
    oblate = 1.5 * J2 * SEMI_MAJOR_M * SEMI_MAJOR_M / radius_squared
    # a_x = -strength x (1 + oblate (1 - 5 u_z^2)), a_z = -strength z (1 + oblate (3 - 5 u_z^2)).
    diagonal = -strength * (1.0 + oblate * (1.0 - 5.0 * polar))
    outer = strength * (3.0 + 5.0 * oblate * (1.0 - 7.0 * polar))
    mixed = outer + 10.0 * strength * oblate
    centrifugal = ROTATION_RAD_S * ROTATION_RAD_S
    return (
        diagonal + outer * unit_x * unit_x + centrifugal,
        outer * unit_x * unit_y,
        mixed * unit_x * unit_z,
        diagonal + outer * unit_y * unit_y + centrifugal,
        mixed * unit_y * unit_z,
        -strength * (1.0 + oblate * (3.0 - 5.0 * polar))
        + polar * (strength * (3.0 + 5.0 * oblate * (3.0 - 7.0 * polar)) + 10.0 * strength * oblate),
    )


@kernel("UniTuple(float64, 9)(float64, float64)")
def east_north_up(
    latitude_rad: float, longitude_rad: float
) -> tuple[float, float, float, float, float, float, float, float, float]:
    """Unit vectors of east, north and up in ECEF at a geodetic place, nine numbers, rows one by one."""
    sine_latitude = math.sin(latitude_rad)
    cosine_latitude = math.cos(latitude_rad)
    sine_longitude = math.sin(longitude_rad)
    cosine_longitude = math.cos(longitude_rad)
    return (
        -sine_longitude,
        cosine_longitude,
        0.0,
        -sine_latitude * cosine_longitude,
        -sine_latitude * sine_longitude,
        cosine_latitude,
        cosine_latitude * cosine_longitude,
        cosine_latitude * sine_longitude,
        sine_latitude,
    )


@cache
def ellipsoid() -> Geod:
    """The WGS84 ellipsoid for geodesics (Karney 2013, through PROJ)."""
    return Geod(ellps="WGS84")


def geodesic(
    from_lat_deg: float, from_lon_deg: float, to_lat_deg: float, to_lon_deg: float
) -> tuple[float, float]:
    """Length (km) and initial azimuth (deg, 0 to 360) of the shortest way between two places."""
    azimuth, _, length = ellipsoid().inv(from_lon_deg, from_lat_deg, to_lon_deg, to_lat_deg)
    return float(length) / 1000.0, float(azimuth) % 360.0


def destination(
    from_lat_deg: float, from_lon_deg: float, azimuth_deg: float, range_km: float
) -> tuple[float, float]:
    """Latitude and longitude (deg) reached from a place along an initial azimuth (deg) after a way (km)."""
    longitude, latitude, _ = ellipsoid().fwd(from_lon_deg, from_lat_deg, azimuth_deg, range_km * 1000.0)
    return float(latitude), float(longitude)
