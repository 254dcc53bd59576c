"""Forces on one flight: thrust program, gravity, rotation, drag and, in a pull-up, lift.

A flight is one row of a table whose columns are the constants below; the flying object is a point with
three degrees of freedom. The thrust program is that of one equivalent stage: the acceleration
``a0 / (1 - k t/T)`` rises as propellant burns (T burn time, k propellant fraction), and its direction
leaves the vertical of the launch place in proportion to ``u (2 - u)``, u being the part of the burn done
after a short vertical rise. Drag follows one ballistic coefficient; before burnout it is smaller by the
propellant still on board. Lift is a multiple of drag, in the vertical plane: all of it in a pull-up, in a
glide as much as keeps the path near the angle at which lift balances weight (Eggers, Allen & Neice, NACA
report 1382, 1958), so that the glider sinks as it slows down instead of skipping.
"""

from __future__ import annotations

import math

from warnpath.compilation import kernel
from warnpath.physics.arrays import Table
from warnpath.physics.atmosphere import density_kg_m3
from warnpath.physics.earth import J2, ROTATION_RAD_S, altitude_m, gravity_with

BURN_TIME_S = 0
VERTICAL_TIME_S = 1
THRUST_M_S2 = 2  # at lift-off
PROPELLANT_FRACTION = 3
TILT_EAST_RAD = 4  # final tilt of the thrust from the vertical, a vector in the plane of east and north
TILT_NORTH_RAD = 5
FRAME = 6  # east, north and up at the launch place: nine columns
INVERSE_BALLISTIC_M2_KG = 15  # one over m/(Cd A) after burnout; 0 switches the air off
LIFT_TO_DRAG = 16
PULL_UP_ALTITUDE_M = 17  # where the descending flight begins to pull up; negative for never
PULL_UP_SINE = 18  # sine of the flight-path angle at which the pull-up ends
J2_TERM = 19
ROTATION = 20
STOP_ALTITUDE_M = 21
END_TIME_S = 22  # the flight is cut here at the latest
GLIDE_END_SPEED_M_S = 23  # where a glide ends; negative for none
FLIGHT_COLUMNS = 24

VERTICAL_RISE = 0
TURN = 1
FREE_FLIGHT = 2
PULL_UP = 3
GLIDE = 4
DESCENT = 5

GLIDE_SCALE_HEIGHT_M = 7000.0
"""Height over which the air thins to 1/e, for the path angle at which a glider is in balance."""
GLIDE_DAMPING = 0.1
"""Sine of the path angle off balance at which a glider's lift is off by seven tenths."""


@kernel(
    "UniTuple(float64, 3)(float64, float64, float64, float64, float64, float64, float64, float64, float64)"
)
def coasting_acceleration(
    x: float,
    y: float,
    z: float,
    vx: float,
    vy: float,
    vz: float,
    inverse_ballistic_m2_kg: float,
    j2: float,
    rotation_rad_s: float,
) -> tuple[float, float, float]:
    """`ballistic_acceleration` for a chosen J2 and rotation."""
    ax, ay, az = gravity_with(x, y, z, j2, rotation_rad_s)
    ax = ax + 2.0 * rotation_rad_s * vy
    ay = ay - 2.0 * rotation_rad_s * vx
    if inverse_ballistic_m2_kg > 0.0:
        density = density_kg_m3(altitude_m(x, y, z))
        if density > 0.0:
            pull = -0.5 * density * inverse_ballistic_m2_kg * math.sqrt(vx * vx + vy * vy + vz * vz)
            ax = ax + pull * vx
            ay = ay + pull * vy
            az = az + pull * vz
    return ax, ay, az


@kernel("UniTuple(float64, 3)(float64, float64, float64, float64, float64, float64, float64)")
def ballistic_acceleration(
    x: float,
    y: float,
    z: float,
    vx: float,
    vy: float,
    vz: float,
    inverse_ballistic_m2_kg: float,
) -> tuple[float, float, float]:
    """Acceleration (m/s2, ECEF) of an unpowered object: gravity with J2, rotation, drag.

    Parameters
    ----------
    x, y, z : float
        ECEF position, m.
    vx, vy, vz : float
        Velocity in the rotating frame, that is against the air, m/s.
    inverse_ballistic_m2_kg : float
        Cd A / m = exp(-ln(ballistic coefficient)); 0 for no drag. Drag is half the density times speed
        times velocity times this, so its derivative by ln(ballistic coefficient) is minus the drag.
    """
    return coasting_acceleration(x, y, z, vx, vy, vz, inverse_ballistic_m2_kg, J2, ROTATION_RAD_S)


