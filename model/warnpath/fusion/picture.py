"""A C2's picture: covariance intersection of its own track and the latest reports, or its own track.

The picture is computed anew each time from the reports as they came and never fed back, so nothing is
counted twice, whatever the reports share. Reference: Julier & Uhlmann, A non-divergent estimation algorithm
in the presence of unknown correlations, American Control Conference 1997.
"""

from __future__ import annotations

import math

from warnpath.compilation import kernel
from warnpath.fusion.impact import impact_at
from warnpath.fusion.layout import (
    COVARIANCE,
    DISJOINT,
    GROUND_COLUMNS,
    GROUND_POINTS,
    IMPACT_SIGMA,
    IMPACT_VALID,
    LAST_PLOT_TIME,
    LAUNCH_COVARIANCE,
    LAUNCH_VALID,
    LN_BALLISTIC,
    MAX_THRUST_PROBABILITY,
    P_COAST,
    PLOTS,
    REPORT_TIME,
    S_COAST,
    S_FACTOR,
    S_FIRST,
    S_FUSED,
    S_GAIN,
    S_SECOND,
    SOURCES,
    STATE,
    THRUST,
    VALID,
)
from warnpath.fusion.linear import factorise, invert, pack, unpack
from warnpath.fusion.motion import predict
from warnpath.fusion.tracking import clear_report
from warnpath.physics.arrays import Table

GOLDEN_STEPS = 20
"""Steps of the golden-section search for the weight: 0.618^20 = 7e-5."""
THRUST_SPREAD_M_S2 = 30.0
"""Unknown acceleration (1-sigma) assumed over the age of a report of an object that may be thrusting."""
_GOLDEN = 0.6180339887498949


@kernel("float64(float64[:, ::1], float64)")
def weighted_root(scratch: Table, weight: float) -> float:
    """Root of the determinant of the information `weight` * first + (1 - `weight`) * second."""
    for i in range(6):
        for j in range(i + 1):
            scratch[S_FACTOR + i, j] = (
                weight * scratch[S_FIRST + i, j] + (1.0 - weight) * scratch[S_SECOND + i, j]
            )
    return factorise(scratch, S_FACTOR, 6)


@kernel("float64(float64[:, ::1])")
def best_weight(scratch: Table) -> float:
    """Weight of the first of two informations that makes the determinant of the fused covariance least.

    The log determinant is concave in the weight; golden section with a fixed number of steps, then the
    ends, where one of the two adds nothing.
    """
    low = 0.0
    high = 1.0
    left = high - _GOLDEN * (high - low)
    right = low + _GOLDEN * (high - low)
    at_left = weighted_root(scratch, left)
    at_right = weighted_root(scratch, right)
    for _ in range(GOLDEN_STEPS):
        if at_left > at_right:
            high = right
            right = left
            at_right = at_left
            left = high - _GOLDEN * (high - low)
            at_left = weighted_root(scratch, left)
        else:
            low = left
            left = right
            at_left = at_right
            right = low + _GOLDEN * (high - low)
            at_right = weighted_root(scratch, right)
    weight = 0.5 * (low + high)
    value = weighted_root(scratch, weight)
    if weighted_root(scratch, 1.0) >= value:
        return 1.0
    if weighted_root(scratch, 0.0) > value:
        return 0.0
    return weight


