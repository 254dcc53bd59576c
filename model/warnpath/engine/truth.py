"""What a picture is worth against the truth; for scoring only, no handler acts on it."""

from __future__ import annotations

import math

from warnpath.compilation import kernel
from warnpath.fusion.layout import COVARIANCE, STATE
from warnpath.physics.table import state_at


@kernel("int64(float64[:, ::1], int64, int64, float64, float64[:, ::1])")
def truth_position(truth, first, count, time_s, out):  # type: ignore[no-untyped-def]
    """True state at a time after launch into row 1 of `out`; 0 outside the flight."""
    return state_at(truth, first, count, time_s, out, 1)


@kernel("float64(float64[:, ::1], int64, float64[:, ::1])")
def position_error(reports, row, out):  # type: ignore[no-untyped-def]
    """Distance (m) between the position of a report and the true one in row 1 of `out`."""
    total = 0.0
    for axis in range(3):
        difference = reports[row, STATE + axis] - out[1, axis]
        total += difference * difference
    return math.sqrt(total)


@kernel("float64(float64[:, ::1], int64)")
def position_sigma(reports, row):  # type: ignore[no-untyped-def]
    """Root of the position variances' sum (m) of a report; the triangle's diagonal is at 0, 2, 5."""
    total = reports[row, COVARIANCE] + reports[row, COVARIANCE + 2] + reports[row, COVARIANCE + 5]
    return math.sqrt(max(total, 0.0))
