"""When a sensor sees a flight: its window of sight, of a radar found without looking at every moment.

How far an object is from what a radar can see shrinks by no more than its way, so a flight that is 900 km
out of range at 3 km/s need not be looked at for 300 s. The window is the one that a look every `step_s`
would find, and its ends are halved down to a millisecond.
"""

from __future__ import annotations

import math

from warnpath.compilation import kernel
from warnpath.physics.arrays import Table
from warnpath.physics.earth import SEMI_MAJOR_M, SEMI_MINOR_M
from warnpath.physics.radar import (
    HORIZON_APPARENT_RAD,
    MIN_ELEVATION_RAD,
    RANGE_M,
    SECTOR_CENTER_RAD,
    SECTOR_HALF_WIDTH_RAD,
    is_visible,
    look,
)
from warnpath.physics.table import state_at

MOST_BENDING_RAD = math.radians(1.5)
"""More than the air ever bends the line of sight (1.3 degrees for a station of 3 km height)."""
WINDOW_ACCURACY_S = 1e-3
GROUND_TOLERANCE_M = 10.0
"""An object that lies on the ground is not hidden by the ground under it."""


@kernel("float64(float64[:, ::1], int64, int64)")
def speed_bound(truth: Table, first: int, count: int) -> float:
    """Speed (m/s, against the Earth) that a flight in a state table does not exceed, generously."""
    bound = 0.0
    for row in range(first, first + count - 1):
        speeds = 0.0
        pull = 0.0
        for end in range(row, row + 2):
            speeds += math.sqrt(
                truth[end, 4] * truth[end, 4] + truth[end, 5] * truth[end, 5] + truth[end, 6] * truth[end, 6]
            )
            pull = max(
                pull,
                math.sqrt(
                    truth[end, 7] * truth[end, 7]
                    + truth[end, 8] * truth[end, 8]
                    + truth[end, 9] * truth[end, 9]
                ),
            )
        # Nowhere between two states is it faster than their mean and half of what the pull adds.
        bound = max(bound, 0.5 * speeds + 0.5 * pull * (truth[row + 1, 0] - truth[row, 0]))
    return 1.1 * bound + 50.0


@kernel("float64(float64[:, ::1], int64, float64, float64, float64)")
def way_to_sight(sensors: Table, row: int, distance: float, azimuth: float, elevation: float) -> float:
    """Way (m) that an object must make at least before a radar can see it; 0 where it may see it now.

    Parameters
    ----------
    sensors, row
        The radar.
    distance, azimuth, elevation : float
        Range (m), azimuth and elevation of the straight line (rad), as `look` gives them.
    """
    way: float = max(distance - sensors[row, RANGE_M], 0.0)
    lowest = max(sensors[row, MIN_ELEVATION_RAD], sensors[row, HORIZON_APPARENT_RAD]) - MOST_BENDING_RAD
    if elevation < lowest:
        way = max(way, distance * math.sin(min(lowest - elevation, 0.5 * math.pi)))
    if sensors[row, SECTOR_HALF_WIDTH_RAD] < math.pi:
        turn = azimuth - sensors[row, SECTOR_CENTER_RAD]
        turn = abs(math.atan2(math.sin(turn), math.cos(turn))) - sensors[row, SECTOR_HALF_WIDTH_RAD]
        if turn > 0.0:
            level = distance * math.cos(elevation)
            way = max(way, level * math.sin(min(turn, 0.5 * math.pi)))
    return way


@kernel("float64(float64[:, ::1], int64, int64, float64, float64[:, ::1], int64, float64[:, ::1], int64)")
def _unseen_way(
    truth: Table, first: int, count: int, time_s: float, sensors: Table, row: int, out: Table, out_row: int
) -> float:
    """-1 where the radar sees the flight at a time after launch, else the way to its sight (m)."""
    state_at(truth, first, count, time_s, out, out_row)
    distance, azimuth, elevation, apparent = look(
        sensors, row, out[out_row, 0], out[out_row, 1], out[out_row, 2]
    )
    if is_visible(sensors, row, distance, azimuth, apparent) == 1:
        return -1.0
    return way_to_sight(sensors, row, distance, azimuth, elevation)


