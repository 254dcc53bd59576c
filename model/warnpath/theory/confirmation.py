"""How long a scanning sensor takes to detect and to confirm.

References
----------
Feller, W. (1968). An Introduction to Probability Theory and Its Applications, volume 1, 3rd ed., chapters
XIII (runs) and XV (absorbing Markov chains).
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import TypeVar

Number = TypeVar("Number", float, Fraction)
History = tuple[bool, ...]


def first_detection_mean_s(scan_period_s: float, detection_probability: float) -> float:
    """Mean time to the first hit of a sensor whose scan falls at a uniform moment: T/2 + T (1/p - 1) (s)."""
    _check_probability(detection_probability)
    return scan_period_s * (0.5 + (1.0 - detection_probability) / detection_probability)


def first_detection_variance_s2(scan_period_s: float, detection_probability: float) -> float:
    """Variance of that time: T^2 / 12 of the phase and T^2 (1 - p) / p^2 of the misses (s^2)."""
    _check_probability(detection_probability)
    p = detection_probability
    return scan_period_s * scan_period_s * (1.0 / 12.0 + (1.0 - p) / (p * p))


def detected_within(scans: int, detection_probability: float) -> float:
    """Probability that the first so many scans bring a hit: 1 - (1 - p)^scans."""
    _check_probability(detection_probability)
    return 1.0 - (1.0 - detection_probability) ** scans


def confirmation_mean_scans(hits: int, scans: int, detection_probability: Number) -> Number:
    """Mean number of scans until `hits` of the last `scans` are hits, from an empty window.

    The outcomes of the last scans - 1 scans are the state of an absorbing Markov chain. With E(h) the mean
    number of scans still needed after history h, E(h) = 1 + p E'(h + hit) + (1 - p) E(h + miss), where E' is
    0 if the window then holds enough hits. The equations are solved by elimination, exactly if
    `detection_probability` is a `Fraction`.

    Parameters
    ----------
    hits, scans : int
        Rule m of n, 1 <= m <= n <= 8.
    detection_probability : float or Fraction
        Probability p of a hit in each scan, 0 < p <= 1, independent from scan to scan.

    Returns
    -------
    float or Fraction
        Mean number of scans, that of the confirming hit included.
    """
    if not 1 <= hits <= scans <= 8:
        raise ValueError(f"rule {hits} of {scans}; expected 1 <= hits <= scans <= 8")
    _check_probability(detection_probability)
    kept = scans - 1
    states: list[History] = [h for h in product((False, True), repeat=kept) if sum(h) < hits]
    index = {known: row for row, known in enumerate(states)}
    one: Number = detection_probability / detection_probability  # 1 in the arithmetic of the argument
    # One row per state: the coefficients of (I - Q) E = 1, the right-hand side last.
    rows: list[list[Number]] = []
    for state in states:
        row: list[Number] = [one - one] * len(states) + [one]
        row[index[state]] += one
        for hit, chance in ((True, detection_probability), (False, one - detection_probability)):
            if hit and sum(state) + 1 >= hits:
                continue
            row[index[_after(state, hit)]] -= chance
        rows.append(row)
    return _solve_first(rows, index[(False,) * kept])


def _after(history: History, hit: bool) -> History:
    """History after one more scan: the oldest outcome leaves the window."""
    return (*history[1:], hit) if history else history


def _solve_first(rows: list[list[Number]], wanted: int) -> Number:
    """Component `wanted` of the solution; Gauss-Jordan, stable because I - Q is diagonally dominant."""
    size = len(rows)
    for pivot in range(size):
        scale = rows[pivot][pivot]
        rows[pivot] = [value / scale for value in rows[pivot]]
        for other in range(size):
            factor = rows[other][pivot]
            if other != pivot and factor != 0:
                rows[other] = [a - factor * b for a, b in zip(rows[other], rows[pivot], strict=True)]
    return rows[wanted][-1]


def _check_probability(probability: float | Fraction) -> None:
    if not 0 < probability <= 1:
        raise ValueError(f"probability of detection is {probability!r}; expected above 0 and at most 1")
