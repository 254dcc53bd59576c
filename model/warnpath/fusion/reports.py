"""Reports: a track as it is shown or sent, and what space infrared reports."""

from __future__ import annotations

import math

from warnpath.compilation import kernel
from warnpath.fusion import layout
from warnpath.fusion.history import copy_modes
from warnpath.fusion.layout import (
    COAST_COVARIANCE,
    COAST_STATE,
    COASTING_SINCE,
    COUNT,
    COVARIANCE,
    HOLD,
    INVERSE_BALLISTIC,
    KEY_ORDER,
    POINT_VALID,
    REPORT_COLUMNS,
    S_MODES,
    SMOOTHED,
    STATE,
    THRUST,
    THRUST_COVARIANCE,
    THRUST_PROBABILITY,
    THRUST_STATE,
    TIME,
    UPDATES,
    IntegerTable,
)
from warnpath.fusion.motion import predict_coast, predict_thrust
from warnpath.fusion.tracking import track_update
from warnpath.physics.arrays import Table

THRUST_SPREAD_M_S2 = 30.0
"""Unknown acceleration (1-sigma) assumed over the age of a report of an object that may be thrusting."""


@kernel("void(float64[:, ::1], int64)")
def clear_report(reports: Table, row: int) -> None:
    """Empty a row, except for its origin."""
    for column in range(REPORT_COLUMNS):
        if column != layout.ORIGIN:
            reports[row, column] = 0.0


@kernel("void(float64[:, ::1], int64, int64)")
def copy_report(reports: Table, source: int, target: int) -> None:
    """Copy a report."""
    for column in range(REPORT_COLUMNS):
        reports[target, column] = reports[source, column]


@kernel("int64(float64[:, ::1], int64, float64, float64, float64, float64)")
def infrared_report(
    reports: Table, row: int, time_s: float, latitude_rad: float, longitude_rad: float, sigma_m: float
) -> int:
    """A report of space infrared: a launch point in two dimensions, no track. Returns 1 if it is usable."""
    clear_report(reports, row)
    if not (sigma_m > 0.0 and sigma_m < 1e7 and abs(latitude_rad) < 1.6 and abs(longitude_rad) < 10.0):
        return 0
    reports[row, layout.REPORT_TIME] = time_s
    reports[row, layout.LAST_PLOT_TIME] = time_s
    reports[row, THRUST] = 1.0
    reports[row, layout.LAUNCH_VALID] = 1.0
    reports[row, layout.LAUNCH_LATITUDE] = latitude_rad
    reports[row, layout.LAUNCH_LONGITUDE] = longitude_rad
    reports[row, layout.LAUNCH_COVARIANCE] = sigma_m * sigma_m
    reports[row, layout.LAUNCH_COVARIANCE + 2] = sigma_m * sigma_m
    return 1


