"""Integration of one flight from launch to impact by an embedded Runge-Kutta pair.

Dormand & Prince 5(4) (J. Comp. Appl. Math. 6, 1980) with first-same-as-last; every accepted step is a row
of the state table. Phases end exactly on a step, so the right-hand side is smooth inside each; where the
acceleration jumps, the row is doubled: same time and state, first the old and then the new acceleration.
"""

from __future__ import annotations

import math

from warnpath.compilation import kernel
from warnpath.physics.arrays import Table
from warnpath.physics.earth import altitude_m
from warnpath.physics.forces import (
    BURN_TIME_S,
    DESCENT,
    END_TIME_S,
    FREE_FLIGHT,
    GLIDE,
    GLIDE_END_SPEED_M_S,
    PULL_UP,
    PULL_UP_ALTITUDE_M,
    PULL_UP_SINE,
    STOP_ALTITUDE_M,
    TURN,
    VERTICAL_RISE,
    VERTICAL_TIME_S,
    flight_derivative,
)

STATE_COLUMNS = 10
"""Columns of a state table: time (s), position (m), velocity (m/s), acceleration (m/s2)."""
MAX_ROWS = 6000
WORK_ROWS = 10
WORK_COLUMNS = 6

# Why a flight could not be flown to its end; returned as a negative number of rows.
TOO_MANY_STEPS = -1
FELL_BACK = -2  # below the ground while thrusting
LEFT_EARTH = -3  # above the ceiling, or in the air for too long

CEILING_M = 60_000e3
POSITION_TOLERANCE_M = 1e-5
VELOCITY_TOLERANCE_M_S = 1e-7
LONGEST_STEP_S = 40.0
_BISECTIONS = 60

# Dormand & Prince's coefficients, written out: a table that is looped over takes four times as long.
_C2, _C3, _C4, _C5 = 1 / 5, 3 / 10, 4 / 5, 8 / 9
_A21 = 1 / 5
_A31, _A32 = 3 / 40, 9 / 40
_A41, _A42, _A43 = 44 / 45, -56 / 15, 32 / 9
_A51, _A52, _A53, _A54 = 19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729
_A61, _A62, _A63, _A64, _A65 = 9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656
_A71, _A73, _A74, _A75, _A76 = 35 / 384, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84
_E1, _E3, _E4, _E5, _E6, _E7 = (
    71 / 57600, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40,
)  # fmt: skip
_START = 7  # rows of the work table: 0-6 stages, then the state at both ends of a step
_END = 8


@kernel("float64(float64[:, ::1], int64, int64, float64, float64, float64[:, ::1])")
def _step(
    flights: Table,
    row: int,
    phase: int,
    time: float,
    length: float,
    work: Table,
) -> float:
    """One step from work row `_START`, whose derivative is row 0, to row `_END`; returns error/tolerance."""
    for i in range(6):
        work[_END, i] = work[_START, i] + length * (_A21 * work[0, i])
    flight_derivative(flights, row, phase, time + _C2 * length, work, _END, 1)
    for i in range(6):
        work[_END, i] = work[_START, i] + length * (_A31 * work[0, i] + _A32 * work[1, i])
    flight_derivative(flights, row, phase, time + _C3 * length, work, _END, 2)
    for i in range(6):
        work[_END, i] = work[_START, i] + length * (_A41 * work[0, i] + _A42 * work[1, i] + _A43 * work[2, i])
    flight_derivative(flights, row, phase, time + _C4 * length, work, _END, 3)
    for i in range(6):
        work[_END, i] = work[_START, i] + length * (
            _A51 * work[0, i] + _A52 * work[1, i] + _A53 * work[2, i] + _A54 * work[3, i]
        )
    flight_derivative(flights, row, phase, time + _C5 * length, work, _END, 4)
    for i in range(6):
        work[_END, i] = work[_START, i] + length * (
            _A61 * work[0, i] + _A62 * work[1, i] + _A63 * work[2, i] + _A64 * work[3, i] + _A65 * work[4, i]
        )
    flight_derivative(flights, row, phase, time + length, work, _END, 5)
    for i in range(6):
        work[_END, i] = work[_START, i] + length * (
            _A71 * work[0, i] + _A73 * work[2, i] + _A74 * work[3, i] + _A75 * work[4, i] + _A76 * work[5, i]
        )
    flight_derivative(flights, row, phase, time + length, work, _END, 6)
    worst = 0.0
    for i in range(6):
        total = (
            _E1 * work[0, i]
            + _E3 * work[2, i]
            + _E4 * work[3, i]
            + _E5 * work[4, i]
            + _E6 * work[5, i]
            + _E7 * work[6, i]
        )
        tolerance = POSITION_TOLERANCE_M
        if i > 2:
            tolerance = VELOCITY_TOLERANCE_M_S
        worst = max(worst, abs(length * total) / tolerance)
    return worst


