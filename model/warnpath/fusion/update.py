"""Kalman updates of the two modes by one number, written out element by element."""

from __future__ import annotations

from warnpath.compilation import kernel
from warnpath.fusion.layout import COAST_COVARIANCE, COAST_STATE, S_WORK, THRUST_COVARIANCE, THRUST_STATE
from warnpath.physics.arrays import Table


@kernel("float64(float64[:, ::1], int64, float64, float64, float64, float64, float64)")
def update_coast(
    table: Table, row: int, dx: float, dy: float, dz: float, residual: float, variance: float
) -> float:
    """Kalman update of the ballistic mode of a row by one number, a component of the position.

    Parameters
    ----------
    dx, dy, dz : float
        Direction of the component, a unit vector.
    residual, variance : float
        Measured minus predicted, and the variance of the measurement.

    Returns
    -------
    float
        Variance of the residual; 0 if the update is ill-conditioned, and the mode must not be used.
    """
    g0 = (
        table[row, COAST_COVARIANCE] * dx
        + table[row, COAST_COVARIANCE + 1] * dy
        + table[row, COAST_COVARIANCE + 3] * dz
    )
    g1 = (
        table[row, COAST_COVARIANCE + 1] * dx
        + table[row, COAST_COVARIANCE + 2] * dy
        + table[row, COAST_COVARIANCE + 4] * dz
    )
    g2 = (
        table[row, COAST_COVARIANCE + 3] * dx
        + table[row, COAST_COVARIANCE + 4] * dy
        + table[row, COAST_COVARIANCE + 5] * dz
    )
    g3 = (
        table[row, COAST_COVARIANCE + 6] * dx
        + table[row, COAST_COVARIANCE + 7] * dy
        + table[row, COAST_COVARIANCE + 8] * dz
    )
    g4 = (
        table[row, COAST_COVARIANCE + 10] * dx
        + table[row, COAST_COVARIANCE + 11] * dy
        + table[row, COAST_COVARIANCE + 12] * dz
    )
    g5 = (
        table[row, COAST_COVARIANCE + 15] * dx
        + table[row, COAST_COVARIANCE + 16] * dy
        + table[row, COAST_COVARIANCE + 17] * dz
    )
    total: float = g0 * dx + g1 * dy + g2 * dz
    # A covariance that has lost its sign would make the prior look better than perfect.
    if not (total >= 0.0 and total < 1e30):
        return 0.0
    total += variance
    if not total > 0.0:
        return 0.0
    inverse = 1.0 / total
    scaled = residual * inverse
    table[row, COAST_STATE] += g0 * scaled
    table[row, COAST_STATE + 1] += g1 * scaled
    table[row, COAST_STATE + 2] += g2 * scaled
    table[row, COAST_STATE + 3] += g3 * scaled
    table[row, COAST_STATE + 4] += g4 * scaled
    table[row, COAST_STATE + 5] += g5 * scaled
    k0 = g0 * inverse
    table[row, COAST_COVARIANCE] -= k0 * g0
    k1 = g1 * inverse
    table[row, COAST_COVARIANCE + 1] -= k1 * g0
    table[row, COAST_COVARIANCE + 2] -= k1 * g1
    k2 = g2 * inverse
    table[row, COAST_COVARIANCE + 3] -= k2 * g0
    table[row, COAST_COVARIANCE + 4] -= k2 * g1
    table[row, COAST_COVARIANCE + 5] -= k2 * g2
    k3 = g3 * inverse
    table[row, COAST_COVARIANCE + 6] -= k3 * g0
    table[row, COAST_COVARIANCE + 7] -= k3 * g1
    table[row, COAST_COVARIANCE + 8] -= k3 * g2
    table[row, COAST_COVARIANCE + 9] -= k3 * g3
    k4 = g4 * inverse
    table[row, COAST_COVARIANCE + 10] -= k4 * g0
    table[row, COAST_COVARIANCE + 11] -= k4 * g1
    table[row, COAST_COVARIANCE + 12] -= k4 * g2
    table[row, COAST_COVARIANCE + 13] -= k4 * g3
    table[row, COAST_COVARIANCE + 14] -= k4 * g4
    k5 = g5 * inverse
    table[row, COAST_COVARIANCE + 15] -= k5 * g0
    table[row, COAST_COVARIANCE + 16] -= k5 * g1
    table[row, COAST_COVARIANCE + 17] -= k5 * g2
    table[row, COAST_COVARIANCE + 18] -= k5 * g3
    table[row, COAST_COVARIANCE + 19] -= k5 * g4
    table[row, COAST_COVARIANCE + 20] -= k5 * g5
    if not (
        table[row, COAST_COVARIANCE] > 0.0
        and table[row, COAST_COVARIANCE + 2] > 0.0
        and table[row, COAST_COVARIANCE + 5] > 0.0
        and table[row, COAST_COVARIANCE + 9] > 0.0
        and table[row, COAST_COVARIANCE + 14] > 0.0
        and table[row, COAST_COVARIANCE + 20] > 0.0
    ):
        return 0.0
    return total


