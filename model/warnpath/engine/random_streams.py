"""Counter-based random numbers: Philox4x32-10, keyed by name and counted by lineage.

A draw is a pure function of (seed, replication, entity name, purpose) and (lineage key, index). No
draw depends on the order of events, on other entities, on workers or on the engine, so variants of
a scenario are paired by common random numbers for free.

References
----------
Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3. SC 2011.
Wichura: Algorithm AS 241, the percentage points of the normal distribution. Applied Statistics 37, 1988.
Steele, Lea, Flood: Fast splittable pseudorandom number generators. OOPSLA 2014 (the 64-bit finaliser).
"""

from __future__ import annotations

import hashlib
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from warnpath.compilation import kernel
from warnpath.engine.wrapped_integers import wrapped_fold, wrapped_mix, wrapped_uniform

FIXED, UNIFORM, EXPONENTIAL, LOGNORMAL, WEIBULL, EMPIRICAL, CURVE, TRIANGULAR = 0, 1, 2, 3, 4, 5, 6, 7
POWER, LINEAR, PARABOLIC, SHIFTED, MIXTURE = 8, 9, 10, 11, 12
"""Kinds of distribution in column 0 of a distribution table; the parameters follow in columns 1 to 3.

fixed: value. uniform: low, high. exponential: mean. lognormal: mu and sigma of the logarithm. weibull: scale,
1 / shape. empirical: first row of its values, their number. curve (no closed inverse): first row of its
knots, logarithm of the scale, power. triangular: low, mode, high. power: scale, power. linear (density
proportional to the value): squares of low and high. parabolic: scale. shifted: row of the other distribution,
shift. mixture: first row of its parts, their number; a part has its upper and lower end on the scale of
probability and the row of its distribution in columns 0 to 2.
"""

DISTRIBUTION_WIDTH = 4
CURVE_END, CURVE_STEPS = 8.5, 16
"""Knots of a curve stand at every 1/16 from -8.5 to 8.5 of a standard normal number, beyond any uniform's."""
CURVE_KNOTS = 273

_MASK = np.uint64(0xFFFFFFFF)
_SHIFT = np.uint64(32)
_MULTIPLIER_0 = np.uint64(0xD2511F53)
_MULTIPLIER_1 = np.uint64(0xCD9E8D57)
_WEYL_0 = np.uint64(0x9E3779B9)
_WEYL_1 = np.uint64(0xBB67AE85)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_0 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_1 = np.uint64(0x94D049BB133111EB)
_SHIFT_30, _SHIFT_27, _SHIFT_31 = np.uint64(30), np.uint64(27), np.uint64(31)
_SHIFT_5, _SHIFT_6 = np.uint64(5), np.uint64(6)


def name_key(name: str) -> int:
    """64-bit key of a name by BLAKE2b, as a signed integer; equal on every platform and process."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little", signed=True)


@kernel("UniTuple(uint64, 4)(uint64, uint64, uint64, uint64, uint64, uint64)")
def philox_words(c0: Any, c1: Any, c2: Any, c3: Any, k0: Any, k1: Any) -> tuple[Any, Any, Any, Any]:
    """Four 32-bit words of Philox4x32-10 for a counter of four and a key of two 32-bit words."""
    for _ in range(10):
        product_0 = _MULTIPLIER_0 * c0
        product_1 = _MULTIPLIER_1 * c2
        c0 = (product_1 >> _SHIFT) ^ c1 ^ k0
        c1 = product_1 & _MASK
        c2 = (product_0 >> _SHIFT) ^ c3 ^ k1
        c3 = product_0 & _MASK
        k0 = (k0 + _WEYL_0) & _MASK
        k1 = (k1 + _WEYL_1) & _MASK
    return c0, c1, c2, c3


@kernel("float64(int64, int64, int64)", plain=wrapped_uniform)
def uniform(key: int, lineage: int, index: int) -> float:
    """One uniform number strictly between 0 and 1, with 53 bits, for a key and a counter."""
    k = np.uint64(key)
    low = np.uint64(lineage)
    high = np.uint64(index)
    words = philox_words(low & _MASK, low >> _SHIFT, high & _MASK, high >> _SHIFT, k & _MASK, k >> _SHIFT)
    a = np.int64(words[0] >> _SHIFT_5)
    b = np.int64(words[1] >> _SHIFT_6)
    # At most 1 - 2^-54 before rounding, which a double rounds to 1; keep it inside the open interval.
    return min((a * 67108864.0 + b + 0.5) * 1.1102230246251565e-16, 0.9999999999999999)


@kernel("int64(int64, int64)", plain=wrapped_mix)
def mix(a: int, b: int) -> int:
    """Mix two 64-bit keys into a new one; used for lineages: a parent's key and what was made of it."""
    z = np.uint64(a) * _GOLDEN + np.uint64(b) + _GOLDEN
    z = (z ^ (z >> _SHIFT_30)) * _MIX_0
    z = (z ^ (z >> _SHIFT_27)) * _MIX_1
    z = z ^ (z >> _SHIFT_31)
    return np.int64(z)  # type: ignore[return-value]


