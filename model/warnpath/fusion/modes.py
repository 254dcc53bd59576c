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
    IGNITION_SIGMA,
    IGNITION_TIME,
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
)
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


@kernel("float64(float64[:, ::1], float64[:, ::1], float64, float64, int64)")
def mix(scratch: Table, settings: Table, thrust_probability: float, elapsed: float, ballistic: int) -> float:
    """Mix the two modes over an elapsed time; returns the prior probability of thrust after it.

    Transition probabilities are those of a two-state chain in continuous time, rate * (1 - exp(-elapsed *
    (sum of rates))) / (sum of rates), so how many plots share the time is without effect. An ignition
    starts with no known force, its spread the ignition sigma. With `ballistic` the object is taken to be in
    free flight: the thrusting mode still learns from the ballistic one, and no longer the other way.
    """
    burnout_rate = 1.0 / settings[0, BURN_TIME]
    ignition_rate = 1.0 / settings[0, IGNITION_TIME]
    both = burnout_rate + ignition_rate
    changed = (1.0 - math.exp(-elapsed * both)) / both
    burnout = burnout_rate * changed
    ignition = ignition_rate * changed
    coast_probability = 1.0 - thrust_probability
    to_thrust: float = (1.0 - burnout) * thrust_probability + ignition * coast_probability
    to_coast = burnout * thrust_probability + (1.0 - ignition) * coast_probability
    if not (to_thrust > 0.0 and to_coast > 0.0):
        return thrust_probability
    lit = ignition * coast_probability / to_thrust
    burnt = burnout * thrust_probability / to_coast
    if ballistic == 1:
        # A thrust that is taken as excluded is pruned, not merged: its wide covariance, entering at every
        # plot with a tiny weight, would act as noise of 1 (m/s)^2 a second on an object in free flight.
        burnt = 0.0
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
