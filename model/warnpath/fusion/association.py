"""Which track a plot belongs to: global nearest neighbour within a gate.

A plot is compared with every track of a command post that may be near, see `warnpath.fusion.gating`. One scan
of a radar gives a track at most one plot, so where several plots of a scan want one track the whole scan is
assigned anew, at the least total cost. What objects there are in truth is not used.
Reference: Blackman & Popoli, Design and Analysis of Modern Tracking Systems, 1999, chapter 6.
"""

from __future__ import annotations

import math

from warnpath.compilation import kernel
from warnpath.fusion.fading import NO_BOUND
from warnpath.fusion.gating import GATE, OUTSIDE, least_track_cost, rough_cost, track_cost
from warnpath.fusion.history import place_plot
from warnpath.fusion.layout import (
    BASED,
    COUNT,
    KEY_LABEL,
    KEY_ORDER,
    PLOT_AZIMUTH,
    PLOT_COLUMNS,
    PLOT_ELEVATION,
    PLOT_RANGE,
    PLOT_SIGMA_CROSS,
    PLOT_SIGMA_RANGE,
    PLOT_TIME,
    S_FIRST,
    IntegerTable,
)
from warnpath.fusion.tracking import place_in_order, track_remove, track_take
from warnpath.physics.arrays import Table

SURE = 9.0
"""A track this near, by the rough comparison, gets the plot at once if no other is within its gate."""
UNASSIGNED = 1e6
"""Cost of a plot that gets no track although one is in its gate."""
BOUND = 0
"""Row of the working space that holds what each track costs at least, `OUTSIDE` once that is looked at."""
_NEVER = 1e12
"""Cost of a pair that cannot be, small enough for sums of costs to keep their digits."""


@kernel("void(float64[:, ::1], int64, int64, float64[:, ::1], int64[:, ::1])")
def assign(costs: Table, rows: int, columns: int, work: Table, match: IntegerTable) -> None:
    """Column of every row, each at most once, at the least total cost: the Hungarian method.

    Parameters
    ----------
    costs : float64[rows, columns]
        At least as many columns as rows.
    work : float64[3, columns + 1]
        Working space.
    match : int64[4, columns + 1]
        Row 0 receives the column of every row; the others are working space.

    Notes
    -----
    Shortest augmenting paths with potentials (Kuhn 1955, Munkres 1957); rows and columns count from 1
    inside, and column 0 holds the row that looks for a place.
    """
    for j in range(columns + 1):
        work[0, j] = 0.0
        work[1, j] = 0.0
        match[1, j] = 0
    for i in range(1, rows + 1):
        match[1, 0] = i
        for j in range(columns + 1):
            work[2, j] = math.inf
            match[2, j] = 0
            match[3, j] = 0
        column = 0
        while True:
            match[3, column] = 1
            row = match[1, column]
            least = math.inf
            following = 0
            for j in range(1, columns + 1):
                if match[3, j] == 0:
                    reduced = costs[row - 1, j - 1] - work[0, row] - work[1, j]
                    if reduced < work[2, j]:
                        work[2, j] = reduced
                        match[2, j] = column
                    if work[2, j] < least:
                        least = work[2, j]
                        following = j
            for j in range(columns + 1):
                if match[3, j] == 1:
                    work[0, match[1, j]] += least
                    work[1, j] -= least
                else:
                    work[2, j] -= least
            column = following
            if match[1, column] == 0:
                break
        while column != 0:
            before = match[2, column]
            match[1, column] = match[1, before]
            column = before
    for j in range(1, columns + 1):
        if match[1, j] > 0:
            match[0, match[1, j] - 1] = j - 1


