"""How long until too many of several equal elements are down, and how often that happens.

A scenario fits if n elements of equal `mtbf_h` and `mttr_h` fail independently, all times exponential, each
with a repair crew of its own or with the number of crews stated.

References
----------
Barlow, R. E. & Proschan, F. (1975). Statistical Theory of Reliability and Life Testing, chapter 7.
"""

from __future__ import annotations

import math


def mean_time_to_failure(
    elements: int, needed: int, fail_rate: float, repair_rate: float, crews: int | None = None
) -> float:
    """Mean time, all up at first, until fewer than `needed` of `elements` are up.

    The number down is a birth-and-death process. With b(i) = (n - i) xi and d(i) = min(i, crews) eta, the
    mean time from i to i + 1 down is h(i) = (1 + d(i) h(i - 1)) / b(i), and the answer the sum of h(0) ...
    h(n - k).

    Parameters
    ----------
    elements, needed : int
        n, and k of them that must be up.
    fail_rate, repair_rate : float
        Of each element, xi and eta, per unit of time.
    crews : int, optional
        Repairs that can go on at a time; one per element by default.

    Returns
    -------
    float
        Time, in the unit of the rates.
    """
    _check(elements, needed, fail_rate, repair_rate, crews)
    at_once = elements if crews is None else crews
    total = step = 0.0
    for down in range(elements - needed + 1):
        step = (1.0 + min(down, at_once) * repair_rate * step) / ((elements - down) * fail_rate)
        total += step
    return total


def k_of_n_availability(
    elements: int, needed: int, fail_rate: float, repair_rate: float, crews: int | None = None
) -> float:
    """Long-run share of the time in which at least `needed` are up."""
    states = down_probabilities(elements, fail_rate, repair_rate, crews)
    _check(elements, needed, fail_rate, repair_rate, crews)
    return math.fsum(states[: elements - needed + 1])


def failure_frequency(
    elements: int, needed: int, fail_rate: float, repair_rate: float, crews: int | None = None
) -> float:
    """How often per unit of time the number up falls below `needed`: as often as it comes back."""
    _check(elements, needed, fail_rate, repair_rate, crews)
    states = down_probabilities(elements, fail_rate, repair_rate, crews)
    edge = elements - needed
    return states[edge] * (elements - edge) * fail_rate


def down_probabilities(
    elements: int, fail_rate: float, repair_rate: float, crews: int | None = None
) -> list[float]:
    """Long-run probabilities that 0, 1, ... n elements are down, by detailed balance."""
    _check(elements, 1, fail_rate, repair_rate, crews)
    at_once = elements if crews is None else crews
    weights = [1.0]
    for down in range(elements):
        weights.append(weights[-1] * (elements - down) * fail_rate / (min(down + 1, at_once) * repair_rate))
    total = math.fsum(weights)
    return [weight / total for weight in weights]


def _check(elements: int, needed: int, fail_rate: float, repair_rate: float, crews: int | None) -> None:
    if not (1 <= needed <= elements and fail_rate > 0.0 and repair_rate > 0.0):
        raise ValueError(
            f"{needed} of {elements} with rates {fail_rate!r} and {repair_rate!r}; "
            "expected 1 <= needed <= elements and rates above 0"
        )
    if crews is not None and crews < 1:
        raise ValueError(f"{crews} crews; expected at least 1")
