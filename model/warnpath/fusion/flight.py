"""Free flight of a state over a step, above the air and in it.

Above the air a step follows the Kepler arc in the frame that stands still, by the series of f and g to the
sixth order, between two halves of the kick that oblateness gives (Wisdom & Holman, Astronomical Journal
102, 1991); in the air it is a classical Runge-Kutta step.
"""

from __future__ import annotations

import math

from warnpath.compilation import kernel
from warnpath.physics.atmosphere import density_kg_m3
from warnpath.physics.earth import (
    ECCENTRICITY_SQUARED,
    GM_M3_S2,
    J2,
    ROTATION_RAD_S,
    SEMI_MAJOR_M,
    SEMI_MINOR_M,
    gravity_ecef,
)

AIR_TOP_M = 120e3
"""Above this height drag is left out (below 1e-4 m/s^2)."""

_OBLATE = 1.5 * J2 * SEMI_MAJOR_M * SEMI_MAJOR_M
_MEAN_RADIUS_M = 6371e3


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


@kernel("UniTuple(float64, 6)(float64, float64, float64)")
def gradient(x: float, y: float, z: float) -> tuple[float, float, float, float, float, float]:
    """Derivative of gravity by position in the rotating frame (1/s2): xx, xy, xz, yy, yz, zz.

    As `warnpath.physics.earth.gravity_gradient_ecef`, with one division.
    """
    inverse = 1.0 / (x * x + y * y + z * z)
    strength = GM_M3_S2 * inverse * math.sqrt(inverse)
    polar = z * z * inverse
    oblate = _OBLATE * inverse
    diagonal = -strength * (1.0 + oblate * (1.0 - 5.0 * polar))
    outer = strength * inverse * (3.0 + 5.0 * oblate * (1.0 - 7.0 * polar))
    mixed = outer + 10.0 * strength * inverse * oblate
    centrifugal = ROTATION_RAD_S * ROTATION_RAD_S
    return (
        diagonal + outer * x * x + centrifugal,
        outer * x * y,
        mixed * x * z,
        diagonal + outer * y * y + centrifugal,
        mixed * y * z,
        strength
        * (polar * (3.0 + 5.0 * oblate * (5.0 - 7.0 * polar)) - (1.0 + oblate * (3.0 - 5.0 * polar))),
    )


@kernel("UniTuple(float64, 3)(float64, float64, float64, float64)")
def oblateness(x: float, y: float, z: float, time: float) -> tuple[float, float, float]:
    """What the oblateness of the Earth (J2) does to a velocity (m/s) over a time (s)."""
    inverse = 1.0 / (x * x + y * y + z * z)
    factor = -GM_M3_S2 * inverse * math.sqrt(inverse) * _OBLATE * inverse * time
    polar = 5.0 * z * z * inverse
    level = factor * (1.0 - polar)
    return level * x, level * y, factor * (3.0 - polar) * z


@kernel("UniTuple(float64, 6)(float64, float64, float64, float64, float64, float64, float64)")
def free_flight(
    x: float, y: float, z: float, vx: float, vy: float, vz: float, step: float
) -> tuple[float, float, float, float, float, float]:
    """Position and velocity (ECEF) after a step above the air, backwards if it is negative.

    Series: Bate, Mueller & White, Fundamentals of Astrodynamics, section 5.5, in u = GM / r^3,
    p = r.v / r^2, q = v^2 / r^2 - u; the neglected terms are a 5,000th of (step / 800 s)^7 of the distance.
    """
    kick_x, kick_y, kick_z = oblateness(x, y, z, 0.5 * step)
    # Velocity as seen from a frame that does not turn and coincides with this one now.
    ux = vx - ROTATION_RAD_S * y + kick_x
    uy = vy + ROTATION_RAD_S * x + kick_y
    uz = vz + kick_z
    inverse = 1.0 / (x * x + y * y + z * z)
    u = GM_M3_S2 * inverse * math.sqrt(inverse)
    p = (x * ux + y * uy + z * uz) * inverse
    q = (ux * ux + uy * uy + uz * uz) * inverse - u
    pp = p * p
    up = u * p
    f3 = 0.5 * up
    f4 = u * (u / 24.0 + 0.125 * q - 0.625 * pp)
    f5 = up * (0.875 * pp - 0.375 * q - 0.125 * u)
    f6 = u * (pp * (0.875 * q + 7.0 / 24.0 * u - 1.3125 * pp) - q * (0.0625 * q + u / 30.0) - u * u / 720.0)
    g3 = -u / 6.0
    g4 = 0.25 * up
    g5 = u * (0.075 * q - 0.375 * pp + u / 120.0)
    g6 = up * (7.0 / 12.0 * pp - 0.25 * q - u / 24.0)
    square = step * step
    f = 1.0 + square * (-0.5 * u + step * (f3 + step * (f4 + step * (f5 + step * f6))))
    g = step + step * square * (g3 + step * (g4 + step * (g5 + step * g6)))
    f_rate = step * (-u + step * (3.0 * f3 + step * (4.0 * f4 + step * (5.0 * f5 + step * 6.0 * f6))))
    g_rate = 1.0 + square * (3.0 * g3 + step * (4.0 * g4 + step * (5.0 * g5 + step * 6.0 * g6)))
    to_x = f * x + g * ux
    to_y = f * y + g * uy
    to_z = f * z + g * uz
    wx = f_rate * x + g_rate * ux
    wy = f_rate * y + g_rate * uy
    wz = f_rate * z + g_rate * uz
    kick_x, kick_y, kick_z = oblateness(to_x, to_y, to_z, 0.5 * step)
    wx += kick_x + ROTATION_RAD_S * to_y
    wy += kick_y - ROTATION_RAD_S * to_x
    wz += kick_z
    turn = ROTATION_RAD_S * step
    squared = turn * turn
    sine = turn * (1.0 - squared / 6.0 * (1.0 - squared / 20.0))
    cosine = 1.0 - 0.5 * squared * (1.0 - squared / 12.0)
    return (
        cosine * to_x + sine * to_y,
        cosine * to_y - sine * to_x,
        to_z,
        cosine * wx + sine * wy,
        cosine * wy - sine * wx,
        wz,
    )


