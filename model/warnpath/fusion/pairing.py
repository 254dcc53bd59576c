"""Whether two reports are of one object: the cost of it, within a gate.

Reports of two command posts have errors of their own, since no plot is in both; what they share, an
unforeseen force, widens the gate instead of the model. Reference: Bar-Shalom, On the track-to-track
correlation problem, IEEE Trans. Automatic Control 26 (1981).
"""

from __future__ import annotations

import math

from warnpath.compilation import kernel
from warnpath.fusion.gating import OUTSIDE
from warnpath.fusion.layout import (
    COAST_COVARIANCE,
    COAST_STATE,
    COVARIANCE,
    LAST_PLOT_TIME,
    REPORT_TIME,
    S_FACTOR,
    S_FUSED,
    S_GAP,
    S_MODES,
    STATE,
    VALID,
)
from warnpath.fusion.linear import SIZE, factorise, unpack
from warnpath.fusion.reports import predict_report
from warnpath.physics.arrays import Table

REPORT_GATE = 80.0
"""Largest normalised square of a difference of six numbers. Chance alone exceeds 38 once in a million."""
WANDER_M_S2 = 40.0
"""Acceleration (1-sigma) between the times of two reports that the first, rough comparison allows for."""


@kernel("float64(float64[:, ::1], int64, int64)")
def rough_report_square(reports: Table, row: int, other: int) -> float:
    """Square of the distance of two reports, the older one gone straight on, over what is to be expected."""
    apart = reports[row, REPORT_TIME] - reports[other, REPORT_TIME]
    older = other
    if apart < 0.0:
        older = row
    wander = 0.5 * WANDER_M_S2 * apart * apart
    expected = wander * wander
    expected += reports[row, COVARIANCE] + reports[row, COVARIANCE + 2] + reports[row, COVARIANCE + 5]
    expected += reports[other, COVARIANCE] + reports[other, COVARIANCE + 2] + reports[other, COVARIANCE + 5]
    moving = (
        reports[older, COVARIANCE + 9] + reports[older, COVARIANCE + 14] + reports[older, COVARIANCE + 20]
    )
    expected += apart * apart * moving
    square = 0.0
    for i in range(3):
        gap = reports[row, STATE + i] - reports[other, STATE + i] - apart * reports[older, STATE + 3 + i]
        square += gap * gap
    return float(square / max(expected, 1.0))


@kernel("float64(float64[:, ::1], float64[:, ::1], float64[:, ::1], int64, int64)")
def report_cost(reports: Table, settings: Table, scratch: Table, row: int, other: int) -> float:
    """Cost of taking two reports for one object, twice the negative log likelihood; `OUTSIDE` the gate.

    Both are predicted to the later of their two times. A report whose covariance is not positive definite
    fits nothing; the picture that it is put into leaves it out and counts it.
    """
    if not (reports[row, VALID] > 0.0 and reports[other, VALID] > 0.0):
        return OUTSIDE
    if not rough_report_square(reports, row, other) < REPORT_GATE:
        return OUTSIDE
    time = max(reports[row, REPORT_TIME], reports[other, REPORT_TIME])
    predict_report(reports, settings, scratch, row, time)
    for column in range(COAST_STATE, COAST_COVARIANCE + 21):
        scratch[S_FUSED, column] = scratch[S_MODES, column]
    predict_report(reports, settings, scratch, other, time)
    for element in range(21):
        scratch[S_MODES, COAST_COVARIANCE + element] += scratch[S_FUSED, COAST_COVARIANCE + element]
    unpack(scratch, S_MODES, COAST_COVARIANCE, scratch, S_FACTOR)
    if factorise(scratch, S_FACTOR) == 0:
        return OUTSIDE
    square = 0.0
    logarithm = 0.0
    for i in range(SIZE):
        total = scratch[S_FUSED, COAST_STATE + i] - scratch[S_MODES, COAST_STATE + i]
        for j in range(i):
            total -= scratch[S_FACTOR, SIZE * i + j] * scratch[S_GAP, j]
        total = total / scratch[S_FACTOR, SIZE * i + i]
        scratch[S_GAP, i] = total
        square += total * total
        logarithm += math.log(scratch[S_FACTOR, SIZE * i + i])
    if not square < REPORT_GATE:
        return OUTSIDE
    return float(square + 2.0 * logarithm)


@kernel("int64(float64[:, ::1], int64, int64, int64)")
def reference_row(reports: Table, first: int, count: int, without: int) -> int:
    """The report with the youngest plot among some rows, one of them left out; -1 if there is none."""
    chosen = -1
    youngest = -1e300
    for row in range(first, first + count):
        if row != without and reports[row, VALID] > 0.0 and reports[row, LAST_PLOT_TIME] > youngest:
            chosen = row
            youngest = reports[row, LAST_PLOT_TIME]
    return chosen