@kernel("int64(int64, int64)", plain=wrapped_fold)
def fold(running: int, word: int) -> int:
    """Running hash of a sequence of words, one word later: one to one in the hash and in the word."""
    z = (np.uint64(running) ^ np.uint64(word)) * _MIX_0
    return np.int64(z ^ (z >> _SHIFT))  # type: ignore[return-value]


@kernel("int64(int64, int64, int64)", is_plain=True)
def stream_key(name: int, seed: int, replication: int) -> int:
    """Key of one stream: the name (entity and purpose) under a seed and a replication."""
    return mix(mix(name, seed), replication)


Coefficients = tuple[float, float, float, float, float, float, float, float]

_CENTRAL_NUMERATOR = (
    2509.0809287301226727,
    33430.575583588128105,
    67265.770927008700853,
    45921.953931549871457,
    13731.693765509461125,
    1971.5909503065514427,
    133.14166789178437745,
    3.387132872796366608,
)
_CENTRAL_DENOMINATOR = (
    5226.495278852545925,
    28729.085735721942674,
    39307.89580009271061,
    21213.794301586595867,
    5394.1960214247511077,
    687.1870074920579083,
    42.313330701600911252,
    1.0,
)
_MIDDLE_NUMERATOR = (
    7.7454501427834140764e-4,
    0.0227238449892691845833,
    0.24178072517745061177,
    1.27045825245236838258,
    3.64784832476320460504,
    5.7694972214606914055,
    4.6303378461565452959,
    1.42343711074968357734,
)
_MIDDLE_DENOMINATOR = (
    1.05075007164441684324e-9,
    5.475938084995344946e-4,
    0.0151986665636164571966,
    0.14810397642748007459,
    0.68976733498510000455,
    1.6763848301838038494,
    2.05319162663775882187,
    1.0,
)
_TAIL_NUMERATOR = (
    2.01033439929228813265e-7,
    2.71155556874348757815e-5,
    0.0012426609473880784386,
    0.026532189526576123093,
    0.29656057182850489123,
    1.7848265399172913358,
    5.4637849111641143699,
    6.6579046435011037772,
)
_TAIL_DENOMINATOR = (
    2.04426310338993978564e-15,
    1.4215117583164458887e-7,
    1.8463183175100546818e-5,
    7.868691311456132591e-4,
    0.0148753612908506148525,
    0.13692988092273580531,
    0.59983220655588793769,
    1.0,
)


@kernel("float64(UniTuple(float64, 8), UniTuple(float64, 8), float64)", is_plain=True)
def _rational(numerator: Coefficients, denominator: Coefficients, r: float) -> float:
    """Quotient of two polynomials of degree 7, highest coefficient first."""
    above = 0.0
    below = 0.0
    for place in range(8):
        above = above * r + numerator[place]
        below = below * r + denominator[place]
    return above / below


@kernel("float64(float64)", is_plain=True)
def normal_quantile(p: float) -> float:
    """Quantile of the standard normal distribution (AS 241, PPND16; relative accuracy about 1e-16)."""
    q = p - 0.5
    if abs(q) <= 0.425:
        return q * _rational(_CENTRAL_NUMERATOR, _CENTRAL_DENOMINATOR, 0.180625 - q * q)
    r = math.sqrt(-math.log(p if q < 0.0 else 1.0 - p))
    if r <= 5.0:
        value = _rational(_MIDDLE_NUMERATOR, _MIDDLE_DENOMINATOR, r - 1.6)
    else:
        value = _rational(_TAIL_NUMERATOR, _TAIL_DENOMINATOR, r - 5.0)
    return -value if q < 0.0 else value


