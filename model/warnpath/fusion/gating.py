"""What it costs to give a plot to a track: twice the negative log likelihood, within a gate.

A plot is compared with the likelier mode of a track that stands, predicted to its time from the plots before
it, and with the other one where it is outside the gate of that; with the last plots of a track that has not
started yet.
"""

from __future__ import annotations

import math

from warnpath.compilation import kernel
from warnpath.fusion.fading import NO_BOUND, least_cost, remember_spread
from warnpath.fusion.flight import vertical
from warnpath.fusion.history import copy_modes, place_plot
from warnpath.fusion.layout import (
    COAST_COVARIANCE,
    COAST_STATE,
    COUNT,
    INVERSE_BALLISTIC,
    KEY_ORDER,
    KEY_SENSOR,
    PENDING,
    PLOT_SIGMA_CROSS,
    PLOT_SIGMA_RANGE,
    PLOT_TIME,
    S_FIRST,
    S_GAP,
    S_MODES,
    START_SPAN,
    THRUST_COVARIANCE,
    THRUST_PROBABILITY,
    THRUST_STATE,
    TIME,
    UPDATES,
    IntegerTable,
)
from warnpath.fusion.measurement import plot_update
from warnpath.fusion.motion import predict_coast, predict_thrust
from warnpath.fusion.tracking import place_in_order, work_off
from warnpath.physics.arrays import Table

GATE = 50.0
"""Largest normalised square of a residual of three numbers. Chance alone exceeds 30 once in a million; the
rest is for a thrust that is no Gauss-Markov process, whose residuals run to 1.5 times what the modes say."""
OUTSIDE = 1e300
"""Cost of a pair outside the gate."""
FORCE_M_S2 = 40.0
"""Unforeseen acceleration (1-sigma) that the first, rough comparison allows for."""
QUICK_S = 4.0
"""So far from what is worked out of a track the rough comparison is trusted."""
LOST_S = 60.0
"""A track that was thrusting is lost when it has had no plot for so long ..."""
LOST_M = 50e3
"""... and one that was not, when it may be so far (1-sigma) from where it should be by then."""
SPEED_FORCE_M_S2 = 30.0
"""An object that has not been followed yet is taken to have got to its height at this acceleration ..."""
FASTEST_M_S = 5000.0
"""... and to be no faster than this."""
SPEED_SHARE = 0.4
SPEED_SIGMA_M_S = 200.0
"""Spread (1-sigma) of that speed: this share of it, and so much."""
SHORTEST_SPAN_S = 0.1
"""Two plots closer in time tell nothing about the way on."""
STRAIGHT_FORCE_M_S2 = 40.0
"""Acceleration (1-sigma) between the first plots of a track."""


@kernel("float64(float64[:, ::1], int64, float64, float64, float64, float64, float64)")
def rough_square(
    posteriors: Table, slot: int, elapsed: float, x: float, y: float, z: float, variance: float
) -> float:
    """Square of the distance of a place from where the likelier mode leads, over what is to be expected."""
    wander = 0.5 * FORCE_M_S2 * elapsed * elapsed
    half = 0.5 * elapsed * elapsed
    state = COAST_STATE
    covariance = COAST_COVARIANCE
    thrusting = 0
    if posteriors[slot, THRUST_PROBABILITY] >= 0.5:
        state = THRUST_STATE
        covariance = THRUST_COVARIANCE
        thrusting = 1
    gap_x = x - posteriors[slot, state] - elapsed * posteriors[slot, state + 3]
    gap_y = y - posteriors[slot, state + 1] - elapsed * posteriors[slot, state + 4]
    gap_z = z - posteriors[slot, state + 2] - elapsed * posteriors[slot, state + 5]
    if thrusting == 1:
        gap_x -= half * posteriors[slot, state + 6]
        gap_y -= half * posteriors[slot, state + 7]
        gap_z -= half * posteriors[slot, state + 8]
    expected = (
        variance
        + wander * wander
        + posteriors[slot, covariance]
        + posteriors[slot, covariance + 2]
        + posteriors[slot, covariance + 5]
        + elapsed
        * elapsed
        * (
            posteriors[slot, covariance + 9]
            + posteriors[slot, covariance + 14]
            + posteriors[slot, covariance + 20]
        )
    )
    return (gap_x * gap_x + gap_y * gap_y + gap_z * gap_z) / expected  # type: ignore[no-any-return]


