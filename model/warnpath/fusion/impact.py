"""Impact point, time and covariance of a report by linearised propagation, and the ground track."""

from __future__ import annotations

import math

from warnpath.compilation import kernel
from warnpath.fusion.launch import accumulate, spread, start_total
from warnpath.fusion.layout import (
    COVARIANCE,
    GROUND_POINTS,
    GROUND_SIGMA,
    GROUND_TIME,
    GROUND_X,
    IMPACT_COVARIANCE,
    IMPACT_LATITUDE,
    IMPACT_LONGITUDE,
    IMPACT_SIGMA,
    IMPACT_TIME,
    IMPACT_TIME_VARIANCE,
    IMPACT_VALID,
    LAUNCH_COVARIANCE,
    LAUNCH_LATITUDE,
    LAUNCH_LONGITUDE,
    LAUNCH_VALID,
    LN_BALLISTIC,
    MAX_THRUST_PROBABILITY,
    P_COAST,
    REPORT_TIME,
    S_COAST,
    S_SERIES,
    S_TOTAL,
    STATE,
    THRUST,
    VALID,
)
from warnpath.fusion.linear import major_variance, unpack
from warnpath.fusion.motion import AIR_TOP_M, coast_step, vertical
from warnpath.physics.arrays import Table
from warnpath.physics.earth import SEMI_MAJOR_M, east_north_up, ecef_from_geodetic, geodetic_from_ecef

FREE_STEP_S = 20.0
"""Step above the air."""
AIR_STEP_S = 5.0
"""Longest step in the air, and no step changes the height there by more than `AIR_STEP_M`."""
AIR_STEP_M = 2000.0
LONGEST_FLIGHT_S = 9000.0
_NEAR_GROUND_M = 0.05
_MOST_STEPS = 1500


@kernel("void(float64[:, ::1], float64[:, ::1], int64, float64)")
def add_ground_point(scratch: Table, ground: Table, row: int, time_s: float) -> None:
    """Point below the state at S_COAST, and the spread across the track, into a row of `ground`."""
    x = scratch[S_COAST, 0]
    y = scratch[S_COAST, 1]
    z = scratch[S_COAST, 2]
    up_x, up_y, up_z, height = vertical(x, y, z)
    ground[row, GROUND_TIME] = time_s
    ground[row, GROUND_X] = x - height * up_x
    ground[row, GROUND_X + 1] = y - height * up_y
    ground[row, GROUND_X + 2] = z - height * up_z
    # Across: vertical times velocity.
    vx = scratch[S_COAST, 3]
    vy = scratch[S_COAST, 4]
    vz = scratch[S_COAST, 5]
    cross_x = up_y * vz - up_z * vy
    cross_y = up_z * vx - up_x * vz
    cross_z = up_x * vy - up_y * vx
    length = math.sqrt(cross_x * cross_x + cross_y * cross_y + cross_z * cross_z)
    scale = 0.0
    if length > 0.0:
        scale = SEMI_MAJOR_M / ((SEMI_MAJOR_M + max(height, 0.0)) * length)
    for j in range(6):
        scratch[S_SERIES, j] = scale * (
            cross_x * scratch[S_TOTAL, j]
            + cross_y * scratch[S_TOTAL + 1, j]
            + cross_z * scratch[S_TOTAL + 2, j]
        )
    ground[row, GROUND_SIGMA] = math.sqrt(max(spread(scratch, S_SERIES, S_SERIES, P_COAST, 6), 0.0))


