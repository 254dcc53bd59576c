"""The interacting pair of a track: a thrusting and a ballistic mode, mixed, predicted and updated.

The thrusting mode has nine states, the last three the specific force (all that is not gravity), a
Gauss-Markov process; the ballistic mode has six. Both live in scratch rows: S_THRUST and P_THRUST, S_COAST
and P_COAST. References: Blom & Bar-Shalom, IEEE Trans. Automatic Control 33 (1988) for the pair; Singer,
IEEE Trans. Aerospace and Electronic Systems 6 (1970) for the acceleration.
"""

from __future__ import annotations

import math

from warnpath.compilation import kernel
from warnpath.fusion.layout import (
    BURN_TIME,
    COAST_NOISE,
    IGNITION_SIGMA,
    IGNITION_TIME,
    LN_BALLISTIC_MEAN,
    P_COAST,
    P_THRUST,
    PLOT_AZIMUTH,
    PLOT_ELEVATION,
    PLOT_RANGE,
    PLOT_SIGMA_CROSS,
    PLOT_SIGMA_RANGE,
    S_AXES,
    S_COAST,
    S_GAIN,
    S_PRIOR,
    S_THRUST,
    THRUST_MEMORY,
    THRUST_NOISE,
)
from warnpath.fusion.motion import LONGEST_STEP_S, coast, coast_step, transform
from warnpath.physics.arrays import Table
from warnpath.physics.radar import FRAME, POSITION

ILL_CONDITIONED = -1e300
"""Returned instead of a log likelihood by an update that was rejected."""


@kernel("float64(float64[:, ::1], int64, int64, int64, int64, int64, float64, float64)")
def scalar_update(
    scratch: Table,
    state: int,
    block: int,
    size: int,
    direction: int,
    width: int,
    residual: float,
    variance: float,
) -> float:
    """Kalman update by one number: state row and covariance block, in place, kept symmetric.

    Parameters
    ----------
    direction, width : int
        Row of the measurement vector and the number of its leading elements that are not zero.
    residual, variance : float
        Measured minus predicted, and the variance of the measurement.

    Returns
    -------
    float
        Variance of the residual; 0 if the update is ill-conditioned, and the block must not be used.
    """
    total = 0.0
    for i in range(size):
        gain = 0.0
        for k in range(width):
            gain += scratch[block + i, k] * scratch[direction, k]
        scratch[S_GAIN, i] = gain
        if i < width:
            total += gain * scratch[direction, i]
    # A covariance that has lost its sign would make the prior look better than perfect.
    if not (total >= 0.0 and total < 1e30):
        return 0.0
    total += variance
    if not total > 0.0:
        return 0.0
    inverse = 1.0 / total
    for i in range(size):
        gain = scratch[S_GAIN, i] * inverse
        scratch[state, i] += gain * residual
        for j in range(i + 1):
            value = scratch[block + i, j] - gain * scratch[S_GAIN, j]
            scratch[block + i, j] = value
            scratch[block + j, i] = value
        if not scratch[block + i, i] > 0.0:
            return 0.0
    return total


@kernel("void(float64[:, ::1], float64[:, ::1], int64, float64, float64, float64, float64)")
def sight_axes(
    scratch: Table,
    sensors: Table,
    sensor: int,
    sine_azimuth: float,
    cosine_azimuth: float,
    sine_elevation: float,
    cosine_elevation: float,
) -> None:
    """Unit vectors (ECEF) along a line of sight, across it (growing azimuth) and up across (elevation)."""
    for j in range(3):
        east = sensors[sensor, FRAME + j]
        north = sensors[sensor, FRAME + 3 + j]
        up = sensors[sensor, FRAME + 6 + j]
        level = sine_azimuth * east + cosine_azimuth * north
        scratch[S_AXES, j] = cosine_elevation * level + sine_elevation * up
        scratch[S_AXES + 1, j] = cosine_azimuth * east - sine_azimuth * north
        scratch[S_AXES + 2, j] = cosine_elevation * up - sine_elevation * level


