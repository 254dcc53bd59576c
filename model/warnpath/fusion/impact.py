"""Impact point, time and covariance of a report by linearised propagation, and the ground track."""

from __future__ import annotations

import math

from warnpath.compilation import kernel
from warnpath.fusion.flight import AIR_TOP_M, air_flight, free_flight, gradient, vertical
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
    REPORT_TIME,
    S_COLUMNS,
    S_FORCING,
    S_WORK,
    STATE,
    THRUST,
    VALID,
    WIDTH,
)
from warnpath.fusion.linear import SIZE, major_variance, root_columns
from warnpath.fusion.sensitivity import carry_columns, carry_columns_in_air, variance_along
from warnpath.physics.arrays import Table
from warnpath.physics.earth import SEMI_MAJOR_M, east_north_up, ecef_from_geodetic, geodetic_from_ecef

FREE_STEP_S = 40.0
"""Step above the air at `FREE_STEP_M` from the centre of the Earth; in proportion to the distance."""
FREE_STEP_M = 6.6e6
AIR_STEP_S = 5.0
"""Longest step in the air; no step changes the height there by more than `AIR_STEP_M` ..."""
AIR_STEP_M = 2500.0
AIR_STEP_SHARE = 0.2
"""... or this share of it, whichever is more."""
LONGEST_FLIGHT_S = 9000.0
_STRAIGHT_M = 20.0
"""The last piece of the way is flown straight on."""
_MOST_STEPS = 1500


@kernel(
    "void(float64[:, ::1], float64[:, ::1], int64, float64, float64, float64, float64, float64, float64, "
    "float64, float64, float64, float64, float64)"
)
def add_ground_point(
    scratch: Table,
    ground: Table,
    row: int,
    time_s: float,
    x: float,
    y: float,
    z: float,
    vx: float,
    vy: float,
    vz: float,
    up_x: float,
    up_y: float,
    up_z: float,
    height: float,
) -> None:
    """Point below a state, and the spread across the track, into a row of `ground`."""
    ground[row, GROUND_TIME] = time_s
    ground[row, GROUND_X] = x - height * up_x
    ground[row, GROUND_X + 1] = y - height * up_y
    ground[row, GROUND_X + 2] = z - height * up_z
    # Across: vertical times velocity.
    cross_x = up_y * vz - up_z * vy
    cross_y = up_z * vx - up_x * vz
    cross_z = up_x * vy - up_y * vx
    squared = cross_x * cross_x + cross_y * cross_y + cross_z * cross_z
    ground[row, GROUND_SIGMA] = 0.0
    if squared > 0.0:
        variance = variance_along(scratch, cross_x, cross_y, cross_z, SIZE) / squared
        scale = SEMI_MAJOR_M / (SEMI_MAJOR_M + max(height, 0.0))
        ground[row, GROUND_SIGMA] = scale * math.sqrt(variance)


@kernel("float64(float64, float64, float64)")
def step_length(height: float, climb: float, distance_squared: float) -> float:
    """Length of the next step (s) at a height, with its rate and the square of the geocentric distance."""
    speed = max(abs(climb), 1.0)
    if height > AIR_TOP_M:
        step = FREE_STEP_S * math.sqrt(distance_squared) / FREE_STEP_M
        if climb < 0.0:
            # Into the air by no more than a part of one of its own steps.
            step = min(step, (height - AIR_TOP_M + AIR_STEP_M) / speed)
        return step
    step = min(AIR_STEP_S, max(AIR_STEP_M, AIR_STEP_SHARE * height) / speed)
    if climb < 0.0:
        # The last step is one of Newton's method; below the ground it goes back.
        step = min(step, height / speed)
    return step