@kernel(
    "int64(float64[:, ::1], float64[:, ::1], int64[:, ::1], float64[:, ::1], int64[:, ::1], "
    "float64[:, ::1], float64[:, ::1], int64, float64, float64[:, ::1], int64)"
)
def track_report(
    sensors: Table,
    settings: Table,
    heads: IntegerTable,
    plots: Table,
    keys: IntegerTable,
    posteriors: Table,
    scratch: Table,
    track: int,
    time_s: float,
    reports: Table,
    row: int,
) -> int:
    """State and covariance of a track at a time, as a report row.

    While burnout is not declared the two modes are merged by their probabilities and the thrust
    probability shown is 1: a staging coast looks ballistic too, so nothing is believed before it has
    lasted for the hold time, counted between plots. Once declared, the ballistic mode is shown with the
    probability of thrust beside it, averaged over the hold time so that one odd plot does not revoke it;
    merging the last per cent of a mode that is taken as wrong would double the spread of the velocity.
    If thrust comes back, so does the first case.

    Parameters
    ----------
    time_s : float
        Not before the youngest plot; otherwise that plot's time is used.

    Returns
    -------
    int
        1, or 0 with the row empty if the track has not started. Impact columns are empty: see
        `warnpath.fusion.impact.impact_predict`.
    """
    clear_report(reports, row)
    track_update(sensors, settings, heads, plots, keys, posteriors, scratch, track)
    first = track * (keys.shape[0] // heads.shape[0])
    count = heads[track, COUNT]
    if count == 0:
        return 0
    slot = first + keys[first + count - 1, KEY_ORDER]
    if not posteriors[slot, UPDATES] > 0.0:
        return 0
    copy_modes(posteriors, slot, scratch, S_MODES)
    thrust = posteriors[slot, THRUST_PROBABILITY]
    shown = posteriors[slot, SMOOTHED]
    last = posteriors[slot, TIME]
    elapsed = max(time_s - last, 0.0)
    predict_coast(scratch, S_MODES, settings, elapsed, settings[0, INVERSE_BALLISTIC])
    if not last - posteriors[slot, COASTING_SINCE] >= settings[0, HOLD]:
        predict_thrust(scratch, S_MODES, settings, elapsed)
        element = 0
        for i in range(6):
            gap = scratch[S_MODES, THRUST_STATE + i] - scratch[S_MODES, COAST_STATE + i]
            for j in range(i + 1):
                other = scratch[S_MODES, THRUST_STATE + j] - scratch[S_MODES, COAST_STATE + j]
                apart = scratch[S_MODES, THRUST_COVARIANCE + element]
                apart -= scratch[S_MODES, COAST_COVARIANCE + element]
                apart += (1.0 - thrust) * gap * other
                scratch[S_MODES, COAST_COVARIANCE + element] += thrust * apart
                element += 1
        for i in range(6):
            gap = scratch[S_MODES, THRUST_STATE + i] - scratch[S_MODES, COAST_STATE + i]
            scratch[S_MODES, COAST_STATE + i] += thrust * gap
        shown = 1.0
    for i in range(6):
        reports[row, STATE + i] = scratch[S_MODES, COAST_STATE + i]
    for element in range(21):
        reports[row, COVARIANCE + element] = scratch[S_MODES, COAST_COVARIANCE + element]
    reports[row, layout.VALID] = 1.0
    reports[row, layout.REPORT_TIME] = last + elapsed
    reports[row, layout.LAST_PLOT_TIME] = last
    reports[row, layout.PLOTS] = posteriors[slot, UPDATES]
    reports[row, THRUST] = shown
    reports[row, layout.LN_BALLISTIC] = settings[0, layout.LN_BALLISTIC_MEAN]
    reports[row, layout.LN_BALLISTIC + 1] = settings[0, layout.LN_BALLISTIC_VARIANCE]
    for i in range(6):
        reports[row, layout.LAUNCH_VALID + i] = posteriors[slot, POINT_VALID + i]
    reports[row, layout.SOURCES] = 1.0
    return 1


@kernel("void(float64[:, ::1], float64[:, ::1], float64[:, ::1], int64, float64)")
def predict_report(reports: Table, settings: Table, scratch: Table, row: int, time_s: float) -> None:
    """State and covariance of a report predicted to a time, as the ballistic mode of S_MODES.

    Nobody knows what the force of an object that may be thrusting did since its report: that widens it.
    """
    for i in range(6):
        scratch[S_MODES, COAST_STATE + i] = reports[row, STATE + i]
    for element in range(21):
        scratch[S_MODES, COAST_COVARIANCE + element] = reports[row, COVARIANCE + element]
    elapsed = max(time_s - reports[row, layout.REPORT_TIME], 0.0)
    predict_coast(scratch, S_MODES, settings, elapsed, math.exp(-reports[row, layout.LN_BALLISTIC]))
    if not reports[row, THRUST] < settings[0, layout.MAX_THRUST_PROBABILITY]:
        velocity = THRUST_SPREAD_M_S2 * elapsed
        position = 0.5 * velocity * elapsed
        for i in range(3):
            scratch[S_MODES, COAST_COVARIANCE + i * (i + 3) // 2] += position * position
            scratch[S_MODES, COAST_COVARIANCE + (i + 3) * (i + 4) // 2 + i] += position * velocity
            scratch[S_MODES, COAST_COVARIANCE + (i + 3) * (i + 6) // 2] += velocity * velocity
