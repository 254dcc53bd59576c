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
    COAST_COVARIANCE,
    COAST_STATE,
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
    PLOTS,
    REPORT_TIME,
    S_FACTOR,
    S_FIRST,
    S_FUSED,
    S_MODES,
    S_SECOND,
    S_WORK,
    SOURCES,
    STATE,
    THRUST,
    UNSOUND,
    VALID,
)
from warnpath.fusion.linear import SIZE, factorise, invert, pack, unpack
from warnpath.fusion.reports import clear_report, predict_report
from warnpath.physics.arrays import Table

NEWTON_STEPS = 30
"""Most steps of the search for the weight; it takes five as a rule."""
WEIGHT_ACCURACY = 1e-6
FARTHEST = 1e12
"""A position (m) or speed (m/s) beyond this is no number that a filter gave."""


@kernel("UniTuple(float64, 2)(float64[:, ::1], float64)")
def slopes(scratch: Table, weight: float) -> tuple[float, float]:
    """First and second derivative by `weight` of the log determinant of the mixed information.

    With M = weight * first + (1 - weight) * second and D = first - second they are trace(X) and
    -trace(X X), X = L^-1 D L^-T, L the Cholesky factor of M. (1, 0) where M is not positive definite.
    """
    for i in range(SIZE * SIZE):
        scratch[S_FACTOR, i] = weight * scratch[S_FIRST, i] + (1.0 - weight) * scratch[S_SECOND, i]
    if factorise(scratch, S_FACTOR) == 0:
        return 1.0, 0.0
    # Columns of L^-1 D, then rows of that times L^-T.
    for j in range(SIZE):
        for i in range(SIZE):
            total = scratch[S_FIRST, SIZE * i + j] - scratch[S_SECOND, SIZE * i + j]
            for k in range(i):
                total -= scratch[S_FACTOR, SIZE * i + k] * scratch[S_WORK, SIZE * k + j]
            scratch[S_WORK, SIZE * i + j] = total / scratch[S_FACTOR, SIZE * i + i]
    trace = 0.0
    squares = 0.0
    for i in range(SIZE):
        for j in range(i + 1):
            total = scratch[S_WORK, SIZE * i + j]
            for k in range(j):
                total -= scratch[S_FACTOR, SIZE * j + k] * scratch[S_WORK, SIZE * i + k]
            total = total / scratch[S_FACTOR, SIZE * j + j]
            scratch[S_WORK, SIZE * i + j] = total
            if i == j:
                trace += total
                squares += total * total
            else:
                squares += 2.0 * total * total
    return trace, -squares


@kernel("float64(float64[:, ::1], int64)")
def best_weight(scratch: Table, first: int) -> float:
    """Weight of the first of two informations that makes the determinant of the fused covariance least.

    The log determinant of the information is concave in the weight, so where it still grows at one end that
    end is best; else Newton's method finds the place where it stops growing, kept inside what is known
    about it.

    Parameters
    ----------
    first
        Row that holds the covariance of the first in the columns of a ballistic mode; S_FIRST holds its
        information, S_SECOND that of the second, S_MODES the covariance of the second.
    """
    at_first = 0.0
    at_second = 0.0
    element = COAST_COVARIANCE
    for i in range(SIZE):
        for j in range(i + 1):
            twice = 2.0
            if i == j:
                twice = 1.0
            at_first += twice * scratch[first, element] * scratch[S_SECOND, SIZE * i + j]
            at_second += twice * scratch[S_MODES, element] * scratch[S_FIRST, SIZE * i + j]
            element += 1
    # Slopes at the ends: trace(first^-1 D) and trace(second^-1 D).
    if at_first <= SIZE:
        return 1.0
    if at_second <= SIZE:
        return 0.0
    low = 0.0
    high = 1.0
    weight = 0.5
    for _ in range(NEWTON_STEPS):
        slope, curvature = slopes(scratch, weight)
        if slope > 0.0:
            low = weight
        else:
            high = weight
        after = 0.5 * (low + high)
        if curvature < 0.0:
            newton = weight - slope / curvature
            if newton > low and newton < high:
                after = newton
        change = after - weight
        weight = after
        if abs(change) < WEIGHT_ACCURACY:
            break
    return weight


