"""Servers one behind the other.

Two kinds are to be kept apart. If service is drawn anew at every hop (nodes with exponential `service`), each
queue behaves as if alone: a tandem of M/M/1. If a message keeps its length (links in a row), what follows a
slower hop never queues: all waiting is that of the slowest hop. A scenario fits if one flow of Poisson
traffic passes hops of one kind only, on one route, alone.

References
----------
Burke, P. J. (1956). The output of a queuing system. Operations Research 4, 699-704.
Reich, E. (1957). Waiting times when queues are in tandem. Annals of Mathematical Statistics 28, 768-773.
Friedman, H. D. (1965). Reduction methods for tandem queuing systems. Operations Research 13, 121-131.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from scipy import linalg, optimize

from warnpath.theory.queues import md1_wait_s, utilisation


def jackson_hop_means_s(arrival_rate_per_s: float, service_means_s: Sequence[float]) -> list[float]:
    """Mean wait and service at each hop, 1 / (mu - lambda) (s)."""
    return [mean / (1.0 - utilisation(arrival_rate_per_s, mean)) for mean in service_means_s]


def jackson_mean_s(arrival_rate_per_s: float, service_means_s: Sequence[float]) -> float:
    """Mean time through the tandem: the sum over its hops (s)."""
    return sum(jackson_hop_means_s(arrival_rate_per_s, service_means_s))


def jackson_variance_s2(arrival_rate_per_s: float, service_means_s: Sequence[float]) -> float:
    """Variance of the time through the tandem: sojourns are independent and exponential (s^2)."""
    return sum(mean * mean for mean in jackson_hop_means_s(arrival_rate_per_s, service_means_s))


def jackson_quantile_s(
    arrival_rate_per_s: float, service_means_s: Sequence[float], probability: float
) -> float:
    """Quantile of the time through the tandem, a sum of independent exponentials (s).

    Its survival function is the first row of exp(T t) summed, with T the generator of the phases; this holds
    for equal rates too, where partial fractions fail.

    Parameters
    ----------
    arrival_rate_per_s : float
        Arrivals per second.
    service_means_s : sequence of float
        Mean service of each hop (s).
    probability : float
        Which quantile, above 0 and below 1.
    """
    if not 0.0 < probability < 1.0:
        raise ValueError(f"quantile {probability!r}; expected above 0 and below 1")
    means = jackson_hop_means_s(arrival_rate_per_s, service_means_s)
    phases = np.diag([-1.0 / mean for mean in means]) + np.diag([1.0 / mean for mean in means[:-1]], 1)

    def excess(time_s: float) -> float:
        return float(linalg.expm(phases * time_s)[0].sum()) - (1.0 - probability)

    high = sum(means)
    while excess(high) > 0.0:
        high *= 2.0
    return float(optimize.brentq(excess, 0.0, high, xtol=1e-14 * high, rtol=8.9e-16))


def same_length_waits_s(arrival_rate_per_s: float, services_s: Sequence[float]) -> list[float]:
    """Mean wait at each hop of messages that keep their one fixed length, hops not faster than the next (s).

    All of it is at the first hop, for departures follow one another by at least its service time.

    Raises
    ------
    ValueError
        A hop slower than one before it: the sum is known (`same_length_total_s`), its parts are not.
    """
    if any(later > earlier for earlier, later in itertools.pairwise(services_s)):
        raise ValueError("a later hop is slower than an earlier one; expected services that do not increase")
    return [md1_wait_s(arrival_rate_per_s, services_s[0]), *(0.0 for _ in services_s[1:])]


def same_length_total_s(arrival_rate_per_s: float, services_s: Sequence[float]) -> float:
    """Mean time through hops of fixed service in any order: the wait at the slowest, and all services (s)."""
    return md1_wait_s(arrival_rate_per_s, max(services_s)) + sum(services_s)
