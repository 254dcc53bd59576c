"""One step of a track's history: the posterior of both modes after one plot, from the plots before it."""

from __future__ import annotations

import math

from warnpath.compilation import kernel
from warnpath.fusion.launch import back_to_launch
from warnpath.fusion.layout import (
    COAST_COVARIANCE,
    COAST_STATE,
    COASTING_SINCE,
    HOLD,
    IGNITION_SIGMA,
    KEY_ORDER,
    KEY_SENSOR,
    LN_BALLISTIC_MEAN,
    MAX_THRUST_PROBABILITY,
    NEVER,
    P_COAST,
    P_THRUST,
    PLOT_AZIMUTH,
    PLOT_ELEVATION,
    PLOT_RANGE,
    PLOT_SIGMA_CROSS,
    PLOT_SIGMA_RANGE,
    PLOT_TIME,
    POINT_VALID,
    REJECTIONS,
    S_AXES,
    S_COAST,
    S_PRIOR,
    S_THRUST,
    S_WORK,
    SMOOTHED,
    START_PROBABILITY,
    START_SPAN,
    START_SPEED_FLOOR,
    START_SPEED_SIGMA,
    TAKEN_BACK,
    THRUST_COVARIANCE,
    THRUST_PROBABILITY,
    THRUST_STATE,
    TIME,
    UPDATES,
    IntegerTable,
)
from warnpath.fusion.linear import pack, unpack
from warnpath.fusion.modes import (
    ILL_CONDITIONED,
    mix,
    plot_update,
    scalar_update,
    sight_axes,
)
from warnpath.fusion.motion import predict
from warnpath.physics.arrays import Table
from warnpath.physics.earth import gravity_ecef
from warnpath.physics.radar import POSITION

LOST_SIGMA_M = 20e3
"""A track is lost when its position is known less well than this (root of the trace) ..."""
PLOT_RATIO = 10.0
"""... and less well than this many times the spread of the plot at hand."""
_SURE = 1e-9
"""Mode probabilities stay this far from 0 and 1, so that a mode can always come back."""


@kernel("void(float64[:, ::1], float64[:, ::1], int64)")
def restore(scratch: Table, posteriors: Table, slot: int) -> None:
    """Both modes of a stored posterior into the scratch rows."""
    for i in range(9):
        scratch[S_THRUST, i] = posteriors[slot, THRUST_STATE + i]
    for i in range(6):
        scratch[S_COAST, i] = posteriors[slot, COAST_STATE + i]
    unpack(posteriors, slot, scratch, P_THRUST, THRUST_COVARIANCE, 9)
    unpack(posteriors, slot, scratch, P_COAST, COAST_COVARIANCE, 6)


@kernel("void(float64[:, ::1], float64[:, ::1], int64, float64[:, ::1], int64, int64)")
def place_plot(scratch: Table, sensors: Table, sensor: int, plots: Table, slot: int, out: int) -> None:
    """ECEF position of a plot into a scratch row, and its axes of sight into S_AXES."""
    azimuth = plots[slot, PLOT_AZIMUTH]
    elevation = plots[slot, PLOT_ELEVATION]
    sight_axes(
        scratch,
        sensors,
        sensor,
        math.sin(azimuth),
        math.cos(azimuth),
        math.sin(elevation),
        math.cos(elevation),
    )
    for j in range(3):
        scratch[out, j] = sensors[sensor, POSITION + j] + plots[slot, PLOT_RANGE] * scratch[S_AXES, j]


