"""What a plot costs at least in a track that has had none for a while, without a prediction of it.

A salvo leaves behind the tracks of objects that have landed or gone out of sight. Any later plot is inside
their gate, for nobody knows where they are by now, and predicting them costs more the longer that is ago; but
nearly always another track fits much better. The cost is a sum of a square and of the logarithm of the
determinant of the residuals' covariance, which is no less than that of the predicted position alone. The
spread of a position only grows while position and velocity are correlated in the sense of growth: so what it
was at one prediction bounds it at all later ones.
"""

from __future__ import annotations

import math

from warnpath.compilation import kernel
from warnpath.fusion.layout import (
    COAST_COVARIANCE,
    FADED_AFTER,
    FADED_COST,
    THRUST_MEMORY,
    THRUST_NOISE,
)
from warnpath.physics.arrays import Table

NO_BOUND = -1e300
"""Less than any cost."""
SLACK = 3.0 * math.log(2.0)
"""What a bound is lowered by, as if all variances were half as large. The gradient of gravity pulls together
by 1.5e-6 times the square of the time, a seventh of the variance in five minutes; the rest is for the noise
that goes with drag, which other steps of a prediction sample at other times."""
LONGEST_S = 300.0
"""How long a bound holds after the prediction it is from."""


@kernel("float64(float64, float64, float64, float64, float64, float64)")
def determinant(xx: float, xy: float, yy: float, xz: float, yz: float, zz: float) -> float:
    """Determinant of a symmetric matrix of three rows, 0 if it is not positive definite."""
    minor = xx * yy - xy * xy
    whole = zz * minor - xz * (xz * yy - xy * yz) + yz * (xz * xy - xx * yz)
    if xx > 0.0 and minor > 0.0 and whole > 0.0:
        return whole
    return 0.0


@kernel("void(float64[:, ::1], int64, float64[:, ::1], int64, float64)")
def remember_spread(posteriors: Table, slot: int, scratch: Table, row: int, elapsed: float) -> None:
    """Keep how far the position of the ballistic mode, predicted into a row of scratch, has spread."""
    if not elapsed > posteriors[slot, FADED_AFTER]:
        return
    spread = determinant(
        scratch[row, COAST_COVARIANCE],
        scratch[row, COAST_COVARIANCE + 1],
        scratch[row, COAST_COVARIANCE + 2],
        scratch[row, COAST_COVARIANCE + 3],
        scratch[row, COAST_COVARIANCE + 4],
        scratch[row, COAST_COVARIANCE + 5],
    )
    growth = determinant(
        scratch[row, COAST_COVARIANCE + 6],
        0.5 * (scratch[row, COAST_COVARIANCE + 7] + scratch[row, COAST_COVARIANCE + 10]),
        scratch[row, COAST_COVARIANCE + 11],
        0.5 * (scratch[row, COAST_COVARIANCE + 8] + scratch[row, COAST_COVARIANCE + 15]),
        0.5 * (scratch[row, COAST_COVARIANCE + 12] + scratch[row, COAST_COVARIANCE + 16]),
        scratch[row, COAST_COVARIANCE + 17],
    )
    if spread > 0.0 and growth > 0.0:
        posteriors[slot, FADED_AFTER] = elapsed
        posteriors[slot, FADED_COST] = math.log(spread) - SLACK


@kernel("float64(float64[:, ::1], int64, float64[:, ::1], float64)")
def least_cost(posteriors: Table, slot: int, settings: Table, elapsed: float) -> float:
    """A bound on what a plot costs so long after a posterior, in either mode; `NO_BOUND` if none is known.

    The force of the thrusting mode wanders, driven by white jerk of density q: alone from this the variance
    along each axis is at least 4/9 of q t^5 / 20, for times t within the memory of the force.
    """
    since = elapsed - posteriors[slot, FADED_AFTER]
    if not (posteriors[slot, FADED_AFTER] > 0.0 and since >= 0.0 and since < LONGEST_S):
        return NO_BOUND
    wander = min(elapsed, settings[0, THRUST_MEMORY])
    variance = settings[0, THRUST_NOISE] * wander * wander * wander * wander * wander / 45.0
    if not variance > 0.0:
        return NO_BOUND
    return min(float(posteriors[slot, FADED_COST]), 3.0 * math.log(variance) - SLACK)
