"""Launch point of a track, with an honest covariance at class level.

The track is carried back in free flight until it climbs through the height at which boosts commonly
end; from there down the boost is not known, and the classes say: an object that left the ground straight
up and then turned lies, along its direction of flight, at about half of height times slope.
"""

from __future__ import annotations

from warnpath.compilation import kernel
from warnpath.fusion.layout import POINT_VALID, S_FUSED, S_PHI, S_SERIES, S_TOTAL, S_WORK
from warnpath.fusion.motion import coast_step, vertical
from warnpath.physics.arrays import Table
from warnpath.physics.earth import east_north_up, geodetic_from_ecef

BOOST_TOP_M = 90e3
"""Below this height the part of the boost is read from the slope."""
BOOST_FORM = 0.5
"""Ground distance from the launch point over height times slope, during a class boost."""
BOOST_FORM_SIGMA = 0.2
BOOST_PLACE_SIGMA_M = 2000.0
"""What the form leaves open even for a steep climb."""
SLOWEST_CLIMB_M_S = 100.0
_BACK_STEP_S = 10.0
_MOST_STEPS = 600


@kernel("void(float64[:, ::1], int64)")
def accumulate(scratch: Table, width: int) -> None:
    """Transition since the start, rows S_TOTAL.., after one more step whose transition is at S_PHI.

    Column 6 (derivative by ln(ballistic coefficient)) is carried along for width 7.
    """
    for i in range(6):
        for j in range(width):
            total = 0.0
            if j == 6:
                total = scratch[S_PHI + i, 6]
            for k in range(6):
                total += scratch[S_PHI + i, k] * scratch[S_TOTAL + k, j]
            scratch[S_WORK + i, j] = total
    for i in range(6):
        for j in range(width):
            scratch[S_TOTAL + i, j] = scratch[S_WORK + i, j]


@kernel("void(float64[:, ::1])")
def start_total(scratch: Table) -> None:
    """Unity at S_TOTAL."""
    for i in range(6):
        for j in range(7):
            scratch[S_TOTAL + i, j] = 0.0
        scratch[S_TOTAL + i, i] = 1.0


@kernel("float64(float64[:, ::1], int64, int64, int64, int64)")
def spread(scratch: Table, row: int, other: int, block: int, size: int) -> float:
    """Row times covariance block times another row: the covariance of two linear functions of the state."""
    total = 0.0
    for i in range(size):
        part = 0.0
        for j in range(size):
            part += scratch[block + i, j] * scratch[other, j]
        total += scratch[row, i] * part
    return total


@kernel("int64(float64[:, ::1], int64, int64, float64[:, ::1], int64)")
def back_to_launch(scratch: Table, state: int, block: int, posteriors: Table, slot: int) -> int:
    """Launch point of a state row and its 6 x 6 covariance, into the POINT columns of a posterior.

    Returns
    -------
    int
        1 if the point was written: there was none, or it was less certain. 0 otherwise.
    """
    for i in range(6):
        scratch[S_FUSED, i] = scratch[state, i]
    start_total(scratch)
    climb = 0.0
    height = 0.0
    for _ in range(_MOST_STEPS):
        up_x, up_y, up_z, height = vertical(scratch[S_FUSED, 0], scratch[S_FUSED, 1], scratch[S_FUSED, 2])
        climb = up_x * scratch[S_FUSED, 3] + up_y * scratch[S_FUSED, 4] + up_z * scratch[S_FUSED, 5]
        if height < -1000.0 or height > 1e8 or (climb > 0.0 and height < BOOST_TOP_M + 10.0):
            break
        step = _BACK_STEP_S
        if climb > 0.0:
            step = min(step, max((height - BOOST_TOP_M) / climb, 0.01))
        coast_step(scratch, S_FUSED, 0.0, -step)
        accumulate(scratch, 6)
    if not (climb > SLOWEST_CLIMB_M_S and height > 0.0 and height < BOOST_TOP_M + 1000.0):
        return 0
    latitude, longitude, height = geodetic_from_ecef(
        scratch[S_FUSED, 0], scratch[S_FUSED, 1], scratch[S_FUSED, 2]
    )
    frame = east_north_up(latitude, longitude)
    slope_east = 0.0
    slope_north = 0.0
    for j in range(3):
        slope_east += frame[j] * scratch[S_FUSED, 3 + j] / climb
        slope_north += frame[3 + j] * scratch[S_FUSED, 3 + j] / climb
    # Rows of S_SERIES: derivatives of the point's east and north by the state at the low end, then at the
    # state given.
    for axis in range(2):
        slope = slope_east
        if axis == 1:
            slope = slope_north
        for j in range(3):
            level = frame[3 * axis + j]
            upward = frame[6 + j]
            scratch[S_SERIES + axis, j] = level - BOOST_FORM * slope * upward
            scratch[S_SERIES + axis, 3 + j] = -BOOST_FORM * height / climb * (level - slope * upward)
        for j in range(6):
            total = 0.0
            for k in range(6):
                total += scratch[S_SERIES + axis, k] * scratch[S_TOTAL + k, j]
            scratch[S_SERIES + 2 + axis, j] = total
    form = BOOST_FORM_SIGMA * height
    place = BOOST_PLACE_SIGMA_M * BOOST_PLACE_SIGMA_M
    form_squared = form * form
    first = (
        spread(scratch, S_SERIES + 2, S_SERIES + 2, block, 6) + form_squared * slope_east * slope_east + place
    )
    mixed = spread(scratch, S_SERIES + 2, S_SERIES + 3, block, 6) + form_squared * slope_east * slope_north
    second = (
        spread(scratch, S_SERIES + 3, S_SERIES + 3, block, 6)
        + form_squared * slope_north * slope_north
        + place
    )
    if not (first > 0.0 and second > 0.0 and first + second < 1e12):
        return 0
    if posteriors[slot, POINT_VALID] > 0.0:
        if first + second >= posteriors[slot, POINT_VALID + 3] + posteriors[slot, POINT_VALID + 5]:
            return 0
    east = -BOOST_FORM * height * slope_east
    north = -BOOST_FORM * height * slope_north
    latitude, longitude, height = geodetic_from_ecef(
        scratch[S_FUSED, 0] - height * frame[6] + east * frame[0] + north * frame[3],
        scratch[S_FUSED, 1] - height * frame[7] + east * frame[1] + north * frame[4],
        scratch[S_FUSED, 2] - height * frame[8] + east * frame[2] + north * frame[5],
    )
    posteriors[slot, POINT_VALID] = 1.0
    posteriors[slot, POINT_VALID + 1] = latitude
    posteriors[slot, POINT_VALID + 2] = longitude
    posteriors[slot, POINT_VALID + 3] = first
    posteriors[slot, POINT_VALID + 4] = mixed
    posteriors[slot, POINT_VALID + 5] = second
    return 1