@kernel("float64(float64[:, ::1], float64[:, ::1], int64, float64[:, ::1], int64, int64, int64, int64)")
def plot_update(
    scratch: Table,
    sensors: Table,
    sensor: int,
    plots: Table,
    slot: int,
    state: int,
    block: int,
    size: int,
) -> float:
    """Extended Kalman update by range, azimuth and elevation; returns the log likelihood.

    Residuals and the rows of the Jacobian of azimuth and elevation are scaled by the predicted distance,
    which makes the rows unit vectors and changes nothing else; the three numbers are independent, so
    they are taken one after the other. Returns ILL_CONDITIONED where the update must not be used.
    """
    east = 0.0
    north = 0.0
    up = 0.0
    for j in range(3):
        difference = scratch[state, j] - sensors[sensor, POSITION + j]
        east += sensors[sensor, FRAME + j] * difference
        north += sensors[sensor, FRAME + 3 + j] * difference
        up += sensors[sensor, FRAME + 6 + j] * difference
        scratch[S_PRIOR, j] = scratch[state, j]
    across_squared = east * east + north * north
    across = math.sqrt(across_squared)
    distance = math.sqrt(across_squared + up * up)
    measured = plots[slot, PLOT_RANGE]
    measured_across = measured * math.cos(plots[slot, PLOT_ELEVATION])
    if not (across > 1.0 and measured_across > 1.0 and distance < 1e9):
        return ILL_CONDITIONED
    sight_axes(scratch, sensors, sensor, east / across, north / across, up / distance, across / distance)
    turn = plots[slot, PLOT_AZIMUTH] - math.atan2(east, north)
    turn -= 2.0 * math.pi * math.floor(turn / (2.0 * math.pi) + 0.5)
    climb = plots[slot, PLOT_ELEVATION] - math.atan2(up, across)
    squares = 0.0
    determinant = 1.0
    for axis in range(3):
        residual = measured - distance
        sigma = plots[slot, PLOT_SIGMA_RANGE]
        if axis == 1:
            residual = across * turn
            sigma = plots[slot, PLOT_SIGMA_CROSS] * across / measured_across
        elif axis == 2:
            residual = distance * climb
            sigma = plots[slot, PLOT_SIGMA_CROSS] * distance / measured
        for j in range(3):
            residual -= scratch[S_AXES + axis, j] * (scratch[state, j] - scratch[S_PRIOR, j])
        variance = scalar_update(scratch, state, block, size, S_AXES + axis, 3, residual, sigma * sigma)
        if not variance > 0.0:
            return ILL_CONDITIONED
        squares += residual * residual / variance
        determinant *= variance
    return -0.5 * (squares + math.log(determinant))


@kernel("float64(float64[:, ::1], float64[:, ::1], float64, float64)")
def mix(scratch: Table, settings: Table, thrust_probability: float, elapsed: float) -> float:
    """Mix the two modes over an elapsed time; returns the prior probability of thrust after it.

    Transition probabilities are 1 - exp(-elapsed / mean time), so they do not depend on how many plots
    share the time. An ignition starts with no known force, its spread the ignition sigma.
    """
    burnout = 1.0 - math.exp(-elapsed / settings[0, BURN_TIME])
    ignition = 1.0 - math.exp(-elapsed / settings[0, IGNITION_TIME])
    coast_probability = 1.0 - thrust_probability
    to_thrust = (1.0 - burnout) * thrust_probability + ignition * coast_probability
    to_coast = burnout * thrust_probability + (1.0 - ignition) * coast_probability
    if not (to_thrust > 0.0 and to_coast > 0.0):
        return thrust_probability
    lit = ignition * coast_probability / to_thrust
    burnt = burnout * thrust_probability / to_coast
    for i in range(6):
        gap = scratch[S_THRUST, i] - scratch[S_COAST, i]
        for j in range(i + 1):
            other = scratch[S_THRUST, j] - scratch[S_COAST, j]
            thrusting = scratch[P_THRUST + i, j]
            coasting = scratch[P_COAST + i, j]
            first = (1.0 - lit) * thrusting + lit * coasting + lit * (1.0 - lit) * gap * other
            second = (1.0 - burnt) * coasting + burnt * thrusting + burnt * (1.0 - burnt) * gap * other
            scratch[P_THRUST + i, j] = first
            scratch[P_THRUST + j, i] = first
            scratch[P_COAST + i, j] = second
            scratch[P_COAST + j, i] = second
    spread = settings[0, IGNITION_SIGMA] * settings[0, IGNITION_SIGMA]
    for i in range(6, 9):
        force = scratch[S_THRUST, i]
        for j in range(i + 1):
            gap = scratch[S_THRUST, j]
            if j < 6:
                gap -= scratch[S_COAST, j]
            value = (1.0 - lit) * scratch[P_THRUST + i, j] + lit * (1.0 - lit) * force * gap
            if i == j:
                value += lit * spread
            scratch[P_THRUST + i, j] = value
            scratch[P_THRUST + j, i] = value
    for i in range(6):
        gap = scratch[S_THRUST, i] - scratch[S_COAST, i]
        scratch[S_THRUST, i] -= lit * gap
        scratch[S_COAST, i] += burnt * gap
        if i < 3:
            scratch[S_THRUST, 6 + i] *= 1.0 - lit
    return to_thrust