@kernel(
    "int64(float64[:, ::1], float64[:, ::1], float64[:, ::1], int64[:, ::1], float64[:, ::1], "
    "int64, int64, int64, int64)"
)
def fit_start(
    sensors: Table,
    settings: Table,
    plots: Table,
    keys: IntegerTable,
    scratch: Table,
    oldest: int,
    middle: int,
    youngest: int,
    mode: int,
) -> int:
    """Least squares over the first three plots: state and covariance at the youngest.

    The plots are placed in ECEF with the covariance of their own axes; the motion between them is gravity
    at the youngest plus, for the thrusting mode (`mode` 0, nine states; 1 is the ballistic one), a constant
    unknown force. Speed and force have wide priors, so that three plots at one time give a position and
    an honest ignorance. Returns 0 if it is ill-conditioned.
    """
    state = S_THRUST
    block = P_THRUST
    size = 9 - 3 * mode
    if mode == 1:
        state = S_COAST
        block = P_COAST
    sensor = keys[youngest, KEY_SENSOR]
    place_plot(scratch, sensors, sensor, plots, youngest, state)
    along = plots[youngest, PLOT_SIGMA_RANGE] * plots[youngest, PLOT_SIGMA_RANGE]
    across = plots[youngest, PLOT_SIGMA_CROSS] * plots[youngest, PLOT_SIGMA_CROSS]
    speed = settings[0, START_SPEED_SIGMA] * settings[0, START_SPEED_SIGMA]
    for i in range(size):
        for j in range(size):
            scratch[block + i, j] = 0.0
        if i >= 6:
            scratch[state, i] = 0.0
            scratch[block + i, i] = settings[0, IGNITION_SIGMA] * settings[0, IGNITION_SIGMA]
        elif i >= 3:
            scratch[state, i] = 0.0
            scratch[block + i, i] = speed
        else:
            for j in range(3):
                scratch[block + i, j] = (
                    along * scratch[S_AXES, i] * scratch[S_AXES, j]
                    + across * scratch[S_AXES + 1, i] * scratch[S_AXES + 1, j]
                    + across * scratch[S_AXES + 2, i] * scratch[S_AXES + 2, j]
                )
    fall = gravity_ecef(scratch[state, 0], scratch[state, 1], scratch[state, 2])
    for i in range(3):
        scratch[S_WORK + 2, i] = fall[i]
    for earlier in range(2):
        slot = middle
        if earlier == 1:
            slot = oldest
        sensor = keys[slot, KEY_SENSOR]
        place_plot(scratch, sensors, sensor, plots, slot, S_PRIOR)
        back = plots[slot, PLOT_TIME] - plots[youngest, PLOT_TIME]
        half = 0.5 * back * back
        for axis in range(3):
            residual = 0.0
            for j in range(3):
                predicted = scratch[state, j] + back * scratch[state, 3 + j] + half * scratch[S_WORK + 2, j]
                if size == 9:
                    predicted += half * scratch[state, 6 + j]
                    scratch[S_WORK, 6 + j] = half * scratch[S_AXES + axis, j]
                residual += scratch[S_AXES + axis, j] * (scratch[S_PRIOR, j] - predicted)
                scratch[S_WORK, j] = scratch[S_AXES + axis, j]
                scratch[S_WORK, 3 + j] = back * scratch[S_AXES + axis, j]
            sigma = plots[slot, PLOT_SIGMA_CROSS]
            if axis == 0:
                sigma = plots[slot, PLOT_SIGMA_RANGE]
            if not scalar_update(scratch, state, block, size, S_WORK, size, residual, sigma * sigma) > 0.0:
                return 0
    floor = settings[0, START_SPEED_FLOOR] * settings[0, START_SPEED_FLOOR]
    for i in range(3, 6):
        scratch[block + i, i] = max(scratch[block + i, i], floor)
    return 1


