"""Launch point of a track, with an honest covariance at class level.

The track is carried back in free flight until it climbs through the height at which boosts commonly
end; from there down the boost is not known, and the classes say: an object that left the ground straight
up and then turned lies, along its direction of flight, at about half of height times slope.
"""

from __future__ import annotations

from warnpath.compilation import kernel
from warnpath.fusion.flight import free_flight, gradient, vertical
from warnpath.fusion.layout import POINT_VALID, S_COLUMNS, WIDTH
from warnpath.fusion.linear import SIZE, root_columns
from warnpath.fusion.sensitivity import carry_columns
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


@kernel("int64(float64[:, ::1], float64[:, ::1], int64, int64, int64)")
def back_to_launch(scratch: Table, posteriors: Table, slot: int, state: int, first: int) -> int:
    """Launch point of a mode of a posterior, into the POINT columns of that posterior.

    Parameters
    ----------
    state, first : int
        First column of the mode's state, and of its covariance.

    Returns
    -------
    int
        1 if the point was written: there was none, or it was less certain. 0 otherwise.
    """
    if root_columns(posteriors, slot, first, scratch) == 0:
        return 0
    x = posteriors[slot, state]
    y = posteriors[slot, state + 1]
    z = posteriors[slot, state + 2]
    vx = posteriors[slot, state + 3]
    vy = posteriors[slot, state + 4]
    vz = posteriors[slot, state + 5]
    climb = 0.0
    height = 0.0
    for _ in range(_MOST_STEPS):
        up_x, up_y, up_z, height = vertical(x, y, z)
        climb = up_x * vx + up_y * vy + up_z * vz
        if height < -1000.0 or height > 1e8 or (climb > 0.0 and height < BOOST_TOP_M + 10.0):
            break
        step = -_BACK_STEP_S
        if climb > 0.0:
            step = -min(_BACK_STEP_S, max((height - BOOST_TOP_M) / climb, 0.01))
        gxx, gxy, gxz, gyy, gyz, gzz = gradient(x + 0.5 * step * vx, y + 0.5 * step * vy, z + 0.5 * step * vz)
        carry_columns(scratch, step, gxx, gxy, gxz, gyy, gyz, gzz)
        x, y, z, vx, vy, vz = free_flight(x, y, z, vx, vy, vz, step)
    if not (climb > SLOWEST_CLIMB_M_S and height > 0.0 and height < BOOST_TOP_M + 1000.0):
        return 0
    latitude, longitude, height = geodetic_from_ecef(x, y, z)
    frame = east_north_up(latitude, longitude)
    slope_east = (frame[0] * vx + frame[1] * vy + frame[2] * vz) / climb
    slope_north = (frame[3] * vx + frame[4] * vy + frame[5] * vz) / climb
    form = BOOST_FORM_SIGMA * height
    place = BOOST_PLACE_SIGMA_M * BOOST_PLACE_SIGMA_M
    first_variance = form * form * slope_east * slope_east + place
    mixed = form * form * slope_east * slope_north
    second_variance = form * form * slope_north * slope_north + place
    for j in range(SIZE):
        to_east = 0.0
        to_north = 0.0
        rise = 0.0
        east = 0.0
        north = 0.0
        faster = 0.0
        for k in range(3):
            moved = scratch[S_COLUMNS, WIDTH * k + j]
            turned = scratch[S_COLUMNS, WIDTH * (3 + k) + j]
            to_east += frame[k] * moved
            to_north += frame[3 + k] * moved
            rise += frame[6 + k] * moved
            east += frame[k] * turned
            north += frame[3 + k] * turned
            faster += frame[6 + k] * turned
        # Ground distance is BOOST_FORM * height * slope, and slope a ratio of velocities.
        to_east -= BOOST_FORM * (slope_east * rise + height / climb * (east - slope_east * faster))
        to_north -= BOOST_FORM * (slope_north * rise + height / climb * (north - slope_north * faster))
        first_variance += to_east * to_east
        mixed += to_east * to_north
        second_variance += to_north * to_north
    if not (first_variance > 0.0 and second_variance > 0.0 and first_variance + second_variance < 1e12):
        return 0
    if posteriors[slot, POINT_VALID] > 0.0:
        known = posteriors[slot, POINT_VALID + 3] + posteriors[slot, POINT_VALID + 5]
        if first_variance + second_variance >= known:
            return 0
    east = -BOOST_FORM * height * slope_east
    north = -BOOST_FORM * height * slope_north
    latitude, longitude, height = geodetic_from_ecef(
        x - height * frame[6] + east * frame[0] + north * frame[3],
        y - height * frame[7] + east * frame[1] + north * frame[4],
        z - height * frame[8] + east * frame[2] + north * frame[5],
    )
    posteriors[slot, POINT_VALID] = 1.0
    posteriors[slot, POINT_VALID + 1] = latitude
    posteriors[slot, POINT_VALID + 2] = longitude
    posteriors[slot, POINT_VALID + 3] = first_variance
    posteriors[slot, POINT_VALID + 4] = mixed
    posteriors[slot, POINT_VALID + 5] = second_variance
    return 1
