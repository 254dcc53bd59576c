"""Coasting from any state, for checks and for looking ahead."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from warnpath.physics import forces
from warnpath.physics.arrays import Array, Table
from warnpath.physics.earth import J2, ROTATION_RAD_S
from warnpath.physics.errors import PhysicsError
from warnpath.physics.integrate import MAX_ROWS, STATE_COLUMNS, WORK_COLUMNS, WORK_ROWS, fly


def propagate(
    state: Sequence[float] | Array,
    duration_s: float,
    *,
    inverse_ballistic_m2_kg: float = 0.0,
    j2: float = J2,
    rotation_rad_s: float = ROTATION_RAD_S,
    stop_altitude_m: float = -1e9,
) -> Table:
    """State table of an unpowered object.

    Parameters
    ----------
    state : sequence of float
        ECEF position (m) and velocity in the rotating frame (m/s), six numbers.
    duration_s : float
        How long to fly.
    inverse_ballistic_m2_kg : float
        One over the ballistic coefficient; 0 for no air.
    j2, rotation_rad_s : float
        Zeros give Kepler's problem in an inertial frame.
    stop_altitude_m : float
        Height at which to stop before the time is over; by default never.

    Returns
    -------
    ndarray
        Shape (n, 10), from time 0 to `duration_s` or to the height given.

    Raises
    ------
    PhysicsError
        A state that is not finite, or a flight that leaves the Earth.
    """
    start = np.asarray(state, dtype=np.float64)
    if start.shape != (6,) or not np.isfinite(start).all():
        raise PhysicsError(f"state is {list(state)}; expected six finite numbers")
    if not 0.0 < duration_s < 1e6:
        raise PhysicsError(f"duration_s is {duration_s:g}; expected more than 0 and less than 1e6")
    flight = np.zeros((1, forces.FLIGHT_COLUMNS))
    flight[0, forces.INVERSE_BALLISTIC_M2_KG] = inverse_ballistic_m2_kg
    flight[0, forces.PULL_UP_ALTITUDE_M] = -1.0
    flight[0, forces.GLIDE_END_SPEED_M_S] = -1.0
    flight[0, forces.J2_TERM] = j2
    flight[0, forces.ROTATION] = rotation_rad_s
    flight[0, forces.STOP_ALTITUDE_M] = stop_altitude_m
    flight[0, forces.END_TIME_S] = duration_s
    table: Table = np.zeros((MAX_ROWS, STATE_COLUMNS))
    table[0, 1:7] = start
    rows = fly(flight, 0, forces.FREE_FLIGHT, np.zeros((WORK_ROWS, WORK_COLUMNS)), table)
    if rows < 0:
        raise PhysicsError(
            f"the object cannot be followed for {duration_s:g} s: it leaves the Earth or passes its centre"
        )
    return table[:rows].copy()