@kernel(
    "float64(int64[:, ::1], int64[:, ::1], float64[:, ::1], int64, float64, float64, float64, float64, "
    "float64)"
)
def rough_cost(
    heads: IntegerTable,
    keys: IntegerTable,
    posteriors: Table,
    track: int,
    time: float,
    x: float,
    y: float,
    z: float,
    variance: float,
) -> float:
    """`rough_square` of a place and a track as far as it is worked out; 0 if it has not started, -1 if empty.

    A track that is lost is as good as empty: without a plot for long, and not known well enough any more.
    More than a few seconds from what is worked out it says little: then it is 0 inside the gate.
    """
    count = heads[track, COUNT]
    if count == 0:
        return -1.0
    known = count - heads[track, PENDING]
    if known <= 0:
        return 0.0
    first = track * (keys.shape[0] // heads.shape[0])
    slot = first + keys[first + known - 1, KEY_ORDER]
    if not posteriors[slot, UPDATES] > 0.0:
        return 0.0
    elapsed = time - posteriors[slot, TIME]
    if elapsed > LOST_S:
        if posteriors[slot, THRUST_PROBABILITY] >= 0.5:
            return -1.0
        speed = posteriors[slot, COAST_COVARIANCE + 9]
        speed += posteriors[slot, COAST_COVARIANCE + 14] + posteriors[slot, COAST_COVARIANCE + 20]
        if elapsed * elapsed * speed > LOST_M * LOST_M:
            return -1.0
    square = rough_square(posteriors, slot, elapsed, x, y, z, variance)
    if square < GATE and abs(elapsed) > QUICK_S:
        return 0.0
    return square


@kernel(
    "float64(float64[:, ::1], float64[:, ::1], float64[:, ::1], int64[:, ::1], float64[:, ::1], "
    "float64[:, ::1], int64, int64, float64[:, ::1], int64)"
)
def start_cost(
    sensors: Table,
    settings: Table,
    plots: Table,
    keys: IntegerTable,
    candidates: Table,
    scratch: Table,
    first: int,
    place: int,
    places: Table,
    row: int,
) -> float:
    """Cost of a plot for a track that has not started: by the one or two plots before it.

    From one plot the direction is unknown and the speed guessed by the height; from two the way goes straight
    on.

    Parameters
    ----------
    place : int
        Place in the order of the plots of the track that the plot would have; at least 1.
    places : float64[:, 3]
        Row `row` holds where the plot is.
    """
    slot = first + keys[first + place - 1, KEY_ORDER]
    elapsed = candidates[row, PLOT_TIME] - plots[slot, PLOT_TIME]
    if elapsed > settings[0, START_SPAN]:
        return OUTSIDE
    place_plot(scratch, sensors, keys[slot, KEY_SENSOR], plots, slot)
    along = candidates[row, PLOT_SIGMA_RANGE]
    across = candidates[row, PLOT_SIGMA_CROSS]
    own = (along * along + 2.0 * across * across) / 3.0
    along = plots[slot, PLOT_SIGMA_RANGE]
    across = plots[slot, PLOT_SIGMA_CROSS]
    other = (along * along + 2.0 * across * across) / 3.0
    for j in range(3):
        scratch[S_GAP, j] = places[row, j] - scratch[S_FIRST, 9 + j]
    square = 0.0
    if place >= 2:
        before = first + keys[first + place - 2, KEY_ORDER]
        span = plots[slot, PLOT_TIME] - plots[before, PLOT_TIME]
        if span > SHORTEST_SPAN_S:
            for j in range(3):
                scratch[S_GAP, 3 + j] = scratch[S_FIRST, 9 + j]
            place_plot(scratch, sensors, keys[before, KEY_SENSOR], plots, before)
            ratio = elapsed / span
            for j in range(3):
                gap = scratch[S_GAP, j] - ratio * (scratch[S_GAP, 3 + j] - scratch[S_FIRST, 9 + j])
                square += gap * gap
            along = plots[before, PLOT_SIGMA_RANGE]
            across = plots[before, PLOT_SIGMA_CROSS]
            earlier = (along * along + 2.0 * across * across) / 3.0
            bend = 0.5 * STRAIGHT_FORCE_M_S2 * elapsed * (elapsed + span)
            variance = own + other * (1.0 + ratio) * (1.0 + ratio) + earlier * ratio * ratio + bend * bend
            square = square / variance
            if square > GATE:
                return OUTSIDE
            return square + 3.0 * math.log(variance)  # type: ignore[no-any-return]
    for j in range(3):
        square += scratch[S_GAP, j] * scratch[S_GAP, j]
    _, _, _, height = vertical(places[row, 0], places[row, 1], places[row, 2])
    speed = min(math.sqrt(2.0 * SPEED_FORCE_M_S2 * max(height, 1000.0)), FASTEST_M_S)
    sigma = (SPEED_SHARE * speed + SPEED_SIGMA_M_S) * elapsed
    variance = sigma * sigma + own + other
    gap = math.sqrt(square) - speed * elapsed
    if gap * gap > GATE * variance:
        return OUTSIDE
    # A shell about the first plot: its thickness, and its radius in two directions.
    return (  # type: ignore[no-any-return]
        gap * gap / variance
        + math.log(variance)
        + 2.0 * math.log(speed * speed * elapsed * elapsed + variance)
    )


@kernel(
    "float64(float64[:, ::1], float64[:, ::1], int64[:, ::1], float64[:, ::1], int64[:, ::1], "
    "float64[:, ::1], float64[:, ::1], int64, float64[:, ::1], int64, float64[:, ::1], int64, int64)"
)
def track_cost(
    sensors: Table,
    settings: Table,
    heads: IntegerTable,
    plots: Table,
    keys: IntegerTable,
    posteriors: Table,
    scratch: Table,
    track: int,
    candidates: Table,
    row: int,
    places: Table,
    sensor: int,
    sequence: int,
) -> float:
    """Cost of giving a plot to a track: twice the negative log likelihood; `OUTSIDE` beyond the gate.

    Only plots before it in the order count, so one of the same scan that the track has does not.

    Parameters
    ----------
    candidates, row
        The plot, with the columns of `plots`.
    places
        Row `row` holds where it is (ECEF, m).
    """
    first = track * (keys.shape[0] // heads.shape[0])
    count = heads[track, COUNT]
    time = candidates[row, PLOT_TIME]
    place = place_in_order(plots, keys, first, count, time, sensor, sequence)
    if place < 0:
        place = -1 - place
    if place == 0:
        return OUTSIDE
    work_off(sensors, settings, heads, plots, keys, posteriors, scratch, track, place)
    slot = first + keys[first + place - 1, KEY_ORDER]
    if not posteriors[slot, UPDATES] > 0.0:
        return start_cost(sensors, settings, plots, keys, candidates, scratch, first, place, places, row)
    elapsed = time - posteriors[slot, TIME]
    along = candidates[row, PLOT_SIGMA_RANGE]
    across = candidates[row, PLOT_SIGMA_CROSS]
    spread = along * along + 2.0 * across * across
    if not (
        rough_square(posteriors, slot, elapsed, places[row, 0], places[row, 1], places[row, 2], spread) < GATE
    ):
        return OUTSIDE
    copy_modes(posteriors, slot, scratch, S_MODES)
    likelier = 0
    if posteriors[slot, THRUST_PROBABILITY] >= 0.5:
        likelier = 1
    for attempt in range(2):
        mode = likelier
        if attempt == 1:
            mode = 1 - likelier
        if mode == 1:
            predict_thrust(scratch, S_MODES, settings, elapsed)
        else:
            predict_coast(scratch, S_MODES, settings, elapsed, settings[0, INVERSE_BALLISTIC])
            if elapsed > QUICK_S and place == count:
                remember_spread(posteriors, slot, scratch, S_MODES, elapsed)
        square, determinant = plot_update(scratch, S_MODES, mode, sensors, sensor, candidates, row)
        if determinant > 0.0 and square < GATE:
            return square + math.log(determinant)
    return OUTSIDE


@kernel(
    "float64(float64[:, ::1], int64[:, ::1], float64[:, ::1], int64[:, ::1], float64[:, ::1], int64, float64)"
)
def least_track_cost(
    settings: Table,
    heads: IntegerTable,
    plots: Table,
    keys: IntegerTable,
    posteriors: Table,
    track: int,
    time: float,
) -> float:
    """What `track_cost` is at least for a plot at a time; `NO_BOUND` where nothing is known about it.

    Only of a track that is worked out to its end, and a plot after all that it has.
    """
    count = heads[track, COUNT]
    if count == 0 or heads[track, PENDING] > 0:
        return NO_BOUND
    first = track * (keys.shape[0] // heads.shape[0])
    slot = first + keys[first + count - 1, KEY_ORDER]
    if not (plots[slot, PLOT_TIME] < time and posteriors[slot, UPDATES] > 0.0):
        return NO_BOUND
    return float(least_cost(posteriors, slot, settings, time - posteriors[slot, TIME]))
