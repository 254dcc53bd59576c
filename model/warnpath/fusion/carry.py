"""The covariances of the two modes over one step of free flight, written out element by element.

A covariance drifts for half a step, takes the kick of the gravity gradient and of Coriolis, and drifts again:
the transition matrix of a step is off by a twelfth of gradient times step squared, 3e-6 for 5 s.

A mode is a row of a table with the columns of a posterior (`warnpath.fusion.layout`): state, and
covariance as a lower triangle. The six rows of position and velocity come first in it for both modes.
"""

from __future__ import annotations

from warnpath.compilation import kernel
from warnpath.fusion.layout import THRUST_COVARIANCE, THRUST_MEMORY, THRUST_NOISE, THRUST_STATE
from warnpath.physics.arrays import Table
from warnpath.physics.earth import ROTATION_RAD_S


@kernel("void(float64[:, ::1], int64, int64, float64, float64, float64, float64, float64, float64, float64)")
def carry(
    table: Table,
    row: int,
    first: int,
    step: float,
    gxx: float,
    gxy: float,
    gxz: float,
    gyy: float,
    gyz: float,
    gzz: float,
) -> None:
    """Carry the covariance of position and velocity over a step of free flight.

    Parameters
    ----------
    table, row, first
        Lower triangle of six or more rows from column `first`; the first six are carried.
    gxx ... gzz : float
        `gradient` in the middle of the step.
    """
    half = 0.5 * step
    turn = 2.0 * ROTATION_RAD_S * step
    sine = turn * (1.0 - turn * turn / 6.0)
    cosine = 1.0 - 0.5 * turn * turn
    mxx = step * gxx
    mxy = step * gxy
    mxz = step * gxz
    myy = step * gyy
    myz = step * gyz
    mzz = step * gzz
    # w: new velocity with position; z: new velocity with old velocity.
    p00 = table[row, first]
    p10 = table[row, first + 1]
    p11 = table[row, first + 2]
    p20 = table[row, first + 3]
    p21 = table[row, first + 4]
    p22 = table[row, first + 5]
    p30 = table[row, first + 6]
    p31 = table[row, first + 7]
    p32 = table[row, first + 8]
    p33 = table[row, first + 9]
    p40 = table[row, first + 10]
    p41 = table[row, first + 11]
    p42 = table[row, first + 12]
    p43 = table[row, first + 13]
    p44 = table[row, first + 14]
    p50 = table[row, first + 15]
    p51 = table[row, first + 16]
    p52 = table[row, first + 17]
    p53 = table[row, first + 18]
    p54 = table[row, first + 19]
    p55 = table[row, first + 20]
    p00 += half * (2.0 * p30 + half * p33)
    p10 += half * (p40 + p31 + half * p43)
    p11 += half * (2.0 * p41 + half * p44)
    p20 += half * (p50 + p32 + half * p53)
    p21 += half * (p51 + p42 + half * p54)
    p22 += half * (2.0 * p52 + half * p55)
    p30 += half * p33
    p31 += half * p43
    p32 += half * p53
    p40 += half * p43
    p41 += half * p44
    p42 += half * p54
    p50 += half * p53
    p51 += half * p54
    p52 += half * p55
    w00 = mxx * p00 + mxy * p10 + mxz * p20 + cosine * p30 + sine * p40
    w01 = mxx * p10 + mxy * p11 + mxz * p21 + cosine * p31 + sine * p41
    w02 = mxx * p20 + mxy * p21 + mxz * p22 + cosine * p32 + sine * p42
    w10 = mxy * p00 + myy * p10 + myz * p20 + cosine * p40 - sine * p30
    w11 = mxy * p10 + myy * p11 + myz * p21 + cosine * p41 - sine * p31
    w12 = mxy * p20 + myy * p21 + myz * p22 + cosine * p42 - sine * p32
    w20 = mxz * p00 + myz * p10 + mzz * p20 + p50
    w21 = mxz * p10 + myz * p11 + mzz * p21 + p51
    w22 = mxz * p20 + myz * p21 + mzz * p22 + p52
    z00 = mxx * p30 + mxy * p31 + mxz * p32 + cosine * p33 + sine * p43
    z01 = mxx * p40 + mxy * p41 + mxz * p42 + cosine * p43 + sine * p44
    z10 = mxy * p30 + myy * p31 + myz * p32 + cosine * p43 - sine * p33
    z11 = mxy * p40 + myy * p41 + myz * p42 + cosine * p44 - sine * p43
    z20 = mxz * p30 + myz * p31 + mzz * p32 + p53
    z21 = mxz * p40 + myz * p41 + mzz * p42 + p54
    z22 = mxz * p50 + myz * p51 + mzz * p52 + p55
    p33 = w00 * mxx + w01 * mxy + w02 * mxz + cosine * z00 + sine * z01
    p43 = w10 * mxx + w11 * mxy + w12 * mxz + cosine * z10 + sine * z11
    p44 = w10 * mxy + w11 * myy + w12 * myz + cosine * z11 - sine * z10
    p53 = w20 * mxx + w21 * mxy + w22 * mxz + cosine * z20 + sine * z21
    p54 = w20 * mxy + w21 * myy + w22 * myz + cosine * z21 - sine * z20
    p55 = w20 * mxz + w21 * myz + w22 * mzz + z22
    p30 = w00
    p31 = w01
    p32 = w02
    p40 = w10
    p41 = w11
    p42 = w12
    p50 = w20
    p51 = w21
    p52 = w22
    p00 += half * (2.0 * p30 + half * p33)
    p10 += half * (p40 + p31 + half * p43)
    p11 += half * (2.0 * p41 + half * p44)
    p20 += half * (p50 + p32 + half * p53)
    p21 += half * (p51 + p42 + half * p54)
    p22 += half * (2.0 * p52 + half * p55)
    p30 += half * p33
    p31 += half * p43
    p32 += half * p53
    p40 += half * p43
    p41 += half * p44
    p42 += half * p54
    p50 += half * p53
    p51 += half * p54
    p52 += half * p55
    table[row, first] = p00
    table[row, first + 1] = p10
    table[row, first + 2] = p11
    table[row, first + 3] = p20
    table[row, first + 4] = p21
    table[row, first + 5] = p22
    table[row, first + 6] = p30
    table[row, first + 7] = p31
    table[row, first + 8] = p32
    table[row, first + 9] = p33
    table[row, first + 10] = p40
    table[row, first + 11] = p41
    table[row, first + 12] = p42
    table[row, first + 13] = p43
    table[row, first + 14] = p44
    table[row, first + 15] = p50
    table[row, first + 16] = p51
    table[row, first + 17] = p52
    table[row, first + 18] = p53
    table[row, first + 19] = p54
    table[row, first + 20] = p55


