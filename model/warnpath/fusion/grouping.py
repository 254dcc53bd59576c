"""How a radar groups its own hits into objects: by place and time, whatever they are of in truth.

A radar keeps a short list of objects. The hits of one scan are shared out among them, the likeliest pair
first, each object getting one hit at most; a hit near none begins an object. Of an object m hits among its
latest n looks are counted. Two objects change places where they come closer than what noise and unforeseen
force leave open between two hits, and one that appears where another was just missed is taken for it.
Reference: Blackman & Popoli, Design and Analysis of Modern Tracking Systems, 1999, chapter 6.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from warnpath.compilation import kernel
from warnpath.fusion.flight import vertical
from warnpath.fusion.gating import (
    FASTEST_M_S as FASTEST_GUESS_M_S,
)
from warnpath.fusion.gating import (
    SPEED_FORCE_M_S2,
    SPEED_SHARE,
    SPEED_SIGMA_M_S,
    STRAIGHT_FORCE_M_S2,
)
from warnpath.fusion.history import place_plot
from warnpath.fusion.layout import PLOT_SIGMA_CROSS, PLOT_SIGMA_RANGE, S_FIRST, IntegerTable
from warnpath.physics.arrays import Table

OBJECT_X: Final = 0
OBJECT_SPEED: Final = 3
"""Velocity from its latest two hits, three numbers."""
OBJECT_KNOWN: Final = 6
"""0: free; 1: one hit; 2: two or more, so it has a velocity."""
OBJECT_SCAN: Final = 7
"""Scan of its latest hit."""
OBJECT_VARIANCE: Final = 8
"""Variance of the place of the latest hit, m^2, all three directions together."""
OBJECT_BEFORE: Final = 9
"""The same of the hit before it."""
OBJECT_SPAN: Final = 10
"""Time between the two, s."""
OBJECT_HISTORY: Final = 11
"""Hits of its latest looks, the newest in bit 0."""
OBJECT_CONFIRMED: Final = 12
OBJECT_AT: Final = 13
"""Where it should be in the scan at hand, three numbers; after one hit, where it was."""
OBJECT_SPREAD: Final = 16
"""Variance of that place, m^2, all three directions together."""
OBJECT_REACH: Final = 17
"""How far from there it may be besides, m."""
OBJECT_AWAY: Final = 18
"""How far from there it should be, m, ..."""
OBJECT_LOOSE: Final = 19
"""... and the variance of that, m^2, besides that of the two places."""
OBJECT_COLUMNS: Final = 20

GATE_SIGMA = 5.0
"""Half width of the gate in standard deviations of the distance. Those of all directions are taken together,
so that chance leaves an object out less than once in 1e10 hits."""
FASTEST_M_S = 8000.0
"""No object is faster than this."""
FORCE_M_S2 = 150.0
"""Nor does it leave its course by more than this acceleration, ..."""
AIR_M = 80e3
"""... except on the way down below this height, where the air may stop it."""
MOST_LOOKS = 30
HISTORY_SIZE = 1 << MOST_LOOKS
"""Patterns of hits that are told apart."""
APART = 1e300
"""Cost of a hit outside the gate of an object."""


def object_rows(flights: int) -> int:
    """Rows of a radar's list where it may see so many flights: those it lost stay in it for a while."""
    return 2 * flights + 2


def object_table(rows: int) -> Table:
    """Lists of objects of all radars, one below the other, empty."""
    return np.zeros((max(rows, 1), OBJECT_COLUMNS))


@kernel("void(float64[:, ::1], int64, int64)")
def clear_objects(objects: Table, first: int, count: int) -> None:
    """A radar forgets its objects."""
    for row in range(first, first + count):
        objects[row, OBJECT_KNOWN] = 0.0


