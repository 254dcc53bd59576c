"""Flights given as a table of positions, from any source."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from warnpath.physics.arrays import Table
from warnpath.physics.earth import ecef_from_geodetic
from warnpath.physics.errors import PhysicsError
from warnpath.physics.integrate import STATE_COLUMNS
from warnpath.physics.positions import LEAST_ROWS, Row, check_positions, describe
from warnpath.physics.trajectory import Trajectory, from_table

SAME_TIME_S = 1e-3
"""Burnout and a row within this are at the same time."""


def from_positions(rows: Sequence[Row], burnout_s: float, name: str = "table of positions") -> Trajectory:
    """Trajectory through a table of positions.

    Parameters
    ----------
    rows : sequence of tuple
        t_s, lat_deg, lon_deg, alt_km; times rise; the first row is the launch, the last the impact.
    burnout_s : float
        End of thrust, seconds after the first row.
    name : str
        What to call the table in errors, for example its file.

    Returns
    -------
    Trajectory
        Velocity and acceleration come from a cubic spline through the ECEF positions, which the quintic
        interpolation of the state table reproduces exactly; where burnout falls on a row, from one spline
        before and one after it, so that the acceleration may jump. With a row every 5 s a missile's flight
        is told to some metres, and to 0.1 km where it falls through the air; every 10 s ten times less well.
        Time starts at 0 on the first row.

    Raises
    ------
    PhysicsError
        A table that no object can fly, with every row that is wrong.
    """
    from scipy.interpolate import CubicSpline

    problems = check_positions(rows)
    if problems:
        raise PhysicsError("; ".join(describe(problem, name) for problem in problems))
    times = np.array([row[0] for row in rows]) - rows[0][0]
    if not 0.0 <= burnout_s <= times[-1]:
        expected = f"0 to {times[-1]:g} s"
        raise PhysicsError(
            f"{name}: burnout at {burnout_s:g} s; expected {expected}", field="burn_time_s", expected=expected
        )
    places = np.array(
        [
            ecef_from_geodetic(math.radians(latitude), math.radians(longitude), 1000.0 * altitude)
            for _, latitude, longitude, altitude in rows
        ]
    )
    burnout = int(np.searchsorted(times, burnout_s - SAME_TIME_S))
    parts = [slice(0, len(rows))]
    if burnout + 1 >= LEAST_ROWS and burnout + LEAST_ROWS <= len(rows):
        if abs(times[burnout] - burnout_s) <= SAME_TIME_S:
            parts = [slice(0, burnout + 1), slice(burnout, len(rows))]
    tables = []
    for part in parts:
        spline = CubicSpline(times[part], places[part])
        table: Table = np.empty((len(times[part]), STATE_COLUMNS))
        table[:, 0] = times[part]
        table[:, 1:4] = places[part]
        table[:, 4:7] = spline(times[part], 1)
        table[:, 7:10] = spline(times[part], 2)
        tables.append(table)
    return from_table(np.concatenate(tables), burnout_s)