@kernel(
    "int64(float64[:, ::1], float64[:, ::1], float64[:, ::1], int64[:, ::1], float64[:, ::1], "
    "float64[:, ::1], int64, int64)"
)
def step(
    sensors: Table,
    settings: Table,
    plots: Table,
    keys: IntegerTable,
    posteriors: Table,
    scratch: Table,
    first: int,
    place: int,
) -> int:
    """Posterior after the plot at a place in the order, from the posterior after the one before it.

    Without such a posterior the track starts here if the last three plots span little enough time. A
    track whose position is no longer known to 20 km (or ten times what the plot knows) is lost: over
    such distances the linearised update is wrong, and three new plots know more. What it knew about
    burnout and about the launch point stays.

    Parameters
    ----------
    first, place : int
        First row of the track's plots, and the place in their order.

    Returns
    -------
    int
        1 if the update was ill-conditioned and left out, so that only the time moved on; else 0.
    """
    slot = first + keys[first + place, KEY_ORDER]
    time = plots[slot, PLOT_TIME]
    hold = max(settings[0, HOLD], 1e-3)
    # What is remembered about the modes and the launch point, of a lost track too.
    memory = 0.0
    thrust = settings[0, START_PROBABILITY]
    since = NEVER
    smoothed = 1.0
    rejections = 0.0
    previous = slot
    posteriors[slot, POINT_VALID] = 0.0
    if place > 0:
        previous = first + keys[first + place - 1, KEY_ORDER]
        memory = posteriors[previous, UPDATES]
        for i in range(6):
            posteriors[slot, POINT_VALID + i] = posteriors[previous, POINT_VALID + i]
    if memory != 0.0:
        thrust = posteriors[previous, THRUST_PROBABILITY]
        since = posteriors[previous, COASTING_SINCE]
        smoothed = posteriors[previous, SMOOTHED]
        rejections = posteriors[previous, REJECTIONS]
    updates = 0.0
    rejected = 0
    if memory > 0.0:
        blind = PLOT_RATIO * plots[slot, PLOT_SIGMA_CROSS]
        lost = max(LOST_SIGMA_M * LOST_SIGMA_M, blind * blind)
        elapsed = time - posteriors[previous, TIME]
        ballistic = 1
        if since == NEVER:
            ballistic = 0
        for attempt in range(2):
            restore(scratch, posteriors, previous)
            thrust = posteriors[previous, THRUST_PROBABILITY]
            if elapsed > 0.0:
                thrust = mix(scratch, settings, thrust, elapsed, ballistic)
                for mode in range(2):
                    state = S_THRUST
                    block = P_THRUST
                    inverse_ballistic = 0.0
                    if mode == 1:
                        state = S_COAST
                        block = P_COAST
                        inverse_ballistic = math.exp(-settings[0, LN_BALLISTIC_MEAN])
                    predict(scratch, settings, state, block, 9 - 3 * mode, elapsed, inverse_ballistic)
            if not scratch[P_COAST, 0] + scratch[P_COAST + 1, 1] + scratch[P_COAST + 2, 2] < lost:
                memory = -1.0
                break
            updates = memory + 1.0
            if attempt == 1:
                rejected = 1
                break
            likelihood = 0.0
            odds = 0.0
            for mode in range(2):
                state = S_THRUST
                block = P_THRUST
                if mode == 1:
                    state = S_COAST
                    block = P_COAST
                odds = likelihood
                likelihood = plot_update(
                    scratch, sensors, keys[slot, KEY_SENSOR], plots, slot, state, block, 9 - 3 * mode
                )
                if likelihood <= ILL_CONDITIONED:
                    break
            if likelihood <= ILL_CONDITIONED:
                continue
            odds = math.exp(min(max(likelihood - odds, -600.0), 600.0))
            thrust = thrust / (thrust + (1.0 - thrust) * odds)
            thrust = min(max(thrust, _SURE), 1.0 - _SURE)
            if thrust < settings[0, MAX_THRUST_PROBABILITY] and since == NEVER:
                since = time
                smoothed = thrust
            elif thrust >= settings[0, TAKEN_BACK]:
                since = NEVER
            else:
                smoothed += (1.0 - math.exp(-elapsed / hold)) * (thrust - smoothed)
            break
    if updates == 0.0 and place >= 2:
        oldest = first + keys[first + place - 2, KEY_ORDER]
        if time - plots[oldest, PLOT_TIME] <= settings[0, START_SPAN]:
            updates = 3.0
            for mode in range(2):
                if fit_start(sensors, settings, plots, keys, scratch, oldest, previous, slot, mode) == 0:
                    updates = 0.0
    posteriors[slot, UPDATES] = updates
    posteriors[slot, TIME] = time
    posteriors[slot, THRUST_PROBABILITY] = thrust
    posteriors[slot, COASTING_SINCE] = since
    posteriors[slot, SMOOTHED] = smoothed
    posteriors[slot, REJECTIONS] = rejections + rejected
    if updates == 0.0:
        posteriors[slot, UPDATES] = min(memory, 0.0)
        return 0
    for i in range(9):
        posteriors[slot, THRUST_STATE + i] = scratch[S_THRUST, i]
    for i in range(6):
        posteriors[slot, COAST_STATE + i] = scratch[S_COAST, i]
    pack(posteriors, slot, scratch, P_THRUST, THRUST_COVARIANCE, 9)
    pack(posteriors, slot, scratch, P_COAST, COAST_COVARIANCE, 6)
    # Looked at again while the object is low; later plots know the ground below it less and less.
    if updates == 3.0 or updates == 6.0 or updates == 12.0 or updates == 24.0:
        state = S_COAST
        block = P_COAST
        if thrust >= 0.5:
            state = S_THRUST
            block = P_THRUST
        back_to_launch(scratch, state, block, posteriors, slot)
    return rejected