@kernel("void(float64[:, ::1], int64, float64)")
def expect_object(objects: Table, row: int, elapsed: float) -> None:
    """Where an object should be some time after its latest hit.

    From two hits it goes straight on. From one its direction is unknown, and its speed is guessed by its
    height: without that, objects that follow one another would be taken for ones that stand still.
    """
    up_x, up_y, up_z, height = vertical(
        objects[row, OBJECT_X], objects[row, OBJECT_X + 1], objects[row, OBJECT_X + 2]
    )
    reach = FASTEST_M_S * elapsed
    if objects[row, OBJECT_KNOWN] < 1.5:
        speed = min(math.sqrt(2.0 * SPEED_FORCE_M_S2 * max(height, 1000.0)), FASTEST_GUESS_M_S)
        loose = (SPEED_SHARE * speed + SPEED_SIGMA_M_S) * elapsed
        for j in range(3):
            objects[row, OBJECT_AT + j] = objects[row, OBJECT_X + j]
        objects[row, OBJECT_SPREAD] = objects[row, OBJECT_VARIANCE]
        objects[row, OBJECT_AWAY] = speed * elapsed
        objects[row, OBJECT_LOOSE] = loose * loose
    else:
        ratio = elapsed / objects[row, OBJECT_SPAN]
        climb = (
            up_x * objects[row, OBJECT_SPEED]
            + up_y * objects[row, OBJECT_SPEED + 1]
            + up_z * objects[row, OBJECT_SPEED + 2]
        )
        both = elapsed * (elapsed + objects[row, OBJECT_SPAN])
        if climb > 0.0 or height > AIR_M:
            reach = min(0.5 * FORCE_M_S2 * both, reach)
        bend = 0.5 * STRAIGHT_FORCE_M_S2 * both
        for j in range(3):
            objects[row, OBJECT_AT + j] = (
                objects[row, OBJECT_X + j] + elapsed * objects[row, OBJECT_SPEED + j]
            )
        objects[row, OBJECT_SPREAD] = (
            objects[row, OBJECT_VARIANCE] * (1.0 + ratio) * (1.0 + ratio)
            + objects[row, OBJECT_BEFORE] * ratio * ratio
        )
        objects[row, OBJECT_AWAY] = 0.0
        objects[row, OBJECT_LOOSE] = bend * bend
    objects[row, OBJECT_REACH] = reach


@kernel("float64(float64[:, ::1], int64, float64, float64, float64, float64)")
def object_cost(objects: Table, row: int, x: float, y: float, z: float, variance: float) -> float:
    """Cost of a hit for an object, twice the negative log likelihood; `APART` outside its gate.

    `expect_object` has said where it should be.
    """
    gap_x = x - objects[row, OBJECT_AT]
    gap_y = y - objects[row, OBJECT_AT + 1]
    gap_z = z - objects[row, OBJECT_AT + 2]
    square = gap_x * gap_x + gap_y * gap_y + gap_z * gap_z
    spread = objects[row, OBJECT_SPREAD] + variance
    radius = GATE_SIGMA * math.sqrt(spread) + objects[row, OBJECT_REACH]
    if square > radius * radius:
        return APART
    expected = spread / 3.0 + objects[row, OBJECT_LOOSE]
    away = objects[row, OBJECT_AWAY]
    if away > 0.0:
        gap = math.sqrt(square) - away
        # A shell about the first hit: its thickness, and its radius in two directions.
        return float(gap * gap / expected + math.log(expected) + 2.0 * math.log(away * away + expected))
    return float(square / expected + 3.0 * math.log(expected))


