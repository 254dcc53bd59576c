"""The least time a signal needs between two places."""

from __future__ import annotations

from warnpath.scenario import geometry
from warnpath.scenario.geometry import Point

LIGHT_VACUUM_US_PER_KM = 1e9 / 299_792_458.0
"""Light in vacuum, us per km: no message over any medium is faster."""

SPACE_ABOVE_KM = 100.0
"""A node above this height sees its peers along a straight line, not along the ground."""


def great_circle_km(
    first_lat_deg: float, first_lon_deg: float, second_lat_deg: float, second_lon_deg: float
) -> float:
    """Great circle between two places on the ground, km (sphere of mean radius, haversine formula)."""
    return geometry.great_circle_km(
        (first_lat_deg, first_lon_deg, 0.0), (second_lat_deg, second_lon_deg, 0.0)
    )


def separation_km(first: Point, second: Point) -> float:
    """Shortest way a signal can take between two places, km.

    Parameters
    ----------
    first, second : tuple of float
        Latitude and longitude in degrees, height in km.

    Returns
    -------
    float
        The great circle between two places on the ground; the straight line if one is in space.
    """
    if max(first[2], second[2]) > SPACE_ABOVE_KM:
        return geometry.chord_km(first, second)
    return geometry.great_circle_km(first, second)


def light_time_s(distance_km: float, light_us_per_km: float) -> float:
    """Time of light over a distance (km) in a medium (us per km), s."""
    return distance_km * light_us_per_km * 1e-6