@kernel(
    "int64(float64[:, ::1], float64[:, ::1], int64[:, ::1], float64[:, ::1], int64[:, ::1], "
    "float64[:, ::1], float64[:, ::1], int64, int64, float64[:, ::1], float64[:, ::1], float64[:, ::1], "
    "float64[:, ::1], int64[:, ::1], int64, int64)"
)
def nearest_track(
    sensors: Table,
    settings: Table,
    heads: IntegerTable,
    plots: Table,
    keys: IntegerTable,
    posteriors: Table,
    scratch: Table,
    first_track: int,
    count: int,
    candidates: Table,
    places: Table,
    costs: Table,
    work: Table,
    match: IntegerTable,
    sensor: int,
    sequence: int,
) -> int:
    """The track that a plot goes to, as the number of the track after `first_track`; -1 for none.

    Where its best track has a plot of the same scan, all plots of this scan are assigned anew; `match` then
    tells which of those that have a track have to move.

    Parameters
    ----------
    first_track, count : int
        The tracks of this command post.
    candidates : float64[count + 1, PLOT_COLUMNS]
        Row 0 is the plot; the other rows are working space.
    places : float64[count + 1, 3]
        Working space.
    costs : float64[count + 1, 2 * count + 1]
    work : float64[3, 2 * count + 2]
        Working space.
    match : int64[6, 2 * count + 2]
        Row 4: number of plots that are assigned anew, or 0, then for each after the first the track it has.
        Row 0: the track each gets, `count` and more for none.
    """
    place_plot(scratch, sensors, sensor, candidates, 0)
    for j in range(3):
        places[0, j] = scratch[S_FIRST, 9 + j]
    match[4, 0] = 0
    time = candidates[0, PLOT_TIME]
    along = candidates[0, PLOT_SIGMA_RANGE]
    across = candidates[0, PLOT_SIGMA_CROSS]
    spread = along * along + 2.0 * across * across
    best = -1
    near = 0
    sure = 0
    for track in range(count):
        square = rough_cost(
            heads,
            keys,
            posteriors,
            first_track + track,
            time,
            places[0, 0],
            places[0, 1],
            places[0, 2],
            spread,
        )
        costs[0, track] = OUTSIDE
        # Neither the plot nor the others of its scan go to a track that is empty or lost.
        match[5, track] = 0
        if square < 0.0:
            match[5, track] = 1
        if square >= 0.0 and square < GATE:
            costs[0, track] = 0.0
            near += 1
            best = track
            if square > 0.0 and square < SURE:
                sure += 1
    capacity = keys.shape[0] // heads.shape[0]
    if near == 1 and sure == 1:
        # Well inside, and no other anywhere near: nothing to weigh.
        first = (first_track + best) * capacity
        held = heads[first_track + best, COUNT]
        if place_in_order(plots, keys, first, held, time, sensor, sequence) >= 0:
            return best
    best = -1
    least = OUTSIDE
    for track in range(count):
        work[BOUND, track] = OUTSIDE
        if costs[0, track] < OUTSIDE:
            work[BOUND, track] = least_track_cost(
                settings, heads, plots, keys, posteriors, first_track + track, time
            )
    # The likely ones first; one that costs more than the best even at its least need not be looked at.
    for turn in range(2):
        for track in range(count):
            bound = work[BOUND, track]
            if bound < OUTSIDE and (bound == NO_BOUND or (turn == 1 and bound <= least)):
                cost = track_cost(
                    sensors,
                    settings,
                    heads,
                    plots,
                    keys,
                    posteriors,
                    scratch,
                    first_track + track,
                    candidates,
                    0,
                    places,
                    sensor,
                    sequence,
                )
                costs[0, track] = cost
                work[BOUND, track] = OUTSIDE
                if cost < least or (cost == least and track < best):
                    least = cost
                    best = track
    if best < 0:
        return -1
    first = (first_track + best) * capacity
    held = heads[first_track + best, COUNT]
    if place_in_order(plots, keys, first, held, time, sensor, sequence) >= 0:
        return best
    rows = 1
    for track in range(count):
        first = (first_track + track) * capacity
        held = heads[first_track + track, COUNT]
        place = place_in_order(plots, keys, first, held, time, sensor, sequence)
        # A plot that a forgotten history rests on stays where it is.
        if place < 0 and not (place == -1 and heads[first_track + track, BASED] == 1):
            slot = first + keys[first - 1 - place, KEY_ORDER]
            for column in range(PLOT_COLUMNS):
                candidates[rows, column] = plots[slot, column]
            match[4, rows] = track
            rows += 1
    for row in range(rows):
        if row > 0:
            place_plot(scratch, sensors, sensor, candidates, row)
            for j in range(3):
                places[row, j] = scratch[S_FIRST, 9 + j]
        for track in range(count):
            # All pairs count now, those too that were left out above.
            if row > 0 or work[BOUND, track] < OUTSIDE:
                costs[row, track] = OUTSIDE
                if match[5, track] == 0:
                    costs[row, track] = track_cost(
                        sensors,
                        settings,
                        heads,
                        plots,
                        keys,
                        posteriors,
                        scratch,
                        first_track + track,
                        candidates,
                        row,
                        places,
                        sensor,
                        sequence,
                    )
        for track in range(count):
            costs[row, track] = min(costs[row, track], _NEVER)
        for other in range(rows):
            # A place of its own for a plot that gets no track; the first plot of a track keeps it.
            costs[row, count + other] = _NEVER
        costs[row, count + row] = UNASSIGNED
        if row > 0 and costs[row, match[4, row]] >= _NEVER:
            costs[row, match[4, row]] = 0.5 * UNASSIGNED
    assign(costs, rows, count + rows, work, match)
    match[4, 0] = rows
    if match[0, 0] >= count:
        return -1
    return int(match[0, 0])


