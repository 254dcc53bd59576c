"""Probability that an alert area is in danger, and the warning rule.

An area is a circle on the ground. It is in danger if the object comes down in it, or if its ground track
enters it and the impact lies beyond. All is done in the plane that touches the ground at the centre: within
a few hundred kilometres distances in it are right to 0.1 %.
"""

from __future__ import annotations

import math

import numpy as np

from warnpath.compilation import kernel
from warnpath.fusion.layout import (
    AREA_EAST,
    AREA_NORTH,
    AREA_RADIUS,
    AREA_X,
    GROUND_SIGMA,
    GROUND_X,
    IMPACT_COVARIANCE,
    IMPACT_LATITUDE,
    IMPACT_LONGITUDE,
    IMPACT_SIGMA,
    IMPACT_VALID,
    THRUST,
    VALID,
)
from warnpath.physics.arrays import Table
from warnpath.physics.earth import east_north_up

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)
_PANELS = 4
_FAR = 8.0
"""Sigmas beyond which nothing is left."""


@kernel("float64(float64)")
def normal_below(x: float) -> float:
    """Standard normal distribution function."""
    return 0.5 * math.erfc(-x * 0.7071067811865476)


@kernel("float64(float64, float64, float64, float64, float64, float64)")
def mass_in_circle(
    east: float, north: float, first: float, mixed: float, second: float, radius: float
) -> float:
    """Mass of a bivariate normal distribution inside a circle about the origin.

    Parameters
    ----------
    east, north : float
        Mean, m.
    first, mixed, second : float
        Covariance, m^2.
    radius : float
        m.

    Notes
    -----
    Along the minor axis by Gauss-Legendre quadrature (4 panels of 16 nodes) in the angle on the circle,
    along the major axis in closed form. Better than 1e-6 unless the ellipse is a hundred times smaller
    than the circle and lies on its edge.
    """
    half = 0.5 * (first - second)
    root = math.sqrt(half * half + mixed * mixed)
    middle = 0.5 * (first + second)
    major = math.sqrt(max(middle + root, 1.0))
    minor = math.sqrt(max(middle - root, 1.0))
    angle = 0.5 * math.atan2(mixed, half)
    cosine = math.cos(angle)
    sine = math.sin(angle)
    along = east * cosine + north * sine
    across = north * cosine - east * sine
    distance = math.sqrt(east * east + north * north)
    if distance - _FAR * major > radius:
        return 0.0
    if distance + _FAR * major < radius:
        return 1.0
    low = max(across - _FAR * minor, -radius)
    high = min(across + _FAR * minor, radius)
    if not high > low:
        return 0.0
    low = math.asin(max(low / radius, -1.0))
    high = math.asin(min(high / radius, 1.0))
    width = 0.5 * (high - low) / _PANELS
    total = 0.0
    for panel in range(_PANELS):
        centre = low + width * (2 * panel + 1)
        for node in range(16):
            theta = centre + width * _NODES[node]
            chord = radius * math.cos(theta)
            place = (radius * math.sin(theta) - across) / minor
            density = math.exp(-0.5 * place * place) * 0.3989422804014327 / minor
            inside = normal_below((chord - along) / major) - normal_below((-chord - along) / major)
            total += _WEIGHTS[node] * width * density * inside * chord
    return min(max(total, 0.0), 1.0)


