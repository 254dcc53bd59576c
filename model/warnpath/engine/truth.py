"""What a picture is worth against the truth; for scoring only, no handler acts on it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from warnpath.compilation import kernel
from warnpath.fusion.layout import COVARIANCE, STATE
from warnpath.physics.table import state_at

Table = NDArray[np.float64]


@kernel("int64(float64[:, ::1], int64, int64, float64, float64[:, ::1])")
def truth_position(truth: Table, first: int, count: int, time_s: float, out: Table) -> int:
    """True state at a time after launch into row 1 of `out`; 0 outside the flight."""
    return state_at(truth, first, count, time_s, out, 1)


@kernel("float64(float64[:, ::1], int64, float64[:, ::1])")
def position_error(reports: Table, row: int, out: Table) -> float:
    """Distance (m) between the position of a report and the true one in row 1 of `out`."""
    total = 0.0
    for axis in range(3):
        difference = reports[row, STATE + axis] - out[1, axis]
        total += difference * difference
    return math.sqrt(total)


@kernel("float64(float64[:, ::1], int64)")
def position_sigma(reports: Table, row: int) -> float:
    """Root of the position variances' sum (m) of a report; the triangle's diagonal is at 0, 2, 5."""
    total = reports[row, COVARIANCE] + reports[row, COVARIANCE + 2] + reports[row, COVARIANCE + 5]
    return math.sqrt(max(total, 0.0))