@kernel("float64(float64[:, ::1], int64, float64, float64, float64, float64, float64)")
def update_thrust(
    table: Table, row: int, dx: float, dy: float, dz: float, residual: float, variance: float
) -> float:
    """`update_coast` for the thrusting mode."""
    g0 = (
        table[row, THRUST_COVARIANCE] * dx
        + table[row, THRUST_COVARIANCE + 1] * dy
        + table[row, THRUST_COVARIANCE + 3] * dz
    )
    g1 = (
        table[row, THRUST_COVARIANCE + 1] * dx
        + table[row, THRUST_COVARIANCE + 2] * dy
        + table[row, THRUST_COVARIANCE + 4] * dz
    )
    g2 = (
        table[row, THRUST_COVARIANCE + 3] * dx
        + table[row, THRUST_COVARIANCE + 4] * dy
        + table[row, THRUST_COVARIANCE + 5] * dz
    )
    g3 = (
        table[row, THRUST_COVARIANCE + 6] * dx
        + table[row, THRUST_COVARIANCE + 7] * dy
        + table[row, THRUST_COVARIANCE + 8] * dz
    )
    g4 = (
        table[row, THRUST_COVARIANCE + 10] * dx
        + table[row, THRUST_COVARIANCE + 11] * dy
        + table[row, THRUST_COVARIANCE + 12] * dz
    )
    g5 = (
        table[row, THRUST_COVARIANCE + 15] * dx
        + table[row, THRUST_COVARIANCE + 16] * dy
        + table[row, THRUST_COVARIANCE + 17] * dz
    )
    g6 = (
        table[row, THRUST_COVARIANCE + 21] * dx
        + table[row, THRUST_COVARIANCE + 22] * dy
        + table[row, THRUST_COVARIANCE + 23] * dz
    )
    g7 = (
        table[row, THRUST_COVARIANCE + 28] * dx
        + table[row, THRUST_COVARIANCE + 29] * dy
        + table[row, THRUST_COVARIANCE + 30] * dz
    )
    g8 = (
        table[row, THRUST_COVARIANCE + 36] * dx
        + table[row, THRUST_COVARIANCE + 37] * dy
        + table[row, THRUST_COVARIANCE + 38] * dz
    )
    total: float = g0 * dx + g1 * dy + g2 * dz
    # A covariance that has lost its sign would make the prior look better than perfect.
    if not (total >= 0.0 and total < 1e30):
        return 0.0
    total += variance
    if not total > 0.0:
        return 0.0
    inverse = 1.0 / total
    scaled = residual * inverse
    table[row, THRUST_STATE] += g0 * scaled
    table[row, THRUST_STATE + 1] += g1 * scaled
    table[row, THRUST_STATE + 2] += g2 * scaled
    table[row, THRUST_STATE + 3] += g3 * scaled
    table[row, THRUST_STATE + 4] += g4 * scaled
    table[row, THRUST_STATE + 5] += g5 * scaled
    table[row, THRUST_STATE + 6] += g6 * scaled
    table[row, THRUST_STATE + 7] += g7 * scaled
    table[row, THRUST_STATE + 8] += g8 * scaled
    k0 = g0 * inverse
    table[row, THRUST_COVARIANCE] -= k0 * g0
    k1 = g1 * inverse
    table[row, THRUST_COVARIANCE + 1] -= k1 * g0
    table[row, THRUST_COVARIANCE + 2] -= k1 * g1
    k2 = g2 * inverse
    table[row, THRUST_COVARIANCE + 3] -= k2 * g0
    table[row, THRUST_COVARIANCE + 4] -= k2 * g1
    table[row, THRUST_COVARIANCE + 5] -= k2 * g2
    k3 = g3 * inverse
    table[row, THRUST_COVARIANCE + 6] -= k3 * g0
    table[row, THRUST_COVARIANCE + 7] -= k3 * g1
    table[row, THRUST_COVARIANCE + 8] -= k3 * g2
    table[row, THRUST_COVARIANCE + 9] -= k3 * g3
    k4 = g4 * inverse
    table[row, THRUST_COVARIANCE + 10] -= k4 * g0
    table[row, THRUST_COVARIANCE + 11] -= k4 * g1
    table[row, THRUST_COVARIANCE + 12] -= k4 * g2
    table[row, THRUST_COVARIANCE + 13] -= k4 * g3
    table[row, THRUST_COVARIANCE + 14] -= k4 * g4
    k5 = g5 * inverse
    table[row, THRUST_COVARIANCE + 15] -= k5 * g0
    table[row, THRUST_COVARIANCE + 16] -= k5 * g1
    table[row, THRUST_COVARIANCE + 17] -= k5 * g2
    table[row, THRUST_COVARIANCE + 18] -= k5 * g3
    table[row, THRUST_COVARIANCE + 19] -= k5 * g4
    table[row, THRUST_COVARIANCE + 20] -= k5 * g5
    k6 = g6 * inverse
    table[row, THRUST_COVARIANCE + 21] -= k6 * g0
    table[row, THRUST_COVARIANCE + 22] -= k6 * g1
    table[row, THRUST_COVARIANCE + 23] -= k6 * g2
    table[row, THRUST_COVARIANCE + 24] -= k6 * g3
    table[row, THRUST_COVARIANCE + 25] -= k6 * g4
    table[row, THRUST_COVARIANCE + 26] -= k6 * g5
    table[row, THRUST_COVARIANCE + 27] -= k6 * g6
    k7 = g7 * inverse
    table[row, THRUST_COVARIANCE + 28] -= k7 * g0
    table[row, THRUST_COVARIANCE + 29] -= k7 * g1
    table[row, THRUST_COVARIANCE + 30] -= k7 * g2
    table[row, THRUST_COVARIANCE + 31] -= k7 * g3
    table[row, THRUST_COVARIANCE + 32] -= k7 * g4
    table[row, THRUST_COVARIANCE + 33] -= k7 * g5
    table[row, THRUST_COVARIANCE + 34] -= k7 * g6
    table[row, THRUST_COVARIANCE + 35] -= k7 * g7
    k8 = g8 * inverse
    table[row, THRUST_COVARIANCE + 36] -= k8 * g0
    table[row, THRUST_COVARIANCE + 37] -= k8 * g1
    table[row, THRUST_COVARIANCE + 38] -= k8 * g2
    table[row, THRUST_COVARIANCE + 39] -= k8 * g3
    table[row, THRUST_COVARIANCE + 40] -= k8 * g4
    table[row, THRUST_COVARIANCE + 41] -= k8 * g5
    table[row, THRUST_COVARIANCE + 42] -= k8 * g6
    table[row, THRUST_COVARIANCE + 43] -= k8 * g7
    table[row, THRUST_COVARIANCE + 44] -= k8 * g8
    if not (
        table[row, THRUST_COVARIANCE] > 0.0
        and table[row, THRUST_COVARIANCE + 2] > 0.0
        and table[row, THRUST_COVARIANCE + 5] > 0.0
        and table[row, THRUST_COVARIANCE + 9] > 0.0
        and table[row, THRUST_COVARIANCE + 14] > 0.0
        and table[row, THRUST_COVARIANCE + 20] > 0.0
        and table[row, THRUST_COVARIANCE + 27] > 0.0
        and table[row, THRUST_COVARIANCE + 35] > 0.0
        and table[row, THRUST_COVARIANCE + 44] > 0.0
    ):
        return 0.0
    return total