@kernel("float64(float64, float64, float64, float64, float64)")
def mass_beyond(offset: float, sigma_across: float, ahead: float, sigma_along: float, radius: float) -> float:
    """Probability that a ground track enters a circle and the impact lies beyond it.

    Parameters
    ----------
    offset, sigma_across : float
        Distance of the track from the centre at its closest approach, and its spread, m.
    ahead, sigma_along : float
        How far beyond the closest approach the impact lies, and its spread along the track, m.
    radius : float
        m.

    Notes
    -----
    The offset is normal and independent of where along the track the impact lies.
    """
    across = max(sigma_across, 1.0)
    along = max(sigma_along, 1.0)
    low = max(offset - _FAR * across, -radius)
    high = min(offset + _FAR * across, radius)
    if not high > low or ahead < -_FAR * along:
        return 0.0
    if ahead > radius + _FAR * along:
        return normal_below((radius - offset) / across) - normal_below((-radius - offset) / across)
    low = math.asin(max(low / radius, -1.0))
    high = math.asin(min(high / radius, 1.0))
    width = 0.5 * (high - low) / _PANELS
    total = 0.0
    for panel in range(_PANELS):
        centre = low + width * (2 * panel + 1)
        for node in range(16):
            theta = centre + width * _NODES[node]
            chord = radius * math.cos(theta)
            place = (radius * math.sin(theta) - offset) / across
            density = math.exp(-0.5 * place * place) * 0.3989422804014327 / across
            total += _WEIGHTS[node] * width * density * normal_below((ahead - chord) / along) * chord
    return min(max(total, 0.0), 1.0)


