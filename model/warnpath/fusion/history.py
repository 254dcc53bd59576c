"""One step of a track's history: the posterior of both modes after one plot, from the plots before it."""

from __future__ import annotations

import math

from warnpath.compilation import kernel
from warnpath.fusion.launch import back_to_launch
from warnpath.fusion.layout import (
    COAST_COVARIANCE,
    COAST_STATE,
    COASTING_SINCE,
    FADED_AFTER,
    HOLD,
    IGNITION_SIGMA,
    INVERSE_BALLISTIC,
    KEY_ORDER,
    KEY_SENSOR,
    MAX_THRUST_PROBABILITY,
    NEVER,
    PLOT_COSINE_AZIMUTH,
    PLOT_COSINE_ELEVATION,
    PLOT_RANGE,
    PLOT_SIGMA_CROSS,
    PLOT_SIGMA_RANGE,
    PLOT_SINE_AZIMUTH,
    PLOT_SINE_ELEVATION,
    PLOT_TIME,
    POINT_VALID,
    REJECTIONS,
    S_FIRST,
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
from warnpath.fusion.measurement import plot_update
from warnpath.fusion.modes import mix
from warnpath.fusion.motion import predict_coast, predict_thrust
from warnpath.fusion.update import update_any
from warnpath.physics.arrays import Table
from warnpath.physics.earth import gravity_ecef
from warnpath.physics.radar import FRAME, POSITION

LOST_SIGMA_M = 20e3
"""A track is lost when its position is known less well than this (root of the trace) ..."""
PLOT_RATIO = 10.0
"""... and less well than this many times the spread of the plot at hand."""
_SURE = 1e-9
"""Mode probabilities stay this far from 0 and 1, so that a mode can always come back."""


@kernel("void(float64[:, ::1], int64, float64[:, ::1], int64)")
def copy_modes(source: Table, row: int, target: Table, to_row: int) -> None:
    """Both modes from a row into one of another table, or of the same."""
    for column in range(THRUST_STATE, POINT_VALID):
        target[to_row, column] = source[row, column]


@kernel("void(float64[:, ::1], float64[:, ::1], int64, float64[:, ::1], int64)")
def place_plot(scratch: Table, sensors: Table, sensor: int, plots: Table, slot: int) -> None:
    """Axes of sight of a plot, nine numbers, and its ECEF position, three, into S_FIRST.

    The axes are unit vectors along the line of sight, across it (growing azimuth) and up across (elevation).
    """
    sine_azimuth = plots[slot, PLOT_SINE_AZIMUTH]
    cosine_azimuth = plots[slot, PLOT_COSINE_AZIMUTH]
    sine_elevation = plots[slot, PLOT_SINE_ELEVATION]
    cosine_elevation = plots[slot, PLOT_COSINE_ELEVATION]
    for j in range(3):
        east = sensors[sensor, FRAME + j]
        north = sensors[sensor, FRAME + 3 + j]
        up = sensors[sensor, FRAME + 6 + j]
        level = sine_azimuth * east + cosine_azimuth * north
        along = cosine_elevation * level + sine_elevation * up
        scratch[S_FIRST, j] = along
        scratch[S_FIRST, 3 + j] = cosine_azimuth * east - sine_azimuth * north
        scratch[S_FIRST, 6 + j] = cosine_elevation * up - sine_elevation * level
        scratch[S_FIRST, 9 + j] = sensors[sensor, POSITION + j] + plots[slot, PLOT_RANGE] * along


@kernel(
    "int64(float64[:, ::1], float64[:, ::1], float64[:, ::1], int64[:, ::1], float64[:, ::1], "
    "float64[:, ::1], int64, int64, int64, int64)"
)
def fit_start(
    sensors: Table,
    settings: Table,
    plots: Table,
    keys: IntegerTable,
    posteriors: Table,
    scratch: Table,
    oldest: int,
    middle: int,
    youngest: int,
    mode: int,
) -> int:
    """Least squares over the first three plots: state and covariance at the youngest, in its posterior.

    The plots are placed in ECEF with the covariance of their own axes; the motion between them is gravity
    at the youngest plus, for the thrusting mode (`mode` 0, nine states; 1 is the ballistic one), a constant
    unknown force. Speed and force have wide priors, so that three plots at one time give a position and
    an honest ignorance. Returns 0 if it is ill-conditioned.
    """
    state = THRUST_STATE
    first = THRUST_COVARIANCE
    size = 9 - 3 * mode
    if mode == 1:
        state = COAST_STATE
        first = COAST_COVARIANCE
    place_plot(scratch, sensors, keys[youngest, KEY_SENSOR], plots, youngest)
    along = plots[youngest, PLOT_SIGMA_RANGE] * plots[youngest, PLOT_SIGMA_RANGE]
    across = plots[youngest, PLOT_SIGMA_CROSS] * plots[youngest, PLOT_SIGMA_CROSS]
    speed = settings[0, START_SPEED_SIGMA] * settings[0, START_SPEED_SIGMA]
    force = settings[0, IGNITION_SIGMA] * settings[0, IGNITION_SIGMA]
    element = first
    for i in range(size):
        for j in range(i + 1):
            value = 0.0
            if i < 3:
                value = (
                    along * scratch[S_FIRST, i] * scratch[S_FIRST, j]
                    + across * scratch[S_FIRST, 3 + i] * scratch[S_FIRST, 3 + j]
                    + across * scratch[S_FIRST, 6 + i] * scratch[S_FIRST, 6 + j]
                )
            elif i == j and i < 6:
                value = speed
            elif i == j:
                value = force
            posteriors[youngest, element] = value
            element += 1
        posteriors[youngest, state + i] = 0.0
        if i < 3:
            posteriors[youngest, state + i] = scratch[S_FIRST, 9 + i]
    fall = gravity_ecef(scratch[S_FIRST, 9], scratch[S_FIRST, 10], scratch[S_FIRST, 11])
    for earlier in range(2):
        slot = middle
        if earlier == 1:
            slot = oldest
        place_plot(scratch, sensors, keys[slot, KEY_SENSOR], plots, slot)
        back = plots[slot, PLOT_TIME] - plots[youngest, PLOT_TIME]
        half = 0.5 * back * back
        for axis in range(3):
            residual = 0.0
            for j in range(3):
                predicted = (
                    posteriors[youngest, state + j]
                    + back * posteriors[youngest, state + 3 + j]
                    + half * fall[j]
                )
                direction = scratch[S_FIRST, 3 * axis + j]
                scratch[S_WORK, j] = direction
                scratch[S_WORK, 3 + j] = back * direction
                scratch[S_WORK, 6 + j] = half * direction
                if size == 9:
                    predicted += half * posteriors[youngest, state + 6 + j]
                residual += direction * (scratch[S_FIRST, 9 + j] - predicted)
            sigma = plots[slot, PLOT_SIGMA_CROSS]
            if axis == 0:
                sigma = plots[slot, PLOT_SIGMA_RANGE]
            if (
                not update_any(posteriors, youngest, state, first, size, scratch, residual, sigma * sigma)
                > 0.0
            ):
                return 0
    floor = settings[0, START_SPEED_FLOOR] * settings[0, START_SPEED_FLOOR]
    posteriors[youngest, first + 9] = max(posteriors[youngest, first + 9], floor)
    posteriors[youngest, first + 14] = max(posteriors[youngest, first + 14], floor)
    posteriors[youngest, first + 20] = max(posteriors[youngest, first + 20], floor)
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
    posteriors[slot, FADED_AFTER] = 0.0
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
        sensor = keys[slot, KEY_SENSOR]
        blind = PLOT_RATIO * plots[slot, PLOT_SIGMA_CROSS]
        lost = max(LOST_SIGMA_M * LOST_SIGMA_M, blind * blind)
        elapsed = time - posteriors[previous, TIME]
        ballistic = 1
        if since == NEVER:
            ballistic = 0
        for attempt in range(2):
            copy_modes(posteriors, previous, posteriors, slot)
            thrust = posteriors[previous, THRUST_PROBABILITY]
            if elapsed > 0.0:
                thrust = mix(posteriors, slot, settings, thrust, elapsed, ballistic)
                predict_thrust(posteriors, slot, settings, elapsed)
                predict_coast(posteriors, slot, settings, elapsed, settings[0, INVERSE_BALLISTIC])
            unsure = (
                posteriors[slot, COAST_COVARIANCE]
                + posteriors[slot, COAST_COVARIANCE + 2]
                + posteriors[slot, COAST_COVARIANCE + 5]
            )
            if not unsure < lost:
                memory = -1.0
                break
            updates = memory + 1.0
            if attempt == 1:
                rejected = 1
                break
            squares, determinant = plot_update(posteriors, slot, 1, sensors, sensor, plots, slot)
            if not determinant > 0.0:
                continue
            coast_squares, coast_determinant = plot_update(posteriors, slot, 0, sensors, sensor, plots, slot)
            if not coast_determinant > 0.0:
                continue
            odds = math.exp(min(max(0.5 * (squares - coast_squares), -600.0), 600.0))
            odds *= math.sqrt(determinant / coast_determinant)
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
                fitted = fit_start(
                    sensors, settings, plots, keys, posteriors, scratch, oldest, previous, slot, mode
                )
                if fitted == 0:
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
    # Looked at again while the object is low; later plots know the ground below it less and less.
    if updates == 3.0 or updates == 6.0 or updates == 12.0 or updates == 24.0:
        if thrust >= 0.5:
            back_to_launch(scratch, posteriors, slot, THRUST_STATE, THRUST_COVARIANCE)
        else:
            back_to_launch(scratch, posteriors, slot, COAST_STATE, COAST_COVARIANCE)
    return rejected
