"""Distances between places, exact enough for lengths of links: on a sphere."""

from __future__ import annotations

import math

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the earth (IUGG), km."""

Point = tuple[float, float, float]
"""Latitude (deg), longitude (deg), altitude (km)."""


def great_circle_km(start: Point, end: Point) -> float:
    """Great circle between the ground points of two places, km (haversine formula)."""
    lat_1, lat_2 = math.radians(start[0]), math.radians(end[0])
    half_lat = math.sin((lat_2 - lat_1) / 2.0)
    half_lon = math.sin(math.radians(end[1] - start[1]) / 2.0)
    square = half_lat * half_lat + math.cos(lat_1) * math.cos(lat_2) * half_lon * half_lon
    return 2.0 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(square)))


def chord_km(start: Point, end: Point) -> float:
    """Straight line between two places with their altitudes, km."""
    return math.dist(_cartesian(start), _cartesian(end))


def _cartesian(point: Point) -> Point:
    lat, lon = math.radians(point[0]), math.radians(point[1])
    radius = EARTH_RADIUS_KM + point[2]
    return (
        radius * math.cos(lat) * math.cos(lon),
        radius * math.cos(lat) * math.sin(lon),
        radius * math.sin(lat),
    )