@kernel("float64(int64, int64, int64)", is_plain=True)
def normal(key: int, lineage: int, index: int) -> float:
    """One standard normal number by inversion."""
    return normal_quantile(uniform(key, lineage, index))


@kernel("float64(float64[:, ::1], int64, float64)", is_plain=True)
def _on_curve(distributions: NDArray[np.float64], first: int, u: float) -> float:
    """Value at a probability of the curve whose knots begin in a row: two knots a row, value and slope.

    Between knots the curve is the cubic that has their values and slopes (Hermite).
    """
    place = min(max((normal_quantile(u) + CURVE_END) * CURVE_STEPS, 0.0), CURVE_KNOTS - 1.000001)
    knot = int(place)
    t = place - knot
    rest = 1.0 - t
    left = first + knot // 2
    right = first + (knot + 1) // 2
    a = 2 * (knot % 2)
    b = 2 * ((knot + 1) % 2)
    value: float = (
        distributions[left, a] * (1.0 + 2.0 * t) * rest * rest
        + distributions[left, a + 1] * t * rest * rest
        + distributions[right, b] * t * t * (1.0 + 2.0 * rest)
        - distributions[right, b + 1] * t * t * rest
    )
    return value


@kernel("float64(float64[:, ::1], int64, float64)", is_plain=True)
def inverse(distributions: NDArray[np.float64], row: int, u: float) -> float:
    """Value at a probability of the simple distribution in a row."""
    kind: float = distributions[row, 0]
    first: float = distributions[row, 1]
    second: float = distributions[row, 2]
    if kind == FIXED:
        return first
    if kind == UNIFORM:
        return first + (second - first) * u
    if kind == EXPONENTIAL:
        return -first * math.log(1.0 - u)
    if kind == LOGNORMAL:
        return math.exp(first + second * normal_quantile(u))
    if kind == WEIBULL:
        return first * math.exp(second * math.log(-math.log1p(-u)))
    if kind == EMPIRICAL:
        place = min(int(u * second), int(second) - 1)
        return distributions[int(first) + place // DISTRIBUTION_WIDTH, place % DISTRIBUTION_WIDTH]  # type: ignore[no-any-return]
    third: float = distributions[row, 3]
    if kind == CURVE:
        return math.exp(second + third * _on_curve(distributions, int(first), u))
    if kind == POWER:
        return first * math.exp(second * math.log(u))
    if kind == LINEAR:
        return math.sqrt(first + u * (second - first))
    if kind == PARABOLIC:
        return first * (0.5 - math.sin(math.asin(1.0 - 2.0 * u) / 3.0))
    width = third - first
    if u * width < second - first:
        return first + math.sqrt(u * width * (second - first))
    return third - math.sqrt((1.0 - u) * width * (third - second))


@kernel("float64(float64[:, ::1], int64, int64, int64, int64)", is_plain=True)
def draw(distributions: NDArray[np.float64], row: int, key: int, lineage: int, index: int) -> float:
    """One value of the distribution in a row of the table; 0 for row -1 (no delay configured).

    One uniform number serves one value: of a mixture, where in its part it falls gives the part's value.

    Parameters
    ----------
    distributions : float64[n, DISTRIBUTION_WIDTH]
        Kinds and parameters; see the kinds.
    """
    if row < 0:
        return 0.0
    kind: float = distributions[row, 0]
    if kind == FIXED:
        return distributions[row, 1]  # type: ignore[no-any-return]
    u = uniform(key, lineage, index)
    if kind < SHIFTED:
        return inverse(distributions, row, u)
    shift = 0.0
    here = row
    while distributions[here, 0] >= SHIFTED:
        if distributions[here, 0] == SHIFTED:
            shift += distributions[here, 2]
            here = int(distributions[here, 1])
        else:
            low = int(distributions[here, 1])
            high = low + int(distributions[here, 2]) - 1
            while low < high:
                middle = (low + high) // 2
                if u < distributions[middle, 0]:
                    high = middle
                else:
                    low = middle + 1
            width = distributions[low, 0] - distributions[low, 1]
            u = min(max((u - distributions[low, 1]) / width, 5e-17), 0.9999999999999999)
            here = int(distributions[low, 2])
    return shift + inverse(distributions, here, u)
