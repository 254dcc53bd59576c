"""One step of a track's history: the posterior of both modes after one plot, from the plots before it."""

from __future__ import annotations

import math

from warnpath.compilation import kernel
from warnpath.fusion import layout
from warnpath.fusion.launch import back_to_launch
from warnpath.fusion.layout import (
    COAST_COVARIANCE,
    COAST_STATE,
    COASTING_SINCE,
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
    TAKEN_BACK,
    THRUST_COVARIANCE,
    THRUST_PROBABILITY,
    THRUST_STATE,
    TIME,
    UPDATES,
)
from warnpath.fusion.linear import pack, unpack
from warnpath.fusion.modes import (
    ILL_CONDITIONED,
    mix,
    plot_update,
    predict_coasting,
    predict_thrusting,
    scalar_update,
    sight_axes,
)
from warnpath.physics.arrays import Table
from warnpath.physics.earth import gravity_ecef
from warnpath.physics.radar import POSITION

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


@kernel("void(float64[:, ::1], float64[:, ::1], int64)")
def keep(scratch: Table, posteriors: Table, slot: int) -> None:
    """Both modes in the scratch rows into a stored posterior."""
    for i in range(9):
        posteriors[slot, THRUST_STATE + i] = scratch[S_THRUST, i]
    for i in range(6):
        posteriors[slot, COAST_STATE + i] = scratch[S_COAST, i]
    pack(posteriors, slot, scratch, P_THRUST, THRUST_COVARIANCE, 9)
    pack(posteriors, slot, scratch, P_COAST, COAST_COVARIANCE, 6)


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
    "int64, int64, int64, int64, int64, float64)"
)
def fit_start(
    sensors: Table,
    settings: Table,
    plots: Table,
    keys: layout.IntegerTable,
    scratch: Table,
    oldest: int,
    middle: int,
    youngest: int,
    state: int,
    size: int,
    force_sigma: float,
) -> int:
    """Least squares over the first three plots: state and covariance at the youngest.

    The plots are placed in ECEF with the covariance of their own axes; the motion between them is gravity
    at the youngest plus, for size 9, a constant unknown force. Speed and force have wide priors, so that
    three plots at one time give a position and an honest ignorance. Returns 0 if it is ill-conditioned.
    """
    block = P_THRUST
    if state == S_COAST:
        block = P_COAST
    sensor = keys[youngest, layout.KEY_SENSOR]
    place_plot(scratch, sensors, sensor, plots, youngest, state)
    along = plots[youngest, PLOT_SIGMA_RANGE] * plots[youngest, PLOT_SIGMA_RANGE]
    across = plots[youngest, PLOT_SIGMA_CROSS] * plots[youngest, PLOT_SIGMA_CROSS]
    speed = settings[0, layout.START_SPEED_SIGMA] * settings[0, layout.START_SPEED_SIGMA]
    for i in range(size):
        for j in range(size):
            scratch[block + i, j] = 0.0
        if i >= 6:
            scratch[state, i] = 0.0
            scratch[block + i, i] = force_sigma * force_sigma
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
        sensor = keys[slot, layout.KEY_SENSOR]
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
    floor = settings[0, layout.START_SPEED_FLOOR] * settings[0, layout.START_SPEED_FLOOR]
    for i in range(3, 6):
        scratch[block + i, i] = max(scratch[block + i, i], floor)
    return 1


