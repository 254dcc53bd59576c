"""Free flight of one state row: a Runge-Kutta step with its transition matrix, and the covariance.

Position and velocity are columns 0-5 of a scratch row. The transition matrix of a step is the matrix
exponential, to third order, of the linearised motion at the middle of the step: gravity gradient with J2,
Coriolis, drag. Its error is of the fifth order of step over the time scale of gravity (800 s), so steps
of 10 to 20 s leave the covariance right to 1e-6.
"""

from __future__ import annotations

import math

from warnpath.compilation import kernel
from warnpath.fusion.layout import S_PHI, S_SERIES, S_STAGE, S_WORK
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


@kernel("float64(float64[:, ::1], int64, float64)")
def linearise(scratch: Table, state: int, inverse_ballistic: float) -> float:
    """Derivatives of the acceleration by position, velocity and ln(ballistic coefficient) at a state row.

    Writes the 3 x 7 block at rows S_SERIES + 3 ..; returns the size of the drag (m/s^2).
    """
    x = scratch[state, 0]
    y = scratch[state, 1]
    z = scratch[state, 2]
    xx, xy, xz, yy, yz, zz = gravity_gradient_ecef(x, y, z)
    row = S_SERIES + 3
    for i in range(3):
        for j in range(7):
            scratch[row + i, j] = 0.0
    scratch[row, 0] = xx
    scratch[row, 1] = xy
    scratch[row, 2] = xz
    scratch[row + 1, 0] = xy
    scratch[row + 1, 1] = yy
    scratch[row + 1, 2] = yz
    scratch[row + 2, 0] = xz
    scratch[row + 2, 1] = yz
    scratch[row + 2, 2] = zz
    scratch[row, 4] = 2.0 * ROTATION_RAD_S
    scratch[row + 1, 3] = -2.0 * ROTATION_RAD_S
    if inverse_ballistic <= 0.0:
        return 0.0
    height = altitude_m(x, y, z)
    density = density_kg_m3(height)
    above = density_kg_m3(height + _SLOPE_BASE_M)
    if not (density > 0.0 and above > 0.0):
        return 0.0
    slope = math.log(above / density) / _SLOPE_BASE_M
    speed = 0.0
    for i in range(3):
        speed += scratch[state, 3 + i] * scratch[state, 3 + i]
    speed = math.sqrt(speed)
    if speed <= 0.0:
        return 0.0
    pull = -0.5 * density * inverse_ballistic
    radius = math.sqrt(x * x + y * y + z * z)
    for i in range(3):
        velocity = scratch[state, 3 + i]
        for j in range(3):
            scratch[row + i, j] += pull * speed * velocity * slope * scratch[state, j] / radius
            scratch[row + i, 3 + j] += pull * velocity * scratch[state, 3 + j] / speed
        scratch[row + i, 3 + i] += pull * speed
        scratch[row + i, 6] = -pull * speed * velocity
    return -pull * speed * speed


@kernel("void(float64[:, ::1], float64)")
def exponentiate(scratch: Table, step: float) -> None:
    """Transition matrix, rows S_PHI.., of one step from the derivatives at rows S_SERIES + 3 ..

    With A = [[0, I, 0], [G, C, c], [0, 0, 0]] the lower rows of A^k are V_k = G V_(k-2) + C V_(k-1), and its
    upper rows are V_(k-1); V_0 = [0 I 0].
    """
    for i in range(3):
        for j in range(7):
            scratch[S_SERIES + i, j] = 0.0
        scratch[S_SERIES + i, 3 + i] = 1.0
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
    for i in range(3):
        for j in range(7):
            scratch[S_PHI + i, j] = (
                step * scratch[S_SERIES + i, j]
                + second * scratch[S_SERIES + 3 + i, j]
                + third * scratch[S_SERIES + 6 + i, j]
            )
            scratch[S_PHI + 3 + i, j] = (
                step * scratch[S_SERIES + 3 + i, j]
                + second * scratch[S_SERIES + 6 + i, j]
                + third * scratch[S_SERIES + 9 + i, j]
            )
        scratch[S_PHI + i, i] += 1.0
        scratch[S_PHI + 3 + i, 3 + i] += 1.0


@kernel("float64(float64[:, ::1], int64, float64, float64, int64)")
def coast_step(
    scratch: Table, state: int, inverse_ballistic: float, step: float, with_transition: int
) -> float:
    """One Runge-Kutta step of free flight, backwards if `step` is negative.

    Parameters
    ----------
    scratch : float64[SCRATCH_ROWS, SCRATCH_COLUMNS]
        Row `state` is moved. With `with_transition` rows S_PHI.. receive the transition matrix, 6 x 7;
        column 6 is the derivative by ln(ballistic coefficient).
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
    if with_transition == 0:
        return 0.0
    drag = linearise(scratch, S_STAGE + 3, inverse)
    exponentiate(scratch, step)
    return drag


@kernel("void(float64[:, ::1], int64, int64)")
def transform(scratch: Table, block: int, size: int) -> None:
    """P <- F P F' for the 6 x 6 transition at S_PHI; columns beyond 6 of P (a third mode state) follow it.

    For size 9 only the left factor is applied to columns 6-8 and the right one to rows 6-8, which is
    what a block-diagonal transition with unity for the rest does.
    """
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


@kernel("void(float64[:, ::1], int64, float64, float64)")
def add_noise(scratch: Table, block: int, noise: float, step: float) -> None:
    """Add white acceleration noise of a spectral density (m^2/s^3) over a step to position and velocity."""
    velocity = noise * step
    mixed = 0.5 * velocity * step
    position = mixed * step * 2.0 / 3.0
    for i in range(3):
        scratch[block + i, i] += position
        scratch[block + i, 3 + i] += mixed
        scratch[block + 3 + i, i] += mixed
        scratch[block + 3 + i, 3 + i] += velocity


@kernel("void(float64[:, ::1], int64, float64, float64, float64, int64)")
def coast(
    scratch: Table, state: int, elapsed: float, inverse_ballistic: float, noise: float, block: int
) -> None:
    """Predict a free-flight state and its covariance over an elapsed time, in steps of at most 10 s.

    Parameters
    ----------
    scratch, state
        The state row; `block` is the first row of its 6 x 6 covariance.
    elapsed : float
        Seconds, not negative.
    inverse_ballistic : float
        Cd A / m, m^2/kg; 0 for no drag.
    noise : float
        Spectral density of the acceleration noise, m^2/s^3. Where there is drag, noise as large as half of
        it over a scale height (about 5 s) is added: the ballistic coefficient is not known better.
    """
    if not elapsed > 0.0:
        return
    steps = 1 + int(elapsed / LONGEST_STEP_S)
    step = elapsed / steps
    for _ in range(steps):
        drag = coast_step(scratch, state, inverse_ballistic, step, 1)
        transform(scratch, block, 6)
        add_noise(scratch, block, noise + 1.25 * drag * drag, step)