@kernel("float64(float64[:, ::1], int64, int64, int64, int64, float64[:, ::1], float64, float64)")
def update_any(
    table: Table,
    row: int,
    state: int,
    first: int,
    size: int,
    scratch: Table,
    residual: float,
    variance: float,
) -> float:
    """`update_coast` by any linear function of the state, for a mode of six or nine states.

    Parameters
    ----------
    state, first, size : int
        First column of the state and of the lower triangle of the covariance; number of states.
    scratch
        Columns 0 .. `size` - 1 of S_WORK are the measurement vector; nine columns after them are used.
    """
    total = 0.0
    for i in range(size):
        gain = 0.0
        for k in range(size):
            larger = max(i, k)
            smaller = min(i, k)
            gain += table[row, first + larger * (larger + 1) // 2 + smaller] * scratch[S_WORK, k]
        scratch[S_WORK, 9 + i] = gain
        total += gain * scratch[S_WORK, i]
    if not (total >= 0.0 and total < 1e30):
        return 0.0
    total += variance
    if not total > 0.0:
        return 0.0
    inverse = 1.0 / total
    element = first
    for i in range(size):
        gain = scratch[S_WORK, 9 + i] * inverse
        table[row, state + i] += gain * residual
        for j in range(i + 1):
            table[row, element] -= gain * scratch[S_WORK, 9 + j]
            element += 1
        if not table[row, element - 1] > 0.0:
            return 0.0
    return total
