"""Tracks: insert a plot with exact replay of late data, and show a track as a report."""

from __future__ import annotations

import math

from warnpath.compilation import kernel
from warnpath.fusion import layout
from warnpath.fusion.history import restore, step
from warnpath.fusion.layout import (
    COASTING_SINCE,
    COUNT,
    COVARIANCE,
    HOLD,
    KEY_ORDER,
    KEY_SENSOR,
    KEY_SEQUENCE,
    LAG,
    P_COAST,
    P_THRUST,
    PLOT_TIME,
    POINT_VALID,
    REJECTIONS,
    REPORT_COLUMNS,
    S_COAST,
    S_THRUST,
    SMOOTHED,
    STATE,
    THRUST,
    THRUST_PROBABILITY,
    TIME,
    UPDATES,
    IntegerTable,
)
from warnpath.fusion.linear import pack
from warnpath.fusion.motion import predict
from warnpath.physics.arrays import Table

_BATCH = 32
"""Old plots are forgotten in batches: moving the order of all others costs about as much as an update."""


@kernel("int64(float64, float64, float64, float64, float64, float64)")
def is_measurement(
    time_s: float,
    range_m: float,
    azimuth_rad: float,
    elevation_rad: float,
    sigma_range_m: float,
    sigma_cross_m: float,
) -> int:
    """1 if the numbers of a plot can be a measurement; comparisons with NaN are false."""
    if not (abs(time_s) < 1e12 and range_m > 1.0 and range_m < 1e9):
        return 0
    if not (abs(azimuth_rad) < 100.0 and abs(elevation_rad) < 1.6):
        return 0
    if not (sigma_range_m > 0.0 and sigma_range_m < 1e7 and sigma_cross_m > 0.0 and sigma_cross_m < 1e7):
        return 0
    return 1


@kernel("int64(int64[:, ::1], int64[:, ::1], int64, int64, int64)")
def forget(heads: IntegerTable, keys: IntegerTable, first: int, track: int, number: int) -> int:
    """Forget the oldest plots of a track: rotate the order to the left by three reversals."""
    count = heads[track, COUNT]
    for part in range(3):
        low = first
        high = first + count - 1
        if part == 0:
            high = first + number - 1
        elif part == 1:
            low = first + number
        while low < high:
            slot = keys[low, KEY_ORDER]
            keys[low, KEY_ORDER] = keys[high, KEY_ORDER]
            keys[high, KEY_ORDER] = slot
            low += 1
            high -= 1
    heads[track, COUNT] = count - number
    heads[track, layout.BASED] = 1
    return number


@kernel("int64(float64[:, ::1], int64[:, ::1], int64, int64, float64, int64, int64)")
def place_in_order(
    plots: Table,
    keys: IntegerTable,
    first: int,
    count: int,
    time_s: float,
    sensor: int,
    sequence: int,
) -> int:
    """Where a plot belongs among those in order; -1 if it is there already."""
    position = count
    while position > 0:
        slot = first + keys[first + position - 1, KEY_ORDER]
        if plots[slot, PLOT_TIME] < time_s:
            return position
        if plots[slot, PLOT_TIME] == time_s:
            if keys[slot, KEY_SENSOR] < sensor:
                return position
            if keys[slot, KEY_SENSOR] == sensor:
                if keys[slot, KEY_SEQUENCE] < sequence:
                    return position
                if keys[slot, KEY_SEQUENCE] == sequence:
                    return -1
        position -= 1
    return 0


