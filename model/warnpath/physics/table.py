"""State tables: any state of a flight by quintic Hermite interpolation.

The quintic through position, velocity and acceleration at both ends of a step is off by h^6/46080 times
the sixth derivative, millimetres at the steps the integrator takes.
"""

from __future__ import annotations

import math

from warnpath.compilation import kernel
from warnpath.physics.arrays import Table
from warnpath.physics.earth import altitude_m, geodetic_from_ecef


@kernel("int64(float64[:, ::1], int64, int64, float64, float64[:, ::1], int64)")
def state_at(
    table: Table,
    first: int,
    count: int,
    time: float,
    out: Table,
    out_row: int,
) -> int:
    """State of a flight at a time after its launch.

    Parameters
    ----------
    table : ndarray
        One or more state tables one below the other; columns time, position, velocity, acceleration.
    first, count : int
        Rows ``first`` to ``first + count - 1`` are the flight; at least two.
    time : float
        Seconds after launch. On a doubled row (burnout) the later acceleration is given.
    out, out_row
        Columns 0-8 of this row receive position, velocity and acceleration (ECEF; m, m/s, m/s2).

    Returns
    -------
    int
        1 in flight; 0 before launch or after impact, with `out` untouched.
    """
    last = first + count - 1
    if not (time >= table[first, 0] and time <= table[last, 0]):
        return 0
    low = first
    high = last
    while high - low > 1:
        middle = (low + high) // 2
        if table[middle, 0] <= time:
            low = middle
        else:
            high = middle
    length = table[low + 1, 0] - table[low, 0]
    if length <= 0.0:
        for component in range(9):
            out[out_row, component] = table[low, 1 + component]
        return 1
    since = time - table[low, 0]
    part = since / length
    for axis in range(3):
        position = table[low, 1 + axis]
        velocity = table[low, 4 + axis] * length
        bend = 0.5 * table[low, 7 + axis] * length * length
        gap = table[low + 1, 1 + axis] - position - velocity - bend
        slope_gap = table[low + 1, 4 + axis] * length - velocity - 2.0 * bend
        bend_gap = 0.5 * table[low + 1, 7 + axis] * length * length - bend
        third = 10.0 * gap - 4.0 * slope_gap + bend_gap
        fourth = -15.0 * gap + 7.0 * slope_gap - 2.0 * bend_gap
        fifth = 6.0 * gap - 3.0 * slope_gap + bend_gap
        out[out_row, axis] = position + part * (
            velocity + part * (bend + part * (third + part * (fourth + part * fifth)))
        )
        out[out_row, 3 + axis] = (
            velocity + part * (2.0 * bend + part * (3.0 * third + part * (4.0 * fourth + part * 5.0 * fifth)))
        ) / length
        out[out_row, 6 + axis] = (
            2.0 * bend + part * (6.0 * third + part * (12.0 * fourth + part * 20.0 * fifth))
        ) / (length * length)
    return 1


@kernel("int64(float64[:, ::1], int64, int64, int64, float64, float64[:, ::1], int64)")
def place_at(table: Table, first: int, count: int, row: int, time: float, out: Table, out_row: int) -> int:
    """Position of a flight at a time after its launch, the same to the bit as that of `state_at`.

    Parameters
    ----------
    table, first, count
        As in `state_at`.
    row : int
        Any row of the flight that is not later than the time: the search goes on from it.
    time : float
        Seconds after launch.
    out, out_row
        Columns 0-2 of this row receive the position (ECEF, m).

    Returns
    -------
    int
        Row to go on from at a later time; -1 before launch or after impact, with `out` untouched.
    """
    last = first + count - 1
    if not (time >= table[first, 0] and time <= table[last, 0]):
        return -1
    low = row
    while low + 1 < last and table[low + 1, 0] <= time:
        low += 1
    length = table[low + 1, 0] - table[low, 0]
    if length <= 0.0:
        for axis in range(3):
            out[out_row, axis] = table[low, 1 + axis]
        return low
    part = (time - table[low, 0]) / length
    for axis in range(3):
        position = table[low, 1 + axis]
        velocity = table[low, 4 + axis] * length
        bend = 0.5 * table[low, 7 + axis] * length * length
        gap = table[low + 1, 1 + axis] - position - velocity - bend
        slope_gap = table[low + 1, 4 + axis] * length - velocity - 2.0 * bend
        bend_gap = 0.5 * table[low + 1, 7 + axis] * length * length - bend
        third = 10.0 * gap - 4.0 * slope_gap + bend_gap
        fourth = -15.0 * gap + 7.0 * slope_gap - 2.0 * bend_gap
        fifth = 6.0 * gap - 3.0 * slope_gap + bend_gap
        out[out_row, axis] = position + part * (
            velocity + part * (bend + part * (third + part * (fourth + part * fifth)))
        )
    return low


@kernel("UniTuple(float64, 2)(float64[:, ::1], int64, int64, float64[:, ::1], int64)")
def highest(table: Table, first: int, count: int, work: Table, work_row: int) -> tuple[float, float]:
    """Time (s) and height (m) of the apogee of a flight.

    Parameters
    ----------
    table, first, count
        As in `state_at`.
    work, work_row
        A scratch row of at least nine columns.
    """
    best = first
    best_height = altitude_m(table[first, 1], table[first, 2], table[first, 3])
    for row in range(first + 1, first + count):
        height = altitude_m(table[row, 1], table[row, 2], table[row, 3])
        if height > best_height:
            best = row
            best_height = height
    low = table[max(best - 1, first), 0]
    high = table[min(best + 1, first + count - 1), 0]
    for _ in range(60):
        middle = 0.5 * (low + high)
        state_at(table, first, count, middle, work, work_row)
        latitude, longitude, _height = geodetic_from_ecef(
            work[work_row, 0], work[work_row, 1], work[work_row, 2]
        )
        across = work[work_row, 3] * math.cos(longitude) + work[work_row, 4] * math.sin(longitude)
        climb = across * math.cos(latitude) + work[work_row, 5] * math.sin(latitude)
        if climb > 0.0:
            low = middle
        else:
            high = middle
    state_at(table, first, count, low, work, work_row)
    return low, altitude_m(work[work_row, 0], work[work_row, 1], work[work_row, 2])