@kernel("void(float64[:, ::1], int64, int64, float64, float64[:, ::1], int64, int64)")
def flight_derivative(
    flights: Table,
    row: int,
    phase: int,
    time: float,
    work: Table,
    state: int,
    out: int,
) -> None:
    """Velocity and acceleration of a flight.

    Parameters
    ----------
    flights, row
        The flight, columns above.
    phase : int
        `VERTICAL_RISE` ... `DESCENT`.
    time : float
        Seconds after launch.
    work : ndarray
        Columns 0-5 of row `state` are position and velocity; columns 0-5 of row `out` receive their
        derivatives.
    """
    x = work[state, 0]
    y = work[state, 1]
    z = work[state, 2]
    vx = work[state, 3]
    vy = work[state, 4]
    vz = work[state, 5]
    inverse_ballistic = flights[row, INVERSE_BALLISTIC_M2_KG]
    thrust = 0.0
    if phase < FREE_FLIGHT:
        fraction = flights[row, PROPELLANT_FRACTION]
        mass = 1.0 - fraction * time / flights[row, BURN_TIME_S]
        thrust = flights[row, THRUST_M_S2] / mass
        inverse_ballistic = inverse_ballistic * (1.0 - fraction) / mass
    ax, ay, az = coasting_acceleration(
        x,
        y,
        z,
        vx,
        vy,
        vz,
        inverse_ballistic,
        flights[row, J2_TERM],
        flights[row, ROTATION],
    )
    if phase < FREE_FLIGHT:
        east = 0.0
        north = 0.0
        up = 1.0
        if phase == TURN:
            tilt_east = flights[row, TILT_EAST_RAD]
            tilt_north = flights[row, TILT_NORTH_RAD]
            tilt = math.sqrt(tilt_east * tilt_east + tilt_north * tilt_north)
            if tilt > 0.0:
                begin = flights[row, VERTICAL_TIME_S]
                part = (time - begin) / (flights[row, BURN_TIME_S] - begin)
                angle = tilt * part * (2.0 - part)
                up = math.cos(angle)
                east = math.sin(angle) * tilt_east / tilt
                north = math.sin(angle) * tilt_north / tilt
        ax = ax + thrust * (
            east * flights[row, FRAME] + north * flights[row, FRAME + 3] + up * flights[row, FRAME + 6]
        )
        ay = ay + thrust * (
            east * flights[row, FRAME + 1] + north * flights[row, FRAME + 4] + up * flights[row, FRAME + 7]
        )
        az = az + thrust * (
            east * flights[row, FRAME + 2] + north * flights[row, FRAME + 5] + up * flights[row, FRAME + 8]
        )
    elif phase == PULL_UP or phase == GLIDE:
        # Lift is a multiple of drag, across the velocity in the vertical plane, upwards.
        speed = math.sqrt(vx * vx + vy * vy + vz * vz)
        radius = math.sqrt(x * x + y * y + z * z)
        climb = (x * vx + y * vy + z * vz) / (radius * speed)
        level = math.sqrt(max(1.0 - climb * climb, 0.0))
        if level > 1e-9:
            drag = 0.5 * density_kg_m3(altitude_m(x, y, z)) * speed * speed * inverse_ballistic
            lift = drag * flights[row, LIFT_TO_DRAG] / level
            if phase == GLIDE:
                # In balance, density times speed squared stays: the glider sinks as drag slows it down.
                balance = -2.0 * drag * GLIDE_SCALE_HEIGHT_M / (speed * speed)
                off = (climb - balance) / GLIDE_DAMPING
                lift = lift * (1.0 - off / math.sqrt(1.0 + off * off))
            ax = ax + lift * (x / radius - climb * vx / speed)
            ay = ay + lift * (y / radius - climb * vy / speed)
            az = az + lift * (z / radius - climb * vz / speed)
    work[out, 0] = vx
    work[out, 1] = vy
    work[out, 2] = vz
    work[out, 3] = ax
    work[out, 4] = ay
    work[out, 5] = az