@kernel(
    "void(float64[:, ::1], float64[:, ::1], int64[:, ::1], float64[:, ::1], int64[:, ::1], "
    "float64[:, ::1], float64[:, ::1], int64, int64, float64[:, ::1], int64[:, ::1], int64, int64)"
)
def move_plots(
    sensors: Table,
    settings: Table,
    heads: IntegerTable,
    plots: Table,
    keys: IntegerTable,
    posteriors: Table,
    scratch: Table,
    first_track: int,
    count: int,
    candidates: Table,
    match: IntegerTable,
    sensor: int,
    sequence: int,
) -> None:
    """Move the plots of a scan that `nearest_track` assigned anew; one that gets no track is dropped.

    Row 5 of `match` receives the label of every plot that moved, -1 for those that stayed.
    """
    capacity = keys.shape[0] // heads.shape[0]
    for row in range(1, match[4, 0]):
        match[5, row] = -1
        if match[0, row] != match[4, row]:
            track = first_track + match[4, row]
            time = candidates[row, PLOT_TIME]
            place = place_in_order(plots, keys, track * capacity, heads[track, COUNT], time, sensor, sequence)
            match[5, row] = keys[track_remove(heads, keys, track, -1 - place), KEY_LABEL]
    for row in range(1, match[4, 0]):
        if match[5, row] >= 0 and match[0, row] < count:
            track_take(
                sensors,
                settings,
                heads,
                plots,
                keys,
                posteriors,
                scratch,
                first_track + match[0, row],
                candidates[row, PLOT_TIME],
                sensor,
                sequence,
                candidates[row, PLOT_RANGE],
                candidates[row, PLOT_AZIMUTH],
                candidates[row, PLOT_ELEVATION],
                candidates[row, PLOT_SIGMA_RANGE],
                candidates[row, PLOT_SIGMA_CROSS],
                match[5, row],
            )


@kernel("float64(int64[:, ::1], float64[:, ::1], int64[:, ::1], int64)")
def youngest_plot(heads: IntegerTable, plots: Table, keys: IntegerTable, track: int) -> float:
    """Time of the youngest plot of a track; -1e300 if it has none."""
    count = heads[track, COUNT]
    if count == 0:
        return -1e300
    first = track * (keys.shape[0] // heads.shape[0])
    return plots[first + keys[first + count - 1, KEY_ORDER], PLOT_TIME]  # type: ignore[no-any-return]
