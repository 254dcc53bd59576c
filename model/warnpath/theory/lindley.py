"""One server that takes messages in the order of their coming, message by message.

A scenario fits if one link or node of one server serves messages in order, without limit, loss or outage.

References
----------
Lindley, D. V. (1952). The theory of queues with a single server. Mathematical Proceedings of the Cambridge
Philosophical Society 48, 277-289.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def lindley_waits_s(arrivals_s: Sequence[float], services_s: Sequence[float]) -> list[float]:
    """Wait of every message: W(n+1) = max(0, W(n) + S(n) - (t(n+1) - t(n))) (s).

    Parameters
    ----------
    arrivals_s : sequence of float
        Times of arrival, not decreasing (s).
    services_s : sequence of float
        Service of each (s).
    """
    if any(later < earlier for earlier, later in itertools.pairwise(arrivals_s)):
        raise ValueError("arrivals go back in time; expected times that do not decrease")
    waits: list[float] = []
    free_s = float("-inf")
    for arrival_s, service_s in zip(arrivals_s, services_s, strict=True):
        start_s = max(arrival_s, free_s)
        waits.append(start_s - arrival_s)
        free_s = start_s + service_s
    return waits


def departures_s(arrivals_s: Sequence[float], services_s: Sequence[float]) -> list[float]:
    """Time at which each message has been served (s)."""
    waits = lindley_waits_s(arrivals_s, services_s)
    return [a + w + s for a, w, s in zip(arrivals_s, waits, services_s, strict=True)]


def equal_service_departures_s(arrivals_s: FloatArray, service_s: float) -> FloatArray:
    """Time at which each message has been served where all take the same time, all at once (s).

    The recursion unrolled: D(n) = max over k <= n of t(k) + (n - k + 1) S.

    Parameters
    ----------
    arrivals_s : float64[n]
        Times of arrival, not decreasing (s).
    service_s : float
        Service of each (s).
    """
    number = np.arange(len(arrivals_s))
    ahead: FloatArray = np.maximum.accumulate(arrivals_s - service_s * number)
    return ahead + service_s * (number + 1)
