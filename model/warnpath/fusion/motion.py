"""Free flight of one state row: a Runge-Kutta step with its transition matrix, and the covariance.

Position and velocity are columns 0-5 of a scratch row. The transition matrix of a step is the matrix
exponential, to third order, of the linearised motion at the middle of the step: gravity gradient with J2,
Coriolis, drag. Its error is of the fifth order of step over the time scale of gravity (800 s), so steps
of 10 to 20 s leave the covariance right to 1e-6.
"""

from __future__ import annotations

import math

from warnpath.compilation import kernel
from warnpath.fusion.layout import (
    COAST_NOISE,
    S_PHI,
    S_SERIES,
    S_STAGE,
    S_WORK,
    THRUST_MEMORY,
    THRUST_NOISE,
)
from warnpath.physics.arrays import Table
from warnpath.physics.atmosphere import density_kg_m3
from warnpath.physics.earth import (
    ECCENTRICITY_SQUARED,
    ROTATION_RAD_S,
    SEMI_MAJOR_M,
    SEMI_MINOR_M,
    altitude_m,
    gravity_gradient_ecef,
)
from warnpath.physics.forces import ballistic_acceleration

AIR_TOP_M = 120e3
"""Above this height drag is left out (below 1e-4 m/s^2)."""
LONGEST_STEP_S = 10.0
"""Longest step of a filter's prediction."""

_AIR_RADIUS_SQUARED = (SEMI_MAJOR_M + AIR_TOP_M) * (SEMI_MAJOR_M + AIR_TOP_M)
_SLOPE_BASE_M = 500.0


@kernel("UniTuple(float64, 4)(float64, float64, float64)")
def vertical(x: float, y: float, z: float) -> tuple[float, float, float, float]:
    """Unit vector of the geodetic vertical (ECEF) and height above the ellipsoid (m) of a position (m).

    One Bowring step, as `warnpath.physics.earth.altitude_m`, with the direction as well: 1e-9 rad near
    the ground, 1e-7 rad at 1,000 km.
    """
    across = math.sqrt(x * x + y * y)
    sine = z * SEMI_MAJOR_M
    cosine = across * SEMI_MINOR_M
    length = math.sqrt(sine * sine + cosine * cosine)
    if not (length > 0.0 and across > 0.0):
        return 0.0, 0.0, 1.0, abs(z) - SEMI_MINOR_M
    sine = sine / length
    cosine = cosine / length
    # e'^2 b = e^2 a^2 / b, so both corrections share e^2 a.
    rise = z + ECCENTRICITY_SQUARED * SEMI_MAJOR_M * (SEMI_MAJOR_M / SEMI_MINOR_M) * sine * sine * sine
    run = across - ECCENTRICITY_SQUARED * SEMI_MAJOR_M * cosine * cosine * cosine
    length = math.sqrt(rise * rise + run * run)
    sine = rise / length
    cosine = run / length
    height = across * cosine + z * sine
    height = height - SEMI_MAJOR_M * math.sqrt(1.0 - ECCENTRICITY_SQUARED * sine * sine)
    return x / across * cosine, y / across * cosine, sine, height


