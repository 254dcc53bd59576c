"""Tracks: take plots in whatever order they come, with exact replay of late data."""

from __future__ import annotations

from warnpath.compilation import kernel
from warnpath.fusion import layout
from warnpath.fusion.history import step
from warnpath.fusion.layout import (
    COUNT,
    KEY_LABEL,
    KEY_ORDER,
    KEY_SENSOR,
    KEY_SEQUENCE,
    LAG,
    PENDING,
    PLOT_TIME,
    REJECTIONS,
    UPDATES,
    IntegerTable,
)
from warnpath.fusion.measurement import write_plot
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
    """Where a plot belongs among those in order; -1 - place if it is there already."""
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
                    return -position
        position -= 1
    return 0


@kernel(
    "int64(float64[:, ::1], float64[:, ::1], int64[:, ::1], float64[:, ::1], int64[:, ::1], "
    "float64[:, ::1], float64[:, ::1], int64, int64)"
)
def work_off(
    sensors: Table,
    settings: Table,
    heads: IntegerTable,
    plots: Table,
    keys: IntegerTable,
    posteriors: Table,
    scratch: Table,
    track: int,
    until: int,
) -> int:
    """Work out the posteriors that wait, up to a place in the order; BIT_REJECTED as in `track_update`."""
    first = track * (keys.shape[0] // heads.shape[0])
    bits = 0
    begin = heads[track, COUNT] - heads[track, PENDING]
    for place in range(begin, until):
        if step(sensors, settings, plots, keys, posteriors, scratch, first, place) == 1:
            bits |= layout.BIT_REJECTED
    if until > begin:
        heads[track, PENDING] = heads[track, COUNT] - until
    return bits


@kernel(
    "int64(float64[:, ::1], float64[:, ::1], int64[:, ::1], float64[:, ::1], int64[:, ::1], "
    "float64[:, ::1], float64[:, ::1], int64)"
)
def track_update(
    sensors: Table,
    settings: Table,
    heads: IntegerTable,
    plots: Table,
    keys: IntegerTable,
    posteriors: Table,
    scratch: Table,
    track: int,
) -> int:
    """Work out the posteriors that plots taken since the last time have made necessary, and forget old plots.

    Every posterior depends only on the plots before it in the order, so neither the order of arrival nor
    when this is called has an effect on it, to the bit.

    Returns
    -------
    int
        BIT_STARTED if the track stands, BIT_REJECTED if an update was ill-conditioned.
    """
    first = track * (keys.shape[0] // heads.shape[0])
    count = heads[track, COUNT]
    if count == 0:
        return 0
    bits = work_off(sensors, settings, heads, plots, keys, posteriors, scratch, track, count)
    last = first + keys[first + count - 1, KEY_ORDER]
    if posteriors[last, UPDATES] > 0.0:
        bits |= layout.BIT_STARTED
        heads[track, layout.REJECTED] = int(posteriors[last, REJECTIONS])
    # The base is the youngest posterior that is certainly older than any plot still to be taken.
    bound = plots[last, PLOT_TIME] - settings[0, LAG]
    while count > _BATCH:
        ripe = first + keys[first + _BATCH, KEY_ORDER]
        if not (plots[ripe, PLOT_TIME] < bound and posteriors[ripe, UPDATES] > 0.0):
            break
        forget(heads, keys, first, track, _BATCH)
        count -= _BATCH
    return bits


@kernel(
    "int64(float64[:, ::1], float64[:, ::1], int64[:, ::1], float64[:, ::1], int64[:, ::1], "
    "float64[:, ::1], float64[:, ::1], int64, float64, int64, int64, float64, float64, float64, float64, "
    "float64, int64)"
)
def track_take(
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
    label: int,
) -> int:
    """Take a plot into a track, in whatever order it comes; `track_update` works it in.

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
    label : int
        Kept beside the plot (KEY_LABEL), without effect.

    Returns
    -------
    int
        Bits BIT_* of `warnpath.fusion.layout`. A plot older than the youngest by more than the lag bound
        is dropped and counted (TOO_LATE), as is one older than what the capacity still holds.
    """
    capacity = keys.shape[0] // heads.shape[0]
    first = track * capacity
    if is_measurement(time_s, range_m, azimuth_rad, elevation_rad, sigma_range_m, sigma_cross_m) == 0:
        heads[track, layout.REFUSED] += 1
        return layout.BIT_REFUSED
    if heads[track, COUNT] == capacity and heads[track, PENDING] > 0:
        # What is forgotten has to be worked in first, and that alone may make room.
        track_update(sensors, settings, heads, plots, keys, posteriors, scratch, track)
    count = heads[track, COUNT]
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
    keys[row, KEY_LABEL] = label
    write_plot(plots, row, time_s, range_m, azimuth_rad, elevation_rad, sigma_range_m, sigma_cross_m)
    count += 1
    heads[track, COUNT] = count
    heads[track, layout.INSERTED] += 1
    # Those that had a posterior already are run again; the others were waiting anyway.
    after = count - 1 - position
    pending = heads[track, PENDING]
    if after >= pending:
        if after > pending:
            bits |= layout.BIT_REPLAYED
            heads[track, layout.REPLAYED] += after - pending
        heads[track, PENDING] = after + 1
    else:
        heads[track, PENDING] = pending + 1
    return bits


@kernel(
    "int64(float64[:, ::1], float64[:, ::1], int64[:, ::1], float64[:, ::1], int64[:, ::1], "
    "float64[:, ::1], float64[:, ::1], int64, float64, int64, int64, float64, float64, float64, float64, "
    "float64, int64)"
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
    label: int,
) -> int:
    """`track_take` and `track_update` in one: take a plot into a track and work it in; bits of both."""
    bits = track_take(
        sensors,
        settings,
        heads,
        plots,
        keys,
        posteriors,
        scratch,
        track,
        time_s,
        sensor,
        sequence,
        range_m,
        azimuth_rad,
        elevation_rad,
        sigma_range_m,
        sigma_cross_m,
        label,
    )
    if bits & layout.BIT_INSERTED:
        bits |= track_update(sensors, settings, heads, plots, keys, posteriors, scratch, track)
    return bits


@kernel("int64(int64[:, ::1], int64[:, ::1], int64, int64)")
def track_remove(heads: IntegerTable, keys: IntegerTable, track: int, place: int) -> int:
    """Take the plot at a place in the order out of a track; returns its row. Those after it wait anew."""
    first = track * (keys.shape[0] // heads.shape[0])
    count = heads[track, COUNT]
    slot = keys[first + place, KEY_ORDER]
    for later in range(place + 1, count):
        keys[first + later - 1, KEY_ORDER] = keys[first + later, KEY_ORDER]
    keys[first + count - 1, KEY_ORDER] = slot
    heads[track, COUNT] = count - 1
    heads[track, layout.INSERTED] -= 1
    heads[track, PENDING] = max(count - 1 - place, heads[track, PENDING] - 1)
    return int(first + slot)


@kernel("void(int64[:, ::1], int64)")
def track_drop(heads: IntegerTable, track: int) -> None:
    """Forget all plots of a track; its counters stay."""
    heads[track, COUNT] = 0
    heads[track, layout.BASED] = 0
    heads[track, PENDING] = 0
