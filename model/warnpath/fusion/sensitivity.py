"""Derivatives of a flight by what is uncertain at its start, carried along as columns.

Each column is a displacement of position and velocity: those of one standard deviation along the six
columns of the root of a covariance, and that of one standard deviation of ln(ballistic coefficient). The
covariance of anything linear in the state is then a sum of squares. A step drifts for half its time, takes
the kick of all that changes velocity, and drifts again, as in `warnpath.fusion.motion`.
"""

from __future__ import annotations

import math

from warnpath.compilation import kernel
from warnpath.fusion.layout import S_COLUMNS, S_FORCING, WIDTH
from warnpath.physics.arrays import Table
from warnpath.physics.atmosphere import density_kg_m3
from warnpath.physics.earth import ROTATION_RAD_S

_SLOPE_BASE_M = 500.0


@kernel("void(float64[:, ::1], float64, float64, float64, float64, float64, float64, float64)")
def carry_columns(
    scratch: Table,
    step: float,
    gxx: float,
    gxy: float,
    gxz: float,
    gyy: float,
    gyz: float,
    gzz: float,
) -> None:
    """Carry the columns over a step above the air; the gradient is that in the middle of the step."""
    half = 0.5 * step
    turn = 2.0 * ROTATION_RAD_S * step
    sine = turn * (1.0 - turn * turn / 6.0)
    cosine = 1.0 - 0.5 * turn * turn
    for j in range(WIDTH):
        vx = scratch[S_COLUMNS, 3 * WIDTH + j]
        vy = scratch[S_COLUMNS, 4 * WIDTH + j]
        vz = scratch[S_COLUMNS, 5 * WIDTH + j]
        x = scratch[S_COLUMNS, j] + half * vx
        y = scratch[S_COLUMNS, WIDTH + j] + half * vy
        z = scratch[S_COLUMNS, 2 * WIDTH + j] + half * vz
        wx = cosine * vx + sine * vy + step * (gxx * x + gxy * y + gxz * z)
        wy = cosine * vy - sine * vx + step * (gxy * x + gyy * y + gyz * z)
        wz = vz + step * (gxz * x + gyz * y + gzz * z)
        scratch[S_COLUMNS, j] = x + half * wx
        scratch[S_COLUMNS, WIDTH + j] = y + half * wy
        scratch[S_COLUMNS, 2 * WIDTH + j] = z + half * wz
        scratch[S_COLUMNS, 3 * WIDTH + j] = wx
        scratch[S_COLUMNS, 4 * WIDTH + j] = wy
        scratch[S_COLUMNS, 5 * WIDTH + j] = wz


@kernel("float64(float64)")
def fading(rate: float) -> float:
    """(exp(rate) - 1) / rate: what is left of a push during a time in which speed fades as exp(rate)."""
    if abs(rate) > 0.5:
        return (math.exp(rate) - 1.0) / rate
    return 1.0 + rate * (
        0.5 + rate * (1.0 / 6.0 + rate * (1.0 / 24.0 + rate * (1.0 / 120.0 + rate * (1.0 / 720.0))))
    )


@kernel(
    "void(float64[:, ::1], float64, float64, float64, float64, float64, float64, float64, float64, float64, "
    "float64, float64, float64, float64, float64, float64)"
)
def carry_columns_in_air(
    scratch: Table,
    step: float,
    gxx: float,
    gxy: float,
    gxz: float,
    gyy: float,
    gyz: float,
    gzz: float,
    vx: float,
    vy: float,
    vz: float,
    up_x: float,
    up_y: float,
    up_z: float,
    height: float,
    pull: float,
) -> None:
    """Carry the columns over a step in the air.

    Parameters
    ----------
    vx, vy, vz, up_x, up_y, up_z, height : float
        Velocity, vertical and height in the middle of the step.
    pull : float
        Deceleration over speed there, 1/s.

    Notes
    -----
    Drag is -p v with p in proportion to density and speed, so a change of velocity fades at the rate p
    across the velocity and at 2p along it: both in closed form over the step, together with what gravity,
    the change of density with height and that of the ballistic coefficient push meanwhile.
    """
    speed = math.sqrt(vx * vx + vy * vy + vz * vz)
    if not (pull > 0.0 and speed > 0.0):
        carry_columns(scratch, step, gxx, gxy, gxz, gyy, gyz, gzz)
        return
    density = density_kg_m3(height)
    above = density_kg_m3(height + _SLOPE_BASE_M)
    thinning = 0.0
    if density > 0.0 and above > 0.0:
        thinning = -pull * math.log(above / density) / _SLOPE_BASE_M
    half = 0.5 * step
    turn = 2.0 * ROTATION_RAD_S * step
    sine = turn * (1.0 - turn * turn / 6.0)
    cosine = 1.0 - 0.5 * turn * turn
    rate = -pull * step
    across = fading(rate)
    along = fading(2.0 * rate) - across
    kept = 1.0 + rate * across
    kept_along = 1.0 + 2.0 * rate * (along + across) - kept
    across = step * across
    along = step * along
    ux = vx / speed
    uy = vy / speed
    uz = vz / speed
    for j in range(WIDTH):
        dx = scratch[S_COLUMNS, 3 * WIDTH + j]
        dy = scratch[S_COLUMNS, 4 * WIDTH + j]
        dz = scratch[S_COLUMNS, 5 * WIDTH + j]
        x = scratch[S_COLUMNS, j] + half * dx
        y = scratch[S_COLUMNS, WIDTH + j] + half * dy
        z = scratch[S_COLUMNS, 2 * WIDTH + j] + half * dz
        # Thinner air and a heavier object: less drag.
        ease = thinning * (up_x * x + up_y * y + up_z * z) + pull * scratch[S_FORCING, j]
        px = gxx * x + gxy * y + gxz * z + ease * vx
        py = gxy * x + gyy * y + gyz * z + ease * vy
        pz = gxz * x + gyz * y + gzz * z + ease * vz
        wx = cosine * dx + sine * dy
        wy = cosine * dy - sine * dx
        share = kept_along * (ux * wx + uy * wy + uz * dz) + along * (ux * px + uy * py + uz * pz)
        wx = kept * wx + across * px + share * ux
        wy = kept * wy + across * py + share * uy
        wz = kept * dz + across * pz + share * uz
        scratch[S_COLUMNS, j] = x + half * wx
        scratch[S_COLUMNS, WIDTH + j] = y + half * wy
        scratch[S_COLUMNS, 2 * WIDTH + j] = z + half * wz
        scratch[S_COLUMNS, 3 * WIDTH + j] = wx
        scratch[S_COLUMNS, 4 * WIDTH + j] = wy
        scratch[S_COLUMNS, 5 * WIDTH + j] = wz


@kernel("float64(float64[:, ::1], float64, float64, float64, int64)")
def variance_along(scratch: Table, dx: float, dy: float, dz: float, width: int) -> float:
    """Variance of a component of the position, by the first `width` columns."""
    total = 0.0
    for j in range(width):
        part = (
            dx * scratch[S_COLUMNS, j]
            + dy * scratch[S_COLUMNS, WIDTH + j]
            + dz * scratch[S_COLUMNS, 2 * WIDTH + j]
        )
        total += part * part
    return total
