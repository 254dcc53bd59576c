"""Whether data on a launch and data on an object belong together: by where it left the ground, and when.

A launch report of space infrared says where and when something was launched, some kilometres and a revisit
uncertain, and nothing about where it is since. An object is one that left there if its track leads back to
that place, and if it has got as far as an object of a class boost gets in the time since.
"""

from __future__ import annotations

import math

from warnpath.compilation import kernel
from warnpath.fusion import layout
from warnpath.fusion.flight import vertical
from warnpath.fusion.gating import GATE, OUTSIDE
from warnpath.fusion.launch import BOOST_FORM, BOOST_FORM_SIGMA, BOOST_PLACE_SIGMA_M, BOOST_TOP_M
from warnpath.fusion.layout import (
    COAST_COVARIANCE,
    COAST_STATE,
    COVARIANCE,
    REPORT_TIME,
    S_MODES,
    STATE,
    VALID,
)
from warnpath.fusion.reports import predict_report
from warnpath.physics.arrays import Table
from warnpath.physics.earth import ecef_from_geodetic, geodetic_from_ecef

POINT_GATE = 25.0
"""Largest normalised square of a difference of two launch points. Chance alone exceeds it four times in a
million; it is wide since the form of a boost is that of its class only."""
REACH_GATE = 16.0
"""The same of the logarithm of a distance."""
FORCE_M_S2 = 25.0
"""A class boost gains speed at this rate ..."""
BOOST_S = 150.0
"""... for so long; then the object goes on as fast as it is."""
FORCE_SIGMA = 0.4
"""Spread (1-sigma) of the logarithm of the distance that it makes."""
LARGEST_FORCE_M_S2 = 60.0
FASTEST_M_S = 8000.0
"""No boost is harder than this, and no object faster."""
DETECTION_S = 40.0
DETECTION_SIGMA_S = 20.0
"""Space infrared detects a plume so long after launch: above the clouds, and at its next look."""
EARTH_M = 6371000.0
WANDER_M_S2 = 40.0
"""Unforeseen acceleration (1-sigma) since a report."""


@kernel("float64(float64, float64, float64, float64, float64)")
def point_square(
    latitude_rad: float,
    longitude_rad: float,
    other_latitude_rad: float,
    other_longitude_rad: float,
    sigma_m: float,
) -> float:
    """Square of the distance of two points on the ground over the variance of either coordinate of it."""
    north = EARTH_M * (latitude_rad - other_latitude_rad)
    east = EARTH_M * (longitude_rad - other_longitude_rad) * math.cos(latitude_rad)
    return float((north * north + east * east) / (sigma_m * sigma_m))


@kernel("float64(float64, float64, float64, float64, float64, float64, float64, float64)")
def reach_cost(
    latitude_rad: float,
    longitude_rad: float,
    sigma_m: float,
    detected_s: float,
    time_s: float,
    x: float,
    y: float,
    z: float,
) -> float:
    """Cost of taking an object at a place and time for one whose launch infrared detected; or `OUTSIDE`.

    Parameters
    ----------
    latitude_rad, longitude_rad, sigma_m
        Launch point, and its error (1-sigma) north and east.
    detected_s
        When infrared detected it.
    time_s, x, y, z
        The object (ECEF, m).
    """
    flown_s = time_s - detected_s + DETECTION_S
    if flown_s < -DETECTION_S:
        return OUTSIDE
    flown_s = max(flown_s, 5.0)
    from_x, from_y, from_z = ecef_from_geodetic(latitude_rad, longitude_rad, 0.0)
    gap_x = x - from_x
    gap_y = y - from_y
    gap_z = z - from_z
    distance = math.sqrt(gap_x * gap_x + gap_y * gap_y + gap_z * gap_z)
    longest_s = flown_s + 2.0 * DETECTION_SIGMA_S
    reach = min(0.5 * LARGEST_FORCE_M_S2 * longest_s * longest_s, FASTEST_M_S * longest_s)
    if distance > reach + 5.0 * sigma_m:
        return OUTSIDE
    boosted_s = min(flown_s, BOOST_S)
    expected = FORCE_M_S2 * boosted_s * (flown_s - 0.5 * boosted_s)
    late = 2.0 * DETECTION_SIGMA_S / flown_s
    near = max(distance, 1000.0)
    variance = FORCE_SIGMA * FORCE_SIGMA + late * late + sigma_m * sigma_m / (near * near)
    gap = math.log(near / expected)
    square = gap * gap / variance
    if square > REACH_GATE:
        return OUTSIDE
    return float(square + math.log(variance))