@kernel("int64(float64[:, ::1], float64)")
def combine(scratch: Table, disjoint: float) -> int:
    """Fuse the estimate at S_COAST, P_COAST into the one at S_FUSED (covariance, then the state).

    Parameters
    ----------
    disjoint : float
        0 covariance intersection, else information fusion (right only if the two share no datum).

    Returns
    -------
    int
        1; 2 if the second alone is better than any mixture; 0 if the second adds nothing or one of the two
        covariances is not positive definite, and the first is left as it was.
    """
    for i in range(6):
        for j in range(6):
            scratch[S_FACTOR + i, j] = scratch[S_FUSED + i, j]
    if invert(scratch, S_FACTOR, S_FIRST, 6) == 0:
        return 0
    for i in range(6):
        for j in range(6):
            scratch[S_FACTOR + i, j] = scratch[P_COAST + i, j]
    if invert(scratch, S_FACTOR, S_SECOND, 6) == 0:
        return 0
    first = 1.0
    second = 1.0
    if disjoint == 0.0:
        first = best_weight(scratch)
        second = 1.0 - first
        if second <= 0.0:
            return 0
    for i in range(6):
        total = 0.0
        for j in range(6):
            # The information of the second about where the first is wrong: small numbers, no cancellation.
            total += second * scratch[S_SECOND + i, j] * (scratch[S_COAST, j] - scratch[S_FUSED + 6, j])
        scratch[S_GAIN, i] = total
    for i in range(6):
        for j in range(6):
            scratch[S_FACTOR + i, j] = first * scratch[S_FIRST + i, j] + second * scratch[S_SECOND + i, j]
    if invert(scratch, S_FACTOR, S_FIRST, 6) == 0:
        return 0
    for i in range(6):
        total = 0.0
        for j in range(6):
            scratch[S_FUSED + i, j] = scratch[S_FIRST + i, j]
            total += scratch[S_FIRST + i, j] * scratch[S_GAIN, j]
        scratch[S_FUSED + 6, i] += total
    if first <= 0.0:
        return 2
    return 1


@kernel("void(float64[:, ::1], int64, int64, int64)")
def best_launch_point(reports: Table, first: int, count: int, out_row: int) -> None:
    """The launch point with the least variance among the reports, infrared ones included, into a row."""
    least = 1e300
    for row in range(first, first + count):
        if reports[row, LAUNCH_VALID] > 0.0:
            size = reports[row, LAUNCH_COVARIANCE] + reports[row, LAUNCH_COVARIANCE + 2]
            if size < least:
                least = size
                for i in range(6):
                    reports[out_row, LAUNCH_VALID + i] = reports[row, LAUNCH_VALID + i]


@kernel("int64(float64[:, ::1], float64[:, ::1], float64[:, ::1], int64, int64, int64, float64, int64)")
def gather(
    reports: Table,
    settings: Table,
    scratch: Table,
    first: int,
    count: int,
    only: int,
    time_s: float,
    out_row: int,
) -> int:
    """Fuse the reports that may be fused, in row order, into a row.

    Returns how many had a part in it, and -1 - row where it was that row alone.

    A report whose thrust probability is over the threshold is left out: its state is a guess about a
    force that nobody knows, predicting it as free flight over its age is wrong by kilometres, and an
    intersection is consistent only if each of its inputs is. With `only` >= 0 that row alone is shown,
    predicted, whatever it says about thrust.
    """
    used = 0
    thrust = 0.0
    plots = 0.0
    youngest = -1e300
    ballistic = 0
    for row in range(first, first + count):
        if not reports[row, VALID] > 0.0 or (only >= 0 and row != only):
            continue
        burnt_out = reports[row, THRUST] < settings[0, MAX_THRUST_PROBABILITY]
        if not burnt_out and only < 0:
            continue
        for i in range(6):
            scratch[S_COAST, i] = reports[row, STATE + i]
        unpack(reports, row, scratch, P_COAST, COVARIANCE, 6)
        elapsed = max(time_s - reports[row, REPORT_TIME], 0.0)
        inverse_ballistic = math.exp(-reports[row, LN_BALLISTIC])
        predict(scratch, settings, S_COAST, P_COAST, 6, elapsed, inverse_ballistic)
        if not burnt_out:
            velocity = THRUST_SPREAD_M_S2 * elapsed
            position = 0.5 * velocity * elapsed
            for i in range(3):
                scratch[P_COAST + i, i] += position * position
                scratch[P_COAST + 3 + i, i] += position * velocity
                scratch[P_COAST + i, 3 + i] += position * velocity
                scratch[P_COAST + 3 + i, 3 + i] += velocity * velocity
        if used == 0:
            for i in range(6):
                scratch[S_FUSED + 6, i] = scratch[S_COAST, i]
                for j in range(6):
                    scratch[S_FUSED + i, j] = scratch[P_COAST + i, j]
            ballistic = row
        else:
            added = combine(scratch, settings[0, DISJOINT])
            if added == 0:
                continue
            if added == 2:
                used = 0
                ballistic = row
                thrust = 0.0
                plots = 0.0
                youngest = -1e300
        used += 1
        thrust = max(thrust, reports[row, THRUST])
        plots += reports[row, PLOTS]
        youngest = max(youngest, reports[row, LAST_PLOT_TIME])
    clear_report(reports, out_row)
    best_launch_point(reports, first, count, out_row)
    if used == 0:
        return 0
    for i in range(6):
        reports[out_row, STATE + i] = scratch[S_FUSED + 6, i]
    pack(reports, out_row, scratch, S_FUSED, COVARIANCE, 6)
    reports[out_row, VALID] = 1.0
    reports[out_row, REPORT_TIME] = time_s
    reports[out_row, LAST_PLOT_TIME] = youngest
    reports[out_row, PLOTS] = plots
    reports[out_row, THRUST] = thrust
    reports[out_row, LN_BALLISTIC] = reports[ballistic, LN_BALLISTIC]
    reports[out_row, LN_BALLISTIC + 1] = reports[ballistic, LN_BALLISTIC + 1]
    reports[out_row, SOURCES] = used
    if used == 1:
        return -1 - ballistic
    return used