@kernel(
    "void(float64[:, ::1], int64, float64[:, ::1], float64, float64, float64, float64, float64, float64, "
    "float64)"
)
def carry_force(
    table: Table,
    row: int,
    settings: Table,
    step: float,
    gxx: float,
    gxy: float,
    gxz: float,
    gyy: float,
    gyz: float,
    gzz: float,
) -> None:
    """The other rows of a thrusting mode over a step, after `carry` did the first six; with its noise.

    The specific force fades with its memory (Gauss-Markov, driven by white jerk) and enters position and
    velocity at the end of the step, in the state and in the covariance.
    """
    memory = settings[0, THRUST_MEMORY]
    square = 0.5 * step * step
    ratio = step / memory
    to_position = square * (1.0 - ratio * (1.0 / 3.0 - ratio * (1.0 / 12.0 - ratio / 60.0)))
    to_velocity = step * (1.0 - ratio * (0.5 - ratio * (1.0 / 6.0 - ratio * (1.0 / 24.0 - ratio / 120.0))))
    kept = 1.0 - to_velocity / memory
    for i in range(3):
        force = table[row, THRUST_STATE + 6 + i]
        table[row, THRUST_STATE + i] += to_position * force
        table[row, THRUST_STATE + 3 + i] += to_velocity * force
        table[row, THRUST_STATE + 6 + i] = kept * force
    jerk = settings[0, THRUST_NOISE] * step
    noise_rr = jerk * square * square * 0.2
    noise_vr = jerk * square * step * 0.25
    noise_vv = jerk * square * 2.0 / 3.0
    noise_ar = jerk * square / 3.0
    noise_av = jerk * step * 0.5
    noise_aa = jerk
    half = 0.5 * step
    turn = 2.0 * ROTATION_RAD_S * step
    sine = turn * (1.0 - turn * turn / 6.0)
    cosine = 1.0 - 0.5 * turn * turn
    mxx = step * gxx
    mxy = step * gxy
    mxz = step * gxz
    myy = step * gyy
    myz = step * gyz
    mzz = step * gzz
    # r and v: force with position and with velocity; k: the latter after the kick; a: force with itself.
    r00 = table[row, THRUST_COVARIANCE + 21]
    r01 = table[row, THRUST_COVARIANCE + 22]
    r02 = table[row, THRUST_COVARIANCE + 23]
    v00 = table[row, THRUST_COVARIANCE + 24]
    v01 = table[row, THRUST_COVARIANCE + 25]
    v02 = table[row, THRUST_COVARIANCE + 26]
    r10 = table[row, THRUST_COVARIANCE + 28]
    r11 = table[row, THRUST_COVARIANCE + 29]
    r12 = table[row, THRUST_COVARIANCE + 30]
    v10 = table[row, THRUST_COVARIANCE + 31]
    v11 = table[row, THRUST_COVARIANCE + 32]
    v12 = table[row, THRUST_COVARIANCE + 33]
    r20 = table[row, THRUST_COVARIANCE + 36]
    r21 = table[row, THRUST_COVARIANCE + 37]
    r22 = table[row, THRUST_COVARIANCE + 38]
    v20 = table[row, THRUST_COVARIANCE + 39]
    v21 = table[row, THRUST_COVARIANCE + 40]
    v22 = table[row, THRUST_COVARIANCE + 41]
    r00 += half * v00
    r01 += half * v01
    r02 += half * v02
    r10 += half * v10
    r11 += half * v11
    r12 += half * v12
    r20 += half * v20
    r21 += half * v21
    r22 += half * v22
    k00 = r00 * mxx + r01 * mxy + r02 * mxz + cosine * v00 + sine * v01
    k01 = r00 * mxy + r01 * myy + r02 * myz + cosine * v01 - sine * v00
    k02 = r00 * mxz + r01 * myz + r02 * mzz + v02
    k10 = r10 * mxx + r11 * mxy + r12 * mxz + cosine * v10 + sine * v11
    k11 = r10 * mxy + r11 * myy + r12 * myz + cosine * v11 - sine * v10
    k12 = r10 * mxz + r11 * myz + r12 * mzz + v12
    k20 = r20 * mxx + r21 * mxy + r22 * mxz + cosine * v20 + sine * v21
    k21 = r20 * mxy + r21 * myy + r22 * myz + cosine * v21 - sine * v20
    k22 = r20 * mxz + r21 * myz + r22 * mzz + v22
    r00 += half * k00
    r01 += half * k01
    r02 += half * k02
    r10 += half * k10
    r11 += half * k11
    r12 += half * k12
    r20 += half * k20
    r21 += half * k21
    r22 += half * k22
    a00 = table[row, THRUST_COVARIANCE + 27]
    a10 = table[row, THRUST_COVARIANCE + 34]
    a11 = table[row, THRUST_COVARIANCE + 35]
    a20 = table[row, THRUST_COVARIANCE + 42]
    a21 = table[row, THRUST_COVARIANCE + 43]
    a22 = table[row, THRUST_COVARIANCE + 44]
    table[row, THRUST_COVARIANCE + 0] += to_position * (2.0 * r00 + to_position * a00) + noise_rr
    table[row, THRUST_COVARIANCE + 1] += to_position * (r10 + r01 + to_position * a10)
    table[row, THRUST_COVARIANCE + 2] += to_position * (2.0 * r11 + to_position * a11) + noise_rr
    table[row, THRUST_COVARIANCE + 3] += to_position * (r20 + r02 + to_position * a20)
    table[row, THRUST_COVARIANCE + 4] += to_position * (r21 + r12 + to_position * a21)
    table[row, THRUST_COVARIANCE + 5] += to_position * (2.0 * r22 + to_position * a22) + noise_rr
    table[row, THRUST_COVARIANCE + 6] += (
        to_velocity * r00 + to_position * (k00 + to_velocity * a00) + noise_vr
    )
    table[row, THRUST_COVARIANCE + 7] += to_velocity * r01 + to_position * (k10 + to_velocity * a10)
    table[row, THRUST_COVARIANCE + 8] += to_velocity * r02 + to_position * (k20 + to_velocity * a20)
    table[row, THRUST_COVARIANCE + 10] += to_velocity * r10 + to_position * (k01 + to_velocity * a10)
    table[row, THRUST_COVARIANCE + 11] += (
        to_velocity * r11 + to_position * (k11 + to_velocity * a11) + noise_vr
    )
    table[row, THRUST_COVARIANCE + 12] += to_velocity * r12 + to_position * (k21 + to_velocity * a21)
    table[row, THRUST_COVARIANCE + 15] += to_velocity * r20 + to_position * (k02 + to_velocity * a20)
    table[row, THRUST_COVARIANCE + 16] += to_velocity * r21 + to_position * (k12 + to_velocity * a21)
    table[row, THRUST_COVARIANCE + 17] += (
        to_velocity * r22 + to_position * (k22 + to_velocity * a22) + noise_vr
    )
    table[row, THRUST_COVARIANCE + 9] += to_velocity * (2.0 * k00 + to_velocity * a00) + noise_vv
    table[row, THRUST_COVARIANCE + 13] += to_velocity * (k10 + k01 + to_velocity * a10)
    table[row, THRUST_COVARIANCE + 14] += to_velocity * (2.0 * k11 + to_velocity * a11) + noise_vv
    table[row, THRUST_COVARIANCE + 18] += to_velocity * (k20 + k02 + to_velocity * a20)
    table[row, THRUST_COVARIANCE + 19] += to_velocity * (k21 + k12 + to_velocity * a21)
    table[row, THRUST_COVARIANCE + 20] += to_velocity * (2.0 * k22 + to_velocity * a22) + noise_vv
    table[row, THRUST_COVARIANCE + 21] = kept * (r00 + to_position * a00) + noise_ar
    table[row, THRUST_COVARIANCE + 22] = kept * (r01 + to_position * a10)
    table[row, THRUST_COVARIANCE + 23] = kept * (r02 + to_position * a20)
    table[row, THRUST_COVARIANCE + 24] = kept * (k00 + to_velocity * a00) + noise_av
    table[row, THRUST_COVARIANCE + 25] = kept * (k01 + to_velocity * a10)
    table[row, THRUST_COVARIANCE + 26] = kept * (k02 + to_velocity * a20)
    table[row, THRUST_COVARIANCE + 27] = kept * kept * a00 + noise_aa
    table[row, THRUST_COVARIANCE + 28] = kept * (r10 + to_position * a10)
    table[row, THRUST_COVARIANCE + 29] = kept * (r11 + to_position * a11) + noise_ar
    table[row, THRUST_COVARIANCE + 30] = kept * (r12 + to_position * a21)
    table[row, THRUST_COVARIANCE + 31] = kept * (k10 + to_velocity * a10)
    table[row, THRUST_COVARIANCE + 32] = kept * (k11 + to_velocity * a11) + noise_av
    table[row, THRUST_COVARIANCE + 33] = kept * (k12 + to_velocity * a21)
    table[row, THRUST_COVARIANCE + 34] = kept * kept * a10
    table[row, THRUST_COVARIANCE + 35] = kept * kept * a11 + noise_aa
    table[row, THRUST_COVARIANCE + 36] = kept * (r20 + to_position * a20)
    table[row, THRUST_COVARIANCE + 37] = kept * (r21 + to_position * a21)
    table[row, THRUST_COVARIANCE + 38] = kept * (r22 + to_position * a22) + noise_ar
    table[row, THRUST_COVARIANCE + 39] = kept * (k20 + to_velocity * a20)
    table[row, THRUST_COVARIANCE + 40] = kept * (k21 + to_velocity * a21)
    table[row, THRUST_COVARIANCE + 41] = kept * (k22 + to_velocity * a22) + noise_av
    table[row, THRUST_COVARIANCE + 42] = kept * kept * a20
    table[row, THRUST_COVARIANCE + 43] = kept * kept * a21
    table[row, THRUST_COVARIANCE + 44] = kept * kept * a22 + noise_aa