@kernel("float64(float64[:, ::1], int64, float64, float64)")
def transition(scratch: Table, state: int, inverse_ballistic: float, step: float) -> float:
    """Transition matrix of one step, rows S_PHI.., from the motion linearised at a state row.

    With A = [[0, I, 0], [G, C, c], [0, 0, 0]], where G, C and c are the derivatives of the acceleration by
    position, velocity and ln(ballistic coefficient), the lower rows of A^k are V_k = G V_(k-2) + C V_(k-1),
    V_0 = [0 I 0], and its upper rows are V_(k-1). Returns the size of the drag (m/s^2).
    """
    x = scratch[state, 0]
    y = scratch[state, 1]
    z = scratch[state, 2]
    row = S_SERIES + 3
    for i in range(-3, 3):
        for j in range(7):
            scratch[row + i, j] = 0.0
    for i in range(3):
        scratch[S_SERIES + i, 3 + i] = 1.0
    gradient = gravity_gradient_ecef(x, y, z)
    scratch[row, 0] = gradient[0]
    scratch[row, 1] = gradient[1]
    scratch[row, 2] = gradient[2]
    scratch[row + 1, 0] = gradient[1]
    scratch[row + 1, 1] = gradient[3]
    scratch[row + 1, 2] = gradient[4]
    scratch[row + 2, 0] = gradient[2]
    scratch[row + 2, 1] = gradient[4]
    scratch[row + 2, 2] = gradient[5]
    scratch[row, 4] = 2.0 * ROTATION_RAD_S
    scratch[row + 1, 3] = -2.0 * ROTATION_RAD_S
    drag = 0.0
    if inverse_ballistic > 0.0:
        height = altitude_m(x, y, z)
        speed = 0.0
        for i in range(3):
            speed += scratch[state, 3 + i] * scratch[state, 3 + i]
        speed = math.sqrt(speed)
        density = 0.0
        slope = 0.0
        for sample in range(2):
            value = density_kg_m3(height + (1 - sample) * _SLOPE_BASE_M)
            if sample == 0:
                slope = value
            else:
                density = value
        if density > 0.0 and slope > 0.0 and speed > 0.0:
            slope = math.log(slope / density) / (_SLOPE_BASE_M * math.sqrt(x * x + y * y + z * z))
            pull = -0.5 * density * inverse_ballistic
            drag = -pull * speed * speed
            for i in range(3):
                velocity = pull * scratch[state, 3 + i]
                for j in range(3):
                    scratch[row + i, j] += speed * velocity * slope * scratch[state, j]
                    scratch[row + i, 3 + j] += velocity * scratch[state, 3 + j] / speed
                scratch[row + i, 3 + i] += pull * speed
                scratch[row + i, 6] = -speed * velocity
    for power in range(2, 4):
        row = S_SERIES + 3 * power
        for i in range(3):
            for j in range(7):
                total = 0.0
                for k in range(3):
                    total += scratch[S_SERIES + 3 + i, k] * scratch[row - 6 + k, j]
                    total += scratch[S_SERIES + 3 + i, 3 + k] * scratch[row - 3 + k, j]
                scratch[row + i, j] = total
    second = 0.5 * step * step
    third = step * second / 3.0
    for half in range(2):
        for i in range(3):
            row = S_SERIES + 3 * half + i
            out = S_PHI + 3 * half + i
            for j in range(7):
                scratch[out, j] = (
                    step * scratch[row, j] + second * scratch[row + 3, j] + third * scratch[row + 6, j]
                )
            scratch[out, 3 * half + i] += 1.0
    return drag


@kernel("float64(float64[:, ::1], int64, float64, float64)")
def coast_step(scratch: Table, state: int, inverse_ballistic: float, step: float) -> float:
    """One Runge-Kutta step of free flight, backwards if `step` is negative.

    Parameters
    ----------
    scratch : float64[SCRATCH_ROWS, SCRATCH_COLUMNS]
        Row `state` is moved; rows S_PHI.. receive the transition matrix, 6 x 7; column 6 is the
        derivative by ln(ballistic coefficient).
    inverse_ballistic : float
        Cd A / m in m^2/kg; 0 for no drag.
    step : float
        Seconds.

    Returns
    -------
    float
        Size of the drag at the middle of the step, m/s^2.
    """
    x = scratch[state, 0]
    y = scratch[state, 1]
    z = scratch[state, 2]
    inverse = inverse_ballistic
    if x * x + y * y + z * z > _AIR_RADIUS_SQUARED:
        inverse = 0.0
    # Rows of S_STAGE: 0 place of the stage, 1 its derivative, 2 sum of derivatives, 3 the second stage.
    for i in range(6):
        scratch[S_STAGE + 1, i] = 0.0
        scratch[S_STAGE + 2, i] = 0.0
    for stage in range(4):
        part = 0.5 * step
        weight = step / 3.0
        if stage == 0 or stage == 3:
            part = step
            weight = step / 6.0
        for i in range(6):
            scratch[S_STAGE, i] = scratch[state, i] + part * scratch[S_STAGE + 1, i]
        if stage == 1:
            for i in range(6):
                scratch[S_STAGE + 3, i] = scratch[S_STAGE, i]
        ax, ay, az = ballistic_acceleration(
            scratch[S_STAGE, 0],
            scratch[S_STAGE, 1],
            scratch[S_STAGE, 2],
            scratch[S_STAGE, 3],
            scratch[S_STAGE, 4],
            scratch[S_STAGE, 5],
            inverse,
        )
        for i in range(3):
            scratch[S_STAGE + 1, i] = scratch[S_STAGE, 3 + i]
        scratch[S_STAGE + 1, 3] = ax
        scratch[S_STAGE + 1, 4] = ay
        scratch[S_STAGE + 1, 5] = az
        for i in range(6):
            scratch[S_STAGE + 2, i] += weight * scratch[S_STAGE + 1, i]
    for i in range(6):
        scratch[state, i] += scratch[S_STAGE + 2, i]
    return transition(scratch, S_STAGE + 3, inverse, step)