@kernel("int64(float64[:, ::1], int64, int64, int64)")
def fallback(reports: Table, first: int, count: int, own_row: int) -> int:
    """The report shown when none may be fused: the own track, else the youngest; -1 if there is none."""
    if own_row >= 0 and reports[own_row, VALID] > 0.0:
        return own_row
    chosen = -1
    youngest = -1e300
    for row in range(first, first + count):
        if reports[row, VALID] > 0.0 and reports[row, LAST_PLOT_TIME] > youngest:
            chosen = row
            youngest = reports[row, LAST_PLOT_TIME]
    return chosen


@kernel(
    "int64(float64[:, ::1], float64[:, ::1], float64[:, ::1], float64[:, ::1], int64, int64, int64, "
    "float64, int64)"
)
def fuse(
    reports: Table,
    settings: Table,
    scratch: Table,
    ground: Table,
    first: int,
    count: int,
    own_row: int,
    time_s: float,
    out_row: int,
) -> int:
    """The picture of a C2: the better of its own track and the intersection of all usable reports.

    Parameters
    ----------
    reports : float64[:, REPORT_COLUMNS]
        Rows `first` .. `first` + `count` - 1 are the latest report per origin, in fixed owner order.
    settings, scratch, ground
        See `warnpath.fusion.store`; `ground` receives the ground track of the picture.
    own_row : int
        Row of the own track among them, -1 if there is none. Its IMPACT columns are filled.
    time_s : float
        Time of the picture, not before that of any report.
    out_row : int
        Row that receives the picture, outside the rows of the reports.

    Returns
    -------
    int
        Reports in the picture; 0 if there is nothing to show, not even a launch point.

    Notes
    -----
    The better one has the smaller major axis of the impact ellipse, so sharing never makes the reported
    uncertainty worse. Without any usable report the own track (or the youngest report) is shown as it is,
    without an impact.
    """
    spare = GROUND_POINTS + 1
    ground[0, 0] = 0.0
    ground[spare, 0] = 0.0
    used = gather(reports, settings, scratch, first, count, -1, time_s, out_row)
    sole = -1
    if used < 0:
        sole = -1 - used
        used = 1
    own_sigma = math.inf
    sigma = math.inf
    for candidate in range(2):
        row = own_row
        head = 0
        if candidate == 1:
            row = out_row
            head = spare
            if sole == own_row and own_sigma < math.inf:
                # Nothing but the own track is in it.
                break
        if row >= 0 and impact_at(reports, row, settings, scratch, ground, head) == 1:
            if candidate == 0:
                own_sigma = reports[row, IMPACT_SIGMA]
            else:
                sigma = reports[row, IMPACT_SIGMA]
    if sigma < own_sigma:
        for point in range(int(ground[spare, 0]) + 1):
            for column in range(GROUND_COLUMNS):
                ground[point, column] = ground[spare + point, column]
        return used
    chosen = own_row
    if not own_sigma < math.inf:
        if used > 0:
            return used
        chosen = fallback(reports, first, count, own_row)
        if chosen < 0:
            return int(reports[out_row, LAUNCH_VALID])
    gather(reports, settings, scratch, first, count, chosen, time_s, out_row)
    if own_sigma < math.inf:
        for column in range(IMPACT_VALID, IMPACT_SIGMA + 1):
            reports[out_row, column] = reports[own_row, column]
    return 1