@kernel("void(float64[:, ::1], float64[:, ::1], float64)")
def predict_thrusting(scratch: Table, settings: Table, elapsed: float) -> None:
    """Predict the thrusting mode: free flight plus a specific force that fades with its memory.

    Steps are at most 10 s and a third of the memory, where the series below is right to 1e-5; the noise
    is that of white jerk.
    """
    memory = settings[0, THRUST_MEMORY]
    longest = min(LONGEST_STEP_S, memory / 3.0)
    if not (elapsed > 0.0 and longest > 0.0):
        return
    steps = 1 + int(elapsed / longest)
    step = elapsed / steps
    ratio = step / memory
    half = 0.5 * step * step
    to_position = half * (1.0 - ratio * (1.0 / 3.0 - ratio * (1.0 / 12.0 - ratio / 60.0)))
    to_velocity = step * (1.0 - ratio * (0.5 - ratio * (1.0 / 6.0 - ratio * (1.0 / 24.0 - ratio / 120.0))))
    kept = 1.0 - to_velocity / memory
    noise = settings[0, THRUST_NOISE] * step
    for _ in range(steps):
        coast_step(scratch, S_THRUST, 0.0, step, 1)
        transform(scratch, P_THRUST, 9)
        for i in range(3):
            scratch[S_THRUST, i] += to_position * scratch[S_THRUST, 6 + i]
            scratch[S_THRUST, 3 + i] += to_velocity * scratch[S_THRUST, 6 + i]
            scratch[S_THRUST, 6 + i] *= kept
            for j in range(9):
                force = scratch[P_THRUST + 6 + i, j]
                scratch[P_THRUST + i, j] += to_position * force
                scratch[P_THRUST + 3 + i, j] += to_velocity * force
                scratch[P_THRUST + 6 + i, j] = kept * force
        for i in range(9):
            for j in range(3):
                force = scratch[P_THRUST + i, 6 + j]
                scratch[P_THRUST + i, j] += to_position * force
                scratch[P_THRUST + i, 3 + j] += to_velocity * force
                scratch[P_THRUST + i, 6 + j] = kept * force
        for i in range(3):
            # Lower triangle only; it is mirrored below.
            scratch[P_THRUST + i, i] += noise * half * half * 0.2
            scratch[P_THRUST + 3 + i, i] += noise * half * step * 0.25
            scratch[P_THRUST + 3 + i, 3 + i] += noise * half * 2.0 / 3.0
            scratch[P_THRUST + 6 + i, i] += noise * half / 3.0
            scratch[P_THRUST + 6 + i, 3 + i] += noise * step * 0.5
            scratch[P_THRUST + 6 + i, 6 + i] += noise
        for i in range(9):
            for j in range(i):
                scratch[P_THRUST + j, i] = scratch[P_THRUST + i, j]


@kernel("void(float64[:, ::1], float64[:, ::1], float64)")
def predict_coasting(scratch: Table, settings: Table, elapsed: float) -> None:
    """Predict the ballistic mode: gravity, rotation, drag of the class."""
    coast(
        scratch,
        S_COAST,
        elapsed,
        math.exp(-settings[0, LN_BALLISTIC_MEAN]),
        settings[0, COAST_NOISE],
        P_COAST,
    )