@kernel("void(float64[:, ::1], float64[:, ::1], int64, int64, int64, float64, float64)")
def predict(
    scratch: Table,
    settings: Table,
    state: int,
    block: int,
    size: int,
    elapsed: float,
    inverse_ballistic: float,
) -> None:
    """Predict a state row and its covariance block over an elapsed time.

    Parameters
    ----------
    state, block, size : int
        Row of the state, first row of the covariance, and 6 for free flight or 9 for free flight plus a
        specific force (columns 6-8) that fades with its memory (Gauss-Markov).
    elapsed : float
        Seconds; nothing happens unless it is positive. Steps are at most 10 s and a third of the memory.
    inverse_ballistic : float
        Cd A / m in m^2/kg; 0 for no drag.

    Notes
    -----
    Noise: white acceleration for size 6, white jerk for size 9. Where there is drag, noise as large as
    half of it over a scale height (about 5 s) is added: the ballistic coefficient is not known better.
    """
    memory = settings[0, THRUST_MEMORY]
    longest = LONGEST_STEP_S
    if size == 9:
        longest = min(longest, memory / 3.0)
    if not (elapsed > 0.0 and longest > 0.0):
        return
    steps = 1 + int(elapsed / longest)
    step = elapsed / steps
    half = 0.5 * step * step
    ratio = step / memory
    to_position = half * (1.0 - ratio * (1.0 / 3.0 - ratio * (1.0 / 12.0 - ratio / 60.0)))
    to_velocity = step * (1.0 - ratio * (0.5 - ratio * (1.0 / 6.0 - ratio * (1.0 / 24.0 - ratio / 120.0))))
    kept = 1.0 - to_velocity / memory
    jerk = settings[0, THRUST_NOISE] * step
    for _ in range(steps):
        drag = coast_step(scratch, state, inverse_ballistic, step)
        for i in range(6):
            for j in range(size):
                total = 0.0
                for k in range(6):
                    total += scratch[S_PHI + i, k] * scratch[block + k, j]
                scratch[S_WORK + i, j] = total
        for i in range(6):
            for j in range(i + 1):
                total = 0.0
                for k in range(6):
                    total += scratch[S_WORK + i, k] * scratch[S_PHI + j, k]
                scratch[block + i, j] = total
                scratch[block + j, i] = total
            for j in range(6, size):
                scratch[block + i, j] = scratch[S_WORK + i, j]
                scratch[block + j, i] = scratch[S_WORK + i, j]
        if size == 6:
            acceleration = (settings[0, COAST_NOISE] + 1.25 * drag * drag) * step
            for i in range(3):
                scratch[block + i, i] += acceleration * half * 2.0 / 3.0
                scratch[block + i, 3 + i] += acceleration * 0.5 * step
                scratch[block + 3 + i, i] += acceleration * 0.5 * step
                scratch[block + 3 + i, 3 + i] += acceleration
            continue
        for i in range(3):
            scratch[state, i] += to_position * scratch[state, 6 + i]
            scratch[state, 3 + i] += to_velocity * scratch[state, 6 + i]
            scratch[state, 6 + i] *= kept
        # The force enters position and velocity at the end of the step: rows, then columns.
        for i in range(3):
            for j in range(9):
                force = scratch[block + 6 + i, j]
                scratch[block + i, j] += to_position * force
                scratch[block + 3 + i, j] += to_velocity * force
                scratch[block + 6 + i, j] = kept * force
        for i in range(9):
            for j in range(3):
                force = scratch[block + i, 6 + j]
                scratch[block + i, j] += to_position * force
                scratch[block + i, 3 + j] += to_velocity * force
                scratch[block + i, 6 + j] = kept * force
        for i in range(3):
            # Lower triangle only; it is mirrored below.
            scratch[block + i, i] += jerk * half * half * 0.2
            scratch[block + 3 + i, i] += jerk * half * step * 0.25
            scratch[block + 3 + i, 3 + i] += jerk * half * 2.0 / 3.0
            scratch[block + 6 + i, i] += jerk * half / 3.0
            scratch[block + 6 + i, 3 + i] += jerk * step * 0.5
            scratch[block + 6 + i, 6 + i] += jerk
        for i in range(9):
            for j in range(i):
                scratch[block + j, i] = scratch[block + i, j]