@kernel("float64(float64[:, ::1], int64, float64, float64, float64, float64)")
def origin_cost(
    reports: Table, row: int, latitude_rad: float, longitude_rad: float, sigma_m: float, detected_s: float
) -> float:
    """Cost of taking the object of a report for one whose launch infrared detected; or `OUTSIDE`.

    Where the track was carried back to its launch point, that has to fit; while it climbs through the height
    of boosts, the form of a class boost leads back to the ground, see `warnpath.fusion.launch`.
    """
    if not reports[row, VALID] > 0.0:
        return OUTSIDE
    x = reports[row, STATE]
    y = reports[row, STATE + 1]
    z = reports[row, STATE + 2]
    cost = reach_cost(latitude_rad, longitude_rad, sigma_m, detected_s, reports[row, REPORT_TIME], x, y, z)
    if cost >= OUTSIDE:
        return OUTSIDE
    if reports[row, layout.LAUNCH_VALID] > 0.0:
        north = reports[row, layout.LAUNCH_COVARIANCE + 2]
        spread = math.sqrt(sigma_m * sigma_m + 0.5 * (reports[row, layout.LAUNCH_COVARIANCE] + north))
        square = point_square(
            latitude_rad,
            longitude_rad,
            reports[row, layout.LAUNCH_LATITUDE],
            reports[row, layout.LAUNCH_LONGITUDE],
            spread,
        )
    else:
        up_x, up_y, up_z, height = vertical(x, y, z)
        vx = reports[row, STATE + 3]
        vy = reports[row, STATE + 4]
        vz = reports[row, STATE + 5]
        climb = up_x * vx + up_y * vy + up_z * vz
        if not (climb > 0.0 and height < BOOST_TOP_M):
            return cost
        along = math.sqrt(max(vx * vx + vy * vy + vz * vz - climb * climb, 0.0))
        back = BOOST_FORM * height / climb
        below_x = x - height * up_x - back * (vx - climb * up_x)
        below_y = y - height * up_y - back * (vy - climb * up_y)
        below_z = z - height * up_z - back * (vz - climb * up_z)
        form = BOOST_FORM_SIGMA * height * along / climb
        place = reports[row, COVARIANCE] + reports[row, COVARIANCE + 2] + reports[row, COVARIANCE + 5]
        # The velocity of a young track is uncertain, and with it the slope.
        turn = reports[row, COVARIANCE + 9] + reports[row, COVARIANCE + 14] + reports[row, COVARIANCE + 20]
        spread = math.sqrt(
            sigma_m * sigma_m
            + form * form
            + BOOST_PLACE_SIGMA_M * BOOST_PLACE_SIGMA_M
            + place
            + back * back * turn
        )
        latitude, longitude, _ = geodetic_from_ecef(below_x, below_y, below_z)
        square = point_square(latitude_rad, longitude_rad, latitude, longitude, spread)
    if square > POINT_GATE:
        return OUTSIDE
    return float(cost + square + 2.0 * math.log(spread / sigma_m))


@kernel(
    "float64(float64[:, ::1], float64[:, ::1], float64[:, ::1], int64, float64, float64[:, ::1], int64, "
    "float64)"
)
def report_plot_cost(
    reports: Table,
    settings: Table,
    scratch: Table,
    row: int,
    time_s: float,
    places: Table,
    place: int,
    variance: float,
) -> float:
    """Cost of taking a plot for one of the object that another centre reports; `OUTSIDE` the gate.

    Parameters
    ----------
    places, place
        Row `place` holds where the plot is (ECEF, m).
    variance : float
        Of the plot, all directions together (m^2).
    """
    predict_report(reports, settings, scratch, row, time_s)
    apart = time_s - reports[row, REPORT_TIME]
    wander = 0.5 * WANDER_M_S2 * apart * apart
    if apart > 0.0:
        # The prediction has widened for it where there may be thrust; else the object is in free flight.
        wander = 0.0
    expected = variance + wander * wander
    for i in range(3):
        expected += scratch[S_MODES, COAST_COVARIANCE + i * (i + 3) // 2]
    square = 0.0
    for i in range(3):
        gap = places[place, i] - scratch[S_MODES, COAST_STATE + i]
        if apart < 0.0:
            gap -= apart * scratch[S_MODES, COAST_STATE + 3 + i]
        square += gap * gap
    square = square / expected
    if not square < GATE:
        return OUTSIDE
    return float(square + 3.0 * math.log(expected))
