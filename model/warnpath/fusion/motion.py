"""The two modes of a track predicted over a time: their states, and their covariances with noise."""

from __future__ import annotations

from warnpath.compilation import kernel
from warnpath.fusion.carry import carry, carry_force
from warnpath.fusion.flight import AIR_TOP_M, air_flight, free_flight, gradient, vertical
from warnpath.fusion.layout import COAST_COVARIANCE, COAST_NOISE, COAST_STATE, THRUST_COVARIANCE, THRUST_STATE
from warnpath.physics.arrays import Table
from warnpath.physics.earth import SEMI_MAJOR_M

LONGEST_STEP_S = 5.0
"""Longest step of a prediction ..."""
LONGEST_AIR_STEP_S = 2.0
"""... and where there is drag, which grows by the half in 2 s of a steep fall."""

_AIR_RADIUS_SQUARED = (SEMI_MAJOR_M + AIR_TOP_M) * (SEMI_MAJOR_M + AIR_TOP_M)


@kernel("void(float64[:, ::1], int64, float64[:, ::1], float64)")
def predict_thrust(table: Table, row: int, settings: Table, elapsed: float) -> None:
    """Predict the thrusting mode of a row over a time (s); nothing happens unless that is positive."""
    if not elapsed > 0.0:
        return
    steps = 1 + int(elapsed / LONGEST_STEP_S)
    step = elapsed / steps
    for _ in range(steps):
        x = table[row, THRUST_STATE]
        y = table[row, THRUST_STATE + 1]
        z = table[row, THRUST_STATE + 2]
        vx = table[row, THRUST_STATE + 3]
        vy = table[row, THRUST_STATE + 4]
        vz = table[row, THRUST_STATE + 5]
        gxx, gxy, gxz, gyy, gyz, gzz = gradient(x + 0.5 * step * vx, y + 0.5 * step * vy, z + 0.5 * step * vz)
        x, y, z, vx, vy, vz = free_flight(x, y, z, vx, vy, vz, step)
        table[row, THRUST_STATE] = x
        table[row, THRUST_STATE + 1] = y
        table[row, THRUST_STATE + 2] = z
        table[row, THRUST_STATE + 3] = vx
        table[row, THRUST_STATE + 4] = vy
        table[row, THRUST_STATE + 5] = vz
        carry(table, row, THRUST_COVARIANCE, step, gxx, gxy, gxz, gyy, gyz, gzz)
        carry_force(table, row, settings, step, gxx, gxy, gxz, gyy, gyz, gzz)


@kernel("void(float64[:, ::1], int64, float64[:, ::1], float64, float64)")
def predict_coast(table: Table, row: int, settings: Table, elapsed: float, inverse_ballistic: float) -> None:
    """Predict the ballistic mode of a row over a time (s); nothing happens unless that is positive.

    Parameters
    ----------
    inverse_ballistic : float
        Cd A / m in m^2/kg; 0 for no drag.

    Notes
    -----
    The noise is white acceleration. Where there is drag, noise as large as half of it over a scale height
    (about 5 s) is added, since the ballistic coefficient is not known better; that hides what drag does to
    the covariance otherwise, which is left out.
    """
    left = elapsed
    while left > 0.0:
        x = table[row, COAST_STATE]
        y = table[row, COAST_STATE + 1]
        z = table[row, COAST_STATE + 2]
        vx = table[row, COAST_STATE + 3]
        vy = table[row, COAST_STATE + 4]
        vz = table[row, COAST_STATE + 5]
        drag = 0.0
        longest = LONGEST_STEP_S
        in_air = inverse_ballistic > 0.0 and x * x + y * y + z * z < _AIR_RADIUS_SQUARED
        if in_air:
            longest = LONGEST_AIR_STEP_S
        step = left
        if step > longest:
            # Pieces of one length to the end of it, where the step allows.
            step = left / (1 + int(left / longest))
        left -= step
        gxx, gxy, gxz, gyy, gyz, gzz = gradient(x + 0.5 * step * vx, y + 0.5 * step * vy, z + 0.5 * step * vz)
        if in_air:
            up_x, up_y, up_z, height = vertical(x, y, z)
            x, y, z, vx, vy, vz, pull, height, speed = air_flight(
                x, y, z, vx, vy, vz, up_x, up_y, up_z, height, inverse_ballistic, step
            )
            drag = pull * speed
        else:
            x, y, z, vx, vy, vz = free_flight(x, y, z, vx, vy, vz, step)
        table[row, COAST_STATE] = x
        table[row, COAST_STATE + 1] = y
        table[row, COAST_STATE + 2] = z
        table[row, COAST_STATE + 3] = vx
        table[row, COAST_STATE + 4] = vy
        table[row, COAST_STATE + 5] = vz
        carry(table, row, COAST_COVARIANCE, step, gxx, gxy, gxz, gyy, gyz, gzz)
        noise = (settings[0, COAST_NOISE] + 1.25 * drag * drag) * step
        table[row, COAST_COVARIANCE] += noise * step * step / 3.0
        table[row, COAST_COVARIANCE + 2] += noise * step * step / 3.0
        table[row, COAST_COVARIANCE + 5] += noise * step * step / 3.0
        table[row, COAST_COVARIANCE + 6] += noise * step * 0.5
        table[row, COAST_COVARIANCE + 11] += noise * step * 0.5
        table[row, COAST_COVARIANCE + 17] += noise * step * 0.5
        table[row, COAST_COVARIANCE + 9] += noise
        table[row, COAST_COVARIANCE + 14] += noise
        table[row, COAST_COVARIANCE + 20] += noise