@kernel(
    "int64(float64[:, ::1], float64[:, ::1], float64[:, ::1], int64[:, ::1], float64[:, ::1], "
    "float64[:, ::1], int64, int64, int64)"
)
def start(
    sensors: Table,
    settings: Table,
    plots: Table,
    keys: layout.IntegerTable,
    posteriors: Table,
    scratch: Table,
    oldest: int,
    middle: int,
    youngest: int,
) -> int:
    """First posterior of a track, in the slot of the youngest of its first three plots; 0 if there is none."""
    posteriors[youngest, UPDATES] = 0.0
    if plots[youngest, PLOT_TIME] - plots[oldest, PLOT_TIME] > settings[0, layout.START_SPAN]:
        return 0
    for attempt in range(2):
        state = S_THRUST
        size = 9
        if attempt == 1:
            state = S_COAST
            size = 6
        if (
            fit_start(
                sensors,
                settings,
                plots,
                keys,
                scratch,
                oldest,
                middle,
                youngest,
                state,
                size,
                settings[0, layout.IGNITION_SIGMA],
            )
            == 0
        ):
            return 0
    keep(scratch, posteriors, youngest)
    posteriors[youngest, UPDATES] = 3.0
    posteriors[youngest, TIME] = plots[youngest, PLOT_TIME]
    posteriors[youngest, THRUST_PROBABILITY] = settings[0, layout.START_PROBABILITY]
    posteriors[youngest, COASTING_SINCE] = NEVER
    posteriors[youngest, REJECTIONS] = 0.0
    posteriors[youngest, POINT_VALID] = 0.0
    back_to_launch(scratch, S_THRUST, P_THRUST, posteriors, youngest)
    return 1


@kernel(
    "int64(float64[:, ::1], float64[:, ::1], float64[:, ::1], int64[:, ::1], float64[:, ::1], "
    "float64[:, ::1], int64, int64, int64)"
)
def advance(
    sensors: Table,
    settings: Table,
    plots: Table,
    keys: layout.IntegerTable,
    posteriors: Table,
    scratch: Table,
    previous: int,
    slot: int,
    with_plot: int,
) -> int:
    """Posterior of a plot's slot from the one before it; without the plot only the time moves on.

    Returns
    -------
    int
        0 if the update is ill-conditioned and nothing was written, else 1.
    """
    time = plots[slot, PLOT_TIME]
    elapsed = time - posteriors[previous, TIME]
    thrust = posteriors[previous, THRUST_PROBABILITY]
    since = posteriors[previous, COASTING_SINCE]
    rejections = posteriors[previous, REJECTIONS]
    restore(scratch, posteriors, previous)
    if elapsed > 0.0:
        thrust = mix(scratch, settings, thrust, elapsed)
        predict_thrusting(scratch, settings, elapsed)
        predict_coasting(scratch, settings, elapsed)
    if with_plot == 1:
        sensor = keys[slot, layout.KEY_SENSOR]
        thrusting = plot_update(scratch, sensors, sensor, plots, slot, S_THRUST, P_THRUST, 9)
        coasting = plot_update(scratch, sensors, sensor, plots, slot, S_COAST, P_COAST, 6)
        if thrusting <= ILL_CONDITIONED or coasting <= ILL_CONDITIONED:
            return 0
        odds = math.exp(min(max(coasting - thrusting, -600.0), 600.0))
        thrust = thrust / (thrust + (1.0 - thrust) * odds)
        thrust = min(max(thrust, _SURE), 1.0 - _SURE)
        if thrust < settings[0, MAX_THRUST_PROBABILITY]:
            since = min(since, time)
        elif thrust >= settings[0, TAKEN_BACK]:
            since = NEVER
    else:
        rejections += 1.0
    keep(scratch, posteriors, slot)
    updates = posteriors[previous, UPDATES] + 1.0
    posteriors[slot, UPDATES] = updates
    posteriors[slot, TIME] = time
    posteriors[slot, THRUST_PROBABILITY] = thrust
    posteriors[slot, COASTING_SINCE] = since
    posteriors[slot, REJECTIONS] = rejections
    for i in range(6):
        posteriors[slot, POINT_VALID + i] = posteriors[previous, POINT_VALID + i]
    # Looked at again while the object is low; later plots know the ground below it less and less.
    if updates == 6.0 or updates == 12.0 or updates == 24.0:
        if thrust > 0.5:
            back_to_launch(scratch, S_THRUST, P_THRUST, posteriors, slot)
        else:
            back_to_launch(scratch, S_COAST, P_COAST, posteriors, slot)
    return 1