@kernel("float64(float64[:, ::1], float64[:, ::1], int64, float64, float64)")
def fall(scratch: Table, ground: Table, first_row: int, start_s: float, inverse_ballistic: float) -> float:
    """Carry the state in S_WORK to the ground, S_COLUMNS with it, and the ground track to `ground`.

    Returns
    -------
    float
        Time of impact; -1e300 if it does not come down within `LONGEST_FLIGHT_S`.
    """
    x = scratch[S_WORK, 0]
    y = scratch[S_WORK, 1]
    z = scratch[S_WORK, 2]
    vx = scratch[S_WORK, 3]
    vy = scratch[S_WORK, 4]
    vz = scratch[S_WORK, 5]
    time: float = start_s
    count = int(ground[first_row, 0])
    for _ in range(_MOST_STEPS):
        up_x, up_y, up_z, height = vertical(x, y, z)
        climb = up_x * vx + up_y * vy + up_z * vz
        if not (abs(height) < 1e8 and time - start_s < LONGEST_FLIGHT_S):
            return -1e300
        if height < _STRAIGHT_M:
            if not climb < -0.5:
                return -1e300
            if height > -_STRAIGHT_M:
                step = -height / climb
                x += step * vx
                y += step * vy
                z += step * vz
                for i in range(3 * WIDTH):
                    scratch[S_COLUMNS, i] += step * scratch[S_COLUMNS, 3 * WIDTH + i]
                count += 1
                time += step
                add_ground_point(
                    scratch, ground, first_row + count, time, x, y, z, vx, vy, vz, up_x, up_y, up_z, 0.0
                )
                ground[first_row, 0] = count
                scratch[S_WORK, 0] = x
                scratch[S_WORK, 1] = y
                scratch[S_WORK, 2] = z
                scratch[S_WORK, 3] = vx
                scratch[S_WORK, 4] = vy
                scratch[S_WORK, 5] = vz
                return time
        elif count < GROUND_POINTS - 1:
            count += 1
            add_ground_point(
                scratch, ground, first_row + count, time, x, y, z, vx, vy, vz, up_x, up_y, up_z, height
            )
        step = step_length(height, climb, x * x + y * y + z * z)
        half = 0.5 * step
        gxx, gxy, gxz, gyy, gyz, gzz = gradient(x + half * vx, y + half * vy, z + half * vz)
        if height > AIR_TOP_M:
            x, y, z, vx, vy, vz = free_flight(x, y, z, vx, vy, vz, step)
            carry_columns(scratch, step, gxx, gxy, gxz, gyy, gyz, gzz)
        else:
            wx = 0.5 * vx
            wy = 0.5 * vy
            wz = 0.5 * vz
            x, y, z, vx, vy, vz, pull, middle, _ = air_flight(
                x, y, z, vx, vy, vz, up_x, up_y, up_z, height, inverse_ballistic, step
            )
            wx += 0.5 * vx
            wy += 0.5 * vy
            wz += 0.5 * vz
            carry_columns_in_air(
                scratch, step, gxx, gxy, gxz, gyy, gyz, gzz, wx, wy, wz, up_x, up_y, up_z, middle, pull
            )
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
    if root_columns(reports, row, COVARIANCE, scratch) == 0:
        return 0
    for i in range(6):
        scratch[S_WORK, i] = reports[row, STATE + i]
    for j in range(WIDTH):
        scratch[S_FORCING, j] = 0.0
    scratch[S_FORCING, SIZE] = math.sqrt(max(reports[row, LN_BALLISTIC + 1], 0.0))
    begin_ground(reports, row, ground, first_row)
    inverse_ballistic = math.exp(-reports[row, LN_BALLISTIC])
    time = fall(scratch, ground, first_row, reports[row, REPORT_TIME], inverse_ballistic)
    if time < -1e299:
        ground[first_row, 0] = 0.0
        return 0
    latitude, longitude, _ = geodetic_from_ecef(scratch[S_WORK, 0], scratch[S_WORK, 1], scratch[S_WORK, 2])
    frame = east_north_up(latitude, longitude)
    east = 0.0
    north = 0.0
    climb = 0.0
    for k in range(3):
        east += frame[k] * scratch[S_WORK, 3 + k]
        north += frame[3 + k] * scratch[S_WORK, 3 + k]
        climb += frame[6 + k] * scratch[S_WORK, 3 + k]
    if not climb < -0.5:
        ground[first_row, 0] = 0.0
        return 0
    # A point that would be `d` above the ground arrives d / -climb later and drifts on.
    first = 0.0
    mixed = 0.0
    second = 0.0
    when = 0.0
    for j in range(SIZE + 1):
        rise = 0.0
        to_east = 0.0
        to_north = 0.0
        for k in range(3):
            moved = scratch[S_COLUMNS, WIDTH * k + j]
            to_east += frame[k] * moved
            to_north += frame[3 + k] * moved
            rise += frame[6 + k] * moved
        later = -rise / climb
        to_east += east * later
        to_north += north * later
        first += to_east * to_east
        mixed += to_east * to_north
        second += to_north * to_north
        when += later * later
    if not (first > 0.0 and second > 0.0 and first + second < 1e20):
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
    Steps of 40 s and more above the air and of 2.5 km of height or more in it, see `step_length`; the
    covariance is carried by the columns of its root, drag and ln(ballistic coefficient) included.
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
