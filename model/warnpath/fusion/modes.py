"""The interacting pair of a track: a thrusting and a ballistic mode, and how they mix.

The thrusting mode has nine states, the last three the specific force (all that is not gravity), a
Gauss-Markov process; the ballistic mode has six. Both live in one row of a table with the columns of a
posterior. References: Blom & Bar-Shalom, IEEE Trans. Automatic Control 33 (1988) for the pair; Singer,
IEEE Trans. Aerospace and Electronic Systems 6 (1970) for the acceleration.
"""

from __future__ import annotations

import math

from warnpath.compilation import kernel
from warnpath.fusion.layout import (
    BURN_TIME,
    COAST_COVARIANCE,
    COAST_STATE,
    IGNITION_SIGMA,
    IGNITION_TIME,
    THRUST_COVARIANCE,
    THRUST_STATE,
)
from warnpath.physics.arrays import Table


@kernel("float64(float64[:, ::1], int64, float64[:, ::1], float64, float64, int64)")
def mix(
    table: Table, row: int, settings: Table, thrust_probability: float, elapsed: float, ballistic: int
) -> float:
    """Mix the two modes of a row over an elapsed time; returns the prior probability of thrust after it.

    Transition probabilities are those of a two-state chain in continuous time, rate * (1 - exp(-elapsed *
    (sum of rates))) / (sum of rates), so how many plots share the time is without effect. An ignition
    starts with no known force, its spread the ignition sigma. With `ballistic` the object is taken to be in
    free flight: the thrusting mode still learns from the ballistic one, and no longer the other way.
    """
    burnout_rate = 1.0 / settings[0, BURN_TIME]
    ignition_rate = 1.0 / settings[0, IGNITION_TIME]
    both = burnout_rate + ignition_rate
    changed = (1.0 - math.exp(-elapsed * both)) / both
    burnout = burnout_rate * changed
    ignition = ignition_rate * changed
    coast_probability = 1.0 - thrust_probability
    to_thrust: float = (1.0 - burnout) * thrust_probability + ignition * coast_probability
    to_coast = burnout * thrust_probability + (1.0 - ignition) * coast_probability
    if not (to_thrust > 0.0 and to_coast > 0.0):
        return thrust_probability
    lit = ignition * coast_probability / to_thrust
    burnt = burnout * thrust_probability / to_coast
    if ballistic == 1:
        # A thrust that is taken as excluded is pruned, not merged: its wide covariance, entering at every
        # plot with a tiny weight, would act as noise of 1 (m/s)^2 a second on an object in free flight.
        burnt = 0.0
    stays = 1.0 - lit
    to_lit = lit * stays
    to_burnt = burnt * (1.0 - burnt)
    element = 0
    for i in range(6):
        gap = table[row, THRUST_STATE + i] - table[row, COAST_STATE + i]
        for j in range(i + 1):
            product = gap * (table[row, THRUST_STATE + j] - table[row, COAST_STATE + j])
            thrusting = table[row, THRUST_COVARIANCE + element]
            coasting = table[row, COAST_COVARIANCE + element]
            table[row, THRUST_COVARIANCE + element] = stays * thrusting + lit * coasting + to_lit * product
            table[row, COAST_COVARIANCE + element] = (
                coasting + burnt * (thrusting - coasting) + to_burnt * product
            )
            element += 1
    spread = lit * settings[0, IGNITION_SIGMA] * settings[0, IGNITION_SIGMA]
    for i in range(6, 9):
        force = to_lit * table[row, THRUST_STATE + i]
        for j in range(i + 1):
            gap = table[row, THRUST_STATE + j]
            if j < 6:
                gap -= table[row, COAST_STATE + j]
            value = stays * table[row, THRUST_COVARIANCE + element] + force * gap
            if i == j:
                value += spread
            table[row, THRUST_COVARIANCE + element] = value
            element += 1
    for i in range(6):
        gap = table[row, THRUST_STATE + i] - table[row, COAST_STATE + i]
        table[row, THRUST_STATE + i] -= lit * gap
        table[row, COAST_STATE + i] += burnt * gap
        if i < 3:
            table[row, THRUST_STATE + 6 + i] *= stays
    return to_thrust