@kernel("float64(float64[:, ::1], int64, int64, float64[:, ::1], int64)")
def _phase_left(flights: Table, row: int, phase: int, work: Table, state: int) -> float:
    """What is left until the event that ends an unpowered phase: positive before, negative after."""
    x: float = work[state, 0]
    y: float = work[state, 1]
    z: float = work[state, 2]
    height = altitude_m(x, y, z)
    left: float
    if phase == FREE_FLIGHT and flights[row, PULL_UP_ALTITUDE_M] >= 0.0:
        left = height - flights[row, PULL_UP_ALTITUDE_M]
    elif phase == PULL_UP:
        vx = work[state, 3]
        vy = work[state, 4]
        vz = work[state, 5]
        speed = math.sqrt(vx * vx + vy * vy + vz * vz)
        radius = math.sqrt(x * x + y * y + z * z)
        left = flights[row, PULL_UP_SINE] - (x * vx + y * vy + z * vz) / (radius * speed)
    elif phase == GLIDE:
        vx = work[state, 3]
        vy = work[state, 4]
        vz = work[state, 5]
        left = math.sqrt(vx * vx + vy * vy + vz * vz) - flights[row, GLIDE_END_SPEED_M_S]
    else:
        left = height - flights[row, STOP_ALTITUDE_M]
    return left


@kernel("void(float64[:, ::1], int64, float64, float64[:, ::1], int64, int64)")
def _record(
    table: Table,
    count: int,
    time: float,
    work: Table,
    state: int,
    derivative: int,
) -> None:
    table[count, 0] = time
    for component in range(6):
        table[count, 1 + component] = work[state, component]
    for component in range(3):
        table[count, 7 + component] = work[derivative, 3 + component]


@kernel("int64(float64[:, ::1], int64, int64, float64[:, ::1], float64[:, ::1])")
def fly(flights: Table, row: int, phase: int, work: Table, table: Table) -> int:
    """Fly one flight from its first state to the ground.

    Parameters
    ----------
    flights, row
        The flight (columns of `warnpath.physics.forces`).
    phase : int
        First phase: `VERTICAL_RISE` from the pad, or `FREE_FLIGHT` from any state.
    work : ndarray
        Scratch, shape (`WORK_ROWS`, `WORK_COLUMNS`).
    table : ndarray
        Row 0 holds the first time, position and velocity; receives the states.

    Returns
    -------
    int
        Number of rows written, or a negative fault (`TOO_MANY_STEPS`, `FELL_BACK`, `LEFT_EARTH`).
    """
    time = table[0, 0]
    for component in range(6):
        work[_START, component] = table[0, 1 + component]
    flight_derivative(flights, row, phase, time, work, _START, 0)
    _record(table, 0, time, work, _START, 0)
    count = 1
    length = 0.05
    end_time = flights[row, END_TIME_S]
    while True:
        # A powered phase ends at a known time, an unpowered one at an event or at the end of time.
        until = end_time
        if phase == VERTICAL_RISE:
            until = flights[row, VERTICAL_TIME_S]
        elif phase == TURN:
            until = flights[row, BURN_TIME_S]
        at_end = time + length >= until
        step = length
        if at_end:
            step = until - time
        error = _step(flights, row, phase, time, step, work)
        scale = 5.0
        if error > 1e-4:
            scale = min(5.0, 0.9 * math.exp(-0.2 * math.log(error)))
        if error > 1.0:
            length = step * max(0.1, scale)
            continue
        if not at_end or scale < 1.0:
            length = min(step * scale, LONGEST_STEP_S)
        height = altitude_m(work[_END, 0], work[_END, 1], work[_END, 2])
        event = 0
        if phase < FREE_FLIGHT:
            if height < -1.0:
                return FELL_BACK
        else:
            before = _phase_left(flights, row, phase, work, _START)
            after = _phase_left(flights, row, phase, work, _END)
            watched = phase
            if height <= flights[row, STOP_ALTITUDE_M]:
                watched = DESCENT
                after = -1.0
                before = 1.0
            if before > 0.0 and after <= 0.0:
                # Halve the step until it ends at the event; cheap beside the flight, and never astray.
                event = watched
                low = 0.0
                high = step
                for _ in range(_BISECTIONS):
                    middle = 0.5 * (low + high)
                    if middle <= low or middle >= high:
                        break
                    _step(flights, row, phase, time, middle, work)
                    if _phase_left(flights, row, watched, work, _END) > 0.0:
                        low = middle
                    else:
                        high = middle
                step = high
                _step(flights, row, phase, time, step, work)
                at_end = False
        if at_end:
            time = until
        else:
            time = time + step
        if count + 2 > table.shape[0]:
            return TOO_MANY_STEPS
        for component in range(6):
            work[_START, component] = work[_END, component]
            work[0, component] = work[6, component]
        _record(table, count, time, work, _START, 0)
        count = count + 1
        if event == DESCENT:
            return count
        if height > CEILING_M:
            return LEFT_EARTH
        if at_end and phase >= FREE_FLIGHT:
            return count
        if event > 0 or at_end:
            phase = phase + 1
            if phase == GLIDE:
                # Without a glide, or already too slow for one, it falls.
                if (
                    flights[row, GLIDE_END_SPEED_M_S] < 0.0
                    or _phase_left(flights, row, GLIDE, work, _START) <= 0.0
                ):
                    phase = DESCENT
            flight_derivative(flights, row, phase, time, work, _START, 0)
            if phase > TURN:
                _record(table, count, time, work, _START, 0)
                count = count + 1
            length = 0.05