@kernel(
    "UniTuple(float64, 9)(float64, float64, float64, float64, float64, float64, float64, float64, "
    "float64, float64, float64, float64)"
)
def air_flight(
    x: float,
    y: float,
    z: float,
    vx: float,
    vy: float,
    vz: float,
    up_x: float,
    up_y: float,
    up_z: float,
    height: float,
    inverse_ballistic: float,
    step: float,
) -> tuple[float, float, float, float, float, float, float, float, float]:
    """Position and velocity after a step in the air, one of Runge-Kutta; then drag in the middle of it.

    Parameters
    ----------
    up_x, up_y, up_z, height
        From `vertical` for the position.
    inverse_ballistic, step
        Cd A / m (m^2/kg); s.

    Returns
    -------
    tuple of float
        Position and velocity; then, in the middle of the step, deceleration over speed (1/s), height (m)
        and speed (m/s).

    Notes
    -----
    Within a step gravity is linear and height quadratic in the way since its beginning; for steps of
    20 km the first is off by 3e-4 m/s2 and the second by less than a metre.
    """
    gx, gy, gz = gravity_ecef(x, y, z)
    gxx, gxy, gxz, gyy, gyz, gzz = gradient(x, y, z)
    dx = 0.0
    dy = 0.0
    dz = 0.0
    wx = vx
    wy = vy
    wz = vz
    sum_x = 0.0
    sum_y = 0.0
    sum_z = 0.0
    sum_vx = 0.0
    sum_vy = 0.0
    sum_vz = 0.0
    pull_middle = 0.0
    height_middle = height
    speed_middle = 0.0
    for stage in range(4):
        rise = up_x * dx + up_y * dy + up_z * dz
        tall = height + rise + (dx * dx + dy * dy + dz * dz - rise * rise) / (2.0 * _MEAN_RADIUS_M)
        speed = math.sqrt(wx * wx + wy * wy + wz * wz)
        pull = -0.5 * density_kg_m3(tall) * inverse_ballistic * speed
        ax = gx + gxx * dx + gxy * dy + gxz * dz + 2.0 * ROTATION_RAD_S * wy + pull * wx
        ay = gy + gxy * dx + gyy * dy + gyz * dz - 2.0 * ROTATION_RAD_S * wx + pull * wy
        az = gz + gxz * dx + gyz * dy + gzz * dz + pull * wz
        weight = step / 3.0
        if stage == 0 or stage == 3:
            weight = step / 6.0
        sum_x += weight * wx
        sum_y += weight * wy
        sum_z += weight * wz
        sum_vx += weight * ax
        sum_vy += weight * ay
        sum_vz += weight * az
        if stage == 2:
            pull_middle = -pull
            height_middle = tall
            speed_middle = speed
        part = 0.5 * step
        if stage == 2:
            part = step
        dx = part * wx
        dy = part * wy
        dz = part * wz
        wx = vx + part * ax
        wy = vy + part * ay
        wz = vz + part * az
    return (
        x + sum_x,
        y + sum_y,
        z + sum_z,
        vx + sum_vx,
        vy + sum_vy,
        vz + sum_vz,
        pull_middle,
        height_middle,
        speed_middle,
    )