@kernel(
    "void(float64[:, ::1], float64[:, ::1], int64, float64[:, ::1], float64[:, ::1], float64[:, ::1], "
    "float64[:, ::1], int64[:, ::1], int64, int64, int64, int64, int64, int64, float64, int64)"
)
def group_hits(
    sensors: Table,
    scratch: Table,
    sensor: int,
    candidates: Table,
    places: Table,
    costs: Table,
    objects: Table,
    match: IntegerTable,
    hits: int,
    first: int,
    count: int,
    scan: int,
    every: int,
    window: int,
    period_s: float,
    wanted: int,
) -> None:
    """Share out the hits of one scan of a radar among its objects, and count them.

    Parameters
    ----------
    sensor : int
        Row of the radar.
    candidates : float64[hits, PLOT_COLUMNS]
        The hits.
    places : float64[hits, 3]
    costs : float64[hits, count]
        Working space.
    objects : float64[:, OBJECT_COLUMNS]
        The radar's list has the rows `first` to `first + count - 1`.
    match : int64[:, hits]
        Row 0 receives the object of every hit.
    scan, every : int
        Number of the scan, and in every how many scans the radar looks at an object.
    window, wanted : int
        An object is confirmed at `wanted` hits in its latest `window` looks, and forgotten after as many
        without any.
    period_s : float
        Time between two scans.
    """
    for h in range(hits):
        place_plot(scratch, sensors, sensor, candidates, h)
        for j in range(3):
            places[h, j] = scratch[S_FIRST, 9 + j]
        match[0, h] = -1
    used = first
    for row in range(first, first + count):
        if objects[row, OBJECT_KNOWN] > 0.5:
            if scan - objects[row, OBJECT_SCAN] > window * every:
                objects[row, OBJECT_KNOWN] = 0.0
            elif objects[row, OBJECT_SCAN] < scan:
                expect_object(objects, row, period_s * (scan - objects[row, OBJECT_SCAN]))
                used = row + 1
    for h in range(hits):
        along = candidates[h, PLOT_SIGMA_RANGE]
        across = candidates[h, PLOT_SIGMA_CROSS]
        variance = along * along + 2.0 * across * across
        for row in range(first, used):
            costs[h, row - first] = APART
            if objects[row, OBJECT_KNOWN] > 0.5 and objects[row, OBJECT_SCAN] < scan:
                costs[h, row - first] = object_cost(
                    objects, row, places[h, 0], places[h, 1], places[h, 2], variance
                )
    for _ in range(hits):
        least = APART
        chosen = -1
        nearest = -1
        for h in range(hits):
            if match[0, h] < 0:
                for row in range(first, used):
                    if costs[h, row - first] < least and objects[row, OBJECT_SCAN] < scan:
                        least = costs[h, row - first]
                        chosen = row
                        nearest = h
        if chosen < 0:
            break
        match[0, nearest] = chosen
        along = candidates[nearest, PLOT_SIGMA_RANGE]
        across = candidates[nearest, PLOT_SIGMA_CROSS]
        elapsed = period_s * (scan - objects[chosen, OBJECT_SCAN])
        for j in range(3):
            objects[chosen, OBJECT_SPEED + j] = (places[nearest, j] - objects[chosen, OBJECT_X + j]) / elapsed
            objects[chosen, OBJECT_X + j] = places[nearest, j]
        looks = (scan - int(objects[chosen, OBJECT_SCAN])) // every
        history = int(objects[chosen, OBJECT_HISTORY])
        for _ in range(min(max(looks, 1), MOST_LOOKS)):
            history = (history * 2) % HISTORY_SIZE
        objects[chosen, OBJECT_HISTORY] = history + 1
        objects[chosen, OBJECT_KNOWN] = 2.0
        objects[chosen, OBJECT_SCAN] = scan
        objects[chosen, OBJECT_SPAN] = elapsed
        objects[chosen, OBJECT_BEFORE] = objects[chosen, OBJECT_VARIANCE]
        objects[chosen, OBJECT_VARIANCE] = along * along + 2.0 * across * across
    for h in range(hits):
        if match[0, h] < 0:
            # Near no object: it begins one, in place of the one not hit for longest if the list is full.
            chosen = first
            for row in range(first, first + count):
                if objects[chosen, OBJECT_KNOWN] > 0.5 and (
                    objects[row, OBJECT_KNOWN] < 0.5
                    or objects[row, OBJECT_SCAN] < objects[chosen, OBJECT_SCAN]
                ):
                    chosen = row
            match[0, h] = chosen
            along = candidates[h, PLOT_SIGMA_RANGE]
            across = candidates[h, PLOT_SIGMA_CROSS]
            for j in range(3):
                objects[chosen, OBJECT_X + j] = places[h, j]
            objects[chosen, OBJECT_KNOWN] = 1.0
            objects[chosen, OBJECT_SCAN] = scan
            objects[chosen, OBJECT_VARIANCE] = along * along + 2.0 * across * across
            objects[chosen, OBJECT_HISTORY] = 1.0
            objects[chosen, OBJECT_CONFIRMED] = 0.0
    for h in range(hits):
        chosen = match[0, h]
        history = int(objects[chosen, OBJECT_HISTORY])
        found = 0
        for _ in range(window):
            found += history % 2
            history = history // 2
        if found >= wanted:
            objects[chosen, OBJECT_CONFIRMED] = 1.0