@kernel(
    "UniTuple(float64, 2)(float64[:, ::1], int64, int64, float64, float64[:, ::1], int64, float64, "
    "float64[:, ::1], int64)"
)
def visible_window(
    truth: Table,
    first: int,
    count: int,
    fastest_m_s: float,
    sensors: Table,
    row: int,
    step_s: float,
    out: Table,
    out_row: int,
) -> tuple[float, float]:
    """First and last time after launch at which a radar sees a flight, to 1 ms; (-1, -1) if never.

    Gaps in between are possible; sightings shorter than `step_s` may be missed.

    Parameters
    ----------
    truth, first, count
        State table of the flight.
    fastest_m_s : float
        Its `speed_bound`.
    sensors, row
        The radar.
    step_s : float
        Time between looks, a power of two.
    out, out_row
        A scratch row of nine columns.
    """
    end_s = truth[first + count - 1, 0]
    last = int(end_s / step_s)
    per_step_m = fastest_m_s * step_s
    step = 0
    while step <= last:
        way = _unseen_way(truth, first, count, step * step_s, sensors, row, out, out_row)
        if way < 0.0:
            break
        step += max(1, int(way / per_step_m))
    if step > last:
        return -1.0, -1.0
    begin = step * step_s
    step = last
    while True:
        way = _unseen_way(truth, first, count, step * step_s, sensors, row, out, out_row)
        if way < 0.0:
            break
        step -= max(1, int(way / per_step_m))
    finish = step * step_s
    low = max(begin - step_s, 0.0)
    while begin - low > WINDOW_ACCURACY_S:
        middle = 0.5 * (low + begin)
        if _unseen_way(truth, first, count, middle, sensors, row, out, out_row) < 0.0:
            begin = middle
        else:
            low = middle
    high = min(finish + step_s, end_s)
    while high - finish > WINDOW_ACCURACY_S:
        middle = 0.5 * (finish + high)
        if _unseen_way(truth, first, count, middle, sensors, row, out, out_row) < 0.0:
            finish = middle
        else:
            high = middle
    return begin, finish


@kernel("int64(float64, float64, float64, float64, float64, float64)")
def is_clear(ax: float, ay: float, az: float, bx: float, by: float, bz: float) -> int:
    """1 where the Earth does not stand between two places (ECEF, m), 0 where it does; no air, no bending."""
    # Stretched along its axis the ellipsoid is a sphere, and straight lines stay straight.
    stretch = SEMI_MAJOR_M / SEMI_MINOR_M
    az = az * stretch
    dx = bx - ax
    dy = by - ay
    dz = bz * stretch - az
    length_squared = dx * dx + dy * dy + dz * dz
    part = 0.0
    if length_squared > 0.0:
        part = min(max(-(ax * dx + ay * dy + az * dz) / length_squared, 0.0), 1.0)
    x = ax + part * dx
    y = ay + part * dy
    z = az + part * dz
    if math.sqrt(x * x + y * y + z * z) < SEMI_MAJOR_M - GROUND_TOLERANCE_M:
        return 0
    return 1


@kernel(
    "UniTuple(float64, 2)(float64[:, ::1], int64, int64, float64, float64, float64, float64, float64, "
    "float64[:, ::1], int64)"
)
def clear_window(
    truth: Table,
    first: int,
    count: int,
    until_s: float,
    x: float,
    y: float,
    z: float,
    step_s: float,
    out: Table,
    out_row: int,
) -> tuple[float, float]:
    """First and last time after launch, up to `until_s`, at which the Earth does not hide a flight.

    To `step_s`, and to the end if the last step is clear; (-1, -1) if it is hidden throughout.

    Parameters
    ----------
    truth, first, count
        State table of the flight.
    until_s : float
        For example its burnout.
    x, y, z : float
        Place of the sensor (ECEF, m).
    out, out_row
        A scratch row of nine columns.
    """
    begin = -1.0
    finish = -1.0
    time_s = 0.0
    while True:
        if state_at(truth, first, count, time_s, out, out_row) == 1:
            if is_clear(x, y, z, out[out_row, 0], out[out_row, 1], out[out_row, 2]) == 1:
                if begin < 0.0:
                    begin = time_s
                finish = time_s
        if time_s >= until_s:
            break
        time_s = min(time_s + step_s, until_s)
    return begin, finish