@kernel("int64(float64[:, ::1], float64)")
def combine(scratch: Table, disjoint: float) -> int:
    """Fuse the ballistic mode of S_MODES into that of S_FUSED.

    Parameters
    ----------
    disjoint : float
        0 covariance intersection, else information fusion (right only if the two share no datum).

    Returns
    -------
    int
        1; 2 if the second alone is better than any mixture; 0 if the second adds nothing; -1 if one of the
        two covariances, or that of the fusion, is not positive definite. In the last two cases the first is
        left as it was.
    """
    unpack(scratch, S_FUSED, COAST_COVARIANCE, scratch, S_FACTOR)
    if invert(scratch, S_FACTOR, S_FIRST) == 0:
        return -1
    unpack(scratch, S_MODES, COAST_COVARIANCE, scratch, S_FACTOR)
    if invert(scratch, S_FACTOR, S_SECOND) == 0:
        return -1
    first = 1.0
    second = 1.0
    if disjoint == 0.0:
        first = best_weight(scratch, S_FUSED)
        second = 1.0 - first
        if second <= 0.0:
            return 0
    for i in range(SIZE):
        total = 0.0
        for j in range(SIZE):
            # The information of the second about where the first is wrong: small numbers, no cancellation.
            apart = scratch[S_MODES, COAST_STATE + j] - scratch[S_FUSED, COAST_STATE + j]
            total += second * scratch[S_SECOND, SIZE * i + j] * apart
        scratch[S_WORK, i] = total
    for i in range(SIZE * SIZE):
        scratch[S_FACTOR, i] = first * scratch[S_FIRST, i] + second * scratch[S_SECOND, i]
    if invert(scratch, S_FACTOR, S_FIRST) == 0:
        return -1
    pack(scratch, S_FUSED, COAST_COVARIANCE, scratch, S_FIRST)
    for i in range(SIZE):
        total = 0.0
        for j in range(SIZE):
            total += scratch[S_FIRST, SIZE * i + j] * scratch[S_WORK, j]
        scratch[S_FUSED, COAST_STATE + i] += total
    if first <= 0.0:
        return 2
    return 1


@kernel("int64(float64[:, ::1], float64[:, ::1], int64, int64)")
def leave_out_unsound(reports: Table, scratch: Table, first: int, count: int) -> int:
    """Reject the states among some reports that cannot be estimates; returns how many there were.

    A covariance that is not positive definite to working precision is not mended: the row holds no state
    from then on, only its launch point. Comparisons with NaN are false, so NaN is rejected too.
    """
    found = 0
    for row in range(first, first + count):
        if reports[row, VALID] > 0.0:
            unpack(reports, row, COVARIANCE, scratch, S_FACTOR)
            sound = factorise(scratch, S_FACTOR)
            for i in range(SIZE):
                if not abs(reports[row, STATE + i]) < FARTHEST:
                    sound = 0
            if sound == 0:
                reports[row, VALID] = 0.0
                found += 1
    return found


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

    Returns how many had a part in it, and -1 - row where it was that row alone. Those that were left out
    because the fusion would not have been positive definite are added to UNSOUND of `out_row`.

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
    unsound = reports[out_row, UNSOUND]
    for row in range(first, first + count):
        if not reports[row, VALID] > 0.0 or (only >= 0 and row != only):
            continue
        burnt_out = reports[row, THRUST] < settings[0, MAX_THRUST_PROBABILITY]
        if not burnt_out and only < 0:
            continue
        predict_report(reports, settings, scratch, row, time_s)
        if used == 0:
            for column in range(COAST_STATE, COAST_COVARIANCE + 21):
                scratch[S_FUSED, column] = scratch[S_MODES, column]
            ballistic = row
        else:
            added = combine(scratch, settings[0, DISJOINT])
            if added < 0:
                unsound += 1.0
            if added <= 0:
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
    reports[out_row, UNSOUND] = unsound
    best_launch_point(reports, first, count, out_row)
    if used == 0:
        return 0
    for i in range(SIZE):
        reports[out_row, STATE + i] = scratch[S_FUSED, COAST_STATE + i]
    for element in range(21):
        reports[out_row, COVARIANCE + element] = scratch[S_FUSED, COAST_COVARIANCE + element]
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
        Row that receives the picture, outside the rows of the reports; its column UNSOUND how many reports
        were left out because a covariance was not positive definite.

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
    reports[out_row, UNSOUND] = leave_out_unsound(reports, scratch, first, count)
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
