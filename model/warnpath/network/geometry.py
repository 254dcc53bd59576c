"""Distances between nodes, and the least time light needs for them."""

from __future__ import annotations

import math

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the Earth (IUGG: (2 a + b) / 3 of WGS84)."""

LIGHT_VACUUM_US_PER_KM = 1e9 / 299_792_458.0
"""Light in vacuum, us per km: no message over any medium is faster."""

SPACE_ABOVE_KM = 100.0
"""A node above this height sees its peers along a straight line, not along the ground."""


def great_circle_km(
    first_lat_deg: float, first_lon_deg: float, second_lat_deg: float, second_lon_deg: float
) -> float:
    """Great circle distance on the sphere of mean radius (haversine formula), km.

    Within 0.6 % of the geodesic on the ellipsoid, far inside the spread of any route factor.
    """
    first = math.radians(first_lat_deg)
    second = math.radians(second_lat_deg)
    half_north = math.sin(0.5 * (second - first))
    half_east = math.sin(0.5 * math.radians(second_lon_deg - first_lon_deg))
    haversine = half_north * half_north + math.cos(first) * math.cos(second) * half_east * half_east
    return 2.0 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(haversine)))


def separation_km(first: tuple[float, float, float], second: tuple[float, float, float]) -> float:
    """Shortest way a signal can take between two places, km.

    Parameters
    ----------
    first, second : tuple of float
        Latitude and longitude in degrees, height in metres.

    Returns
    -------
    float
        The great circle between two places on the ground; the straight line if one is in space.
    """
    ground_km = great_circle_km(first[0], first[1], second[0], second[1])
    if max(first[2], second[2]) <= SPACE_ABOVE_KM * 1e3:
        return ground_km
    first_radius = EARTH_RADIUS_KM + first[2] / 1e3
    second_radius = EARTH_RADIUS_KM + second[2] / 1e3
    half_angle = math.sin(0.5 * ground_km / EARTH_RADIUS_KM)
    climb = second_radius - first_radius
    return math.sqrt(climb * climb + 4.0 * first_radius * second_radius * half_angle * half_angle)


def light_time_s(distance_km: float, light_us_per_km: float) -> float:
    """Time of light over a distance (km) in a medium (us per km), s."""
    return distance_km * light_us_per_km * 1e-6