@kernel("float64(float64[:, ::1], float64[:, ::1], int64, float64, float64)")
def fall(scratch: Table, ground: Table, first_row: int, start_s: float, inverse_ballistic: float) -> float:
    """Carry S_COAST to the ground, its transition to S_TOTAL and the ground track to `ground`.

    Returns
    -------
    float
        Time of impact; -1e300 if it does not come down within `LONGEST_FLIGHT_S`.
    """
    start_total(scratch)
    time = start_s
    count = int(ground[first_row, 0])
    for _ in range(_MOST_STEPS):
        up_x, up_y, up_z, height = vertical(scratch[S_COAST, 0], scratch[S_COAST, 1], scratch[S_COAST, 2])
        climb = up_x * scratch[S_COAST, 3] + up_y * scratch[S_COAST, 4] + up_z * scratch[S_COAST, 5]
        if not (abs(height) < 1e8 and time - start_s < LONGEST_FLIGHT_S):
            return -1e300
        step = 0.0
        if height > _NEAR_GROUND_M:
            speed = max(abs(climb), 1.0)
            if height > AIR_TOP_M:
                step = FREE_STEP_S
                if climb < 0.0:
                    # Into the air by no more than one of its own steps.
                    step = min(step, (height - AIR_TOP_M + AIR_STEP_M) / speed)
            else:
                step = min(AIR_STEP_S, AIR_STEP_M / speed)
                if climb < 0.0:
                    # The last step is one of Newton's method.
                    step = min(step, height / speed)
        elif height < -_NEAR_GROUND_M:
            # Below the ground after a step: back, with the transition carried along.
            if not climb < -0.5:
                return -1e300
            step = -height / climb
        if step == 0.0 or (height > 0.0 and count < GROUND_POINTS - 1):
            count += 1
            add_ground_point(scratch, ground, first_row + count, time)
        if step == 0.0:
            ground[first_row, 0] = count
            return time
        coast_step(scratch, S_COAST, inverse_ballistic, step)
        accumulate(scratch, 7)
        time += step
    return -1e300


@kernel("void(float64[:, ::1], int64, float64[:, ::1], int64)")
def begin_ground(reports: Table, row: int, ground: Table, first_row: int) -> None:
    """Start a ground track at the launch point, so that what was overflown stays overflown."""
    ground[first_row, 0] = 0.0
    if reports[row, LAUNCH_VALID] > 0.0:
        x, y, z = ecef_from_geodetic(reports[row, LAUNCH_LATITUDE], reports[row, LAUNCH_LONGITUDE], 0.0)
        ground[first_row, 0] = 1.0
        ground[first_row + 1, GROUND_TIME] = reports[row, REPORT_TIME]
        ground[first_row + 1, GROUND_X] = x
        ground[first_row + 1, GROUND_X + 1] = y
        ground[first_row + 1, GROUND_X + 2] = z
        first = reports[row, LAUNCH_COVARIANCE]
        second = reports[row, LAUNCH_COVARIANCE + 2]
        ground[first_row + 1, GROUND_SIGMA] = math.sqrt(max(0.5 * (first + second), 0.0))