@kernel(
    "int64(float64[:, ::1], float64[:, ::1], int64[:, ::1], float64[:, ::1], int64[:, ::1], "
    "float64[:, ::1], float64[:, ::1], int64, float64, int64, int64, float64, float64, float64, float64, "
    "float64)"
)
def track_insert(
    sensors: Table,
    settings: Table,
    heads: IntegerTable,
    plots: Table,
    keys: IntegerTable,
    posteriors: Table,
    scratch: Table,
    track: int,
    time_s: float,
    sensor: int,
    sequence: int,
    range_m: float,
    azimuth_rad: float,
    elevation_rad: float,
    sigma_range_m: float,
    sigma_cross_m: float,
) -> int:
    """Take a plot into a track, in whatever order it comes.

    Parameters
    ----------
    sensors : float64[:, SENSOR_COLUMNS]
        Radars, see `warnpath.physics.radar`.
    settings, heads, plots, keys, posteriors, scratch
        See `warnpath.fusion.store`.
    track : int
        Row of `heads`.
    time_s, sensor, sequence
        Time of the measurement, row of `sensors`, number of the plot at its sensor: the key of the order.
    range_m, azimuth_rad, elevation_rad, sigma_range_m, sigma_cross_m : float
        Measurement in the sensor's east-north-up frame; see the package for the errors meant.

    Returns
    -------
    int
        Bits BIT_* of `warnpath.fusion.layout`. A plot older than the youngest by more than the lag bound
        is dropped and counted (TOO_LATE), as is one older than what the capacity still holds.
    """
    capacity = keys.shape[0] // heads.shape[0]
    first = track * capacity
    count = heads[track, COUNT]
    if is_measurement(time_s, range_m, azimuth_rad, elevation_rad, sigma_range_m, sigma_cross_m) == 0:
        heads[track, layout.REFUSED] += 1
        return layout.BIT_REFUSED
    if count > 0:
        youngest = plots[first + keys[first + count - 1, KEY_ORDER], PLOT_TIME]
        if time_s < youngest - settings[0, LAG]:
            heads[track, layout.TOO_LATE] += 1
            return layout.BIT_TOO_LATE
    position = place_in_order(plots, keys, first, count, time_s, sensor, sequence)
    if position < 0:
        heads[track, layout.DUPLICATES] += 1
        return layout.BIT_DUPLICATE
    if position == 0 and heads[track, layout.BASED] == 1:
        heads[track, layout.TOO_LATE] += 1
        return layout.BIT_TOO_LATE
    bits = layout.BIT_INSERTED
    if count == capacity:
        # No room. Nothing outside the lag bound is left in full stores, so this shortens the bound; the
        # next posterior becomes the base, which a plot that belongs before it can no longer reach.
        forget(heads, keys, first, track, 1)
        heads[track, layout.SHORTENED] += 1
        bits |= layout.BIT_SHORTENED
        count -= 1
        position -= 1
        if position <= 0:
            heads[track, layout.TOO_LATE] += 1
            return layout.BIT_TOO_LATE | layout.BIT_SHORTENED
    slot = keys[first + count, KEY_ORDER]
    for place in range(count, position, -1):
        keys[first + place, KEY_ORDER] = keys[first + place - 1, KEY_ORDER]
    keys[first + position, KEY_ORDER] = slot
    row = first + slot
    keys[row, KEY_SENSOR] = sensor
    keys[row, KEY_SEQUENCE] = sequence
    plots[row, PLOT_TIME] = time_s
    plots[row, layout.PLOT_RANGE] = range_m
    plots[row, layout.PLOT_AZIMUTH] = azimuth_rad
    plots[row, layout.PLOT_ELEVATION] = elevation_rad
    plots[row, layout.PLOT_SIGMA_RANGE] = sigma_range_m
    plots[row, layout.PLOT_SIGMA_CROSS] = sigma_cross_m
    count += 1
    heads[track, COUNT] = count
    heads[track, layout.INSERTED] += 1
    if position < count - 1:
        bits |= layout.BIT_REPLAYED
        heads[track, layout.REPLAYED] += count - 1 - position
    # Every posterior depends only on the plots before it in the order, so the order of arrival is without
    # effect on it, to the bit.
    for place in range(position, count):
        if step(sensors, settings, plots, keys, posteriors, scratch, first, place) == 1:
            bits |= layout.BIT_REJECTED
    last = first + keys[first + count - 1, KEY_ORDER]
    if posteriors[last, UPDATES] > 0.0:
        bits |= layout.BIT_STARTED
        heads[track, layout.REJECTED] = int(posteriors[last, REJECTIONS])
    # The base is the youngest posterior that is certainly older than any plot still to be taken.
    bound = plots[last, PLOT_TIME] - settings[0, LAG]
    ripe = first + keys[first + min(_BATCH, count - 1), KEY_ORDER]
    if count > _BATCH and plots[ripe, PLOT_TIME] < bound and posteriors[ripe, UPDATES] > 0.0:
        forget(heads, keys, first, track, _BATCH)
    return bits


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
    "int64(float64[:, ::1], int64[:, ::1], float64[:, ::1], int64[:, ::1], float64[:, ::1], "
    "float64[:, ::1], int64, float64, float64[:, ::1], int64)"
)
def track_report(
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
    first = track * (keys.shape[0] // heads.shape[0])
    count = heads[track, COUNT]
    if count == 0:
        return 0
    slot = first + keys[first + count - 1, KEY_ORDER]
    if not posteriors[slot, UPDATES] > 0.0:
        return 0
    restore(scratch, posteriors, slot)
    thrust = posteriors[slot, THRUST_PROBABILITY]
    shown = posteriors[slot, SMOOTHED]
    last = posteriors[slot, TIME]
    elapsed = max(time_s - last, 0.0)
    burnt_out = last - posteriors[slot, COASTING_SINCE] >= settings[0, HOLD]
    for mode in range(2):
        state = S_COAST
        block = P_COAST
        inverse_ballistic = math.exp(-settings[0, layout.LN_BALLISTIC_MEAN])
        if mode == 1:
            if burnt_out:
                break
            state = S_THRUST
            block = P_THRUST
            inverse_ballistic = 0.0
        predict(scratch, settings, state, block, 6 + 3 * mode, elapsed, inverse_ballistic)
    if not burnt_out:
        for i in range(6):
            gap = scratch[S_THRUST, i] - scratch[S_COAST, i]
            for j in range(i + 1):
                other = scratch[S_THRUST, j] - scratch[S_COAST, j]
                scratch[P_COAST + i, j] += thrust * (
                    scratch[P_THRUST + i, j] - scratch[P_COAST + i, j] + (1.0 - thrust) * gap * other
                )
        for i in range(6):
            scratch[S_COAST, i] += thrust * (scratch[S_THRUST, i] - scratch[S_COAST, i])
        shown = 1.0
    for i in range(6):
        reports[row, STATE + i] = scratch[S_COAST, i]
    pack(reports, row, scratch, P_COAST, COVARIANCE, 6)
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
