"""Flights given as a table of positions, from any source."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from warnpath.physics.arrays import Table
from warnpath.physics.earth import ecef_from_geodetic
from warnpath.physics.errors import PhysicsError
from warnpath.physics.integrate import STATE_COLUMNS
from warnpath.physics.positions import Row, check_positions, describe
from warnpath.physics.trajectory import Trajectory, from_table


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
        interpolation of the state table reproduces exactly. Time starts at 0 on the first row.

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
    spline = CubicSpline(times, places)
    table: Table = np.empty((len(rows), STATE_COLUMNS))
    table[:, 0] = times
    table[:, 1:4] = places
    table[:, 4:7] = spline(times, 1)
    table[:, 7:10] = spline(times, 2)
    return from_table(table, burnout_s)