@kernel("int64(float64[:, ::1], int64, float64[:, ::1], float64[:, ::1], float64[:, ::1], int64)")
def impact_at(
    reports: Table, row: int, settings: Table, scratch: Table, ground: Table, first_row: int
) -> int:
    """`impact_predict` with the ground track at another place: its head is row `first_row` of `ground`."""
    reports[row, IMPACT_VALID] = 0.0
    ground[first_row, 0] = 0.0
    if not (reports[row, VALID] > 0.0 and reports[row, THRUST] < settings[0, MAX_THRUST_PROBABILITY]):
        return 0
    for i in range(6):
        scratch[S_COAST, i] = reports[row, STATE + i]
    unpack(reports, row, scratch, P_COAST, COVARIANCE, 6)
    begin_ground(reports, row, ground, first_row)
    inverse_ballistic = math.exp(-reports[row, LN_BALLISTIC])
    time = fall(scratch, ground, first_row, reports[row, REPORT_TIME], inverse_ballistic)
    if time < -1e299:
        ground[first_row, 0] = 0.0
        return 0
    latitude, longitude, _ = geodetic_from_ecef(scratch[S_COAST, 0], scratch[S_COAST, 1], scratch[S_COAST, 2])
    frame = east_north_up(latitude, longitude)
    east = 0.0
    north = 0.0
    climb = 0.0
    for j in range(3):
        east += frame[j] * scratch[S_COAST, 3 + j]
        north += frame[3 + j] * scratch[S_COAST, 3 + j]
        climb += frame[6 + j] * scratch[S_COAST, 3 + j]
    if not climb < -0.5:
        ground[first_row, 0] = 0.0
        return 0
    # A point that would be `d` above the ground arrives d / -climb later and drifts on: rows of S_SERIES
    # are the derivatives of east, north and time of impact by the state and ln(ballistic coefficient).
    for j in range(7):
        rise = 0.0
        to_east = 0.0
        to_north = 0.0
        for k in range(3):
            moved = scratch[S_TOTAL + k, j]
            to_east += frame[k] * moved
            to_north += frame[3 + k] * moved
            rise += frame[6 + k] * moved
        later = -rise / climb
        scratch[S_SERIES, j] = to_east + east * later
        scratch[S_SERIES + 1, j] = to_north + north * later
        scratch[S_SERIES + 2, j] = later
    extra = reports[row, LN_BALLISTIC + 1]
    by_east = scratch[S_SERIES, 6]
    by_north = scratch[S_SERIES + 1, 6]
    by_time = scratch[S_SERIES + 2, 6]
    first = spread(scratch, S_SERIES, S_SERIES, P_COAST, 6) + extra * by_east * by_east
    mixed = spread(scratch, S_SERIES, S_SERIES + 1, P_COAST, 6) + extra * by_east * by_north
    second = spread(scratch, S_SERIES + 1, S_SERIES + 1, P_COAST, 6) + extra * by_north * by_north
    when = spread(scratch, S_SERIES + 2, S_SERIES + 2, P_COAST, 6) + extra * by_time * by_time
    if not (first > 0.0 and second > 0.0 and when >= 0.0 and first + second < 1e20):
        ground[first_row, 0] = 0.0
        return 0
    reports[row, IMPACT_VALID] = 1.0
    reports[row, IMPACT_TIME] = time
    reports[row, IMPACT_TIME_VARIANCE] = when
    reports[row, IMPACT_LATITUDE] = latitude
    reports[row, IMPACT_LONGITUDE] = longitude
    reports[row, IMPACT_COVARIANCE] = first
    reports[row, IMPACT_COVARIANCE + 1] = mixed
    reports[row, IMPACT_COVARIANCE + 2] = second
    reports[row, IMPACT_SIGMA] = math.sqrt(major_variance(first, mixed, second))
    return 1


@kernel("int64(float64[:, ::1], int64, float64[:, ::1], float64[:, ::1], float64[:, ::1])")
def impact_predict(reports: Table, row: int, settings: Table, scratch: Table, ground: Table) -> int:
    """Impact of a report: time, place, covariance on the ground, and the ground track to it.

    Parameters
    ----------
    reports, row
        A report with a state; its IMPACT columns are filled.
    settings, scratch, ground
        See `warnpath.fusion.store`. `ground` receives the launch point (if known) and the points below the
        flight from the time of the report to the impact, with the spread across the track.

    Returns
    -------
    int
        1; 0 where there is no prediction: no state, thrust not excluded (there is no impact before
        burnout), or an object that does not come down. IMPACT_VALID says the same.

    Notes
    -----
    Runge-Kutta steps of 20 s in vacuum and of 2 km of height in the air; the covariance is carried by the
    product of the steps' transition matrices, drag and ln(ballistic coefficient) included.
    """
    return impact_at(reports, row, settings, scratch, ground, 0)


@kernel("float64(float64[:, ::1], int64, int64)")
def impact_shift(reports: Table, row_before: int, row_now: int) -> float:
    """How far the impact moved between two reports, in major-axis sigmas of the earlier one.

    Infinite if one of the two has an impact and the other has none; 0 if neither has.
    """
    before = reports[row_before, IMPACT_VALID] > 0.0
    now = reports[row_now, IMPACT_VALID] > 0.0
    if not before and not now:
        return 0.0
    if not (before and now):
        return math.inf
    x, y, z = ecef_from_geodetic(
        reports[row_before, IMPACT_LATITUDE], reports[row_before, IMPACT_LONGITUDE], 0.0
    )
    u, v, w = ecef_from_geodetic(reports[row_now, IMPACT_LATITUDE], reports[row_now, IMPACT_LONGITUDE], 0.0)
    distance = math.sqrt((u - x) * (u - x) + (v - y) * (v - y) + (w - z) * (w - z))
    sigma: float = max(reports[row_before, IMPACT_SIGMA], 1.0)
    return distance / sigma