@kernel("float64(float64[:, ::1], int64, float64[:, ::1], float64[:, ::1], int64)")
def area_probability(reports: Table, row: int, ground: Table, areas: Table, area: int) -> float:
    """Probability that an area is in danger: impact inside it, or overflown and impact beyond.

    Parameters
    ----------
    reports, row
        A report with a valid impact.
    ground : float64[GROUND_ROWS, GROUND_COLUMNS]
        Ground track that came with this impact.
    areas, area
        Row of the table of areas.

    Returns
    -------
    float
        0 without a valid impact.
    """
    if not reports[row, IMPACT_VALID] > 0.0:
        return 0.0
    radius = areas[area, AREA_RADIUS]
    last = int(ground[0, 0])
    if last < 2 or not radius > 0.0:
        return 0.0
    # Nearest point of the track; only its two neighbouring pieces can hold the closest approach.
    nearest = 1
    best = 1e300
    for point in range(1, last + 1):
        x = ground[point, GROUND_X] - areas[area, AREA_X]
        y = ground[point, GROUND_X + 1] - areas[area, AREA_X + 1]
        z = ground[point, GROUND_X + 2] - areas[area, AREA_X + 2]
        squared = x * x + y * y + z * z
        if squared < best:
            best = squared
            nearest = point
    offset = 1e300
    sigma_across = 1.0
    ahead = 0.0
    along_east = 0.0
    along_north = 1.0
    least = 1e300
    for piece in range(max(nearest - 1, 1), min(nearest, last - 1) + 1):
        # Start, end and piece in the plane of the area.
        start_east = 0.0
        start_north = 0.0
        east = 0.0
        north = 0.0
        for j in range(3):
            from_centre = ground[piece, GROUND_X + j] - areas[area, AREA_X + j]
            step = ground[piece + 1, GROUND_X + j] - ground[piece, GROUND_X + j]
            start_east += areas[area, AREA_EAST + j] * from_centre
            start_north += areas[area, AREA_NORTH + j] * from_centre
            east += areas[area, AREA_EAST + j] * step
            north += areas[area, AREA_NORTH + j] * step
        length = math.sqrt(east * east + north * north)
        if not length > 0.0:
            continue
        part = -(start_east * east + start_north * north) / (length * length)
        inside = min(max(part, 0.0), 1.0)
        near_east = start_east + inside * east
        near_north = start_north + inside * north
        distance = math.sqrt(near_east * near_east + near_north * near_north)
        if distance >= least:
            continue
        least = distance
        if part < 0.0 and piece == 1:
            # Behind the beginning of the track: never flown over.
            offset = 1e300
            continue
        along_east = east / length
        along_north = north / length
        # Before the end of the track the signed distance; on its continuation it is that of the line.
        offset = start_east * along_north - start_north * along_east
        if part < 0.0 or (part > 1.0 and piece < last - 1):
            offset = math.copysign(distance, offset)
        sigma_across = ground[piece, GROUND_SIGMA] + inside * (
            ground[piece + 1, GROUND_SIGMA] - ground[piece, GROUND_SIGMA]
        )
        ahead = (1.0 - inside) * length
        if piece == last - 1 and part > 1.0:
            ahead = (1.0 - part) * length
        for later in range(piece + 1, last):
            x = ground[later + 1, GROUND_X] - ground[later, GROUND_X]
            y = ground[later + 1, GROUND_X + 1] - ground[later, GROUND_X + 1]
            z = ground[later + 1, GROUND_X + 2] - ground[later, GROUND_X + 2]
            ahead += math.sqrt(x * x + y * y + z * z)
    # The covariance of the impact, turned from its own plane into that of the area.
    frame = east_north_up(reports[row, IMPACT_LATITUDE], reports[row, IMPACT_LONGITUDE])
    to_east_east = 0.0
    to_east_north = 0.0
    to_north_east = 0.0
    to_north_north = 0.0
    impact_east = 0.0
    impact_north = 0.0
    away = 0.0
    for j in range(3):
        to_east_east += areas[area, AREA_EAST + j] * frame[j]
        to_east_north += areas[area, AREA_EAST + j] * frame[3 + j]
        to_north_east += areas[area, AREA_NORTH + j] * frame[j]
        to_north_north += areas[area, AREA_NORTH + j] * frame[3 + j]
        from_centre = ground[last, GROUND_X + j] - areas[area, AREA_X + j]
        impact_east += areas[area, AREA_EAST + j] * from_centre
        impact_north += areas[area, AREA_NORTH + j] * from_centre
        away += from_centre * from_centre
    a = reports[row, IMPACT_COVARIANCE]
    b = reports[row, IMPACT_COVARIANCE + 1]
    c = reports[row, IMPACT_COVARIANCE + 2]
    first = to_east_east * (a * to_east_east + 2.0 * b * to_east_north) + c * to_east_north * to_east_north
    second = (
        to_north_east * (a * to_north_east + 2.0 * b * to_north_north) + c * to_north_north * to_north_north
    )
    mixed = (
        a * to_east_east * to_north_east
        + b * (to_east_east * to_north_north + to_east_north * to_north_east)
        + c * to_east_north * to_north_north
    )
    probability = 0.0
    if math.sqrt(away) < radius + _FAR * reports[row, IMPACT_SIGMA] + 1.0 and away < 4e12:
        probability = mass_in_circle(impact_east, impact_north, first, mixed, second, radius)
    if abs(offset) < 2e6:
        variance = (
            along_east * along_east * a + 2.0 * along_east * along_north * b + along_north * along_north * c
        )
        if away < 4e12:
            variance = (
                along_east * along_east * first
                + 2.0 * along_east * along_north * mixed
                + along_north * along_north * second
            )
        sigma_along = math.sqrt(max(variance, 1.0))
        probability += mass_beyond(offset, sigma_across, ahead, sigma_along, radius)
    return min(probability, 1.0)


@kernel("int64(float64[:, ::1], int64, float64, float64, float64, float64)")
def rule_met(
    reports: Table,
    row: int,
    probability: float,
    max_thrust_probability: float,
    max_impact_sigma_m: float,
    min_area_probability: float,
) -> int:
    """The warning rule: 1 if burnout is believed, the impact known well enough, the area likely in danger.

    Parameters
    ----------
    reports, row
        The picture.
    probability : float
        From `area_probability`.
    max_thrust_probability, max_impact_sigma_m, min_area_probability : float
        Thresholds: thrust probability and major-axis sigma below the first two, `probability` at least
        the third.
    """
    if not (reports[row, VALID] > 0.0 and reports[row, IMPACT_VALID] > 0.0):
        return 0
    if not (
        reports[row, THRUST] < max_thrust_probability and reports[row, IMPACT_SIGMA] < max_impact_sigma_m
    ):
        return 0
    if probability >= min_area_probability:
        return 1
    return 0
